package report

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/sampling"
)

// series returns the times of p by round, and whether samples under pressure are
// among them because there are fewer than three others.
func (d *Data) series(p Point) (s series, pressed bool) {
	times, pressed := d.times(p)
	s = make(series, 0, d.count(p))
	for round, sec := range times {
		s = append(s, visit{round, sec})
	}
	return s, pressed
}

// mean returns the mean over the samples of p that count and that have the value; NaN
// if none has.
func (d *Data) mean(p Point, get func(Sample) float64) float64 {
	return stat.Mean(d.values(p, get), nil)
}

// meanInterval returns that mean with its interval.
func (d *Data) meanInterval(p Point, get func(Sample) float64) Interval {
	values := d.values(p, get)
	mean := stat.Mean(values, nil)
	if len(values) < minSpread {
		return Interval{mean, math.NaN(), math.NaN()}
	}
	half := sampling.HalfWidth(values)
	return Interval{mean, max(0, mean-half), mean + half}
}

// geometricMean returns the geometric mean over the samples of p, with its interval.
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
