// Package sweep measures the points of a plan, within a budget and in an order that
// follows from a seed, and writes a result file. Every sample has a process of its own,
// bound to CPUs before its runtime starts, and is on disk before the next begins. Points
// are visited in rounds of random order. What the result says is up to package report.
package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/workloads"
)

// Point is a point of the grid and how many copies of it run at once. Copies
// above 1 are independent processes, each on a CPU of its own, that measure
// the ceiling: what the machine gives to programs that share nothing.
type Point struct {
	bench.Point
	Package string // import path of a benchmark that is not of this suite, or empty
	Copies  int
}

func (p Point) String() string {
	name := p.Name()
	if p.Package != "" {
		name = p.Package + "." + name
	}
	if p.Copies > 1 {
		name += fmt.Sprintf(" ×%d", p.Copies)
	}
	return name
}

// Grid says which points to measure. Every list must have a value.
type Grid struct {
	Workloads []workloads.Workload
	Variants  []string // see workloads.Workload.Choose; may be empty
	Executors []string
	Workers   []int
	Levels    []Level // of parallelism, ascending
	Size      workloads.Size
	Weak      bool        // jobs grow with the workers
	Limits    host.Limits // points whose workers cost more are left out, see LimitErrors
	omitted   []error     // why workloads are left out
}

// Level is a degree of parallelism on offer: CPUs and GOMAXPROCS.
type Level struct{ Cores, Procs int }

// parallelism is how many goroutines can run at the same instant.
func (l Level) parallelism() int { return min(l.Cores, l.Procs) }

// Levels pairs cores and GOMAXPROCS. cpus are the CPUs in the order in which
// they are taken. Without cores, the levels are 1, 2, 4 … up to highest. Without
// procs, GOMAXPROCS is equal to every number of cores. Where processes cannot be bound,
// GOMAXPROCS alone makes the levels. The error is a *SettingError.
func Levels(cpus []int, highest int, cores, procs []int) ([]Level, error) {
	n := len(cpus)
	for _, c := range cores {
		if c > n {
			return nil, wrong("Cores", "%d are too many: there are %d CPUs to use (%s)", c, n, host.FormatList(cpus))
		}
		if !host.CanBind && c != n {
			return nil, wrong("Cores", "this system cannot bind a process to %d of its %d CPUs; choose numbers of GOMAXPROCS instead", c, n)
		}
	}
	if !host.CanBind {
		cores = []int{n}
		if procs == nil {
			procs = doubling(n)
		}
	}
	if cores == nil {
		cores = doubling(highest)
	}
	var levels []Level
	for _, c := range cores {
		if procs == nil {
			levels = append(levels, Level{c, c})
		}
		for _, g := range procs {
			levels = append(levels, Level{c, g})
		}
	}
	return UniqueLevels(levels), nil
}

// UniqueLevels sorts levels and leaves each once.
func UniqueLevels(levels []Level) []Level {
	slices.SortFunc(levels, func(a, b Level) int {
		return cmp.Or(cmp.Compare(a.Cores, b.Cores), cmp.Compare(a.Procs, b.Procs))
	})
	return slices.Compact(levels)
}

