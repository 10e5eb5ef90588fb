package cause

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// Builds is what was recorded of two builds of a benchmark, in passes that took turns, for the
// same number of operations.
type Builds struct {
	Base, Head []Recorded // in the order of time
	Modules    []string   // as of Record

	Several bool // the benchmark could use several cores

	// Time is head's time of an operation over that of base, measured without recordings; NaN
	// if only the passes say. Low and High are its 95 % interval.
	Time, Low, High float64

	Edits []Edit

	// Outside reports whether a file is none of the user's, although its function is: what the
	// go command wrote, or what a module whose path begins with the user's has. Such a line
	// counts for the one that calls it. Nil if all are the user's.
	Outside func(file string) bool

	Source func(file string) []byte // the text of a file of head by its name in profiles, nil if it is not at hand; may be nil
}

// Recorded is a pass with a recording: of CPU time, of allocations, or of locks.
type Recorded struct {
	Pass
	Ready                         float64          // mean number of goroutines that are ready to run while cores are free: they are being woken; 0 if unknown
	CPUTime, Allocs, Mutex, Block *profile.Profile // nil if it is of something else
}

// Growth is a line of head that takes more than in base.
type Growth struct {
	Line Line // the innermost of the user's

	CPU           float64 // more CPU time of an operation, as a share of base's
	Waiting       float64 // more time for which goroutines wait, of all of them together, as a share of the time of an operation of base
	Allocs, Bytes float64 // more allocations of an operation, and bytes in them

	// Small says that Allocs and Bytes are rough: the runtime packs objects of less than 16
	// bytes without pointers together, and counts only each package.
	Small bool

	Kind   Kind  // what waits
	Holder *Line // of the lock that is waited for, where it is unlocked; nil if unknown

	Mark   Mark
	Called *Line // the line of the diff, for CallChanged
}

// Where is what grew, largest first. If nothing certainly did, Touched are the lines of
// changed functions that ran in head.
type Where struct {
	Growth  []Growth
	Touched []Line
}

// leastOfLargest is the share of the largest growth below which another is not named.
const leastOfLargest = .1

// leastGrowth is the share of base's time below which CPU time or waiting is not named.
const leastGrowth = .01

// Find finds the lines that take more in head than in base: those that certainly do.
//
// Lines move from build to build. What is compared are functions, by the user's innermost one
// that both builds have on a stack: what a function does that only one of them has counts for
// its caller, so that code which was renamed, split or joined is compared as a whole. Of a
// function that grew, the line that grew most is named; lines that the diff leaves alone are
// compared with themselves, and those of a hunk with those that it replaces.
//
// The CPU time of a function is its share of the samples. It grew if it is larger by more
// than three standard errors, of samples drawn at random or of the passes, whichever is
// larger. Allocations and waiting grew if each pass of head has more than every pass of
// base, by more than passes of one build differ.
func (b Builds) Find() (Where, error) {
	if len(b.Base) == 0 || len(b.Head) == 0 || len(b.Modules) == 0 {
		return Where{}, errors.New("nothing was recorded of one of the builds")
	}
	for _, p := range slices.Concat(b.Base, b.Head) {
		if p.Ops < 1 || p.Wall <= 0 {
			return Where{}, errors.New("a pass has no operations or no time")
		}
	}
	c := newCompared(b)
	list := slices.Concat(c.cpu(), c.waiting(), c.allocations())
	w := Where{Growth: joinGrowth(list)}
	if len(w.Growth) == 0 {
		w.Touched = c.touched()
	}
	return w, nil
}

// compared is what Find works on.
type compared struct {
	Builds
	m     modules
	edits *edits
	known [2]map[string]bool // the user's functions on stacks of base and head
}

func newCompared(b Builds) *compared {
	c := &compared{Builds: b, m: b.Modules, edits: &edits{list: b.Edits, source: b.Source}}
	for side, passes := range c.sides() {
		c.known[side] = map[string]bool{}
		for _, r := range passes {
			for _, p := range r.profiles() {
				for _, sample := range stacksOf(p) {
					for _, l := range c.path(sample.stack) {
						c.known[side][enclosing(l.Function)] = true
					}
				}
			}
		}
	}
	return c
}

