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

// The types of this file are the JSON of types in other files: numbers that are not finite
// become null, and what follows from the numbers is added. They embed the fields of those
// types without MarshalJSON.
type (
	changeFields  Change
	layoutsFields Layouts
	demandFields  Demand
)

// changeJSON is a quantity of a benchmark at a point, head against base.
type changeJSON struct {
	changeFields
	Base       table.Null `json:"base"`
	Head       table.Null `json:"head"`
	Ratio      table.Null `json:"ratio"`
	Low        table.Null `json:"low"`
	High       table.Null `json:"high"`
	Floor      table.Null `json:"floor"`
	P          table.Null `json:"p"`
	Adjusted   table.Null `json:"adjusted_p"`
	Quantile   table.Null `json:"quantile,omitempty"`
	Word       string     `json:"word"`       // the verdict as people say it: slower, scales worse
	Regression bool       `json:"regression"` // the check fails for it
}

// MarshalJSON implements json.Marshaler.
func (c Change) MarshalJSON() ([]byte, error) {
	return json.Marshal(changeJSON{changeFields(c), table.Null(c.Base), table.Null(c.Head), table.Null(c.Ratio), table.Null(c.Low), table.Null(c.High), table.Null(c.Floor), table.Null(c.P), table.Null(c.Adjusted), table.Null(c.Quantile), c.Word(), Regression(c)})
}

// layoutsJSON is what the places of functions in a binary do to a quantity, as shares;
// each block has binaries with their functions in a random order.
type layoutsJSON struct {
	layoutsFields
	Differ table.Null `json:"differ"`
	Low    table.Null `json:"low"`
	High   table.Null `json:"high"`
	Floor  table.Null `json:"floor_still"`
}

// MarshalJSON implements json.Marshaler.
func (l Layouts) MarshalJSON() ([]byte, error) {
	return json.Marshal(layoutsJSON{layoutsFields(l), table.Null(l.Differ), table.Null(l.Low), table.Null(l.High), table.Null(l.Floor)})
}

// demandJSON is a minimum efficiency of head.
type demandJSON struct {
	demandFields
	Value table.Null `json:"value"`
	Low   table.Null `json:"low"`
	High  table.Null `json:"high"`
}

// MarshalJSON implements json.Marshaler.
func (d Demand) MarshalJSON() ([]byte, error) {
	return json.Marshal(demandJSON{demandFields(d), table.Null(d.Value), table.Null(d.Low), table.Null(d.High)})
}

// spanJSON is an interval.
type spanJSON struct {
	Low  table.Null `json:"low"`  // lower bound
	High table.Null `json:"high"` // upper bound; null if there are too few blocks for one
}

// MarshalJSON implements json.Marshaler.
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal(spanJSON{table.Null(s.Low), table.Null(s.High)})
}

// reportJSON: times are nanoseconds. Numbers that are not known or not finite are null.
// Fields may be added to a version; when one goes or changes its meaning, the version
// rises.
type reportJSON struct {
	Version int `json:"version"` // of this format

	// The worst of what follows, which decides the exit code: 0, 1, 2 (with --strict, else
	// 0), 3
	Outcome Outcome `json:"outcome"`
	Summary string  `json:"summary"` // the outcome in a sentence

	// What became worse or better, regressions first: one for each benchmark, or for each
	// line that several benchmarks changed by
	Findings []Finding `json:"findings"`
	Report
	Alpha     table.Null `json:"alpha"`
	Threshold table.Null `json:"threshold"`
}

// WriteJSON writes the report for programs, as Schema says. A list without
// entries is empty, not null.
func (r *Report) WriteJSON(w io.Writer) error {
	all := *r
	all.Changes, all.Demands, all.Problems = list(all.Changes), list(all.Demands), list(all.Problems)
	all.Identical, all.Added, all.Removed, all.Notes = list(all.Identical), list(all.Added), list(all.Removed), list(all.Notes)
	all.Changed = list(all.Changed)
	all.Rules, all.RuleChanges = list(all.Rules), list(all.RuleChanges)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(reportJSON{jsonVersion, r.Outcome(), r.Summary(), list(r.Findings()), all, table.Null(r.Alpha), table.Null(r.Threshold)})
}

func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
