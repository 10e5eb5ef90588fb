package cause

import (
	"maps"
	"slices"
)

// scaled is how much larger than in the trace the cores that run nothing may be without it.
const scaled = 2

// line returns the user's innermost line of a stack.
func (t *tape) line(i int32) (Line, bool) {
	if path := t.stacks[i].path; len(path) > 0 {
		return path[0], true
	}
	return Line{}, false
}

// causes divides the cores that ran nothing without the trace as the trace has them.
func (l *ledger) causes(cores float64, cpu comparison) []Cause {
	length := float64(l.end - l.start)
	list := l.blocked(cpu.calls)
	total := l.idle / length
	for _, c := range list {
		total += c.Cores
	}
	if cores <= 0 || total <= 0 {
		return nil
	}
	for o, c := range l.charges {
		list = append(list, l.cause(o, charge{c.all / length, c.wake / length}, cpu.hot))
	}
	for i := range list {
		scale := min(cores/total, scaled)
		list[i].Cores *= scale
		list[i].Wake *= scale
	}
	return list
}

// blocked returns the cores that wait in system calls: what the trace says beyond their CPU
// time.
func (l *ledger) blocked(cpu map[Line]float64) (list []Cause) {
	sums := map[Line]*Cause{}
	for _, i := range slices.Sorted(maps.Keys(l.calls)) {
		c := Cause{Kind: Syscall}
		c.at(l.stacks[i].path)
		if sums[c.Line] == nil {
			sums[c.Line] = &c
		}
		sums[c.Line].Cores += l.calls[i] / float64(l.end-l.start)
	}
	for line, c := range sums {
		if c.Cores -= cpu[line]; c.Cores > 0 {
			list = append(list, *c)
		}
	}
	return list
}

// cause makes a cause of a charge.
func (l *ledger) cause(o origin, cores charge, hot hot) Cause {
	c := Cause{Kind: o.kind, Cores: cores.all, Wake: cores.wake}
	if c.Kind == Serial || c.Kind == TooFew {
		if l.together < (l.alone+l.together)/100 {
			c.Kind = TooFew
		}
		if seen := l.seen[l.pair(o)]; len(seen) > 0 {
			c.at(hottest(seen))
		} else {
			c.stretch(l.stacks[o.site].path, l.stacks[o.by].path, hot)
		}
		return c
	}
	c.at(l.stacks[o.site].path)
	c.In = l.stacks[o.site].via
	if holder, ok := l.line(o.by); ok && c.Kind != GC { // which runs in anybody's name
		c.Holder, c.HolderIn, c.During = &holder, l.stacks[o.by].via, o.during
		if at, ok := l.line(o.at); ok {
			c.At = &at
		} else if path := hottest(l.seen[l.pair(o)]); len(path) > 0 && o.during == "" {
			c.At = &path[0]
		} else if at, ok := hot.in(holder.Function); ok && o.during == "" && !o.begun {
			c.At = &at
		}
	}
	return c
}

// hottest returns the path on which most samples are: from the outermost frame inwards, the line
// with most of those that are left, until most are at the line itself and not in what it calls.
func hottest(list []weighted) (path []Line) {
	for depth := 1; ; depth++ {
		here := 0.0
		sums := map[Line]float64{}
		for _, w := range list {
			if len(w.path) < depth {
				here += w.value
			} else {
				sums[w.path[len(w.path)-depth]] += w.value
			}
		}
		next, found := largest(sums)
		if !found || sums[next] < here {
			return path
		}
		path = slices.Insert(path, 0, next)
		list = slices.DeleteFunc(slices.Clone(list), func(w weighted) bool {
			return len(w.path) < depth || w.path[len(w.path)-depth] != next
		})
	}
}

// at sets the line to the innermost of a path.
func (c *Cause) at(path []Line) {
	if len(path) > 0 {
		c.Line, c.From, c.Until, c.Path = path[0], path[0].Line, path[0].Line, path[1:]
	}
}

// stretch sets the line to the one that takes most time of those between two stacks of one
// goroutine.
func (c *Cause) stretch(from, until []Line, hot hot) {
	if len(until) == 0 {
		from, until = nil, from
	}
	if len(from) == 0 {
		c.at(until)
		return
	}
	path, within := hot.between(from, until)
	switch {
	case len(path) > 0:
		c.at(path)
	case within == (Line{}): // it came back, and no sample says what it did
		return
	default:
		c.at(until)
	}
	if c.Line.Function == within.Function && within.Line <= c.Line.Line {
		c.From = within.Line
	}
}
