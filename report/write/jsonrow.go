package write

import (
	"math"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/law"
	"overlap/report/trace"
)

// These types mirror those of package analyse. They give fields their JSON names and
// write unknown numbers as null.

// lineJSON is throughput against workers at one parallelism.
type lineJSON struct {
	P         int                 `json:"p"`         // the smaller of cores and GOMAXPROCS
	Residence table.Null          `json:"residence"` // seconds that one worker on one core needs for a job, waiting included
	Demand    table.Null          `json:"demand"`    // CPU seconds of a job
	Points    []analyse.LinePoint `json:"points"`    // by workers
}

// rowJSON is a line of the headline: speedup = concurrency_gain × parallelism_gain.
type rowJSON struct {
	Workload string `json:"workload"`          // as the table names it
	Package  string `json:"package,omitempty"` // import path of a benchmark that is not of the suite
	Kind     string `json:"kind,omitempty"`    // what limits the workload: cpu, memory, io, mixed, lock, comm, spawn, wait
	Executor string `json:"executor"`          // what ran the tasks; empty if the benchmark knows no executors
	Size     string `json:"size"`              // of the job; empty for a benchmark that is not of the suite

	// The smallest number within 5 % of the best throughput at p, or
	// indistinguishable from it; null where the benchmark decides
	Workers         natural           `json:"workers"`
	P               int               `json:"p"`                 // the highest parallelism measured: the smaller of cores and GOMAXPROCS
	ConcurrencyGain interval.Interval `json:"concurrency_gain"`  // G_c: throughput of these workers on one core over that of one worker on one core
	ParallelismGain interval.Interval `json:"parallelism_gain"`  // G_p: throughput of these workers at p over theirs on one core
	Speedup         interval.Interval `json:"speedup"`           // S: throughput of these workers at p over that of one worker on one core
	Ceiling         interval.Interval `json:"ceiling"`           // H(p): what p programs that share nothing gain from p cores
	TasksInflight   table.Null        `json:"tasks_inflight"`    // mean tasks started and not finished, the degree of concurrency
	CPUsBusy        table.Null        `json:"cpus_busy"`         // mean CPUs at work, the degree of parallelism
	Fairness        table.Null        `json:"fairness"`          // Jain's index of the tasks that each worker ended, at workers and p: 1 is equal shares
	Variant         string            `json:"variant,omitempty"` // of the workload, if not its first
	Weak            bool              `json:"weak,omitempty"`    // true if the job grew with the workers; then speedups are scaled (Gustafson, 1988)
	Column          string            `json:"column,omitempty"`  // what stands beside others, a host if --col does not say otherwise; absent if there is only one
	OverSerial      interval.Interval `json:"over_serial"`       // throughput of these workers at p over that of the plain serial program

	// COST (McSherry, Isard and Murray, 2015): the fewest cores that are shown to beat the
	// serial program by a tenth; null if not measured, if noise hides whether some do, or
	// if none do
	Cost          table.Null    `json:"cost"`
	CostInfinite  bool          `json:"cost_infinite"`            // true if no measured number of cores beats the serial program
	Expected      string        `json:"expected,omitempty"`       // the scaling that the workload declares
	Outcome       string        `json:"outcome,omitempty"`        // whether the measurement agrees: met, not met, or what is missing
	OutcomeReason string        `json:"outcome_reason,omitempty"` // the number that decided
	Class         analyse.Class `json:"class"`                    // what the gains say together
	Verdict       string        `json:"verdict"`                  // the class and why, in words

	// The fewest cores, and then workers, that are shown to lose less than 5 % against
	// every other point; null if no point is shown to be that good, or without a verdict
	Advice *adviceJSON `json:"advice"`

	// The fewest that the gains, the ceiling, the serial program and the worst point rest
	// on, of rounds in which all that is compared was measured
	Samples int          `json:"samples"`
	Lines   []lineJSON   `json:"lines"`   // throughput against workers, at one core and at p
	Scaling []law.GainAt `json:"scaling"` // gain from cores against parallelism, at these workers
	Stacks  []stackJSON  `json:"stacks"`  // the speedup stack of every point

	// Laws of scaling, fitted as far as the points allow; of more than 60 rows, only the
	// first 12 have them
	Models *modelsJSON `json:"models,omitempty"`

	Latencies []latencyJSON  `json:"latencies"` // of tasks, and of items that are due by schedule, by parallelism and workers
	Grid      []analyse.Cell `json:"grid"`      // throughput by GOMAXPROCS and workers
}

