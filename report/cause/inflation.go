package cause

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// sure is how many standard errors a difference of samples must exceed.
const sure = 3

// beyondSharing is how much slower a line must become to be slower than plain code may: another
// thread on the same core halves its speed at most.
const beyondSharing = 2

// comparison is what the CPU profiles say.
type comparison struct {
	gc        float64 // cores of garbage collection, on all cores
	needed    float64 // what one core needs, in cores
	saved     float64 // of needed: what several cores do not do
	searching float64 // cores on which the scheduler looks for work, beyond that on one core
	causes    []Cause
	calls     map[Line]float64 // cores in system calls, at most
	hot       hot
	paths     *Node // nil if a profile is missing
}

// compare computes the cores that lines take beyond those of one core.
func compare(m modules, r Record) comparison {
	all, one := collect(m, r.AllCPU), collect(m, r.OneCPU)
	busy := r.All.busy()
	c := comparison{gc: all.collection(r.All), calls: map[Line]float64{}, hot: hot{all.stacks}}
	a := scale{all.rest, busy - c.gc}
	for k, g := range all.groups {
		if k.kind == Syscall {
			c.calls[k.line] = a.cores(g.part) + sure*a.stderr(g.part)
		}
	}
	if r.One.Ops == 0 {
		return c
	}
	slowed := r.One.Wall.Seconds() / float64(r.One.Ops) * float64(r.All.Ops) / r.All.Wall.Seconds()
	gc := one.collection(r.One) * slowed
	c.needed = r.One.busy()*slowed - gc
	if all.rest.count == 0 || one.rest.count == 0 {
		return c
	}
	o := scale{one.rest, c.needed}
	c.paths = newNode("")
	c.paths.addProfile(m, r.AllCPU, a, scale{all.gc, c.gc}, func(n *Node) *float64 { return &n.All })
	c.paths.addProfile(m, r.OneCPU, o, scale{one.gc, gc}, func(n *Node) *float64 { return &n.One })
	if d, certain := difference(a, o, all.search, one.search); certain {
		c.searching, c.saved = max(0, d), max(0, -d)
	}
	unskid(all, one)
	for _, k := range slices.SortedFunc(maps.Keys(all.groups), compareKeys) {
		g := all.groups[k]
		switch d, certain := difference(a, o, g.part, one.group(k).part); {
		case certain && d > 0:
			c.causes = append(c.causes, inflation(k, g, one.group(k), a, o))
		case certain:
			c.saved -= d
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(one.groups), compareKeys) {
		if d, certain := difference(a, o, part{}, one.groups[k].part); certain && all.groups[k] == nil {
			c.saved -= d
		}
	}
	return c
}

// inflation is the cause for samples of a line or a function that take more than on one core.
func inflation(k key, all, one *group, a, o scale) Cause {
	took, needed := a.cores(all.part), o.cores(one.part)
	c := Cause{Kind: k.kind, Cores: took - needed, CPU: took - needed}
	if c.Kind == Slower && took > beyondSharing*(needed+sure*o.stderr(one.part)) {
		c.Kind = Memory
	}
	if needed > 0 {
		c.Growth = took / needed
	}
	most := math.Inf(-1)
	for line, p := range all.lines {
		more, path := a.cores(p)-o.cores(one.lines[line]), all.paths[line].path
		if len(path) > 0 && (more > most || more == most && line < c.Line.Line) {
			most, c.Line, c.Path = more, path[0], path[1:]
		}
	}
	c.From, c.Until = c.Line.Line, c.Line.Line
	for line, p := range all.lines {
		if a.cores(p)-o.cores(one.lines[line]) > c.Cores/10 {
			c.From, c.Until = min(c.From, line), max(c.Until, line)
		}
	}
	c.From, c.Until = all.beside(c.From, c.Until)
	return c
}

// busy returns the cores that a pass used.
func (p Pass) busy() float64 { return p.CPU.Seconds() / p.Wall.Seconds() }

// scale makes cores of samples, the sum of which is known.
type scale struct {
	sum   part
	total float64 // cores
}

func (s scale) cores(p part) float64 { return s.total * p.value / s.sum.value }

// stderr is the standard error of a part. One more sample in it keeps a part without any
// uncertain.
func (s scale) stderr(p part) float64 {
	n := s.sum.count + 2
	q := (p.count + 1) / n
	return s.total * math.Sqrt(q*(1-q)/n)
}

// difference returns by how much a part on all cores exceeds that on one, and whether it is
// more than chance.
func difference(all, one scale, a, o part) (cores float64, certain bool) {
	cores = all.cores(a) - one.cores(o)
	return cores, math.Abs(cores) > sure*math.Hypot(all.stderr(a), one.stderr(o))
}

func compareKeys(a, b key) int {
	return cmp.Or(compareLines(a.line, b.line), cmp.Compare(a.kind, b.kind))
}
