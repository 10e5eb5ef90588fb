package history

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// freedoms are the degrees of freedom that errors may have: with heavy, less heavy and
// normal tails.
var freedoms = [...]float64{3, 6, math.Inf(1)}

// weights are the probabilities of the freedoms, or their logarithms.
type weights [len(freedoms)]float64

// shape is a distribution of errors: Student's, with a scale in standard errors of the
// intervals.
type shape struct {
	freedom  int // index into freedoms
	scale    float64
	prior    float64 // logarithm of the probability of the scale
	constant float64 // term of the logarithm of the density
}

// shapes are the possible shapes of each freedom. Their prior: the standard error of an
// interval is within about 7 % of the scale of the errors, or of their standard deviation,
// which is larger if tails are heavy. Rarely, the interval is too wide and the errors are
// smaller. With a wider prior, heavy tails would pass for wide normal errors.
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

// logDensity returns the logarithm of the density at the error z.
func (s shape) logDensity(z float64) float64 {
	nu, x := freedoms[s.freedom], z/s.scale
	if math.IsInf(nu, 1) {
		return s.constant - x*x/2
	}
	return s.constant - (nu+1)/2*math.Log1p(x*x/nu)
}

// tail returns the probability of an error farther from 0 than z.
func (s shape) tail(z float64) float64 {
	nu, x := freedoms[s.freedom], z/s.scale
	if math.IsInf(nu, 1) {
		return math.Erfc(x / math.Sqrt2)
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: nu}.CDF(-x)
}

// tails estimate how far chance takes the ratios of a series.
type tails struct {
	sizes       []float64   // of the ratios in standard errors, the largest first
	suspects    int         // number of sizes that normal errors do not explain
	likelihoods [][]float64 // logarithms of the likelihoods of sizes[k:], by k and shape
	prior       weights
}

// newTails estimates tails from the sizes of ratios; normal errors explain up to limit.
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
				// That k sizes are larger is evidence, too: without it, the rest of
				// heavy tails would look normal. But five steps are not heavy tails, so
				// at most two count.
				t.likelihoods[k][i] = sum + min(float64(k), 2)*math.Log(s.tail(t.sizes[k]))
			}
		}
	}
	return t
}

// ratioLimits returns, for each series, the size in standard errors that a ratio has to
// exceed so that chance is the probability of a false step in any series.
func ratioLimits(all []*tails, chance float64) []float64 {
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
	prior := freedomPrior(ratios)
	limits := make([]float64, len(all))
	for i, t := range all {
		// One machine measured all series, so the other series are the best evidence of
		// the tails of this one. They are not the only evidence: among twelve series, the
		// one with heavy tails would pass for normal.
		const own = 0.2
		var others weights
		for j := range others {
			others[j] = math.Log(prior[j]) + sum[j] - evidence[i][j]
		}
		others = normalize(others)
		for j := range t.prior {
			t.prior[j] = own*prior[j] + (1-own)*others[j]
		}
		limits[i] = t.limit(chance / float64(max(1, ratios)))
	}
	return limits
}

// freedomPrior returns the probability of each freedom before any evidence. Few ratios
// cannot distinguish normal errors from heavy-tailed ones, so the probability of normal
// errors grows with the number of ratios. TestQuietHistoriesSoak holds with these numbers: a larger
// probability of normal errors finds more steps, and more false ones.
func freedomPrior(ratios int) weights {
	n := float64(ratios)
	return normalize(weights{0, 0, math.Log(max(1e-6, min(22, n*n/480)))})
}

// normalize turns logarithms into weights with the sum 1.
func normalize(w weights) weights {
	largest, sum := slices.Max(w[:]), 0.0
	for j := range w {
		w[j] = math.Exp(w[j] - largest)
		sum += w[j]
	}
	for j := range w {
		w[j] /= sum
	}
	return w
}

// evidence returns, for each freedom, the logarithm of the likelihood of all ratios
// except the suspects.
func (t *tails) evidence() (w weights) {
	list := t.likelihoods[t.suspects]
	largest := slices.Max(list)
	for i, s := range shapes {
		w[s.freedom] += math.Exp(list[i] - largest)
	}
	for j := range w {
		w[j] = largest + math.Log(w[j])
	}
	return w
}

// posterior returns the probability of each shape given all ratios except the k largest.
func (t *tails) posterior(k int) []float64 {
	list := slices.Clone(t.likelihoods[k])
	largest, total := slices.Max(list), 0.0
	for i, s := range shapes {
		list[i] = t.prior[s.freedom] * math.Exp(list[i]-largest)
		total += list[i]
	}
	for i := range list {
		list[i] /= total
	}
	return list
}

// limit returns the size that a ratio exceeds by chance with the probability chance. It
// counts as many of the largest ratios as possible as steps, and not as evidence of the
// tails: each of them exceeds what all smaller ones allow (after Rosner, 1983, so that
// steps do not hide each other).
func (t *tails) limit(chance float64) float64 {
	for k := t.suspects; ; k-- {
		posterior := t.posterior(k)
		tail := func(z float64) (p float64) {
			for i, s := range shapes {
				p += posterior[i] * s.tail(z)
			}
			return p
		}
		if k > 0 && tail(t.sizes[k-1]) > chance {
			continue
		}
		low, high := 0.0, 1e6
		for high-low > 1e-3 {
			if middle := (low + high) / 2; tail(middle) > chance {
				low = middle
			} else {
				high = middle
			}
		}
		return high
	}
}