// adviceJSON is the fewest cores, and then workers, that are shown to lose less than 5
// % against every other point; null if no point is shown to be that good, or without a
// verdict.
type adviceJSON struct {
	Workers natural           `json:"workers"` // null: the benchmark decides itself
	Cores   int               `json:"cores"`   // of which as many are enough
	Share   interval.Interval `json:"share"`   // its throughput over the best; the lower bound holds against every other point, whichever is the best
}

func asRow(r analyse.Row) rowJSON {
	j := rowJSON{
		Workload: r.Name(), Package: r.Package, Kind: r.Kind, Executor: r.Executor, Size: r.Size, Workers: natural(r.Workers), P: r.P,
		ConcurrencyGain: r.Concurrency, ParallelismGain: r.Parallelism, Speedup: r.Speedup, Ceiling: r.Ceiling,
		TasksInflight: nullIfZero(r.Inflight.Value), CPUsBusy: nullIfZero(r.CPUsBusy.Value), Fairness: table.Null(r.Fairness),
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

func asLine(l analyse.Line) lineJSON {
	return lineJSON{l.P, table.Null(l.Residence), table.Null(l.Demand), l.Points}
}

// stackJSON is what the p cores of a point did; the parts and the residual sum to p.
type stackJSON struct {
	Workers natural `json:"workers"` // tasks in progress at once; null where the benchmark decides
	P       int     `json:"p"`       // the smaller of cores and GOMAXPROCS

	// The known parts; a part that combines several is named after all of them. If the
	// job needed less CPU time than its baseline, inflation is negative by that amount,
	// and work is too large by the same amount
	Parts []analyse.Part `json:"parts"`

	// Cores by which inflation is negative, otherwise 0: page and table subtract them from
	// work and show no negative inflation
	Saved    table.Null `json:"saved"`
	Residual table.Null `json:"residual"`               // what the clocks disagree by
	Idle     table.Null `json:"kernel_idle"`            // idle cores as the kernel saw them: a check, and no part
	Largest  string     `json:"largest_loss,omitempty"` // the part other than work with the most cores; absent if none has more than 2 % of them
}

func asStack(s analyse.Stack) stackJSON {
	return stackJSON{natural(s.Workers), s.P, s.Parts(), table.Null(s.Saved()), table.Null(s.Residual), table.Null(s.Idle), s.Largest().Name}
}

// latencyJSON is seconds that something took at a point.
type latencyJSON struct {
	Workers  natural           `json:"workers"`   // null where the benchmark decides
	P        int               `json:"p"`         // the smaller of cores and GOMAXPROCS
	Arrivals bool              `json:"since_due"` // true: from when an item was due in an open loop; false: from the start of a task
	P50      interval.Interval `json:"p50"`       // median
	P99      interval.Interval `json:"p99"`       // 99th percentile
	Load     table.Null        `json:"load"`      // items per second that came, or that were done in a closed loop
	Capacity table.Null        `json:"capacity"`  // items per second that the CPUs could do: p/D
}

func asLatency(l analyse.Latency) latencyJSON {
	return latencyJSON{natural(l.Workers), l.P, l.Arrivals, l.P50, l.P99, table.Null(l.Load), table.Null(l.Capacity)}
}

// modelsJSON is laws of scaling.
type modelsJSON struct {
	// Of the laws over cores: those of the row, or, if they are fewer than the cores, the
	// fewest that can use all; null where the benchmark decides
	Workers natural          `json:"workers"`
	Cores   []law.Efficiency `json:"cores"` // efficiency by parallelism

	// Of the serial fraction as the cores grow: lossless, constant, rising, falling,
	// superlinear; empty if unclear
	SerialTrend  law.Trend        `json:"karp_flatt_trend,omitempty"`
	Amdahl       law.SerialFit    `json:"amdahl"`                   // S = 1/(f + (1−f)/p)
	Scaled       []law.GainAt     `json:"scaled_speedup,omitempty"` // with weak scaling: throughput of p workers on p cores over that of one on one
	Gustafson    *law.SerialFit   `json:"gustafson,omitempty"`      // S = p − s(p−1), with weak scaling
	OverCores    law.USL          `json:"usl_over_cores"`           // universal scalability law over cores, at the workers of the laws
	OverWorkers  law.USL          `json:"usl_over_workers"`         // universal scalability law over as many workers as can be of use, at p
	Knee         table.Null       `json:"knee"`                     // workers from which on p cores could be busy all the time: p(D+Z)/D
	Predictions  []law.Prediction `json:"predictions"`              // what more cores would give
	NoPrediction string           `json:"no_prediction,omitempty"`  // why there are none
}

// asModels is nil where no law was fitted.
func asModels(m analyse.Models) *modelsJSON {
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

// crossoverJSON is efficiency of an executor against the size of its tasks.
type crossoverJSON struct {
	Workload string            `json:"workload"`         // as the table names it
	Executor string            `json:"executor"`         // what ran the tasks
	Size     string            `json:"size"`             // of the job
	Column   string            `json:"column,omitempty"` // of those that stand side by side, such as a host; absent if there is one only
	P        int               `json:"p"`                // parallelism
	Workers  int               `json:"workers"`          // tasks in progress at once
	Half     interval.Interval `json:"half"`             // n½, the seconds of a task at which efficiency reaches one half; null if it is outside of the grains
	Reached  bool              `json:"reached"`          // whether efficiency reaches one half at some grain
	Grains   []grainJSON       `json:"grains"`           // by the size of a task
}

// grainJSON is one size of task.
type grainJSON struct {
	Variant    string            `json:"variant,omitempty"` // of the workload, if not its first
	Task       table.Null        `json:"task"`              // seconds of a task in the serial program
	Tasks      table.Null        `json:"tasks"`             // of a job
	Efficiency interval.Interval `json:"efficiency"`        // time of the serial program over p times that of the job
	Ceiling    interval.Interval `json:"ceiling"`           // H(p)/p
	Overhead   interval.Interval `json:"overhead"`          // seconds a task beyond its work, times p
}

func asCrossover(c analyse.Crossover) crossoverJSON {
	grains := each(c.Grains, func(g analyse.Grain) grainJSON {
		return grainJSON{g.Variant, table.Null(g.Task), table.Null(g.Tasks), g.Efficiency, g.Ceiling, g.Overhead}
	})
	return crossoverJSON{c.Workload, c.Executor, c.Size, c.Column, c.P, c.Workers, c.Half, c.Reached(), grains}
}

// timelineJSON is a recording of cashiers.
type timelineJSON struct {
	Procs          int        `json:"procs"`            // processors of the Go scheduler
	Seconds        table.Null `json:"seconds"`          // its length
	Customers      int        `json:"customers"`        // that were served
	InProgress     table.Null `json:"in_progress"`      // mean customers in progress: concurrency
	MostInProgress int        `json:"most_in_progress"` // at one instant
	Running        table.Null `json:"running"`          // mean customers being scanned: parallelism
	MostRunning    int        `json:"most_running"`     // at one instant
}

func asTimeline(t trace.Timeline) timelineJSON {
	return timelineJSON{t.Procs, table.Null(t.Length), len(t.Customers), table.Null(t.InProgress), t.MostInProgress, table.Null(t.Running), t.MostRunning}
}

// pairJSON is two CPUs.
type pairJSON struct {
	From    int               `json:"from"`    // the CPU with the lower number
	To      int               `json:"to"`      // the other CPU
	Latency interval.Interval `json:"latency"` // seconds one way
}

// asPairs is empty if p is nil.
func asPairs(p *trace.Pairs) []pairJSON {
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
