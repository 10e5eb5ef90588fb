package stat

import (
	"math"
	"math/rand/v2"
	"slices"
)

// How many exchanges stand for all: to choose a statistic, for an interval, and
// at least for a p value.
const (
	choiceDraws   = 3000
	intervalDraws = 2000
	leastDraws    = 5000
	floorDraws    = 20000 // at most
)

// tail is where statistics are compared when one is chosen. Nearer to the middle they
// mislead: where the noise has modes, distributions that look narrow at their 95th
// percentile have plateaus beyond it.
const tail = .001

// Term is a data set in a contrast, and the statistics chosen for it.
type Term struct {
	Data
	test     choice  // of the p value
	tested   float64 // log of head over base, by it
	how      choice  // of the estimate, its interval and the floor
	estimate float64
}

// NewTerm chooses the statistics. For the p value it takes the one with the narrowest
// exchange distribution of the data set as measured. That does not depend on which side is
// head, so the p value stays exact; and it avoids statistics that a real change widens,
// which have little power. (The median of the pooled slices has none against a change
// larger than the noise: every exchange that leaves most slices of one build on one side
// has all of the difference.)
//
// If there is a real change, the narrowest statistic is biased towards a small change. So
// the estimate uses another choice: split each block into halves that each contain one
// slot of either build, remove the estimated change, and take the statistic that varies
// least between the halves.
func NewTerm(s Data, seed, stream uint64) *Term {
	t := &Term{Data: s}
	t.test = narrowest(s, seed, stream)
	t.tested = s.statistic(t.test)(s.labels())
	t.how = narrowest(withLayouts(s.scaled(-t.tested), rand.New(rand.NewPCG(seed, stream+1))), seed, stream)
	t.estimate = s.statistic(t.how)(s.labels())
	return t
}

// Levels are base and head as measured, by the statistic of the estimate.
func (t *Term) Levels() (base, head float64) {
	level := t.levels(t.how)
	return level[0], level[1]
}

// BaseAt is a quantile of base's slices.
func (t *Term) BaseAt(q float64) float64 { return t.levels(choice{q: q})[0] }

// Quantile is the quantile of the slices that Levels rest on.
func (t *Term) Quantile() float64 { return t.how.q }

// Paired reports whether the estimate compares the builds block by block, or turn by
// turn, and not over all slices.
func (t *Term) Paired() bool { return t.how.paired }

// Blocks is how many blocks the term rests on.
func (t *Term) Blocks() int { return len(t.labels()) }

// nullModel turns a data set without a change into one that shows how large a difference
// chance alone makes.
type nullModel func(s Data, rng *rand.Rand) Data

// withLayouts is the null model that a change must exceed. Where each block has its own
// layouts, it includes their differences: it is the data set itself. Else it is its halves.
func withLayouts(s Data, rng *rand.Rand) Data {
	if s.layouts() != nil {
		return s
	}
	return s.halves(rng)
}

// withoutLayouts is the null model of code that does not move: in the halves of a block
// the layouts cancel.
func withoutLayouts(s Data, rng *rand.Rand) Data { return s.halves(rng) }

// narrowest is the choice with the narrowest exchange distribution.
func narrowest(s Data, seed, stream uint64) choice {
	u := unitsOf(s)
	list := s.choices()
	best, least := list[0], math.Inf(1)
	for _, how := range list {
		if len(list) == 1 {
			break
		}
		if width := beyond(exchange{s.statistic(how), u}.distribution(choiceDraws, seed, stream), tail); width < least {
			least, best = width, how
		}
	}
	return best
}

// Contrast is a sum of log ratios: of one point, or of several where gains are
// compared.
type Contrast struct {
	Terms []*Term
	Signs []float64 // 1 or -1
}

// Single is the contrast of one term.
func Single(t *Term) Contrast { return Contrast{[]*Term{t}, []float64{1}} }

// Estimate is the log ratio.
func (c Contrast) Estimate() (sum float64) {
	for i, t := range c.Terms {
		sum += c.Signs[i] * t.estimate
	}
	return sum
}

// Units is how many groups of blocks change their names together.
func (c Contrast) Units() int { return c.units().n }

func (c Contrast) units() units {
	sets := make([]Data, len(c.Terms))
	for i, t := range c.Terms {
		sets[i] = t.Data
	}
	return unitsOf(sets...)
}

// statistic is the contrast as a function of the labels of all terms, one after the
// other, of the data set that change makes of each.
func (c Contrast) statistic(change func(t *Term) Data) exchange {
	return c.by(change, func(t *Term) choice { return t.how })
}

func (c Contrast) by(change func(t *Term) Data, how func(t *Term) choice) exchange {
	parts, sets := make([]statistic, len(c.Terms)), make([]Data, len(c.Terms))
	for i, t := range c.Terms {
		sets[i] = change(t)
		parts[i] = sets[i].statistic(how(t))
	}
	sum := func(head []bool) float64 {
		sum := 0.0
		for i, part := range parts {
			n := len(c.Terms[i].labels())
			sum += c.Signs[i] * part(head[:n])
			head = head[n:]
		}
		return sum
	}
	return exchange{sum, unitsOf(sets...)}
}

