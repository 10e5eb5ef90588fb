package cause

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/pprof/profile"
)

// merge joins causes of one kind, line and holder. CPU time for a lock or a channel is part of
// the largest wait at that line, or that this line ended.
func merge(causes []Cause) []Cause {
	slices.SortFunc(causes, compareCauses) // sums of floating point numbers depend on the order
	var list []Cause
	for _, c := range causes {
		if n := len(list) - 1; n >= 0 && list[n].same(c) {
			list[n].join(c)
		} else {
			list = append(list, c)
		}
	}
	var merged []Cause
	for i, c := range list {
		if j := waitFor(c, list); j >= 0 && c.Cores == c.CPU {
			list[j].Cores += c.Cores
			list[j].CPU += c.CPU
			list[i].Cores = 0
		}
	}
	for _, c := range list {
		if c.Cores > 0 {
			merged = append(merged, c)
		}
	}
	slices.SortStableFunc(merged, func(a, b Cause) int { return cmp.Compare(b.Cores, a.Cores) })
	return merged
}

// waitFor returns the largest wait of the same kind that has the line, or that it ended; -1 if
// there is none.
func waitFor(c Cause, list []Cause) int {
	best := -1
	for i, w := range list {
		same := w.Kind == c.Kind || c.Kind == Join && w.Kind == Imbalance
		if same && w.Cores > w.CPU && (w.Line == c.Line || w.Holder != nil && *w.Holder == c.Line) && (best < 0 || w.Cores > list[best].Cores) {
			best = i
		}
	}
	return best
}

func (c Cause) holder() Line {
	if c.Holder == nil {
		return Line{}
	}
	return *c.Holder
}

func (c Cause) same(o Cause) bool {
	return c.Kind == o.Kind && c.Line == o.Line && c.holder() == o.holder()
}

// join adds a cause of the same line. The largest comes first, and has the path.
func (c *Cause) join(o Cause) {
	c.Cores += o.Cores
	c.Wake += o.Wake
	c.CPU += o.CPU
	c.From, c.Until = min(c.From, o.From), max(c.Until, o.Until)
}

func compareCauses(a, b Cause) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), compareLines(a.Line, b.Line), compareLines(a.holder(), b.holder()),
		cmp.Compare(b.Cores, a.Cores), cmp.Compare(a.During, b.During), slices.CompareFunc(a.Path, b.Path, compareLines))
}

func compareLines(a, b Line) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Function, b.Function))
}

// collection divides the cores of garbage collection over the lines that allocate.
func collection(m modules, r Record, cores float64) []Cause {
	var sum float64
	var list []Cause
	eachSample(r.Allocs, "alloc_objects", "alloc_space", func(s stack, p part) {
		sum += p.value
		if path := s.path(m); len(path) > 0 {
			c := Cause{Kind: GC, Cores: p.value}
			c.at(path)
			list = append(list, c)
		}
	})
	if sum == 0 {
		return []Cause{{Kind: GC, Cores: cores, CPU: cores}}
	}
	for i := range list {
		list[i].Cores *= cores / sum
		list[i].CPU = list[i].Cores
	}
	return list
}

// crossCheck adds what the mutex and the block profile say of the lines of causes.
func crossCheck(m modules, r Record, causes []Cause) {
	held, waited := delays(m, r.Mutex), delays(m, r.Block)
	for i := range causes {
		c := &causes[i]
		c.CrossCheck = CrossCheck{math.NaN(), waited.share(c.Line)}
		if c.Holder != nil {
			c.CrossCheck.Mutex = held.share(*c.Holder)
		}
	}
}

// delay is the delays of a profile by line.
type delay struct {
	sum   float64
	lines map[Line]float64
}

// delays sums a mutex or block profile, without what waits for the whole benchmark.
func delays(m modules, p *profile.Profile) delay {
	d := delay{lines: map[Line]float64{}}
	eachSample(p, "contentions", "delay", func(s stack, p part) {
		if s.harness() {
			return
		}
		d.sum += p.value
		if path := s.path(m); len(path) > 0 {
			d.lines[path[0]] += p.value
		}
	})
	return d
}

func (d delay) share(l Line) float64 {
	if d.sum == 0 {
		return math.NaN()
	}
	return d.lines[l] / d.sum
}