func (c *compared) sides() [2][]Recorded { return [2][]Recorded{c.Base, c.Head} }

func (r Recorded) profiles() []*profile.Profile {
	return []*profile.Profile{r.CPUTime, r.Allocs, r.Mutex, r.Block}
}

// path returns the user's frames in the user's files, from the innermost one outwards.
func (c *compared) path(s stack) []Line {
	path := s.path(c.m)
	if c.Outside == nil {
		return path
	}
	return slices.DeleteFunc(path, func(l Line) bool { return c.Outside(l.File) })
}

// measured is a stack and what it has of the first and of the second value of its profile.
type measured struct {
	stack stack
	part
}

// stacksOf returns the stacks of a profile of any kind, without those of recording itself.
func stacksOf(p *profile.Profile) (list []measured) {
	for _, names := range [][2]string{{"samples", "cpu"}, {"alloc_objects", "alloc_space"}, {"contentions", "delay"}} {
		eachSample(p, names[0], names[1], func(s stack, of part) {
			if !slices.ContainsFunc(s, func(l Line) bool { return strings.Contains(l.Function, "ecording).") }) {
				list = append(list, measured{s, of})
			}
		})
	}
	return list
}

// closure is what the compiler adds to the name of a function for those inside of it. It
// counts them, so that one more gives others another name.
var closure = regexp.MustCompile(`\.(func\d|gowrap\d|deferwrap\d|\d).*|-(fm|range\d).*$`)

// enclosing is the function as it is declared that a function is in.
func enclosing(function string) string {
	at := len(packageOf(function)) + 1 // a function may be called func1, too
	if at > len(function) {
		return function
	}
	return function[:at] + closure.ReplaceAllString(function[at:], "")
}

// balance is what a function has of a kind of recording, on both sides.
type balance struct {
	sums  [2][]part // by pass
	units map[unit]*[2]part
	lines map[unit]map[Line]part // of head
	paths map[string]*callers    // of head's paths, by their functions
}

// callers are the stacks whose functions are the same.
type callers struct {
	sums [2]part
	path []Line // of head's largest
	most float64
}

// charged is what a stack counts for.
type charged struct {
	function string
	kind     Kind
}

// gather sums the profiles of one kind by function, those stacks that has returns a kind for.
// It adds to the value of each as much as more says for each time that it was counted.
func (c *compared) gather(of func(Recorded) *profile.Profile, has func(measured) (Kind, bool), more func(Recorded) float64) (map[charged]*balance, [2][]Recorded) {
	all := map[charged]*balance{}
	var passes [2][]Recorded
	for side, recorded := range c.sides() {
		for _, r := range recorded {
			if of(r) != nil {
				passes[side] = append(passes[side], r)
			}
		}
	}
	for side, recorded := range passes {
		for n, r := range recorded {
			weight := more(r)
			for _, s := range stacksOf(of(r)) {
				path := c.path(s.stack)
				kind, ok := has(s)
				if !ok || len(path) == 0 {
					continue
				}
				key := charged{kind: kind}
				for _, l := range path {
					if f := enclosing(l.Function); c.known[0][f] && c.known[1][f] {
						key.function = f
						break
					}
				}
				t := all[key]
				if t == nil {
					t = &balance{units: map[unit]*[2]part{}, lines: map[unit]map[Line]part{}, paths: map[string]*callers{}}
					t.sums = [2][]part{make([]part, len(passes[0])), make([]part, len(passes[1]))}
					all[key] = t
				}
				t.add(c.edits, side, n, path, part{s.count, s.value + weight*s.count})
			}
		}
	}
	return all, passes
}

// add adds a stack of the n-th pass of a side.
func (t *balance) add(e *edits, side, n int, path []Line, p part) {
	t.sums[side][n].add(p)
	at := e.ofHead
	if side == 0 {
		at = e.ofBase
	}
	u := at(path[0])
	if t.units[u] == nil {
		t.units[u] = &[2]part{}
	}
	t.units[u][side].add(p)
	names := make([]string, len(path))
	for i, l := range path {
		names[i] = enclosing(l.Function)
	}
	by := t.paths[strings.Join(names, "\n")]
	if by == nil {
		by = &callers{}
		t.paths[strings.Join(names, "\n")] = by
	}
	by.sums[side].add(p)
	if side == 0 {
		return
	}
	if p.value > by.most {
		by.path, by.most = path, p.value
	}
	if t.lines[u] == nil {
		t.lines[u] = map[Line]part{}
	}
	sum := t.lines[u][path[0]]
	sum.add(p)
	t.lines[u][path[0]] = sum
}

