package gate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// statistic is the log ratio of head over base, if in block k the outer slots
// are head's where head[k], and the inner ones where not.
//
// Labels are told by place, not by name, so that whatever is worked out over
// draws of them does not depend on which of the two builds is called head.
type statistic func(head []bool) float64

// draws are random labels. They must not come from the stream that threw the
// coins of the experiment.
type draws struct {
	rng  *rand.Rand
	head []bool
}

func newDraws(blocks int, seed, stream uint64) *draws {
	return &draws{rand.New(rand.NewPCG(seed, stream)), make([]bool, blocks)}
}

// next throws a coin for every block. The slice is the same each time.
func (d *draws) next() []bool {
	var bits uint64
	for k := range d.head {
		if k%64 == 0 {
			bits = d.rng.Uint64()
		}
		d.head[k] = bits&1 == 1
		bits >>= 1
	}
	return d.head
}

// enumerable is the most blocks of which all exchanges are tried: 4,096 of 12
// take no longer than the draws do.
const enumerable = 12

// enough is how many exchanges at least as extreme as what was measured end the
// drawing: the p value is then known to a seventh of itself, and large.
const enough = 50

// slack keeps a sum of the same numbers in another order from being less than
// itself.
const slack = 1e-12

// exchangeP is the share of exchanges with a statistic at least as far from 0 as
// measured. Of few blocks all are tried; of more at most m are drawn, the
// measured one counted among them, and drawing stops early where the share is
// large, which leaves the p value exact: P(p <= x) <= x for every x (Besag and
// Clifford, 1991).
func exchangeP(stat statistic, measured float64, m int, d *draws) float64 {
	least := math.Abs(measured) - slack
	if n := len(d.head); n <= enumerable {
		hits := 0
		for code := range 1 << n {
			if math.Abs(stat(d.set(code))) >= least {
				hits++
			}
		}
		return float64(hits) / float64(int(1)<<n)
	}
	hits := 0
	for drawn := 1; drawn <= m; drawn++ {
		if math.Abs(stat(d.next())) < least {
			continue
		}
		if hits++; hits == enough {
			return enough / float64(drawn)
		}
	}
	return float64(1+hits) / float64(1+m)
}

// set makes the labels from the bits of a number.
func (d *draws) set(code int) []bool {
	for k := range d.head {
		d.head[k] = code>>k&1 == 1
	}
	return d.head
}

// spread is the exchange distribution of the statistic's distance from 0,
// ascending: of m draws, or of all exchanges of few blocks.
func spread(stat statistic, m int, d *draws) []float64 {
	n := len(d.head)
	if n <= enumerable {
		m = 1 << n
	}
	all := make([]float64, m)
	for i := range all {
		if n <= enumerable {
			all[i] = math.Abs(stat(d.set(i)))
		} else {
			all[i] = math.Abs(stat(d.next()))
		}
	}
	slices.Sort(all)
	return all
}

// beyond is the value that at most a share of the sorted ones reaches.
func beyond(sorted []float64, share float64) float64 {
	i := len(sorted) - 1 - int(share*float64(len(sorted)))
	return sorted[max(i, 0)]
}

// Holm returns the p values of a family adjusted for its size, in their order:
// those at most alpha may be rejected with a chance of alpha of one or more
// false rejections, however the tests depend on each other (Holm, 1979).
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	most := 0.0
	for rank, i := range order {
		most = max(most, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = most
	}
	return adjusted
}
