package analyse

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"overlap/internal/interval"
	"overlap/internal/table"
)

// Advice is the fewest cores, and on these the fewest workers, that bring almost
// everything: a point that is shown to lose less than 5 % against every other.
// Cores come first because they cost money. Cores is 0, and Share unknown, if no
// point is shown to be that good.
type Advice struct {
	Workers, Cores int // Workers is 0 if the benchmark chooses them itself

	// Share is its throughput over the best that was measured. Its lower bound
	// holds against each of the others, and so against the best, whichever that
	// is (Berger, 1982, on tests of an intersection).
	Share interval.Interval

	nominal    nominal
	goroutines bool // are the workers
}

// String is the advice in words.
func (a Advice) String() string {
	switch {
	case a.Workers > 0:
		return inWords(a.goroutines, table.Count(a.Workers, "worker")) + " " + a.nominal.atCoresText(a.Cores)
	case a.Cores > 0:
		return a.nominal.coresText(a.Cores)
	}
	return string(Undecided)
}

// Enough is the advice; false if there is none, or no verdict.
func (r Row) Enough() (Advice, bool) {
	return r.Advice, r.Advice.Cores > 0 && r.Class != Undecided && r.Class != WorkersOnly
}

// LossText says how much of the best throughput the advice may lose.
func (a Advice) LossText() string {
	if percent := math.Ceil(100*(1-a.Share.Low) - 1e-9); percent > 0 {
		return fmt.Sprintf("loses at most %.0f %%", percent)
	}
	return "loses nothing"
}

// advice considers the points by cores and then by workers.
func (s survey) advice() Advice {
	var fastest []interval.Series
	for _, p := range s.points() {
		fastest = append(fastest, s.times(p))
	}
	slices.SortStableFunc(fastest, func(a, b interval.Series) int { return cmp.Compare(a.Mean(), b.Mean()) })
	for _, p := range s.points() {
		if share, ok := enough(s.times(p), fastest); ok {
			return Advice{p.Workers, p.Parallelism(), share, nominal(!s.HasCores(s.base)), s.Goroutines(p)}
		}
	}
	return Advice{Share: interval.Unknown}
}

// enough returns the throughput of a point over that of the fastest, and whether
// it loses less than 5 % against each.
func enough(times interval.Series, fastest []interval.Series) (share interval.Interval, ok bool) {
	share = interval.Quotient(fastest[0], times)
	for _, other := range fastest {
		against := interval.Quotient(other, times)
		if !(against.Low > almost) {
			return share, false
		}
		share.Low = min(share.Low, against.Low)
	}
	return share, true
}
