package report

import (
	"math"

	"overlap/internal/sampling"

	"gonum.org/v1/gonum/stat"
)

// mean is the mean over the samples of p that are not left out and that have the
// value; NaN if none has.
func (d *Data) mean(p Point, get func(Sample) float64) float64 {
	return stat.Mean(d.values(p, get), nil)
}

// meanInterval is that mean with its interval.
func (d *Data) meanInterval(p Point, get func(Sample) float64) Interval {
	values := d.values(p, get)
	mean := stat.Mean(values, nil)
	if len(values) < minSpread {
		return Interval{mean, math.NaN(), math.NaN()}
	}
	half := sampling.HalfWidth(values)
	return Interval{mean, max(0, mean-half), mean + half}
}

// values are those of the samples of p that are not left out and that tell.
func (d *Data) values(p Point, get func(Sample) float64) []float64 {
	r, s := d.record(p), unmeasured
	if r.columns == nil && math.IsNaN(get(s)) {
		return nil // a million samples with nothing but their times
	}
	pressed := r.pressed()
	var values []float64
	for i := range r.seconds {
		r.fill(&s, i)
		if x := get(s); !math.IsNaN(x) && (pressed || r.calm(i)) {
			values = append(values, x)
		}
	}
	return values
}

// geometricMean is the geometric mean over the samples of p, with its interval.
func (d *Data) geometricMean(p Point, get func(Sample) float64) Interval {
	var logs []float64
	for _, x := range d.values(p, get) {
		if x > 0 {
			logs = append(logs, math.Log(x))
		}
	}
	if len(logs) == 0 {
		return unknown
	}
	return around(math.Exp(stat.Mean(logs, nil)), logs)
}

// maxPlausible is the largest number of tasks or cores that is believed.
const maxPlausible = 1e6

// degree returns x, or NaN if no machine can have measured it.
func degree(x float64) float64 {
	if x >= 0 && x <= maxPlausible {
		return x
	}
	return math.NaN()
}

// positive is degree for the units that are 0 if not measured.
func positive(x float64) float64 {
	if x == 0 {
		return math.NaN()
	}
	return degree(x)
}
