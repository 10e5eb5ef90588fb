package gate

import (
	_ "embed"
	"encoding/json"
	"io"
	"math"
)

// Schema describes what WriteJSON writes, as JSON Schema of the draft 2020-12.
//
//go:embed schema.json
var Schema string

// jsonVersion rises when a field goes or changes its meaning.
const jsonVersion = 1

// float is a number that is null where there is none.
type float float64

// MarshalJSON implements json.Marshaler.
func (f float) MarshalJSON() ([]byte, error) {
	if x := float64(f); math.IsNaN(x) || math.IsInf(x, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// MarshalJSON writes the fields of the change, null for numbers that are not
// finite, and what follows from them: its word and whether a check fails for it.
func (c Change) MarshalJSON() ([]byte, error) {
	type fields Change
	return json.Marshal(struct {
		fields
		Base       float  `json:"base"`
		Head       float  `json:"head"`
		Ratio      float  `json:"ratio"`
		Low        float  `json:"low"`
		High       float  `json:"high"`
		Floor      float  `json:"floor"`
		P          float  `json:"p"`
		Adjusted   float  `json:"adjusted_p"`
		Quantile   float  `json:"quantile,omitempty"`
		Word       string `json:"word"`
		Regression bool   `json:"regression"`
	}{fields(c), float(c.Base), float(c.Head), float(c.Ratio), float(c.Low), float(c.High), float(c.Floor), float(c.P), float(c.Adjusted), float(c.Quantile), c.Word(), Regression(c)})
}

// MarshalJSON writes null for numbers that are not finite.
func (l Layouts) MarshalJSON() ([]byte, error) {
	type fields Layouts
	return json.Marshal(struct {
		fields
		Differ float `json:"differ"`
		Low    float `json:"low"`
		High   float `json:"high"`
		Floor  float `json:"floor_still"`
	}{fields(l), float(l.Differ), float(l.Low), float(l.High), float(l.Floor)})
}

// MarshalJSON writes null for numbers that are not finite.
func (d Demand) MarshalJSON() ([]byte, error) {
	type fields Demand
	return json.Marshal(struct {
		fields
		Value float `json:"value"`
		Low   float `json:"low"`
		High  float `json:"high"`
	}{fields(d), float(d.Value), float(d.Low), float(d.High)})
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
		Alpha     float `json:"alpha"`
		Threshold float `json:"threshold"`
	}{jsonVersion, r.Outcome(), r.Summary(), all, float(r.Alpha), float(r.Threshold)})
}

func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
