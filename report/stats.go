package report

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Interval is a value with the bounds of its 95 % interval. Low and High are
// NaN where too few samples allow none.
type Interval struct {
	Value, Low, High float64
}

// HalfWidth is the distance from the value to the farther bound.
func (i Interval) HalfWidth() float64 { return max(i.High-i.Value, i.Value-i.Low) }

// exact is an interval without width.
func exact(v float64) Interval { return Interval{v, v, v} }

// resamples is how many bootstrap samples an interval rests on.
const resamples = 2000

// minSamples is how many samples a verdict needs, by the rules of the suite.
const minSamples = 10

// series is the samples of a point by round; a round whose sample is missing
// or left out is NaN.
type series []float64

func (s series) clean() []float64 {
	c := slices.DeleteFunc(slices.Clone(s), math.IsNaN)
	slices.Sort(c)
	return c
}

// quantile of sorted values, interpolated between neighbours.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	low, high := sorted[i], sorted[min(i+1, len(sorted)-1)]
	return low + (high-low)*(at-float64(i))
}

func median(sorted []float64) float64 { return quantile(sorted, 0.5) }

// estimator is the statistic of a point's samples that stands for the point.
type estimator struct {
	name string
	stat func(sorted []float64) float64

	// needs is how many samples it takes for the bootstrap to judge the
	// statistic: near the extremes it sees too little spread.
	needs int
}

// estimators are the candidates. The first wins a tie.
var estimators = []estimator{
	{"median", median, 1},
	{"geometric mean", geometricMean, 1},
	{"quantile 0.35", func(s []float64) float64 { return quantile(s, 0.35) }, 7},
	{"quantile 0.2", func(s []float64) float64 { return quantile(s, 0.2) }, 11},
	{"quantile 0.1", func(s []float64) float64 { return quantile(s, 0.1) }, 21},
}

func geometricMean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(values)))
}

func (e estimator) of(s series) float64 { return e.stat(s.clean()) }

// chooseEstimator picks the estimator whose bootstrap spread is narrowest on
// average over the points of a workload. Machines whose cores have neighbours
// run the same code at two speeds, 1.45 times apart, for spells longer than a
// sample. The median of such samples jumps between the two, a mean does not,
// and a low quantile stays with the undisturbed one if there is enough of it;
// where there is one speed all do well. The choice sees no quotient, so it
// cannot favour a gain.
//
// On the machine with two speeds where it was tried, gains that are 1 by
// construction came out with half the error of the median's: 7.1 % against
// 13.7 % (17 rounds) and 4.0 % against 7.7 % (17 of 40 rounds).
func chooseEstimator(points []series) estimator {
	best, narrowest := estimators[0], math.Inf(1)
	for _, e := range estimators {
		total := 0.0
		rng := rand.New(rand.NewPCG(3, 4))
		for _, s := range points {
			values := s.clean()
			if len(values) < e.needs {
				total = math.Inf(1)
				break
			}
			total += e.spread(values, rng)
		}
		if total < narrowest {
			best, narrowest = e, total
		}
	}
	return best
}

// spread is the standard deviation of the estimate's logarithm over 200
// bootstrap samples.
func (e estimator) spread(values []float64, rng *rand.Rand) float64 {
	const draws = 200
	var sum, squares float64
	drawn := make([]float64, len(values))
	for range draws {
		for i := range drawn {
			drawn[i] = values[rng.IntN(len(values))]
		}
		slices.Sort(drawn)
		x := math.Log(e.stat(drawn))
		sum += x
		squares += x * x
	}
	return math.Sqrt(max(0, squares/draws-sum/draws*sum/draws))
}

// quotients resamples rounds, not samples, and returns the interval of each
// quotient of points (percentile bootstrap, Efron 1979). A round is drawn as a
// whole because the points of a round were measured close together: what the
// machine's slow drift does to all of them cancels in a quotient. The random
// numbers are always the same, so the same file gives the same report.
func (e estimator) quotients(pairs ...[2]series) []Interval {
	rounds := 0
	for _, p := range pairs {
		rounds = max(rounds, len(p[0]), len(p[1]))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	draws := make([][]float64, len(pairs))
	picked := make([]int, rounds)
	for range resamples {
		for i := range picked {
			picked[i] = rng.IntN(rounds)
		}
		for i, p := range pairs {
			q := e.of(p[0].rounds(picked)) / e.of(p[1].rounds(picked))
			if !math.IsNaN(q) {
				draws[i] = append(draws[i], q)
			}
		}
	}
	intervals := make([]Interval, len(pairs))
	for i, p := range pairs {
		intervals[i] = Interval{e.of(p[0]) / e.of(p[1]), math.NaN(), math.NaN()}
		if len(p[0].clean()) > 1 && len(p[1].clean()) > 1 && len(draws[i]) > 0 {
			slices.Sort(draws[i])
			intervals[i].Low, intervals[i].High = quantile(draws[i], 0.025), quantile(draws[i], 0.975)
		}
	}
	return intervals
}

// rounds is the series of the picked rounds; a series that ends early misses
// the later ones.
func (s series) rounds(picked []int) series {
	values := make(series, 0, len(picked))
	for _, r := range picked {
		if r < len(s) {
			values = append(values, s[r])
		}
	}
	return values
}
