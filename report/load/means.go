package load

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/interval"
	"overlap/internal/sampling"
)

// Series returns the times of p by round, and whether samples under pressure are
// among them because there are fewer than three others.
func (d *Data) Series(p Point) (s interval.Series, pressed bool) {
	times, pressed := d.times(p)
	inBlocks := d.TookTurns(p)
	s = make(interval.Series, 0, d.Count(p))
	for round, sec := range times {
		s = append(s, interval.Timing{Round: round, Seconds: sec, InBlock: inBlocks})
	}
	return s, pressed
}

// Left returns the mean times of p by round, with all that others did to them, of the
// samples that took turns; those under pressure are among them.
func (d *Data) Left(p Point) (s interval.Series) {
	r := d.record(p)
	if r.columns == nil || r.columns[meanUnit] == nil {
		return nil
	}
	for i, sec := range r.columns[meanUnit] {
		if !math.IsNaN(sec) {
			s = append(s, interval.Timing{Round: r.partner(i, len(d.records)), Seconds: sec, InBlock: true})
		}
	}
	return s
}

// Mean returns the mean over the samples of p that count and that have the value; NaN
// if none has.
func (d *Data) Mean(p Point, get func(Sample) float64) float64 {
	return stat.Mean(d.Values(p, get), nil)
}

// MeanInterval returns that mean with its interval.
func (d *Data) MeanInterval(p Point, get func(Sample) float64) interval.Interval {
	values := d.Values(p, get)
	mean := stat.Mean(values, nil)
	if len(values) < interval.MinForInterval {
		return interval.Interval{Value: mean, Low: math.NaN(), High: math.NaN()}
	}
	half := sampling.HalfWidth(values)
	return interval.Interval{Value: mean, Low: max(0, mean-half), High: mean + half}
}

// GeometricMean returns the geometric mean over the samples of p, with its interval.
func (d *Data) GeometricMean(p Point, get func(Sample) float64) interval.Interval {
	var logs []float64
	for _, x := range d.Values(p, get) {
		if x > 0 {
			logs = append(logs, math.Log(x))
		}
	}
	if len(logs) == 0 {
		return interval.Unknown
	}
	return interval.Around(math.Exp(stat.Mean(logs, nil)), logs)
}
