package analyse

import (
	"cmp"
	"math"
	"slices"

	"overlap/internal/interval"
	"overlap/report/load"
)

// Latency is how long the tasks of a point took.
type Latency struct {
	Workers, P int

	// Arrivals says that the point is of an open loop, whose items come on a
	// schedule. Times then count from when an item was due, and include its wait
	// for a free worker.
	Arrivals bool

	// P50 and P99 are seconds that half of the tasks, and 99 of 100, did not
	// exceed: the geometric mean over the samples, with its 95 % interval. A
	// sample's quantiles are over its jobs together, so the mean of a few short
	// samples understates the 99th percentile.
	P50, P99 interval.Interval

	// Load is the items that came per second, where they have a schedule that the
	// file states (due-items/s), otherwise those that were completed. NaN if
	// neither was measured.
	Load float64

	// Capacity is the items per second that P cores could do if CPU time were the
	// only limit: p/D of the operational bounds, with D the CPU seconds of an
	// item at this point. NaN if not measured.
	Capacity float64
}

// timed reports whether the tasks were timed.
func (l Latency) timed() bool { return !math.IsNaN(l.P50.Value) || !math.IsNaN(l.P99.Value) }

// scheduled reports whether the items came on a schedule, at a known load.
func (l Latency) scheduled() bool { return l.Arrivals && l.Load > 0 }

// latencies lists those of all points with timed tasks, by level and then by
// workers.
func (s survey) latencies() (list []Latency) {
	for _, p := range s.points() {
		if l := latency(s.Data, p); l.timed() {
			list = append(list, l)
		}
	}
	return list
}

func latency(d *load.Data, p load.Point) Latency {
	l := Latency{
		Workers: p.Workers, P: p.Parallelism(),
		P50:      d.GeometricMean(p, func(s load.Sample) float64 { return s.Arrival50 }),
		P99:      d.GeometricMean(p, func(s load.Sample) float64 { return s.Arrival99 }),
		Load:     d.Mean(p, func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.Due) }),
		Capacity: math.NaN(),
	}
	if l.Arrivals = l.timed(); !l.Arrivals {
		l.P50 = d.GeometricMean(p, func(s load.Sample) float64 { return s.Task50 })
		l.P99 = d.GeometricMean(p, func(s load.Sample) float64 { return s.Task99 })
	}
	done := d.Mean(p, func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.Items) })
	if math.IsNaN(l.Load) {
		l.Load = done
	}
	if busy := d.Mean(p, func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.CPUsBusy) }); busy > 0 {
		l.Capacity = float64(l.P) * done / busy
	}
	return l
}

// Served is the latencies of the rows that are loads of one open loop, by
// parallelism and then by load. At each parallelism, they are those of the number of
// workers that was measured under the most loads, the largest if several were: with
// fewer workers, items queue for a worker rather than for a core.
type Served struct {
	Name      string // of the row with the lowest load
	Latencies []Latency

	loop load.Point
}

// Holds reports whether r is one of the loads.
func (s Served) Holds(r Row) bool { return r.open() && r.loop() == s.loop }

// open reports whether the items of r came on a schedule.
func (r Row) open() bool { return slices.ContainsFunc(r.Latencies, Latency.scheduled) }

// loop is what the loads of one open loop have in common.
func (r Row) loop() load.Point {
	return load.Point{Workload: r.Workload, Package: r.Package, Executor: r.Executor, Size: r.Size, Weak: r.Weak, Column: r.machine}
}

// Served lists the open loops that were measured under several loads.
func (a *Analysis) Served() (list []Served) {
	seen := map[load.Point]bool{}
	for _, r := range a.Rows {
		loop := r.loop()
		if !r.open() || seen[loop] {
			continue
		}
		seen[loop] = true
		loads := slices.DeleteFunc(slices.Clone(a.Rows), func(o Row) bool { return !o.open() || o.loop() != loop })
		if s := serve(loads); len(s.Latencies) > 0 {
			s.loop = loop
			list = append(list, s)
		}
	}
	return list
}

// serve combines the loads of one loop. The result is empty if no parallelism has
// two loads at the same workers.
func serve(rows []Row) (s Served) {
	type place struct{ p, workers int }
	found := map[place][]Latency{}
	for _, r := range rows {
		for _, l := range r.Latencies {
			if at := (place{l.P, l.Workers}); l.scheduled() {
				found[at] = append(found[at], l)
			}
		}
	}
	best := map[int]place{} // by parallelism
	for at, loads := range found {
		was, seen := best[at.p]
		order := cmp.Or(cmp.Compare(len(loads), len(found[was])), cmp.Compare(at.workers, was.workers))
		if len(loads) > 1 && (!seen || order > 0) {
			best[at.p] = at
		}
	}
	for _, at := range best {
		s.Latencies = append(s.Latencies, found[at]...)
	}
	slices.SortFunc(s.Latencies, func(x, y Latency) int {
		return cmp.Or(cmp.Compare(x.P, y.P), cmp.Compare(x.Load, y.Load))
	})
	lowest := slices.MinFunc(rows, func(x, y Row) int { return cmp.Compare(x.Latencies[0].Load, y.Latencies[0].Load) })
	s.Name = lowest.Name()
	return s
}
