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
		recordingsJSON
	}{Version: jsonVersion, Files: a.Data.Files, Host: a.Data.Host, Hosts: a.Data.Hosts, recordingsJSON: a.Data.Recordings.json(), Samples: a.Samples, LeftOut: a.LeftOut, Rows: []rowJSON{}, Warnings: []string{}}
	for _, r := range a.Rows {
		out.Rows = append(out.Rows, r.json())
	}
	out.Crossovers = a.crossoversJSON()
	for _, err := range a.warnings() {
		out.Warnings = append(out.Warnings, err.Error())
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

type scaledJSON struct {
	P       int      `json:"p"`
	Gain    Interval `json:"gain"`
	Ceiling Interval `json:"ceiling"`
}

type pointJSON struct {
	Workers    int      `json:"workers"`
	Throughput Interval `json:"throughput"`
}

type lineJSON struct {
	P         int         `json:"p"`
	Residence table.Null  `json:"residence"`
	Demand    table.Null  `json:"demand"`
	Points    []pointJSON `json:"points"`
}

type rowJSON struct {
	Workload        string       `json:"workload"`
	Package         string       `json:"package,omitempty"`
	Kind            string       `json:"kind,omitempty"`
	Executor        string       `json:"executor"`
	Size            string       `json:"size"`
	Workers         natural      `json:"workers"`
	P               int          `json:"p"`
	ConcurrencyGain Interval     `json:"concurrency_gain"`
	ParallelismGain Interval     `json:"parallelism_gain"`
	Speedup         Interval     `json:"speedup"`
	Ceiling         Interval     `json:"ceiling"`
	TasksInflight   table.Null   `json:"tasks_inflight"`
	CPUsBusy        table.Null   `json:"cpus_busy"`
	Fairness        table.Null   `json:"fairness"` // null if not measured
	Variant         string       `json:"variant,omitempty"`
	Weak            bool         `json:"weak,omitempty"`
	Column          string       `json:"column,omitempty"`
	OverSerial      Interval     `json:"over_serial"`
	Cost            table.Null   `json:"cost"`          // cores; null if not measured or not told
	CostInfinite    bool         `json:"cost_infinite"` // no number of cores was enough
	Expected        string       `json:"expected,omitempty"`
	Outcome         string       `json:"outcome,omitempty"`
	OutcomeReason   string       `json:"outcome_reason,omitempty"`
	Class           Class        `json:"class"`
	Verdict         string       `json:"verdict"`
	Advice          *adviceJSON  `json:"advice"` // null without a verdict
	Samples         int          `json:"samples"`
	Lines           []lineJSON   `json:"lines"`
	Scaling         []scaledJSON `json:"scaling"`
	Stacks          []stack      `json:"stacks"`
	Models          *modelsJSON  `json:"models,omitempty"` // of the first rows only

	Latencies []latencyJSON `json:"latencies"`
	Grid      []cellJSON    `json:"grid"`
}

// adviceJSON is the least that brings 95 % of the best throughput.
type adviceJSON struct {
	Workers natural  `json:"workers"`
	Cores   int      `json:"cores"`
	Share   Interval `json:"share"`
}

func (r Row) json() rowJSON {
	j := rowJSON{
		Workload: r.Name(), Package: r.Package, Kind: r.Kind, Executor: r.Executor, Size: r.Size, Workers: natural(r.Workers), P: r.P,
		ConcurrencyGain: r.Concurrency, ParallelismGain: r.Parallelism, Speedup: r.Speedup, Ceiling: r.Ceiling,
		TasksInflight: measured(r.Inflight.Value), CPUsBusy: measured(r.CPUsBusy.Value), Class: r.Class, Verdict: r.Verdict,
		Samples: r.Samples,
		Variant: r.Variant, Weak: r.Weak, Column: r.Column, OverSerial: r.OverSerial, Cost: table.Null(r.Cost), CostInfinite: math.IsInf(r.Cost, 1),
		Expected: r.Expected.Shape, Outcome: string(r.Expected.Outcome), OutcomeReason: r.Expected.Reason,
		Lines: []lineJSON{}, Scaling: []scaledJSON{}, Stacks: []stack{}, Models: r.Models.json(),
		Latencies: r.latenciesJSON(), Grid: r.gridJSON(),
	}
	if a, ok := r.Enough(); ok {
		j.Advice = &adviceJSON{natural(a.Workers), a.Cores, a.Share}
	}
	j.Fairness = table.Null(r.Fairness)
	for _, l := range r.Lines {
		k := lineJSON{P: l.P, Residence: table.Null(l.Residence), Demand: table.Null(l.Demand)}
		for _, p := range l.Points {
			k.Points = append(k.Points, pointJSON(p))
		}
		j.Lines = append(j.Lines, k)
	}
	for _, s := range r.Scaling {
		j.Scaling = append(j.Scaling, scaledJSON(s))
	}
	for _, s := range r.Stacks {
		j.Stacks = append(j.Stacks, stackJSON(s))
	}
	return j
}

// stack is a Stack in cores. Its parts are those that could be told, a part
// that holds others being named after all of them.
type stack struct {
	Workers  natural    `json:"workers"`
	P        int        `json:"p"`
	Parts    []Part     `json:"parts"`
	Saved    table.Null `json:"saved"`
	Residual table.Null `json:"residual"`
	Idle     table.Null `json:"kernel_idle"`
	Largest  string     `json:"largest_loss,omitempty"`
}

func stackJSON(s Stack) stack {
	return stack{natural(s.Workers), s.P, s.Parts(), table.Null(s.Saved()), table.Null(s.Residual), table.Null(s.Idle), s.Largest().Name}
}

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
