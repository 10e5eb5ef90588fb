package analyse

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/interval"
	"overlap/report/load"
)

// PointSamples is a point of a row with its samples: what the numbers of the row
// come from.
type PointSamples struct {
	Point   load.Point
	Samples []load.Sample // in the order of the file, with those under pressure
	LeftOut int           // of the Samples, because of pressure

	// Time is the geometric mean of the seconds of a job, over the samples that
	// count; Median, Fastest and Slowest are of the same samples.
	Time                     interval.Interval
	Median, Fastest, Slowest float64

	// Gain is the throughput over that of one worker on one core; unknown if the
	// point is not the row's own.
	Gain interval.Interval

	Latency            Latency // of its tasks; unknown if they were not timed
	Inflight, CPUsBusy float64 // means; NaN or 0 if not measured
}

// Throughput is jobs per second.
func (p PointSamples) Throughput() interval.Interval {
	return interval.Interval{Value: 1 / p.Time.Value, Low: 1 / p.Time.High, High: 1 / p.Time.Low}
}

// Role is the point's purpose; empty for a point of the gains and curves.
func (p PointSamples) Role() string {
	switch {
	case p.Point.Copies > 1:
		return "ceiling: shares at once"
	case p.Point.Slices > 1:
		return "ceiling: a share alone"
	case p.Point.Serial():
		return "serial program"
	}
	return ""
}

// PointsOf lists the points that the row rests on: its own by cores and workers,
// then the serial program and the shares that give its ceiling. These may be of
// another executor, because a sweep measures them under one.
func (a *Analysis) PointsOf(r Row) (list []PointSamples) {
	for _, p := range a.pointsOf(r) {
		list = append(list, pointSamples(a.Data, r, p))
	}
	slices.SortStableFunc(list, func(a, b PointSamples) int {
		x, y := a.Point, b.Point
		return cmp.Or(cmp.Compare(a.Role(), b.Role()), cmp.Compare(x.Parallelism(), y.Parallelism()),
			cmp.Compare(x.Cores, y.Cores), cmp.Compare(x.Procs, y.Procs), cmp.Compare(x.Workers, y.Workers), cmp.Compare(x.Slices, y.Slices))
	})
	return list
}

// pointsOf lists these points in the order of the file.
func (a *Analysis) pointsOf(r Row) (list []load.Point) {
	for _, p := range a.Data.Points {
		if r.owns(p) || r.sameWork(p) && (p.Serial() || p.Slices > 1 || p.Copies > 1) {
			list = append(list, p)
		}
	}
	return list
}

func pointSamples(d *load.Data, r Row, p load.Point) PointSamples {
	times, _ := d.Series(p)
	gain := interval.Unknown
	if r.owns(p) {
		gain = interval.Quotient(r.gains.one, times)
	}
	seconds := make([]float64, len(times))
	for i, v := range times {
		seconds[i] = v.Seconds
	}
	slices.Sort(seconds)
	return PointSamples{
		Point: p, Samples: d.Samples(p), LeftOut: d.Count(p) - len(times),
		Time:   times.Interval(),
		Median: stat.Quantile(0.5, stat.LinInterp, seconds, nil), Fastest: seconds[0], Slowest: seconds[len(seconds)-1],
		Gain: gain, Latency: latency(d, p),
		Inflight: d.Mean(p, func(s load.Sample) float64 { return s.Inflight }),
		CPUsBusy: d.Mean(p, func(s load.Sample) float64 { return s.CPUsBusy }),
	}
}
