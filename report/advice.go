package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"overlap/internal/table"
)

// Advice is the least that brings almost all: of the points that are shown to
// lose less than 5 % against every other that was measured, the one with the
// fewest cores, and of these the one with the fewest workers. Cores come first
// because they cost money. Cores is 0, and Share unknown, if no point is shown
// to be that good.
type Advice struct {
	Workers, Cores int // Workers is 0 for a benchmark that decides itself

	// Share is its throughput over the best that was measured. Its lower bound
	// holds against each of the others, and so against the best, whichever that
	// is (Berger, 1982, on tests of an intersection).
	Share Interval

	nominal nominal
}

// String is the advice in words.
func (a Advice) String() string {
	switch {
	case a.Workers > 0:
		return table.Count(a.Workers, "worker") + " " + a.nominal.under(a.Cores)
	case a.Cores > 0:
		return a.nominal.on(a.Cores)
	}
	return string(Undecided)
}

// Enough is the advice, where there is a verdict: without one nothing is enough.
func (r Row) Enough() (Advice, bool) {
	return r.Advice, r.Advice.Cores > 0 && r.Class != Undecided && r.Class != WorkersOnly
}

// Cost says how much of the best throughput the advice may cost.
func (a Advice) Cost() string {
	if percent := math.Ceil(100*(1-a.Share.Low) - 1e-9); percent > 0 {
		return fmt.Sprintf("loses at most %.0f %%", percent)
	}
	return "loses nothing"
}

// candidate is a point that may be enough.
type candidate struct {
	workers int
	level   level
	times   series
}

// advice is that of the points at the levels.
func (d survey) advice(base Point, levels []level) Advice {
	var all []candidate // by cores, and then by workers
	for _, l := range levels {
		for _, w := range d.workersAt(base, l) {
			s, _ := d.series(base.at(w, l))
			all = append(all, candidate{w, l, s})
		}
	}
	fastest := slices.SortedFunc(slices.Values(all), func(a, b candidate) int { return cmp.Compare(a.times.mean(), b.times.mean()) })
	for _, c := range all {
		if share, ok := c.enough(fastest); ok {
			return Advice{c.workers, c.level.p(), share, nominal(!d.bound(base))}
		}
	}
	return Advice{Share: unknown}
}

// enough is the throughput of c over that of the fastest, and whether c loses
// less than 5 % against each.
func (c candidate) enough(fastest []candidate) (share Interval, ok bool) {
	share = quotient(fastest[0].times, c.times)
	for _, other := range fastest {
		against := quotient(other.times, c.times)
		if !(against.Low > almost) {
			return share, false
		}
		share.Low = min(share.Low, against.Low)
	}
	return share, true
}
