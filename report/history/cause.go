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
// benchmark in one direction whose commits overlap are evidence of one cause, and so are
// those of several benchmarks between the same two commits. Ranges of different benchmarks
// that only overlap are not: a slow drift of one would swallow the steps of the others.
type Cause struct {
	Span         // the commits that the ranges of its steps share
	Worse bool   // the direction of its first step
	Steps []Step // the evidence: the largest change first, then what else is of its benchmark, then the others
}

// Lead is the largest change.
func (c Cause) Lead() Step { return c.Steps[0] }

// gather sets the causes of all steps, and orders the steps by them.
func (h *History) gather(unmeasured []int) {
	var steps []*Step
	for i := range h.Series {
		for j := range h.Series[i].Steps {
			steps = append(steps, &h.Series[i].Steps[j])
		}
	}
	// A speedup looks for the times that it is a ratio of.
	slices.SortStableFunc(steps, func(a, b *Step) int {
		return cmp.Or(order(a.Quantity == Speedup, b.Quantity == Speedup), cmp.Compare(b.size(), a.size()))
	})
	type gathered struct {
		at    [2]int
		worse bool
		steps []*Step
	}
	var all []*gathered
	byBenchmark := map[Metric][]*gathered{}
	for _, s := range steps {
		benchmark, _ := s.Cut()
		find := func(worse bool) *gathered {
			for _, g := range byBenchmark[benchmark] {
				if g.worse == worse && max(g.at[0], s.At[0]) < min(g.at[1], s.At[1]) {
					return g
				}
			}
			return nil
		}
		g := find(s.Worse)
		if g == nil && s.Quantity == Speedup {
			// It is better only because one core became slower, or the reverse.
			if g = find(!s.Worse); g != nil && !slices.ContainsFunc(g.steps, func(s *Step) bool { return s.Quantity == Time }) {
				g = nil
			}
		}
		if g == nil {
			g = &gathered{at: s.At, worse: s.Worse}
			all, byBenchmark[benchmark] = append(all, g), append(byBenchmark[benchmark], g)
		}
		g.at = [2]int{max(g.at[0], s.At[0]), min(g.at[1], s.At[1])}
		g.steps = append(g.steps, s)
	}
	type where struct {
		at    [2]int
		worse bool
	}
	first := map[where]*gathered{}
	all = slices.DeleteFunc(all, func(g *gathered) bool {
		key := where{g.at, g.worse}
		if first[key] == nil {
			first[key] = g
			return false
		}
		first[key].steps = append(first[key].steps, g.steps...)
		return true
	})
	for _, g := range all {
		slices.SortStableFunc(g.steps, func(a, b *Step) int {
			return cmp.Or(order(a.Worse != g.worse, b.Worse != g.worse), cmp.Compare(b.size(), a.size()), a.weakness()-b.weakness())
		})
		ranks := map[Metric]int{}
		for i, s := range g.steps {
			if of, _ := s.Cut(); ranks[of] == 0 {
				ranks[of] = i + 1
			}
		}
		slices.SortStableFunc(g.steps, func(a, b *Step) int {
			x, _ := a.Cut()
			y, _ := b.Cut()
			return ranks[x] - ranks[y]
		})
	}
	slices.SortStableFunc(all, func(a, b *gathered) int {
		return cmp.Or(b.at[1]-a.at[1], cmp.Compare(b.steps[0].size(), a.steps[0].size()))
	})
	for i, g := range all {
		c := Cause{Span: h.span(g.at, unmeasured), Worse: g.worse}
		for _, s := range g.steps {
			s.Cause = i
			c.Steps = append(c.Steps, *s)
		}
		h.Causes, h.Steps = append(h.Causes, c), append(h.Steps, c.Steps...)
	}
}

// order orders what is not before what is.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// span returns the commits between two, of which all were measured that the history has.
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
