package analyse

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/load"
)

// Crossover shows what an executor makes of the same work in tasks of different
// sizes, with one worker for each core. Every executor of a workload whose variants
// are durations (tasks of 16us, of 250us …) has one on one core and one on the most
// cores that had a worker each.
//
// On one core it shows the cost of making, queueing and joining a task. On more,
// workers also get in each other's way and cores lack work, so an executor with
// one thread cannot exceed 1/P.
type Crossover struct {
	Workload, Size, Executor string
	Kind                     string // of the workload
	Column                   string // what is shown side by side, such as a host; empty if there is only one
	P, Workers               int    // Workers is the smallest measured number from P

	// Grains are the sizes of task, ascending.
	Grains []Grain

	// Half is n½, the smallest task, in seconds, at which the efficiency is a
	// half (after Hockney's n½ of vectors, 1983), interpolated between the
	// measured sizes on a logarithmic scale. Its bounds are where those of the
	// efficiency are a half: 0 and infinite if beyond the measured sizes. Its
	// value is NaN if the efficiency is above a half at every size, or at none.
	Half interval.Interval
}

// Grain is one size of task under one executor.
type Grain struct {
	Variant string
	Task    float64 // seconds of a task: those of the serial program, divided by the tasks
	Tasks   float64 // in a job

	// Efficiency is T_serial/(P·T): 1 is the serial program's speed on every
	// core. Ceiling is H(P)/P of the same work.
	Efficiency, Ceiling interval.Interval

	// Overhead is the seconds of core time that a task costs besides its work:
	// (P·T − T_serial)/tasks, as in the EPCC benchmarks (Bull, 1999). Its
	// interval ignores the uncertainty of Task itself.
	Overhead interval.Interval
}