// grew is a unit that grew, with a line of it.
type grew struct {
	line  Line
	value float64
	part
}

// growing returns the units of which head has more, by the value of a part on a side, largest
// first.
func (t *balance) growing(value func(side int, p part) float64) (list []grew) {
	for u, sums := range t.units {
		more := value(1, sums[1]) - value(0, sums[0])
		if more <= 0 || len(t.lines[u]) == 0 {
			continue
		}
		values := map[Line]float64{}
		for l, p := range t.lines[u] {
			values[l] = p.value
		}
		best, _ := largest(values)
		list = append(list, grew{best, more, part{sums[1].count - sums[0].count, sums[1].value - sums[0].value}})
	}
	slices.SortFunc(list, func(a, b grew) int { return cmp.Or(cmp.Compare(b.value, a.value), compareLines(a.line, b.line)) })
	return list
}

// mark adds to the growth of a line what the diff has to do with it, by the calls that grew
// most.
func (t *balance) mark(e *edits, g *Growth, value func(side int, p part) float64) {
	g.Mark, g.Called = e.markPath([]Line{g.Line})
	if g.Mark != Unmarked {
		return
	}
	most := math.Inf(-1)
	for _, names := range slices.Sorted(maps.Keys(t.paths)) {
		p := t.paths[names]
		if more := value(1, p.sums[1]) - value(0, p.sums[0]); len(p.path) > 0 && p.path[0].Function == g.Line.Function && more > most {
			most = more
			g.Mark, g.Called = e.markPath(p.path)
		}
	}
}

// joinGrowth joins what grew at one line, and sorts it: CPU time and waiting first.
func joinGrowth(list []Growth) (joined []Growth) {
	for _, g := range list {
		i := slices.IndexFunc(joined, func(o Growth) bool { return o.Line == g.Line })
		if i < 0 {
			joined = append(joined, g)
			continue
		}
		o := &joined[i]
		o.CPU, o.Waiting, o.Allocs, o.Bytes = o.CPU+g.CPU, o.Waiting+g.Waiting, o.Allocs+g.Allocs, o.Bytes+g.Bytes
		o.Small = o.Small || g.Small
		if o.Kind == "" {
			o.Kind, o.Holder = g.Kind, g.Holder
		}
		if o.Mark == Unmarked {
			o.Mark, o.Called = g.Mark, g.Called
		}
	}
	slices.SortStableFunc(joined, func(a, b Growth) int {
		return cmp.Or(cmp.Compare(b.CPU+b.Waiting, a.CPU+a.Waiting), cmp.Compare(b.Allocs, a.Allocs), cmp.Compare(b.Bytes, a.Bytes), compareLines(a.Line, b.Line))
	})
	return joined
}

// touched returns the lines of head's stacks that are in the diff, or else one of each
// function that is, by how often they were seen.
func (c *compared) touched() (list []Line) {
	seen := map[string]map[Line]float64{}
	for _, r := range c.Head {
		for _, p := range r.profiles() {
			for _, s := range stacksOf(p) {
				for _, l := range c.path(s.stack) {
					if c.edits.mark(l) != Unmarked {
						f := enclosing(l.Function)
						if seen[f] == nil {
							seen[f] = map[Line]float64{}
						}
						seen[f][l] += s.count
					}
				}
			}
		}
	}
	for _, f := range slices.Sorted(maps.Keys(seen)) {
		changed := maps.Clone(seen[f])
		maps.DeleteFunc(changed, func(l Line, _ float64) bool { return c.edits.mark(l) != LineChanged })
		if len(changed) == 0 {
			changed = seen[f]
		}
		best, _ := largest(changed)
		list = append(list, best)
	}
	return list
}
