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

func median(sorted []float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

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

func (s series) median() float64 { return median(s.clean()) }

// quotients resamples rounds, not samples, and returns the interval of each
// quotient of medians (percentile bootstrap, Efron 1979). A round is drawn as a
// whole because the points of a round were measured close together: what the
// machine's slow drift does to all of them cancels in a quotient. The random
// numbers are always the same, so the same file gives the same report.
func quotients(pairs ...[2]series) []Interval {
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
			q := resampled(p[0], picked) / resampled(p[1], picked)
			if !math.IsNaN(q) {
				draws[i] = append(draws[i], q)
			}
		}
	}
	intervals := make([]Interval, len(pairs))
	for i, p := range pairs {
		intervals[i] = Interval{p[0].median() / p[1].median(), math.NaN(), math.NaN()}
		if len(p[0].clean()) > 1 && len(p[1].clean()) > 1 && len(draws[i]) > 0 {
			slices.Sort(draws[i])
			last := float64(len(draws[i]) - 1)
			intervals[i].Low = draws[i][int(math.Round(0.025*last))]
			intervals[i].High = draws[i][int(math.Round(0.975*last))]
		}
	}
	return intervals
}

func resampled(s series, rounds []int) float64 {
	values := make([]float64, 0, len(rounds))
	for _, r := range rounds {
		if r < len(s) && !math.IsNaN(s[r]) {
			values = append(values, s[r])
		}
	}
	slices.Sort(values)
	return median(values)
}
