package report

import (
	_ "embed"
	"encoding/json"
	"io"
	"math"

	"overlap/internal/table"
)

// Schema describes what WriteJSON writes, as JSON Schema of the draft 2020-12.
//
//go:embed schema.json
var Schema string

// jsonVersion rises when a field goes or changes its meaning.
const jsonVersion = 1

// WriteJSON writes the analysis for programs, as Schema says. Times are seconds,
// throughputs jobs per second, gains plain ratios; what was not measured is null.
func (a *Analysis) WriteJSON(w io.Writer) error {
	out := struct {
		Version int               `json:"version"`
		Files   []string          `json:"files"`
		Host    map[string]string `json:"host"`

		// Hosts is the configuration of each column, where there are several.
		Hosts map[string]map[string]string `json:"hosts,omitempty"`

		Samples  int       `json:"samples"`
		LeftOut  int       `json:"left_out"`
		Rows     []rowJSON `json:"rows"`
		Warnings []string  `json:"warnings"`

		Crossovers []crossoverJSON `json:"crossovers"`
		Timelines  []timelineJSON  `json:"timelines"`
		CoreToCore []pairJSON      `json:"core_to_core"`
	}{
		Version: jsonVersion, Files: a.Data.Files, Host: a.Data.Host, Hosts: a.Data.Hosts, Samples: a.Samples, LeftOut: a.LeftOut,
		Rows: each(a.Rows, asRow), Warnings: each(a.allWarnings(), error.Error), Crossovers: each(a.Crossovers, asCrossover),
		Timelines: each(a.Data.Timelines, asTimeline), CoreToCore: asPairs(a.Data.Pairs),
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// each converts a list to one that is not nil: JSON has an empty list for it.
func each[From, To any](list []From, convert func(From) To) []To {
	out := make([]To, len(list))
	for i, x := range list {
		out[i] = convert(x)
	}
	return out
}

// notNil returns the list, or an empty one.
func notNil[T any](list []T) []T { return append([]T{}, list...) }

// measured makes unknown what is 0 because it was not measured.
func measured(x float64) table.Null {
	if x == 0 {
		return table.Null(math.NaN())
	}
	return table.Null(x)
}

// natural is a number of things that is null where it is 0.
type natural int

func (n natural) MarshalJSON() ([]byte, error) {
	if n == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(int(n))
}
