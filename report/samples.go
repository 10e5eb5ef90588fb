package report

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// PointSamples is a point of a row and what the files say of it: what the
// numbers of the row can be traced to.
type PointSamples struct {
	Point   Point
	Samples []Sample // in the order of the file, those under pressure too
	LeftOut int      // of the Samples, because of pressure

	// Time is the geometric mean of the seconds that a job took, over the
	// samples that count; Median, Fastest and Slowest are of the same samples.
	Time                     Interval
	Median, Fastest, Slowest float64

	// Gain is the throughput over that of one worker on one core; unknown for a
	// point that is not of the row's own.
	Gain Interval

	Latency            Latency // of its tasks; its times are unknown if they were not taken
	Inflight, CPUsBusy float64 // means; NaN or 0 if not measured
}

// Throughput is jobs per second.
func (p PointSamples) Throughput() Interval {
	return Interval{1 / p.Time.Value, 1 / p.Time.High, 1 / p.Time.Low}
}

// Role says what the point is for if not for the gains and curves of its row;
// empty: for these.
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

// PointsOf lists the points that the row rests on: its own by cores and
// workers, then the serial program and the shares that give its ceiling. These
// may be of another executor, because a sweep measures them under one.
func (a *Analysis) PointsOf(r Row) (list []PointSamples) {
	for _, p := range a.pointsOf(r) {
		s := survey{a.Data}.pointSamples(p)
		if r.owns(p) {
			times, _ := a.Data.series(p)
			s.Gain = quotient(r.gains.one, times)
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b PointSamples) int {
		x, y := a.Point, b.Point
		return cmp.Or(cmp.Compare(a.Role(), b.Role()), cmp.Compare(x.Parallelism(), y.Parallelism()),
			cmp.Compare(x.Cores, y.Cores), cmp.Compare(x.Procs, y.Procs), cmp.Compare(x.Workers, y.Workers), cmp.Compare(x.Slices, y.Slices))
	})
	return list
}

// pointsOf are those points in the order of the file.
func (a *Analysis) pointsOf(r Row) (list []Point) {
	for _, p := range a.Data.Points {
		if r.owns(p) || r.kin(p) && (p.Serial() || p.Slices > 1 || p.Copies > 1) {
			list = append(list, p)
		}
	}
	return list
}

func (d survey) pointSamples(p Point) PointSamples {
	s, _ := d.series(p)
	seconds := make([]float64, len(s))
	for i, v := range s {
		seconds[i] = v.seconds
	}
	slices.Sort(seconds)
	return PointSamples{
		Point: p, Samples: d.Samples(p), LeftOut: d.count(p) - len(s),
		Time:   around(s.mean(), s.logs()),
		Median: stat.Quantile(0.5, stat.LinInterp, seconds, nil), Fastest: seconds[0], Slowest: seconds[len(seconds)-1],
		Gain: unknown, Latency: d.latency(p),
		Inflight: d.mean(p, func(s Sample) float64 { return s.Inflight }),
		CPUsBusy: d.mean(p, func(s Sample) float64 { return s.CPUsBusy }),
	}
}
