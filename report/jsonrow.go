package report

import (
	"math"

	"overlap/internal/table"
)

// The types of this file are those of the analysis whose numbers may be unknown,
// which is null and not a number of JSON, and the field names of the schema.

type lineJSON struct {
	P         int         `json:"p"`
	Residence table.Null  `json:"residence"`
	Demand    table.Null  `json:"demand"`
	Points    []LinePoint `json:"points"`
}

type rowJSON struct {
	Workload        string      `json:"workload"`
	Package         string      `json:"package,omitempty"`
	Kind            string      `json:"kind,omitempty"`
	Executor        string      `json:"executor"`
	Size            string      `json:"size"`
	Workers         natural     `json:"workers"`
	P               int         `json:"p"`
	ConcurrencyGain Interval    `json:"concurrency_gain"`
	ParallelismGain Interval    `json:"parallelism_gain"`
	Speedup         Interval    `json:"speedup"`
	Ceiling         Interval    `json:"ceiling"`
	TasksInflight   table.Null  `json:"tasks_inflight"`
	CPUsBusy        table.Null  `json:"cpus_busy"`
	Fairness        table.Null  `json:"fairness"` // null if not measured
	Variant         string      `json:"variant,omitempty"`
	Weak            bool        `json:"weak,omitempty"`
	Column          string      `json:"column,omitempty"`
	OverSerial      Interval    `json:"over_serial"`
	Cost            table.Null  `json:"cost"`          // cores; null if not measured or not told
	CostInfinite    bool        `json:"cost_infinite"` // no number of cores was enough
	Expected        string      `json:"expected,omitempty"`
	Outcome         string      `json:"outcome,omitempty"`
	OutcomeReason   string      `json:"outcome_reason,omitempty"`
	Class           Class       `json:"class"`
	Verdict         string      `json:"verdict"`
	Advice          *adviceJSON `json:"advice"` // null without a verdict
	Samples         int         `json:"samples"`
	Lines           []lineJSON  `json:"lines"`
	Scaling         []Scaled    `json:"scaling"`
	Stacks          []stackJSON `json:"stacks"`
	Models          *modelsJSON `json:"models,omitempty"` // of the first rows only

	Latencies []latencyJSON `json:"latencies"`
	Grid      []Cell        `json:"grid"`
}

// adviceJSON is the least that brings 95 % of the best throughput.
type adviceJSON struct {
	Workers natural  `json:"workers"`
	Cores   int      `json:"cores"`
	Share   Interval `json:"share"`
}

func asRow(r Row) rowJSON {
	j := rowJSON{
		Workload: r.Name(), Package: r.Package, Kind: r.Kind, Executor: r.Executor, Size: r.Size, Workers: natural(r.Workers), P: r.P,
		ConcurrencyGain: r.Concurrency, ParallelismGain: r.Parallelism, Speedup: r.Speedup, Ceiling: r.Ceiling,
		TasksInflight: measured(r.Inflight.Value), CPUsBusy: measured(r.CPUsBusy.Value), Fairness: table.Null(r.Fairness),
		Variant: r.Variant, Weak: r.Weak, Column: r.Column,
		OverSerial: r.OverSerial, Cost: table.Null(r.Cost), CostInfinite: math.IsInf(r.Cost, 1),
		Expected: r.Expected.Shape, Outcome: string(r.Expected.Outcome), OutcomeReason: r.Expected.Reason,
		Class: r.Class, Verdict: r.Verdict, Samples: r.Samples,
		Lines: each(r.Lines, asLine), Scaling: notNil(r.Scaling), Stacks: each(r.Stacks, asStack), Models: asModels(r.Models),
		Latencies: each(r.Latencies, asLatency), Grid: notNil(r.Grid),
	}
	if a, ok := r.Enough(); ok {
		j.Advice = &adviceJSON{natural(a.Workers), a.Cores, a.Share}
	}
	return j
}

func asLine(l Line) lineJSON {
	return lineJSON{l.P, table.Null(l.Residence), table.Null(l.Demand), l.Points}
}

// stackJSON is a Stack in cores. Its parts are those that are known; a part that
// holds others is named after all of them.
type stackJSON struct {
	Workers  natural    `json:"workers"`
	P        int        `json:"p"`
	Parts    []Part     `json:"parts"`
	Saved    table.Null `json:"saved"`
	Residual table.Null `json:"residual"`
	Idle     table.Null `json:"kernel_idle"`
	Largest  string     `json:"largest_loss,omitempty"`
}

