package sweep

import (
	"slices"
	"strings"
	"time"

	"overlap/bench"
	"overlap/bench/host"
)

// WorkersVariable is the environment variable from which a benchmark that is
// not of this suite may read how many tasks to have in progress at once. Only
// those that read it are measured at several numbers of workers.
const WorkersVariable = "OVERLAP_WORKERS"

// Benchmark is a benchmark that is not of this suite.
type Benchmark struct {
	Package   string // import path
	Name      string // as it is printed, without the word Benchmark: Parse/size=4
	Workers   bool   // it reads WorkersVariable
	NoCeiling bool   // its copies cannot wait for each other

	// Goroutines is how many RunParallel starts for each of GOMAXPROCS, by
	// SetParallelism. It is 0 if their number is not the benchmark's number of tasks in
	// progress: it does not call RunParallel, those begin others, or it reads
	// WorkersVariable.
	Goroutines int
	Least      int  // of them that it can have, if that is more than one
	Roles      bool // half of them do other work, so that only even numbers are alike

	OneCore bool `json:",omitempty"` // it was looked at, and uses one core however many there are

	Once time.Duration // that a process took to run it once, or its share of it
	Op   time.Duration // of one operation, as that process timed it
}

// visit estimates how long a visit with a sample of this length takes. A process runs
// one operation and then as many as fill the sample, and does twice what it does
// outside of the timer. An operation that is longer than the sample runs once.
func (b Benchmark) visit(sample time.Duration) time.Duration {
	if b.Op >= sample {
		return b.Once
	}
	return 2*b.Once + 3*sample/2
}

// slices estimates how long a process runs that times slices for d. It runs one
// operation, then a few, and then at least one slice; each time it does what the
// benchmark does outside of its timer.
func (b Benchmark) slices(d time.Duration) time.Duration {
	return b.Once + max(b.Once, 2*b.Op) + max(b.Once, d)
}

// reserved are the keys with which a result file says how a sample was taken. No part of
// a benchmark's own name may use one: see Title.
var reserved = []string{"executor", "workers", "cores", "slices", "scaling"}

// Title is the benchmark's name in a result file. Of a part such as cores=7,
// which would pass for the sweep's own, it makes cores:7; other parts stay.
func (b Benchmark) Title() string {
	parts := strings.Split(b.Name, "/")
	for i, part := range parts {
		if key, value, ok := strings.Cut(part, "="); ok && slices.Contains(reserved, key) {
			parts[i] = key + ":" + value
		}
	}
	return strings.Join(parts, "/")
}

// ForeignPlan is the Plan for benchmarks that are not of this suite. Levels must not be
// empty, nor Workers if a benchmark reads their number; both ascend.
type ForeignPlan struct {
	Benchmarks []Benchmark
	Levels     []Level
	Workers    []int

	// Goroutines makes those that RunParallel starts the workers of its benchmarks. Their
	// own number is always among them, on the lowest level and on the highest.
	Goroutines bool
}

func (b Benchmark) point(workers int, l Level) Point {
	return Point{
		Point:   bench.Point{Workload: b.Title(), Workers: workers, Cores: l.Cores, Procs: l.Procs, Slices: 1},
		Package: b.Package,
		Copies:  1,
	}
}

// curve is the curve of a benchmark; 0 workers leave their number to it.
func (f ForeignPlan) curve(b Benchmark) curve {
	switch {
	case b.Workers:
		return curve{f.Workers, b.point}
	case f.Goroutines && b.Goroutines > 0:
		workers := append(slices.Clone(f.Workers), b.Goroutines*f.Levels[0].Procs, b.Goroutines*f.Levels[len(f.Levels)-1].Procs)
		for i := range workers {
			workers[i] = max(workers[i], b.Least)
		}
		if b.Roles {
			workers = slices.DeleteFunc(workers, func(w int) bool { return w%2 == 1 })
		}
		return curve{Unique(workers), b.point}
	}
	return curve{[]int{0}, b.point}
}

// FixedPoints implements Plan: those of every benchmark, and the ceilings.
func (f ForeignPlan) FixedPoints() (points []Point) {
	for _, b := range f.Benchmarks {
		points = append(points, f.curve(b).fixed(f.Levels)...)
		points = append(points, f.ceilings(b)...)
	}
	return points
}

// AdaptivePoints implements Plan.
func (f ForeignPlan) AdaptivePoints(best func(same []Point) (Point, bool)) (points []Point) {
	for _, b := range f.Benchmarks {
		if c := f.curve(b); c.workers[0] > 0 {
			points = append(points, c.adaptive(f.Levels, best)...)
		}
	}
	return points
}

// KeyPoints implements Plan.
func (s ForeignPlan) KeyPoints(best func(same []Point) (Point, bool), slower func(p, than Point) bool) (points []Point) {
	for _, b := range s.Benchmarks {
		points = append(points, s.curve(b).key(s.Levels, best, slower)...)
		for _, p := range s.ceilings(b) {
			if p.Copies == s.Levels[len(s.Levels)-1].parallelism() {
				points = append(points, p)
			}
		}
	}
	return points
}

// ceilings are p copies of a benchmark, each on a CPU of its own, for every
// degree of parallelism p above 1. They are compared with one copy, which is
// the benchmark on one core: without that there are none.
func (f ForeignPlan) ceilings(b Benchmark) []Point {
	single := Level{Cores: 1, Procs: 1}
	if !host.CanBind {
		single.Cores = f.Levels[0].Cores
	}
	if b.NoCeiling || f.Levels[0] != single {
		return nil
	}
	var points []Point
	for _, l := range f.Levels {
		p := b.point(f.curve(b).workers[0], single)
		if p.Copies = l.parallelism(); p.Copies > 1 && !slices.Contains(points, p) {
			points = append(points, p)
		}
	}
	return points
}
