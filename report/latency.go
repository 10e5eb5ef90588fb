package report

import (
	"cmp"
	"math"
	"slices"
)

// Latency is how long the tasks of a point took.
type Latency struct {
	Workers, P int

	// Arrivals says that the times count from when an item was due, not from
	// when its task began: the point is of an open loop, whose items come by a
	// schedule, and what they wait before a worker is free is in them.
	Arrivals bool

	// P50 and P99 are seconds that half of the tasks, and 99 of 100, did not
	// exceed: the geometric mean over the samples, as of all times, with its
	// 95 % interval. The quantiles of a sample are those of its jobs together,
	// so the mean of a few short samples understates the 99th.
	P50, P99 Interval

	// Load is the items that came per second, where they have a schedule and
	// the file says it (due-items/s), otherwise those that were done. NaN if
	// neither was measured.
	Load float64

	// Capacity is the items per second that P cores could do if nothing but
	// CPU time held them up: p/D of the operational bounds, with D the CPU
	// seconds of an item at this point. NaN if not measured.
	Capacity float64
}

// latencies are those of all points of a row, by level and then by workers.
// Points whose tasks were not timed are left out.
func (d survey) latencies(base Point, levels []level) (list []Latency) {
	for _, l := range levels {
		for _, w := range d.workersAt(base, l) {
			if one := d.latency(base.at(w, l)); !math.IsNaN(one.P50.Value) || !math.IsNaN(one.P99.Value) {
				list = append(list, one)
			}
		}
	}
	return list
}

func (d survey) latency(p Point) Latency {
	l := Latency{
		Workers: p.Workers, P: p.Parallelism(),
		P50:      d.geometricMean(p, func(s Sample) float64 { return s.Arrival50 }),
		P99:      d.geometricMean(p, func(s Sample) float64 { return s.Arrival99 }),
		Load:     d.mean(p, func(s Sample) float64 { return positive(s.Due) }),
		Capacity: math.NaN(),
	}
	if l.Arrivals = !math.IsNaN(l.P50.Value) || !math.IsNaN(l.P99.Value); !l.Arrivals {
		l.P50 = d.geometricMean(p, func(s Sample) float64 { return s.Task50 })
		l.P99 = d.geometricMean(p, func(s Sample) float64 { return s.Task99 })
	}
	done := d.mean(p, func(s Sample) float64 { return positive(s.Items) })
	if math.IsNaN(l.Load) {
		l.Load = done
	}
	if busy := d.mean(p, func(s Sample) float64 { return positive(s.CPUsBusy) }); busy > 0 {
		l.Capacity = float64(l.P) * done / busy
	}
	return l
}

// Served is the latencies of the rows that are loads of one open loop, by
// parallelism and then by load, each at the most workers that all of the loads
// were measured with: fewer would queue for a worker rather than for a core.
type Served struct {
	Name      string // of the row with the lowest load
	Latencies []Latency

	loop Point
}

// Holds reports whether r is one of the loads.
func (s Served) Holds(r Row) bool { return r.open() && r.loop() == s.loop }

// open reports whether the items of r came by a schedule.
func (r Row) open() bool {
	return slices.ContainsFunc(r.Latencies, func(l Latency) bool { return l.Arrivals && l.Load > 0 })
}

// loop is what the loads of one open loop have in common.
func (r Row) loop() Point {
	return Point{Workload: r.Workload, Package: r.Package, Executor: r.Executor, Size: r.Size, Weak: r.Weak, Column: r.machine}
}

// Served are the open loops that were measured under several loads.
func (a *Analysis) Served() (list []Served) {
	loops := map[Point][]Row{}
	var order []Point
	for _, r := range a.Rows {
		key := r.loop()
		if !r.open() {
			continue
		}
		if loops[key] == nil {
			order = append(order, key)
		}
		loops[key] = append(loops[key], r)
	}
	for _, key := range order {
		if s := serve(loops[key]); len(s.Latencies) > 0 {
			s.loop = key
			list = append(list, s)
		}
	}
	return list
}

// serve is empty if no parallelism has two loads at the same workers.
func serve(rows []Row) (s Served) {
	type place struct{ p, workers int }
	found := map[place][]Latency{}
	for _, r := range rows {
		for _, l := range r.Latencies {
			if l.Arrivals && l.Load > 0 {
				found[place{l.P, l.Workers}] = append(found[place{l.P, l.Workers}], l)
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
