package report

import (
	"math"

	"overlap/internal/sampling"
)

// Interval is a value with the bounds of its 95 % interval. Low and High are
// NaN of fewer than three samples.
type Interval struct {
	Value, Low, High float64
}

// HalfWidth is the distance from the value to the farther bound.
func (i Interval) HalfWidth() float64 { return max(i.High-i.Value, i.Value-i.Low) }

// unknown is what was not measured.
var unknown = Interval{math.NaN(), math.NaN(), math.NaN()}

// exact is an interval without width.
func exact(v float64) Interval { return Interval{v, v, v} }

// over is the quotient of two intervals that come from different samples.
func (i Interval) over(j Interval) Interval {
	value := i.Value / j.Value
	half := math.Exp(math.Hypot(math.Log(i.High/i.Value), math.Log(j.High/j.Value)))
	return Interval{value, value / half, value * half}
}

// minSamples is how many samples a verdict needs.
const minSamples = sampling.MinSamples

// minSpread is how many samples have an interval. Two say so little of their
// spread that theirs would be 13 times as wide as they are apart.
const minSpread = 3

// throughput is jobs per second from the times of a job.
func throughput(s series) Interval {
	return around(1/s.mean(), s.logs())
}

// around is the 95 % interval of a value whose logarithm has the spread of the
// given sample's mean.
func around(value float64, logs []float64) Interval {
	if len(logs) < minSpread {
		return Interval{value, math.NaN(), math.NaN()}
	}
	half := math.Exp(sampling.HalfWidth(logs))
	return Interval{value, value / half, value * half}
}

// welch is the standard error of the difference of two means that rest on
// independent samples, and its degrees of freedom (Welch, 1947).
func welch(a, b []float64) (e, freedom float64) {
	ea, na := sampling.Error(a)
	eb, nb := sampling.Error(b)
	e = math.Hypot(ea, eb)
	if e == 0 {
		return 0, na + nb
	}
	return e, math.Pow(e, 4) / (math.Pow(ea, 4)/na + math.Pow(eb, 4)/nb)
}
