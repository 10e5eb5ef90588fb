package gate

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
	mostDraws     = 1 << 20
	floorDraws    = 20000 // at most
)

// tail is where statistics are compared when one is chosen. What is nearer to
// the middle misleads: where the noise has modes, distributions that look narrow
// at their 95th percentile have plateaus beyond it.
const tail = .001

// term is a sample in a contrast, and the statistics chosen for it.
type term struct {
	sample
	test     choice  // of the p value
	tested   float64 // log of head over base, by it
	how      choice  // of the estimate, its interval and the floor
	estimate float64
}

// newTerm chooses the statistics. That of the p value is the one with the
// narrowest exchange distribution of the samples as they are. It cannot know which
// side is head, so that the p value stays exact; and it prefers those whose
// distribution a real change does not widen, so that they have power. (The median of the pooled slices has none
// against a change larger than the noise: every exchange that leaves most
// slices of one build on one side has all of the difference.) But with a real
// change the narrowest is that which happens to make the change small. So the
// estimate has a choice of its own: the narrowest between halves of each block
// that have a slot of either build, after the change was taken out.
func newTerm(s sample, seed, stream uint64) *term {
	t := &term{sample: s}
	t.test = narrowest(s, seed, stream)
	t.tested = s.statistic(t.test)(s.labels())
	t.how = narrowest(chance(s.times(-t.tested), rand.New(rand.NewPCG(seed, stream+1))), seed, stream)
	t.estimate = s.statistic(t.how)(s.labels())
	return t
}

// luck makes of a sample without a change one that tells how far luck goes.
type luck func(s sample, rng *rand.Rand) sample

// chance is the luck that a change must exceed. Where each block has its own
// layouts they are part of it, and the sample itself tells it; else its halves do.
func chance(s sample, rng *rand.Rand) sample {
	if s.layouts() != nil {
		return s
	}
	return s.halves(rng)
}

// still is the luck that would be left if code did not move: in the halves of a
// block the layouts cancel.
func still(s sample, rng *rand.Rand) sample { return s.halves(rng) }

// narrowest is the choice with the narrowest exchange distribution.
func narrowest(s sample, seed, stream uint64) choice {
	u := unitsOf(s)
	list := s.choices()
	best, least := list[0], math.Inf(1)
	for _, how := range list {
		if len(list) == 1 {
			break
		}
		if width := beyond(exchange{s.statistic(how), u}.spread(choiceDraws, seed, stream), tail); width < least {
			least, best = width, how
		}
	}
	return best
}

// contrast is a sum of log ratios: of one point, or of several where gains are
// compared.
type contrast struct {
	terms []*term
	signs []float64
}

func single(t *term) contrast { return contrast{[]*term{t}, []float64{1}} }

func (c contrast) estimate() (sum float64) {
	for i, t := range c.terms {
		sum += c.signs[i] * t.estimate
	}
	return sum
}

// units are the blocks that change their names together.
func (c contrast) units() units {
	samples := make([]sample, len(c.terms))
	for i, t := range c.terms {
		samples[i] = t.sample
	}
	return unitsOf(samples...)
}

// statistic is the contrast as a function of the labels of all terms, one
// behind the other. change makes of every term the sample to take.
func (c contrast) statistic(change func(t *term) sample) exchange {
	return c.by(change, func(t *term) choice { return t.how })
}

func (c contrast) by(change func(t *term) sample, how func(t *term) choice) exchange {
	parts, samples := make([]statistic, len(c.terms)), make([]sample, len(c.terms))
	for i, t := range c.terms {
		samples[i] = change(t)
		parts[i] = samples[i].statistic(how(t))
	}
	sum := func(head []bool) float64 {
		sum := 0.0
		for i, part := range parts {
			n := len(c.terms[i].labels())
			sum += c.signs[i] * part(head[:n])
			head = head[n:]
		}
		return sum
	}
	return exchange{sum, unitsOf(samples...)}
}

// raw is the sample as it was measured.
func raw(t *term) sample { return t.sample }

// centred is the sample with the estimated change taken out of it.
func centred(t *term) sample { return t.times(-t.estimate) }