func asStack(s Stack) stackJSON {
	return stackJSON{natural(s.Workers), s.P, s.Parts(), table.Null(s.Saved()), table.Null(s.Residual), table.Null(s.Idle), s.Largest().Name}
}

// latencyJSON is a Latency; times are seconds, loads items per second.
type latencyJSON struct {
	Workers  natural    `json:"workers"`
	P        int        `json:"p"`
	Arrivals bool       `json:"since_due"`
	P50      Interval   `json:"p50"`
	P99      Interval   `json:"p99"`
	Load     table.Null `json:"load"`
	Capacity table.Null `json:"capacity"`
}

func asLatency(l Latency) latencyJSON {
	return latencyJSON{natural(l.Workers), l.P, l.Arrivals, l.P50, l.P99, table.Null(l.Load), table.Null(l.Capacity)}
}

type modelsJSON struct {
	Workers      natural      `json:"workers"`
	Cores        []Efficiency `json:"cores"`
	SerialTrend  Trend        `json:"karp_flatt_trend,omitempty"`
	Amdahl       SerialFit    `json:"amdahl"`
	Scaled       []Scaled     `json:"scaled_speedup,omitempty"`
	Gustafson    *SerialFit   `json:"gustafson,omitempty"`
	OverCores    USL          `json:"usl_over_cores"`
	OverWorkers  USL          `json:"usl_over_workers"`
	Knee         table.Null   `json:"knee"`
	Predictions  []Prediction `json:"predictions"`
	NoPrediction string       `json:"no_prediction,omitempty"`
}

// asModels is nil where no law was fitted.
func asModels(m Models) *modelsJSON {
	if len(m.Cores) == 0 {
		return nil
	}
	j := &modelsJSON{
		Workers: natural(m.Workers), Cores: m.Cores, SerialTrend: m.Serial, Amdahl: m.Amdahl, Scaled: m.Scaled,
		OverCores: m.OverCores, OverWorkers: m.OverWorkers, Knee: table.Null(m.Knee),
		Predictions: notNil(m.Predictions), NoPrediction: m.NoPrediction,
	}
	if len(m.Scaled) > 0 {
		j.Gustafson = &m.Gustafson
	}
	return j
}

type crossoverJSON struct {
	Workload string      `json:"workload"`
	Executor string      `json:"executor"`
	Size     string      `json:"size"`
	Column   string      `json:"column,omitempty"`
	P        int         `json:"p"`
	Workers  int         `json:"workers"`
	Half     Interval    `json:"half"`    // seconds; null if it is outside of the grains
	Reached  bool        `json:"reached"` // at some grain
	Grains   []grainJSON `json:"grains"`
}

type grainJSON struct {
	Variant    string     `json:"variant,omitempty"`
	Task       table.Null `json:"task"` // seconds
	Tasks      table.Null `json:"tasks"`
	Efficiency Interval   `json:"efficiency"`
	Ceiling    Interval   `json:"ceiling"`
	Overhead   Interval   `json:"overhead"` // seconds a task
}

func asCrossover(c Crossover) crossoverJSON {
	grains := each(c.Grains, func(g Grain) grainJSON {
		return grainJSON{g.Variant, table.Null(g.Task), table.Null(g.Tasks), g.Efficiency, g.Ceiling, g.Overhead}
	})
	return crossoverJSON{c.Workload, c.Executor, c.Size, c.Column, c.P, c.Workers, c.Half, c.Reached(), grains}
}

// timelineJSON is a recording in numbers.
type timelineJSON struct {
	Procs          int        `json:"procs"`
	Seconds        table.Null `json:"seconds"`
	Customers      int        `json:"customers"`
	InProgress     table.Null `json:"in_progress"`
	MostInProgress int        `json:"most_in_progress"`
	Running        table.Null `json:"running"`
	MostRunning    int        `json:"most_running"`
}

func asTimeline(t Timeline) timelineJSON {
	return timelineJSON{t.Procs, table.Null(t.Length), len(t.Customers), table.Null(t.InProgress), t.MostInProgress, table.Null(t.Running), t.MostRunning}
}

// pairJSON is the latency between two CPUs, in seconds.
type pairJSON struct {
	From    int      `json:"from"`
	To      int      `json:"to"`
	Latency Interval `json:"latency"`
}

// asPairs is empty if p is nil.
func asPairs(p *Pairs) []pairJSON {
	out := []pairJSON{}
	if p == nil {
		return out
	}
	for i, from := range p.CPUs {
		for j, to := range p.CPUs[:i] {
			out = append(out, pairJSON{to, from, p.Latency[j][i]})
		}
	}
	return out
}