// crossovers lists those of all workloads with two sizes of task or more. The
// unnamed variant counts as one, besides those that are durations.
func crossovers(d *load.Data) (all []Crossover) {
	var bases []load.Point
	forms := map[load.Point][]load.Point{} // by base, the variants
	widest := map[load.Point]load.Level{}  // by base, the highest level with a worker for each core
	for _, p := range d.Points {
		if p.Variant != "" && taskOf(p.Variant) == 0 || p.Executor == "" || p.Serial() || p.Weak || p.Slices != 1 || p.Copies != 1 {
			continue
		}
		form := p.At(0, load.Level{})
		base := form
		base.Variant = ""
		if forms[base] == nil {
			bases = append(bases, base)
		}
		if !slices.Contains(forms[base], form) {
			forms[base] = append(forms[base], form)
		}
		if l := (load.Level{Cores: p.Cores, Procs: p.Procs}); l.P() > widest[base].P() && p.Workers >= l.P() {
			widest[base] = l
		}
	}
	for _, base := range bases {
		for _, l := range slices.Compact([]load.Level{{Cores: 1, Procs: 1}, widest[base]}) {
			c := Crossover{Workload: base.Workload, Size: base.Size, Executor: base.Executor, Kind: d.Kinds[base.Workload], Column: base.Column, P: l.P()}
			for _, form := range forms[base] {
				if g, workers, ok := newSurvey(d, form).grain(l.P()); ok {
					c.Grains, c.Workers = append(c.Grains, g), workers
				}
			}
			slices.SortStableFunc(c.Grains, func(a, b Grain) int { return cmp.Compare(a.Task, b.Task) })
			if len(c.Grains) > 1 {
				c.Half = half(c.Grains)
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Crossover) int {
		return cmp.Or(d.Rank(a.Workload)-d.Rank(b.Workload), cmp.Compare(a.Workload, b.Workload),
			cmp.Compare(a.Size, b.Size), d.ColumnRank(a.Column)-d.ColumnRank(b.Column), cmp.Compare(a.P, b.P), cmp.Compare(a.Executor, b.Executor))
	})
	return all
}

// taskOf returns the size of task that a variant's name states; 0 if it states none.
func taskOf(variant string) time.Duration {
	size, err := time.ParseDuration(variant)
	if err != nil {
		return 0
	}
	return max(size, 0)
}

// compareVariants orders durations by their length, and all else by name.
func compareVariants(a, b string) int {
	return cmp.Or(cmp.Compare(taskOf(a), taskOf(b)), cmp.Compare(a, b))
}

// grain compares the variant on p cores with its serial program on one. It returns
// the workers, and false if a measurement is missing.
func (s survey) grain(p int) (g Grain, workers int, ok bool) {
	serial, tasks := s.serialTimes()
	at := slices.IndexFunc(s.levels, func(l load.Level) bool { return l.P() == p })
	if at < 0 || len(serial) == 0 || !(tasks >= 1) {
		return g, 0, false
	}
	all := s.workers(s.levels[at])
	enough := slices.IndexFunc(all, func(w int) bool { return w >= p })
	if enough < 0 {
		return g, 0, false
	}
	times := s.times(s.base.At(all[enough], s.levels[at]))
	g = Grain{Variant: s.base.Variant, Task: serial.Mean() / tasks, Tasks: tasks}
	g.Efficiency = interval.Quotient(serial, times).Times(1 / float64(p))
	g.Ceiling = s.ceiling(p).Times(1 / float64(p))
	g.Overhead = g.Efficiency.Through(func(efficiency float64) float64 { return g.Task * (1/efficiency - 1) })
	return g, all[enough], true
}

// serialTimes returns the times of the serial program on one core, and the tasks in
// its job.
func (s survey) serialTimes() (times interval.Series, tasks float64) {
	form := s.base
	form.Executor = "serial"
	levels := s.Data.Levels(form)
	if len(levels) == 0 || levels[0].P() != 1 {
		return nil, 0
	}
	p := form.At(1, levels[0])
	return s.times(p), math.Round(s.Mean(p, func(s load.Sample) float64 { return s.Items * s.Seconds }))
}

// half returns n½ of sorted grains.
func half(grains []Grain) interval.Interval {
	h := interval.Interval{
		Value: crossing(grains, func(i interval.Interval) float64 { return i.Value }),
		Low:   crossing(grains, func(i interval.Interval) float64 { return i.High }),
		High:  crossing(grains, func(i interval.Interval) float64 { return i.Low }),
	}
	if h.Value == 0 || math.IsInf(h.Value, 1) {
		return interval.Interval{Value: math.NaN(), Low: h.Low, High: h.High}
	}
	return h
}

// crossing returns the smallest task at which the efficiency, or a bound of it, is a
// half: 0 if it is more at the smallest measured task, infinite if it is less at
// every size, and NaN if one is unknown.
func crossing(grains []Grain, value func(interval.Interval) float64) float64 {
	of := func(g Grain) float64 { return value(g.Efficiency) }
	i := slices.IndexFunc(grains, func(g Grain) bool { return of(g) >= 0.5 })
	switch {
	case slices.ContainsFunc(grains, func(g Grain) bool { return math.IsNaN(of(g)) }):
		return math.NaN()
	case i < 0:
		return math.Inf(1)
	case i == 0:
		return 0
	}
	a, b := grains[i-1], grains[i]
	along := (0.5 - of(a)) / (of(b) - of(a))
	return a.Task * math.Pow(b.Task/a.Task, along)
}

// Reached reports whether the efficiency is a half or more at some size.
func (c Crossover) Reached() bool {
	return slices.ContainsFunc(c.Grains, func(g Grain) bool { return g.Efficiency.Value >= 0.5 })
}

// String is n½ with its interval, or the side of the measured sizes that it is on.
func (c Crossover) String() string {
	at := func(half float64) string {
		switch {
		case half == 0:
			return "below " + table.ShortTime(c.Grains[0].Task)
		case math.IsInf(half, 1):
			return "above " + table.ShortTime(c.Grains[len(c.Grains)-1].Task)
		}
		return table.ShortTime(half)
	}
	value := c.Half.Value
	switch {
	case !c.Reached():
		value = math.Inf(1)
	case math.IsNaN(value):
		value = 0
	}
	if beyond := value == 0 && c.Half.High == 0 || math.IsInf(c.Half.Low, 1); beyond || math.IsNaN(c.Half.Low) {
		return at(value)
	}
	return fmt.Sprintf("%s (%s to %s)", at(value), at(c.Half.Low), at(c.Half.High))
}

// Name is the name of the workload and its column, as in the table.
func (c Crossover) Name() string {
	r := Row{Workload: c.Workload, Kind: c.Kind}
	if c.Column != "" {
		r.variant = " @" + c.Column
	}
	return r.Name()
}

// SameButExecutor reports whether two differ in the executor only.
func (c Crossover) SameButExecutor(o Crossover) bool {
	return c.Workload == o.Workload && c.Size == o.Size && c.Column == o.Column && c.P == o.P
}
