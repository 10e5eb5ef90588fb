package report

import (
	"cmp"
	"slices"
)

// series returns the times of p by round and whether samples under pressure
// had to be used because fewer than three others exist.
func (d *Data) series(p Point) (s series, pressed bool) {
	for _, sample := range d.Samples[p] {
		if !(sample.Pressure > MaxPressure) {
			s = append(s, visit{sample.Round, sample.Seconds})
		}
	}
	all := d.Samples[p]
	if len(s) >= min(3, len(all)) {
		return s, false
	}
	s = s[:0]
	for _, sample := range all {
		s = append(s, visit{sample.Round, sample.Seconds})
	}
	return s, true
}

// level is cores and GOMAXPROCS.
type level struct{ cores, procs int }

func (l level) p() int { return min(l.cores, l.procs) }

// levels returns, for each parallelism, the level with the fewest cores and
// then the fewest procs: where a process cannot be bound, GOMAXPROCS alone
// makes the levels.
func (d *Data) levels(base Point) []level {
	var all []level
	for _, p := range d.Points {
		if like(p, base) {
			all = append(all, level{p.Cores, p.Procs})
		}
	}
	slices.SortFunc(all, func(a, b level) int {
		return cmp.Or(cmp.Compare(a.p(), b.p()), cmp.Compare(a.cores, b.cores), cmp.Compare(a.procs, b.procs))
	})
	return slices.CompactFunc(all, func(a, b level) bool { return a.p() == b.p() })
}

// like reports whether p differs from base in workers, cores and procs only.
func like(p, base Point) bool {
	p.Workers, p.Cores, p.Procs = base.Workers, base.Cores, base.Procs
	return p == base
}

func (base Point) at(workers int, l level) Point {
	base.Workers, base.Cores, base.Procs = workers, l.cores, l.procs
	return base
}

// workersAt lists the workers measured at a level, ascending. 0, for a benchmark
// that decides its workers itself, is alone: beside numbers of workers, which a
// benchmark in another file may have, it is left out.
func (d *Data) workersAt(base Point, l level) []int {
	var list []int
	for _, p := range d.Points {
		if like(p, base) && p.Cores == l.cores && p.Procs == l.procs {
			list = append(list, p.Workers)
		}
	}
	slices.Sort(list)
	if n := len(list); n > 0 && list[n-1] > 0 {
		list = slices.DeleteFunc(list, func(w int) bool { return w == 0 })
	}
	return list
}
