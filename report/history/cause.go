package history

import (
	"cmp"
	"math"
	"slices"
)

// Span is a range of commits between two.
type Span struct {
	Before     Commit `json:"before"`     // the last without the change
	After      Commit `json:"after"`      // the first with all of it
	At         [2]int `json:"at"`         // Before and After as indices into History.Commits
	Inside     int    `json:"inside"`     // measured commits between the two
	Unmeasured int    `json:"unmeasured"` // commits of the repository between the two that were not measured
}

// Cause is what people read as one step. One edit shows in the time on every number of
// cores, in what is allocated, and in all that is a ratio of times. So the steps of a
// benchmark in one direction whose commits overlap those of its largest are evidence of one
// cause, and so are those of several benchmarks whose largest are between the same two
// commits. Steps that overlap only others of the evidence are not: chains of them would
// swallow all. Neither are ranges of different benchmarks that only overlap: a slow drift
// of one would swallow the steps of the others.
//
// The commits are those of the largest change, not those that all ranges share: each range
// has its change but for chance, and what two edits share may have neither.
type Cause struct {
	Span         // of the largest change
	Worse bool   // the direction of the largest change
	Steps []Step // the evidence: the largest change first, then what else is of its benchmark, then the others
}

// Lead is the largest change.
func (c Cause) Lead() Step { return c.Steps[0] }

// evidence are the steps of one cause, the largest change first.
type evidence struct{ steps []*Step }

func (e *evidence) lead() *Step { return e.steps[0] }

// gather sets the causes of all steps, and orders the steps by them.
func (h *History) gather() {
	var steps []*Step
	for i := range h.Series {
		for j := range h.Series[i].Steps {
			steps = append(steps, &h.Series[i].Steps[j])
		}
	}
	all := joinBenchmarks(ofBenchmarks(steps))
	slices.SortStableFunc(all, func(a, b *evidence) int {
		return cmp.Or(b.lead().At[1]-a.lead().At[1], largestFirst(a.lead(), b.lead()))
	})
	for i, e := range all {
		c := Cause{Span: e.lead().Span, Worse: e.lead().Worse}
		for _, s := range e.steps {
			s.Cause = i
			c.Steps = append(c.Steps, *s)
		}
		h.Causes, h.Steps = append(h.Causes, c), append(h.Steps, c.Steps...)
	}
}

// ofBenchmarks returns the steps by benchmark, direction and overlap, the largest first.
func ofBenchmarks(steps []*Step) (all []*evidence) {
	slices.SortStableFunc(steps, largestFirst)
	byBenchmark := map[Metric][]*evidence{}
	find := func(worse bool, steps ...*Step) *evidence {
		benchmark, _ := steps[0].Cut()
		for _, e := range byBenchmark[benchmark] {
			if e.lead().Worse == worse && !slices.ContainsFunc(steps, func(s *Step) bool { return !s.overlaps(e.lead().Span) }) {
				return e
			}
		}
		return nil
	}
	for _, s := range steps {
		e := find(s.Worse, s)
		if e == nil {
			e = &evidence{}
			benchmark, _ := s.Cut()
			all, byBenchmark[benchmark] = append(all, e), append(byBenchmark[benchmark], e)
		}
		e.steps = append(e.steps, s)
	}
	// Speedups alone may be better only because one core became slower, or the reverse.
	return slices.DeleteFunc(all, func(e *evidence) bool {
		if slices.ContainsFunc(e.steps, func(s *Step) bool { return s.Quantity != Speedup }) {
			return false
		}
		other := find(!e.lead().Worse, e.steps...)
		if other == nil || !slices.ContainsFunc(other.steps, func(s *Step) bool { return s.Quantity == Time }) {
			return false
		}
		other.steps = append(other.steps, e.steps...)
		return true
	})
}

// joinBenchmarks joins what is of several benchmarks and led by the same range and
// direction, benchmark after benchmark.
func joinBenchmarks(all []*evidence) []*evidence {
	type where struct {
		at    [2]int
		worse bool
	}
	first := map[where]*evidence{}
	return slices.DeleteFunc(all, func(e *evidence) bool {
		key := where{e.lead().At, e.lead().Worse}
		if first[key] == nil {
			first[key] = e
			return false
		}
		first[key].steps = append(first[key].steps, e.steps...)
		return true
	})
}

// largestFirst orders by size, and then by what is more absolute.
func largestFirst(a, b *Step) int {
	return cmp.Or(cmp.Compare(b.size(), a.size()), a.weakness()-b.weakness())
}

// overlaps reports whether a commit may have made both changes.
func (s Span) overlaps(o Span) bool {
	return max(s.At[0], o.At[0]) < min(s.At[1], o.At[1])
}

// span returns the range between two commits. All that the history has were measured;
// unmeasured counts, up to each of them, those that it does not have.
func (h *History) span(at [2]int, unmeasured []int) Span {
	return Span{
		Before: h.Commits[at[0]], After: h.Commits[at[1]], At: at,
		Inside: at[1] - at[0] - 1, Unmeasured: max(0, unmeasured[at[1]]-unmeasured[at[0]]),
	}
}

// size is how far the change is from none, in either direction.
func (s Step) size() float64 { return math.Abs(math.Log(s.Ratio.Value)) }

// weakness is smaller for what is more absolute, as in a check.
func (s Step) weakness() int {
	return slices.Index([]Quantity{Allocs, Bytes, Time, Speedup}, s.Quantity)
}
