package history

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// freedoms are the tails that errors may have: heavy, less heavy, normal.
var freedoms = [...]float64{3, 6, math.Inf(1)}

// weights are of the freedoms.
type weights [len(freedoms)]float64

// shape is a distribution of errors: Student's, with a scale in standard errors
// as the intervals give them.
type shape struct {
	freedom  int // index into freedoms
	scale    float64
	prior    float64 // logarithm of how likely the scale is
	constant float64 // of the logarithm of the density
}

// shapes are those of each freedom. A standard error of an interval is the scale
// of the errors or their standard deviation, which heavy tails make larger, to
// within 7 %; seldom it is cautious, and errors are smaller. More freedom would
// make wider normal errors of heavy tails.
var shapes = func() (all []shape) {
	const step, spread, cautious = 0.1, 0.07, 0.003 // of the scale's logarithm
	near := func(x float64) float64 { return math.Exp(-x * x / (2 * spread * spread)) }
	for freedom, nu := range freedoms {
		height, deviation := -math.Log(2*math.Pi)/2, 0.0
		if !math.IsInf(nu, 1) {
			height, deviation = distuv.StudentsT{Sigma: 1, Nu: nu}.LogProb(0), math.Log(nu/(nu-2))/2
		}
		for x := -9.0; x <= 4; x++ {
			prior := near(step*x) + near(step*x+deviation)
			if x < 0 {
				prior += cautious
			}
			all = append(all, shape{freedom, math.Exp(step * x), math.Log(prior), height - step*x})
		}
	}
	return all
}()

// logDensity is that of an error.
func (s shape) logDensity(z float64) float64 {
	nu, x := freedoms[s.freedom], z/s.scale
	if math.IsInf(nu, 1) {
		return s.constant - x*x/2
	}
	return s.constant - (nu+1)/2*math.Log1p(x*x/nu)
}

// beyond is the probability of an error farther from 0 than z.
func (s shape) beyond(z float64) float64 {
	nu, x := freedoms[s.freedom], z/s.scale
	if math.IsInf(nu, 1) {
		return math.Erfc(x / math.Sqrt2)
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: nu}.CDF(-x)
}

// tails tell how far chance takes the ratios of a series.
type tails struct {
	sizes       []float64   // of the ratios in standard errors, the largest first
	suspects    int         // how many are larger than normal errors explain
	likelihoods [][]float64 // logarithms of those of sizes[k:], by k and shape
	prior       weights
}

// newTails takes the sizes of ratios and the largest that normal errors explain.
func newTails(sizes []float64, limit float64) *tails {
	t := &tails{sizes: slices.Sorted(slices.Values(sizes))}
	slices.Reverse(t.sizes)
	for t.suspects < len(sizes)-1 && t.sizes[t.suspects] > limit {
		t.suspects++
	}
	t.likelihoods = make([][]float64, t.suspects+1)
	for k := range t.likelihoods {
		t.likelihoods[k] = make([]float64, len(shapes))
	}
	for i, s := range shapes {
		sum := s.prior
		for k := len(t.sizes) - 1; k >= 0; k-- {
			sum += s.logDensity(t.sizes[k])
			switch {
			case k > t.suspects:
			case k == 0:
				t.likelihoods[0][i] = sum
			default:
				// That k are larger counts, too: else the rest of heavy tails, cut
				// off, would look normal. But five steps are no heavy tails: no more
				// than two of them count.
				t.likelihoods[k][i] = sum + min(float64(k), 2)*math.Log(s.beyond(t.sizes[k]))
			}
		}
	}
	return t
}

// largestOf is, for each series, the size in standard errors that no ratio of any
// series exceeds but by a chance.
func largestOf(all []*tails, chance float64) []float64 {
	ratios := 0
	evidence := make([]weights, len(all))
	var sum weights
	for i, t := range all {
		ratios += len(t.sizes)
		evidence[i] = t.evidence()
		for j, e := range evidence[i] {
			sum[j] += e
		}
	}
	before := believed(ratios)
	largest := make([]float64, len(all))
	for i, t := range all {
		// One machine measured all series, so that the others tell most of what
		// tails this one may have. They do not tell all: one in twelve with heavy
		// tails would pass for normal.
		const own = 0.2
		var others weights
		for j := range others {
			others[j] = math.Log(before[j]) + sum[j] - evidence[i][j]
		}
		others = exponential(others)
		for j := range t.prior {
			t.prior[j] = own*before[j] + (1-own)*others[j]
		}
		largest[i] = t.largest(chance / float64(max(1, ratios)))
	}
	return largest
}

// believed is how likely each freedom is before anything is seen. Few ratios
// cannot tell normal errors from others, so that the fewer there are, the less
// are these believed. The numbers are those with which TestQuietHistoriesSoak
// holds: more for normal errors finds more steps, and more false ones.
func believed(ratios int) weights {
	n := float64(ratios)
	return exponential(weights{0, 0, math.Log(max(1e-6, min(22, n*n/480)))})
}

// exponential makes weights of their logarithms; their sum is 1.
func exponential(w weights) weights {
	most, sum := slices.Max(w[:]), 0.0
	for j := range w {
		w[j] = math.Exp(w[j] - most)
		sum += w[j]
	}
	for j := range w {
		w[j] /= sum
	}
	return w
}

// evidence is the logarithm of how likely the ratios but the suspects are for
// each freedom.
func (t *tails) evidence() (w weights) {
	list := t.likelihoods[t.suspects]
	most := slices.Max(list)
	for i, s := range shapes {
		w[s.freedom] += math.Exp(list[i] - most)
	}
	for j := range w {
		w[j] = most + math.Log(w[j])
	}
	return w
}

// weigh is how likely each shape is given all ratios but the k largest.
func (t *tails) weigh(k int) []float64 {
	list := slices.Clone(t.likelihoods[k])
	most, total := slices.Max(list), 0.0
	for i, s := range shapes {
		list[i] = t.prior[s.freedom] * math.Exp(list[i]-most)
		total += list[i]
	}
	for i := range list {
		list[i] /= total
	}
	return list
}

// largest is the size that chance takes a ratio beyond with the probability
// tail. As many of the largest ratios are taken for steps, and not for what tells
// the tails, as there can be: each of them is beyond what all smaller ones allow
// (after Rosner, 1983, so that steps do not hide each other).
func (t *tails) largest(tail float64) float64 {
	for k := t.suspects; ; k-- {
		weights := t.weigh(k)
		beyond := func(z float64) (p float64) {
			for i, s := range shapes {
				p += weights[i] * s.beyond(z)
			}
			return p
		}
		if k > 0 && beyond(t.sizes[k-1]) > tail {
			continue
		}
		low, high := 0.0, 1e6
		for high-low > 1e-3 {
			if middle := (low + high) / 2; beyond(middle) > tail {
				low = middle
			} else {
				high = middle
			}
		}
		return high
	}
}
