package cause

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// samples are those of a CPU profile, by what they count for.
type samples struct {
	gc     part // by its clock
	upkeep part // for garbage collection beside that
	rest   part // all others
	search part // of rest: the scheduler's own
	groups map[key]*group
	stacks []weighted // of rest: those with a line of the user's
}

// part is a part of the samples of a profile.
type part struct{ count, value float64 }

func (p *part) add(o part) {
	p.count += o.count
	p.value += o.value
}

// key is what samples are charged to: a line, or, where a processor charges a later
// instruction for a slow one, all lines of a function that do the same.
type key struct {
	line Line
	kind Kind
}

func keyOf(l Line, k Kind) key {
	switch k {
	case Readers, Atomic, Slower, Harness:
		l.Line = 0
	}
	return key{l, k}
}

// group is the samples that are charged to one key.
type group struct {
	part
	lines map[int]part
	paths map[int]weighted // of the largest sample of each line
}

func (g *group) add(line int, p part) {
	g.part.add(p)
	sum := g.lines[line]
	sum.add(p)
	g.lines[line] = sum
}

// weighted is the user's frames of a stack, and what they count for.
type weighted struct {
	path  []Line
	value float64
}

// collect sorts the samples of a CPU profile, which may be nil.
func collect(m modules, p *profile.Profile) samples {
	s := samples{groups: map[key]*group{}}
	eachSample(p, "samples", "cpu", func(st stack, drawn part) {
		if st.isCollection() {
			s.gc.add(drawn)
			return
		}
		path := st.path(m)
		if len(path) == 0 && st.isUpkeep() {
			s.upkeep.add(drawn)
			return
		}
		s.rest.add(drawn)
		if len(path) == 0 {
			if st.isSearch() {
				s.search.add(drawn)
			} else if st.kind(m) == Join { // WaitGroup.Go, after the function has returned
				s.group(key{kind: Join}).part.add(drawn)
			}
			return
		}
		s.stacks = append(s.stacks, weighted{path, drawn.value})
		g, line := s.group(keyOf(path[0], st.kind(m))), path[0].Line
		g.add(line, drawn)
		if drawn.value > g.paths[line].value {
			g.paths[line] = weighted{path, drawn.value}
		}
	})
	return s
}

// group returns the group of a key, an empty one if there is none yet.
func (s samples) group(k key) *group {
	g := s.groups[k]
	if g == nil {
		g = &group{lines: map[int]part{}, paths: map[int]weighted{}}
		s.groups[k] = g
	}
	return g
}

// skid is how many lines after a slow instruction, or before it, at the head of its loop, the
// instruction may be that the processor charges for it.
const skid = 2

// beside extends a range of lines by the sampled ones next to it, which may be those that are
// slow.
func (g *group) beside(from, until int) (low, high int) {
	low, high = from, until
	for line := range g.lines {
		if line < from && line >= from-skid {
			low = min(low, line)
		}
		if line > until && line <= until+skid {
			high = max(high, line)
		}
	}
	return low, high
}

// unskid moves the samples of plain code beside the atomic operations of its function to
// these, in both profiles, and those of PB.Next, which is at the head of such loops. If that
// code takes as long on one core as on several, their difference stays the same.
func unskid(profiles ...samples) {
	for _, kind := range []Kind{Atomic, Readers} {
		for k := range profiles[0].groups {
			if k.kind != kind {
				continue
			}
			exact := slices.Collect(maps.Keys(profiles[0].groups[k].lines))
			for _, s := range profiles {
				for _, beside := range []Kind{Slower, Harness} {
					if from := s.groups[key{k.line, beside}]; from != nil {
						s.group(k).take(from, exact)
					}
				}
			}
		}
	}
}

// take moves the samples of another group that are near some lines.
func (g *group) take(from *group, lines []int) {
	for line, p := range from.lines {
		if slices.ContainsFunc(lines, func(l int) bool { return max(l-line, line-l) <= skid }) {
			g.add(line, p)
			from.part.add(part{-p.count, -p.value})
			delete(from.lines, line)
		}
	}
}