// p is the p value of the contrast, by at most m draws.
//
// For one point it is exact. That a gain is the same does not mean that the code
// is: both of its points may have become faster by one factor, and exchanging
// names then mixes two speeds. So a gain must be larger than chance explains
// twice: with the samples as they are, which is exact if the code is the same,
// and with every point's own change taken out, which is right for long runs.
func (c contrast) p(m int, seed, stream uint64) float64 {
	measured := 0.0
	for i, t := range c.terms {
		measured += c.signs[i] * t.tested
	}
	test := func(t *term) choice { return t.test }
	p := c.by(raw, test).p(measured, m, seed, stream)
	if len(c.terms) > 1 {
		unchanged := func(t *term) sample { return t.times(-t.tested) }
		p = max(p, c.by(unchanged, test).p(measured, m, seed, stream))
	}
	return p
}

// limits are the 95 % interval of the log ratio: the changes that the exchange
// test would not reject if they were divided out of head first (Edgington, 1969).
// The distribution at the estimate alone, without the search, is too narrow: to
// divide by a low quantile's ratio makes the two sides' quantiles the same slice.
// It is infinite where there are too few blocks to reject anything.
func (c contrast) limits(seed, stream uint64) (low, high float64) {
	if leastP(c.units().n) > .05 {
		return math.Inf(-1), math.Inf(1)
	}
	estimate := c.estimate()
	width := func(by float64) float64 {
		stat := c.statistic(func(t *term) sample { return t.times(-t.estimate - c.sign(t)*by/float64(len(c.terms))) })
		return beyond(stat.spread(intervalDraws, seed, stream), .05)
	}
	step := max(width(0), 1e-6)
	reach := func(direction float64) float64 {
		return smallest(func(by float64) bool { return by > width(direction*by)+slack }, step, .05)
	}
	return estimate - reach(-1), estimate + reach(1)
}

// sign is that of the term in the sum.
func (c contrast) sign(t *term) float64 { return c.signs[slices.Index(c.terms, t)] }

// leastP is the least p value that so many units can have: of a difference that
// only the measured labels and their opposites have.
func leastP(units int) float64 { return math.Ldexp(1, 1-units) }

// floor is the smallest log ratio that the run would have called with a
// probability of 0.8 at a level, or NaN if it would have called none however
// large. It adds to the luck, which is chance or still, what the test demands of a
// change: its critical value, which depends on the change itself, since exchanging
// names mixes the two speeds.
func (c contrast) floor(level float64, luck luck, seed, stream uint64) float64 {
	if leastP(c.units().n) > level {
		return math.NaN()
	}
	if f := c.floorBy(func(t *term) choice { return t.how }, level, luck, seed, stream); !math.IsNaN(f) {
		return f
	}
	// A statistic that leaves out blocks does not notice that a few of them have
	// changed names. Where that is too many for the level, a change would be tested
	// by the first choice, which leaves out none.
	return c.floorBy(func(t *term) choice { return t.choices()[0] }, level, luck, seed, stream)
}

// floorBy is the floor of one statistic of each term.
func (c contrast) floorBy(how func(t *term) choice, level float64, luck luck, seed, stream uint64) float64 {
	rng := rand.New(rand.NewPCG(seed, stream))
	same := make(map[*term]sample, len(c.terms))
	for _, t := range c.terms {
		same[t] = luck(centred(t), rng)
	}
	usual := beyond(c.by(func(t *term) sample { return same[t] }, how).spread(intervalDraws, seed, stream), .4) // the 0.8 quantile of a symmetric distribution
	draws := int(min(max(4/level, leastDraws), floorDraws))
	found := func(change float64) bool {
		first := true
		stat := c.by(func(t *term) sample {
			if !first {
				return same[t]
			}
			first = false
			return same[t].times(change)
		}, how)
		critical := beyond(stat.spread(draws, seed, stream), level)
		return change-usual > critical
	}
	if f := smallest(found, usual, .02); !math.IsInf(f, 1) {
		return f
	}
	return math.NaN()
}

// smallest is the least change that is found, to a share of itself, or +Inf if a
// change of 16 times is not.
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
