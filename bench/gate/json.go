package gate

import (
	_ "embed"
	"encoding/json"
	"io"

	"overlap/internal/table"
)

// Schema describes what WriteJSON writes, as JSON Schema of the draft 2020-12.
//
//go:embed schema.json
var Schema string

// jsonVersion rises when a field goes or changes its meaning.
const jsonVersion = 1

// MarshalJSON writes the fields of the change, null for numbers that are not
// finite, and what follows from them: its word and whether a check fails for it.
func (c Change) MarshalJSON() ([]byte, error) {
	type fields Change
	return json.Marshal(struct {
		fields
		Base       table.Null `json:"base"`
		Head       table.Null `json:"head"`
		Ratio      table.Null `json:"ratio"`
		Low        table.Null `json:"low"`
		High       table.Null `json:"high"`
		Floor      table.Null `json:"floor"`
		P          table.Null `json:"p"`
		Adjusted   table.Null `json:"adjusted_p"`
		Quantile   table.Null `json:"quantile,omitempty"`
		Word       string     `json:"word"`
		Regression bool       `json:"regression"`
	}{fields(c), table.Null(c.Base), table.Null(c.Head), table.Null(c.Ratio), table.Null(c.Low), table.Null(c.High), table.Null(c.Floor), table.Null(c.P), table.Null(c.Adjusted), table.Null(c.Quantile), c.Word(), Regression(c)})
}

// MarshalJSON writes null for numbers that are not finite.
func (l Layouts) MarshalJSON() ([]byte, error) {
	type fields Layouts
	return json.Marshal(struct {
		fields
		Differ table.Null `json:"differ"`
		Low    table.Null `json:"low"`
		High   table.Null `json:"high"`
		Floor  table.Null `json:"floor_still"`
	}{fields(l), table.Null(l.Differ), table.Null(l.Low), table.Null(l.High), table.Null(l.Floor)})
}

// MarshalJSON writes null for numbers that are not finite.
func (d Demand) MarshalJSON() ([]byte, error) {
	type fields Demand
	return json.Marshal(struct {
		fields
		Value table.Null `json:"value"`
		Low   table.Null `json:"low"`
		High  table.Null `json:"high"`
	}{fields(d), table.Null(d.Value), table.Null(d.Low), table.Null(d.High)})
}

// WriteJSON writes the report for programs, as Schema says. A list without
// entries is empty, not null.
func (r *Report) WriteJSON(w io.Writer) error {
	type fields Report
	all := fields(*r)
	all.Changes, all.Demands, all.Problems = list(all.Changes), list(all.Demands), list(all.Problems)
	all.Identical, all.Added, all.Removed, all.Notes = list(all.Identical), list(all.Added), list(all.Removed), list(all.Notes)
	all.Changed = list(all.Changed)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Version int     `json:"version"`
		Outcome Outcome `json:"outcome"`
		Summary string  `json:"summary"`
		fields
		Alpha     table.Null `json:"alpha"`
		Threshold table.Null `json:"threshold"`
	}{jsonVersion, r.Outcome(), r.Summary(), all, table.Null(r.Alpha), table.Null(r.Threshold)})
}

func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
