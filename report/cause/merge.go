package cause

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/pprof/profile"

	"overlap/internal/table"
)

// merge joins causes of one kind, line and holder, and those that would go away together: see
// rootOf.
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
	slices.SortStableFunc(list, bySize)
	var merged []Cause
	for i := len(list) - 1; i >= 0; i-- { // the smallest first: a root has no larger one
		if j := list[i].rootOf(list[:i]); j >= 0 {
			list[j].take(list[i])
		} else if list[i].Cores > 0 {
			merged = append(merged, list[i])
		}
	}
	slices.SortStableFunc(merged, bySize)
	return merged
}

func bySize(a, b Cause) int { return cmp.Compare(b.Cores, a.Cores) }

// rootOf returns the first of larger causes that the cause is part of; -1 if there is none.
func (c Cause) rootOf(larger []Cause) int {
	return slices.IndexFunc(larger, func(w Cause) bool {
		switch {
		case c.isCPU() != w.isCPU() && (w.Kind == c.Kind || c.Kind == Join && w.Kind == Imbalance): // waiting, and CPU time for it
			return w.Line == c.Line || w.holder() == c.Line || c.holder() == w.Line || c.Kind == Join && c.Line == (Line{})
		case c.Kind == Slower || c.Kind == Memory: // data that moves with a lock
			return w.Kind == Lock && slices.ContainsFunc(append(c.Path, c.Line), w.guards)
		case c.Kind == Channel: // the other side waits, too
			return w.Kind == Channel && w.Line == c.holder() && w.holder() == c.Line
		case c.Kind.allocates():
			return w.Kind.allocates() && w.Line == c.Line
		}
		return false
	})
}

// guards reports whether a line is between the waiting for a lock and the end of holding it,
// in one function.
func (c Cause) guards(l Line) bool {
	return c.Holder != nil && c.Line.Function == c.Holder.Function && c.Line.Function == l.Function && c.Line.Line <= l.Line && l.Line <= c.Holder.Line
}

// isCPU reports whether all of a cause is CPU time.
func (c Cause) isCPU() bool { return c.Cores == c.CPU }

// allocates reports whether less allocation would help.
func (k Kind) allocates() bool { return k == GC || k == Allocator || k == Maps || k == Pool }

// take adds a part of the cause at another line. Of waiting and CPU time for it, the wait
// says where.
func (c *Cause) take(o Cause) {
	if c.isCPU() && !o.isCPU() && c.Kind == o.Kind {
		c.Line, c.From, c.Until, c.Path, c.In, c.Holder, c.HolderIn, c.During, c.At = o.Line, o.From, o.Until, o.Path, o.In, o.Holder, o.HolderIn, o.During, o.At
	} else {
		c.Mutual = c.Mutual || c.Kind == Channel && c.Holder != nil && o.Holder != nil
	}
	c.Cores, c.Wake, c.CPU = c.Cores+o.Cores, c.Wake+o.Wake, c.CPU+o.CPU
}

func (c Cause) holder() Line {
	if c.Holder == nil {
		return Line{}
	}
	return *c.Holder
}

// same reports whether two causes are one. What a goroutine does while there are too few of
// them is one stretch of its function, however many lines that has.
func (c Cause) same(o Cause) bool {
	stretch := (c.Kind == Serial || c.Kind == TooFew) && c.Line.Function == o.Line.Function && c.Line.File == o.Line.File
	return c.Kind == o.Kind && (c.Line == o.Line || stretch) && c.holder() == o.holder()
}

// join adds a cause that is the same. The largest has the line.
func (c *Cause) join(o Cause) {
	if o.Line != c.Line && o.Cores > c.Cores {
		c.Line, c.Path = o.Line, o.Path
	}
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

// byAllocation divides what garbage collection took over the lines that allocate.
func byAllocation(m modules, allocs *profile.Profile, gc Cause) []Cause {
	var sum float64
	var list []Cause
	eachSample(allocs, "alloc_objects", "alloc_space", func(s stack, p part) {
		sum += p.value
		if path := s.path(m); len(path) > 0 {
			c := Cause{Kind: GC, Cores: p.value}
			c.at(path)
			list = append(list, c)
		}
	})
	if sum == 0 {
		return []Cause{gc}
	}
	for i := range list {
		share := list[i].Cores / sum
		list[i].Cores, list[i].CPU, list[i].Wake = share*gc.Cores, share*gc.CPU, share*gc.Wake
	}
	return list
}

// crossCheck adds what the mutex and the block profile say of the lines of causes.
func crossCheck(m modules, r Record, causes []Cause) {
	held, waited := delays(m, r.Mutex), delays(m, r.Block)
	for i := range causes {
		c := &causes[i]
		c.CrossCheck = CrossCheck{table.Null(math.NaN()), table.Null(waited.share(c.Line))}
		if c.Holder != nil {
			c.Mutex = table.Null(held.share(*c.Holder))
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
