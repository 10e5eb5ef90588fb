package stat

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// statistic is the log ratio of head over base, if in block k the outer slots
// are head's where head[k], and the inner ones where not.
//
// Labels name places, not builds, so that whatever follows from draws of them does
// not depend on which of the two builds is called head.
type statistic func(head []bool) float64

// exchange is a statistic and the blocks whose names change together.
type exchange struct {
	statistic
	units
}

// draws are random labels. They must not come from the stream of the experiment's own
// coins.
type draws struct {
	units
	rng   *rand.Rand
	coins []bool // of every unit
	head  []bool // of every block
}

func newDraws(u units, seed, stream uint64) *draws {
	return &draws{u, rand.New(rand.NewPCG(seed, stream)), make([]bool, u.n), make([]bool, len(u.of))}
}

// next throws a coin for every unit. The slice is the same each time.
func (d *draws) next() []bool {
	var bits uint64
	for u := range d.coins {
		if u%64 == 0 {
			bits = d.rng.Uint64()
		}
		d.coins[u] = bits&1 == 1
		bits >>= 1
	}
	return d.labels()
}

// set makes the labels from the bits of a number.
func (d *draws) set(code int) []bool {
	for u := range d.coins {
		d.coins[u] = code>>u&1 == 1
	}
	return d.labels()
}

func (d *draws) labels() []bool {
	for k, u := range d.of {
		d.head[k] = d.coins[u] != d.turned[k]
	}
	return d.head
}

// maxEnumerated is the largest number of units with all exchanges tried: 4,096 of
// 12 take no longer than the draws do.
const maxEnumerated = 12

// enough exchanges at least as extreme as measured end the drawing: the p value is
// then known to a seventh of itself, and large.
const enough = 50

// slack keeps a sum of the same numbers in another order from being less than
// itself.
const slack = 1e-12

// p is the share of exchanges with a statistic at least as far from 0 as measured. If
// there are few units, all exchanges are tried. Otherwise at most m are drawn, with the
// measured one among them; drawing stops early if the share is large, which leaves the
// p value exact: P(p <= x) <= x for every x (Besag and Clifford, 1991).
func (e exchange) p(measured float64, m int, seed, stream uint64) float64 {
	least := math.Abs(measured) - slack
	d := newDraws(e.units, seed, stream)
	hits := 0
	if e.n <= maxEnumerated {
		for code := range 1 << e.n {
			if math.Abs(e.statistic(d.set(code))) >= least {
				hits++
			}
		}
		return float64(hits) / float64(int(1)<<e.n)
	}
	for drawn := 1; drawn <= m; drawn++ {
		if math.Abs(e.statistic(d.next())) < least {
			continue
		}
		if hits++; hits == enough {
			return enough / float64(drawn)
		}
	}
	return float64(1+hits) / float64(1+m)
}

// distribution is the exchange distribution of the statistic's distance from 0, in
// ascending order: of m draws or, if there are few units, of all exchanges.
func (e exchange) distribution(m int, seed, stream uint64) []float64 {
	d := newDraws(e.units, seed, stream)
	if e.n <= maxEnumerated {
		m = 1 << e.n
	}
	all := make([]float64, m)
	for i := range all {
		if e.n <= maxEnumerated {
			all[i] = math.Abs(e.statistic(d.set(i)))
		} else {
			all[i] = math.Abs(e.statistic(d.next()))
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
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted := make([]float64, len(p))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = largest
	}
	return adjusted
}