// Workers is the default list of worker counts: the powers of four up to 64, or four times
// the CPUs but no more than 256, and every number of cores. All workloads have the same
// list, so that benchstat finds the same rows in every column.
func Workers(levels []Level) []int {
	most := 64
	for _, l := range levels {
		most = max(most, min(256, 4*l.parallelism()))
	}
	var list []int
	for w := 1; w <= most; w *= 4 {
		list = append(list, w)
	}
	for _, l := range levels {
		list = append(list, l.parallelism())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// doubling is 1, 2, 4 … n, ending in n.
func doubling(n int) []int {
	var list []int
	for i := 1; i < n; i *= 2 {
		list = append(list, i)
	}
	return append(list, n)
}

// form is a workload in one of its variants.
type form struct {
	workloads.Workload
	variant string
}

func (g Grid) forms() (list []form) {
	for _, w := range g.Workloads {
		for _, variant := range w.Choose(g.Variants) {
			list = append(list, form{w, variant})
		}
	}
	return list
}

// Check returns an error if the grid has a workload that cannot be run in this way.
func (g Grid) Check() error {
	for _, w := range g.Workloads {
		for _, x := range g.Executors {
			if err := bench.CanRun(w, x); err != nil {
				return err
			}
		}
		if g.Weak && w.NoWeak != "" {
			return wrong("Scaling", "%s has no weak scaling: %s", w.Name, w.NoWeak)
		}
	}
	return nil
}

// MemoryError says that the processes of a workload that take turns need more memory than
// there is.
type MemoryError struct {
	Workload   string
	Processes  int
	Need, Have int64 // bytes
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("%s needs %.1f GB of memory in the %d processes that take turns, and of the %.1f GB that are available a fifth should stay free: free some, or measure fewer workers, fewer cores or a smaller size",
		e.Workload, float64(e.Need)/1e9, e.Processes, float64(e.Have)/1e9)
}

// MemoryErrors returns a *MemoryError for each workload that needs too much.
func (g Grid) MemoryErrors() (errs []error) {
	if g.Limits.Memory == 0 {
		return nil
	}
	points := g.FixedPoints()
	group, blocks := groupsOf(points), map[Point]*MemoryError{}
	for _, w := range g.Workloads {
		if w.Needs == nil {
			continue
		}
		most := &MemoryError{}
		for _, p := range points {
			if p.Workload != bench.Title(w) || p.Slices > 1 && p.Copies == 1 { // it is one of the copies
				continue
			}
			e := blocks[group(p)]
			if e == nil {
				e = &MemoryError{Workload: w.Name, Have: g.Limits.Memory}
				blocks[group(p)] = e
			}
			params := workloads.Params{Size: p.Size, Workers: p.Workers, Variant: p.Variant, Weak: p.Weak, Slices: p.Slices}
			e.Processes += p.Copies
			if e.Need += int64(p.Copies) * int64(w.Needs(params, p.Executor).Bytes); e.Need > most.Need {
				most = e
			}
		}
		if most.Need > most.Have/5*4 {
			errs = append(errs, most)
		}
	}
	return errs
}

// LimitErrors returns why points are left out: a *bench.LimitError for each workload,
// executor and number of workers that the limits do not allow, and a *MemoryError for each
// workload that needs too much memory.
func (g Grid) LimitErrors() (errs []error) {
	errs = append(errs, g.omitted...)
	for _, f := range g.forms() {
		for _, x := range g.Executors {
			for _, workers := range g.workersUnder(x) {
				err := g.fits(f, x, workers)
				same := func(e error) bool { return e.Error() == err.Error() } // of another variant
				if err != nil && !slices.ContainsFunc(errs, same) {
					errs = append(errs, err)
				}
			}
		}
	}
	return errs
}

// fits returns an error if the machine has too little for a point.
func (g Grid) fits(f form, executor string, workers int) error {
	return bench.Fits(f.Workload, workloads.Params{Size: g.Size, Workers: workers, Variant: f.variant, Weak: g.Weak}, executor, g.Limits)
}

// workersUnder returns the numbers of workers that an executor can have.
func (g Grid) workersUnder(executor string) []int {
	if bench.Single(executor) {
		return slices.DeleteFunc(slices.Clone(g.Workers), func(w int) bool { return w != 1 })
	}
	return g.Workers
}

// workers returns the numbers of workers that fit a form under an executor.
func (g Grid) workers(f form, executor string) []int {
	return slices.DeleteFunc(slices.Clone(g.workersUnder(executor)), func(w int) bool { return g.fits(f, executor, w) != nil })
}

// curve is what is measured of one program over workers and levels.
type curve struct {
	workers []int
	point   func(workers int, l Level) Point
}

// fixed returns the curve's points with all workers on the lowest and on the highest
// level, and with workers equal to cores between them. 0 workers are on every level.
func (c curve) fixed(levels []Level) (points []Point) {
	for i, l := range levels {
		for _, w := range c.workers {
			if ends := i == 0 || i == len(levels)-1; ends || w == 0 || w == l.parallelism() {
				points = append(points, c.point(w, l))
			}
		}
	}
	return points
}

// adaptive completes the curve between the lowest and the highest level, at the number of
// workers that is best on the highest.
func (c curve) adaptive(levels []Level, best func(same []Point) (Point, bool)) (points []Point) {
	top := len(levels) - 1
	var same []Point
	for _, w := range c.workers {
		same = append(same, c.point(w, levels[top]))
	}
	p, ok := best(same)
	for i := 1; ok && i < top; i++ {
		if p.Workers != levels[i].parallelism() { // else it is among the fixed points
			points = append(points, c.point(p.Workers, levels[i]))
		}
	}
	return points
}

// key returns the points on which the row of a curve rests: the fewest workers and the
// best number on the lowest level, and on the highest the best number, the most if they are
// slower, because they hinder each other, and one for each core if the best number is less.
func (c curve) key(levels []Level, best func(same []Point) (Point, bool), slower func(p, than Point) bool) (points []Point) {
	lowest, highest := levels[0], levels[len(levels)-1]
	var same []Point
	for _, w := range c.workers {
		same = append(same, c.point(w, highest))
	}
	for i, w := range c.workers {
		p, ok := best(same)
		isBest := ok && p.Workers == w
		if isBest || i == 0 {
			points = append(points, c.point(w, lowest))
		}
		few := ok && p.Workers < w && w == highest.parallelism()
		most := i == len(c.workers)-1 && (!ok || slower(same[i], p))
		if isBest || few || most {
			points = append(points, c.point(w, highest))
		}
	}
	return points
}

// curve is the curve of a workload's variant under an executor.
func (g Grid) curve(f form, executor string) curve {
	return curve{g.workers(f, executor), func(workers int, l Level) Point { return g.point(f, executor, workers, l) }}
}

// FixedPoints implements Plan: those of every workload's variant and executor, the
// serial program, and the ceilings.
func (g Grid) FixedPoints() (points []Point) {
	for _, f := range g.forms() {
		for _, x := range g.Executors {
			points = append(points, g.curve(f, x).fixed(g.Levels)...)
		}
		if l := g.Levels[0]; l.parallelism() == 1 && !slices.Contains(g.Executors, bench.SerialExecutor) {
			points = append(points, g.point(f, bench.SerialExecutor, 1, l))
		}
		points = append(points, g.ceilings(f)...)
	}
	return points
}

// AdaptivePoints implements Plan.
func (g Grid) AdaptivePoints(best func(same []Point) (Point, bool)) (points []Point) {
	for _, f := range g.forms() {
		for _, x := range g.Executors {
			points = append(points, g.curve(f, x).adaptive(g.Levels, best)...)
		}
	}
	return points
}

// KeyPoints implements Plan.
func (g Grid) KeyPoints(best func(same []Point) (Point, bool), slower func(p, than Point) bool) (points []Point) {
	for _, f := range g.forms() {
		for _, x := range g.Executors {
			points = append(points, g.curve(f, x).key(g.Levels, best, slower)...)
		}
		points = append(points, g.point(f, bench.SerialExecutor, 1, g.Levels[0]))
		for _, p := range g.ceilings(f) {
			if p.Slices == g.Levels[len(g.Levels)-1].parallelism() {
				points = append(points, p)
			}
		}
	}
	return points
}

func (g Grid) point(f form, executor string, workers int, l Level) Point {
	return Point{
		Point: bench.Point{
			Workload: bench.Title(f.Workload),
			Executor: executor,
			Workers:  workers,
			Cores:    l.Cores,
			Procs:    l.Procs,
			Size:     g.Size,
			Variant:  f.variant,
			Weak:     g.Weak,
			Slices:   1,
		},
		Copies: 1,
	}
}

// ceilings returns, for every degree of parallelism p above 1, a p-th of the
// job alone on one CPU and p of them at once.
func (g Grid) ceilings(f form) []Point {
	var points []Point
	for _, l := range g.Levels {
		p := l.parallelism()
		if p == 1 {
			continue
		}
		single := Level{Cores: 1, Procs: 1}
		if !host.CanBind {
			single.Cores = l.Cores
		}
		for _, copies := range []int{1, p} {
			pt := g.point(f, g.Executors[0], 1, single)
			pt.Weak = false // a p-th of the job is one worker's work either way
			pt.Slices, pt.Copies = p, copies
			if !slices.Contains(points, pt) {
				points = append(points, pt)
			}
		}
	}
	return points
}
