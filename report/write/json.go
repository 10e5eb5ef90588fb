package write

import (
	_ "embed"
	"encoding/json"
	"io"
	"math"

	"overlap/internal/table"
	"overlap/report/analyse"
)

// Schema describes what JSON writes, as JSON Schema of the draft 2020-12.
//
//go:embed schema.json
var Schema string

// jsonVersion rises when a field goes or changes its meaning.
const jsonVersion = 1

// documentJSON: times are seconds, throughputs jobs per second, gains plain ratios,
// parts of a stack cores. What was not measured is null. Fields may be added to a
// version; when one goes or changes its meaning, the version rises.
type documentJSON struct {
	Version    int                          `json:"version"`         // of this format
	Files      []string                     `json:"files"`           // the result files
	Host       map[string]string            `json:"host"`            // the configuration lines that all results share
	Hosts      map[string]map[string]string `json:"hosts,omitempty"` // the configuration lines of each column, where there are several
	Samples    int                          `json:"samples"`         // in the files
	LeftOut    int                          `json:"left_out"`        // samples that count in no number, because others wanted the CPUs
	Rows       []rowJSON                    `json:"rows"`            // one per workload, variant, executor and size
	Warnings   []string                     `json:"warnings"`        // what to know before believing a number
	Crossovers []crossoverJSON              `json:"crossovers"`      // per executor, from workloads that were measured in several sizes of a task
	Timelines  []timelineJSON               `json:"timelines"`       // recordings of cashiers, by their processors
	CoreToCore []pairJSON                   `json:"core_to_core"`    // the latency between every two CPUs that was recorded
}

// JSON writes the analysis for programs, as Schema says. Times are seconds,
// throughputs jobs per second, gains plain ratios; what was not measured is null.
func JSON(w io.Writer, a *analyse.Analysis) error {
	out := documentJSON{
		Version: jsonVersion, Files: a.Data.Files, Host: a.Data.Host, Hosts: a.Data.Hosts, Samples: a.Samples, LeftOut: a.LeftOut,
		Rows: each(a.Rows, asRow), Warnings: each(a.AllWarnings(), error.Error), Crossovers: each(a.Crossovers, asCrossover),
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

// nullIfZero makes null what is 0 because it was not measured.
func nullIfZero(x float64) table.Null {
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