// collection returns the cores of garbage collection in a pass, upkeep included: by the
// profile where the clock of the runtime does not say.
func (s samples) collection(p Pass) float64 {
	share := func(of, others part) float64 { return of.value / max(1, of.value+others.value) }
	gc := p.GC
	if math.IsNaN(gc) {
		gc = p.busy() * share(s.gc, part{value: s.upkeep.value + s.rest.value})
	}
	gc = min(gc, p.busy())
	return gc + (p.busy()-gc)*share(s.upkeep, s.rest)
}

// hot are the samples of a profile, to find where a function spends its time.
type hot struct{ stacks []weighted }

// in returns the line of a function in which it spends most time, what it calls included. It
// returns false if there is no sample.
func (h hot) in(function string) (Line, bool) {
	sums := map[Line]float64{}
	for _, w := range h.stacks {
		if i := slices.IndexFunc(w.path, func(l Line) bool { return l.Function == function }); i >= 0 {
			sums[w.path[i]] += w.value
		}
	}
	return largest(sums)
}

// largest returns the line with the largest sum; of equal ones, the first.
func largest(sums map[Line]float64) (best Line, found bool) {
	for l, sum := range sums {
		if !found || sum > sums[best] || sum == sums[best] && compareLines(l, best) < 0 {
			best, found = l, true
		}
	}
	return best, found
}

// between returns the path to the line that takes most time between two stacks of one
// goroutine, the innermost frame first. If the later one is farther down in the innermost
// function that they share, the line is from there on, and within is where that begins. If
// not, the goroutine has gone around a loop, perhaps an outer one: then the line is where it
// leaves what the two stacks share. The path is nil if there is no such sample.
func (h hot) between(from, until []Line) (path []Line, within Line) {
	shared := 0 // frames, from the outermost one
	for shared < min(len(from), len(until)) && from[len(from)-1-shared] == until[len(until)-1-shared] {
		shared++
	}
	var first, last Line
	if shared < min(len(from), len(until)) {
		first, last = from[len(from)-1-shared], until[len(until)-1-shared]
	}
	if first.Function != last.Function {
		first, last = Line{}, Line{}
	}
	onwards := first.Line < last.Line
	if onwards {
		within = first
	}
	sums := map[Line]float64{}
	paths := map[Line][]Line{}
	for _, w := range h.stacks {
		if w.path[len(w.path)-1].Function != until[len(until)-1].Function {
			continue // another goroutine
		}
		n := 0
		for n < min(shared, len(w.path)-1) && w.path[len(w.path)-1-n] == until[len(until)-1-n] {
			n++
		}
		l := w.path[len(w.path)-1-n]
		inside := n == shared && l.Function == first.Function
		if onwards && (!inside || l.Line < first.Line || l.Line > last.Line) || !onwards && inside && l.Line > last.Line && l.Line < first.Line {
			continue
		}
		sums[l] += w.value
		paths[l] = w.path[len(w.path)-1-n:]
	}
	best, _ := largest(sums)
	return paths[best], within
}

// eachSample calls do for every sample of a profile, which may be nil: its stack, and what it
// has of two types of value.
func eachSample(p *profile.Profile, counts, values string, do func(s stack, p part)) {
	if p == nil {
		return
	}
	index := func(name string) int {
		return slices.IndexFunc(p.SampleType, func(v *profile.ValueType) bool { return v.Type == name })
	}
	count, value := index(counts), index(values)
	if count < 0 || value < 0 {
		return
	}
	for _, sample := range p.Sample {
		if sample.Value[count] <= 0 || sample.Value[value] <= 0 {
			continue
		}
		var s stack
		for _, location := range sample.Location {
			for _, line := range location.Line {
				if f := line.Function; f != nil {
					s = append(s, Line{generic(f.Name), f.Filename, int(line.Line)})
				}
			}
		}
		do(s, part{float64(sample.Value[count]), float64(sample.Value[value])})
	}
}

// generic is the name of a function without the types that it has for its parameters, as an
// execution trace has it: a profile may name them.
func generic(name string) string {
	from, to := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if from < 0 || to < from {
		return name
	}
	return name[:from] + "[...]" + name[to+1:]
}