// asMeasured is the data set as it was measured.
func asMeasured(t *Term) Data { return t.Data }

// centred is the data set with the estimated change taken out of it.
func centred(t *Term) Data { return t.scaled(-t.estimate) }

// P is the p value of the contrast, by at most m draws.
//
// For one point it is exact. The same gain need not mean the same code: both of its
// points may have become faster by one factor, and exchanging names then mixes two
// speeds. So a gain must be larger than chance explains twice: with the data sets as
// they are, which is exact if the code is the same, and without the change of each
// point, which is right for long runs.
func (c Contrast) P(m int, seed, stream uint64) float64 {
	measured := 0.0
	for i, t := range c.Terms {
		measured += c.Signs[i] * t.tested
	}
	test := func(t *Term) choice { return t.test }
	p := c.by(asMeasured, test).p(measured, m, seed, stream)
	if len(c.Terms) > 1 {
		unchanged := func(t *Term) Data { return t.scaled(-t.tested) }
		p = max(p, c.by(unchanged, test).p(measured, m, seed, stream))
	}
	return p
}

// Limits are the interval of the log ratio that leaves it out with a chance of miss, .05
// for a 95 % interval: the changes that the exchange test would not reject at that level
// if they were divided out of head first (Edgington, 1969).
// The distribution at the estimate alone, without the search, is too narrow: to
// divide by a low quantile's ratio makes the two sides' quantiles the same slice.
// It is infinite where there are too few blocks to reject anything.
func (c Contrast) Limits(miss float64, seed, stream uint64) (low, high float64) {
	if LeastP(c.units().n) > miss {
		return math.Inf(-1), math.Inf(1)
	}
	estimate := c.Estimate()
	width := func(by float64) float64 {
		stat := c.statistic(func(t *Term) Data { return t.scaled(-t.estimate - c.sign(t)*by/float64(len(c.Terms))) })
		return beyond(stat.distribution(intervalDraws, seed, stream), miss)
	}
	step := max(width(0), 1e-6)
	reach := func(direction float64) float64 {
		return smallest(func(by float64) bool { return by > width(direction*by)+slack }, step, .05)
	}
	return estimate - reach(-1), estimate + reach(1)
}

// sign returns the coefficient of t in the sum.
func (c Contrast) sign(t *Term) float64 { return c.Signs[slices.Index(c.Terms, t)] }

// Floor is the smallest log ratio that the run would have detected with a
// probability of 0.8 at a level, or NaN if it would have detected none however large.
func (c Contrast) Floor(level float64, seed, stream uint64) float64 {
	return c.floor(level, withLayouts, seed, stream)
}

// floor is Floor with one null model: the critical value of the test, plus what chance
// makes of the null model. The critical value depends on the change itself, since
// exchanging names mixes the two speeds.
func (c Contrast) floor(level float64, null nullModel, seed, stream uint64) float64 {
	if LeastP(c.units().n) > level {
		return math.NaN()
	}
	if f := c.floorBy(func(t *Term) choice { return t.how }, level, null, seed, stream); !math.IsNaN(f) {
		return f
	}
	// A statistic that leaves out blocks does not depend on the names of a few. If
	// those are too many for the level, the first choice, which leaves out none,
	// would test the change.
	return c.floorBy(func(t *Term) choice { return t.choices()[0] }, level, null, seed, stream)
}

// floorBy is the floor of one statistic of each term.
func (c Contrast) floorBy(how func(t *Term) choice, level float64, null nullModel, seed, stream uint64) float64 {
	rng := rand.New(rand.NewPCG(seed, stream))
	same := make(map[*Term]Data, len(c.Terms))
	for _, t := range c.Terms {
		same[t] = null(centred(t), rng)
	}
	usual := beyond(c.by(func(t *Term) Data { return same[t] }, how).distribution(intervalDraws, seed, stream), .4) // the 0.8 quantile of a symmetric distribution
	draws := Draws(level, floorDraws)
	found := func(change float64) bool {
		first := true
		stat := c.by(func(t *Term) Data {
			if !first {
				return same[t]
			}
			first = false
			return same[t].scaled(change)
		}, how)
		critical := beyond(stat.distribution(draws, seed, stream), level)
		return change-usual > critical
	}
	if f := smallest(found, usual, .02); !math.IsInf(f, 1) {
		return f
	}
	return math.NaN()
}

// smallest is the smallest change that is found, to a share of itself, or +Inf if not even
// a change by a factor of 16 is found.
func smallest(found func(float64) bool, from, share float64) float64 {
	low, high := 0.0, max(from, 1e-6)
	for !(high <= math.Log(16)) || !found(high) {
		if low, high = high, 2*high; !(high <= math.Log(16)) {
			return math.Inf(1)
		}
	}
	for high-low > share*high && high > 1e-6 {
		if mid := (low + high) / 2; found(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
