package report

import (
	"fmt"
	"math"
	"slices"

	"overlap/internal/table"
)

// Models are the laws of scaling fitted to a row, as far as its points allow.
// Gains are from cores at Workers, see Row.FromCores.
//
// All fits minimise relative errors, because noise is a share of the time.
// Published coefficients often minimise absolute ones (R's nls and usl), and
// differ for the same points.
type Models struct {
	// Workers are the row's. If these are fewer than the cores, they are the
	// fewest that can use all cores and were measured on as many numbers of
	// cores. If none were, the laws end at as many cores as the row has workers:
	// a gain that stays the same because nobody uses further cores follows no
	// law. 0 if the benchmark chooses its workers itself.
	Workers int
	Others  bool         // Workers are not the row's
	Cores   []Efficiency // by number of cores, at the row's workers
	Serial  Trend        // of the Karp–Flatt fraction

	Amdahl SerialFit // over cores

	// Scaled is the scaled speedup of a row of weak scaling, p workers on p cores
	// over one on one, and Gustafson its law; nil and unknown for other rows.
	Scaled    []Scaled
	Gustafson SerialFit

	OverCores   USL // of gains over cores: λ is the gain on one core, near 1
	OverWorkers USL // of jobs per second over workers, at the row's P

	Knee float64 // workers at which the operational bounds meet at P; NaN if unknown

	Predictions  []Prediction
	NoPrediction string // why there are none

	nominal nominal
}

// models fits what the row's points allow.
func (s survey) models(r Row) Models {
	m := Models{
		nominal: r.nominal, Knee: math.NaN(),
		Amdahl: FitAmdahl(nil, Relative), OverCores: FitUSL(nil, Relative), OverWorkers: FitUSL(nil, Relative),
		Gustafson: SerialFit{Fraction: unknown, Limit: unknown, Why: "not of weak scaling"},
	}
	if r.only.p() > 0 {
		m.OverWorkers, m.NoPrediction = FitUSL(s.overWorkers(r.only, math.Inf(1)), Relative), "cores were not compared"
		return m
	}
	for _, s := range r.Scaling {
		m.Cores = append(m.Cores, efficiency(s))
	}
	if n := len(r.Lines); n > 0 {
		m.Knee = r.Lines[n-1].Knee()
		m.OverWorkers = FitUSL(s.overWorkers(s.highest(), max(float64(r.P), m.Knee)), Relative)
	}
	m.Workers, s.levels = s.forLaws(r)
	m.Others = m.Workers != r.Workers
	s.first = s.base.at(min(m.Workers, 1), s.lowest())
	scaling, single := s.scaling(s.gains(m.Workers))
	overCores := s.overCores(func(l level) int {
		if l.p() == 1 {
			return single
		}
		return m.Workers
	})
	m.Amdahl = FitAmdahl(overCores, Relative)
	m.OverCores = FitUSL(overCores, Relative)
	if single == m.Workers {
		var shares []Efficiency
		for _, s := range scaling {
			shares = append(shares, efficiency(s))
		}
		m.Serial = trend(shares, m.OverCores)
	}
	if r.Weak {
		if one := s.times(s.base.at(1, s.lowest())); len(one) > 0 {
			m.Scaled = s.gainsOver(one, level.p)
		}
		m.Gustafson = FitGustafson(s.overCores(level.p), Relative)
	}
	if m.Workers > 0 && m.Workers < r.P {
		m.NoPrediction = fmt.Sprintf("the best is %s, and more were not measured on every number of cores", table.Count(m.Workers, "worker"))
	} else {
		m.Predictions, m.NoPrediction = predict(scaling, m.OverCores)
	}
	return m
}

// forLaws returns the workers and levels of the laws over cores, see Models.
func (s survey) forLaws(r Row) (int, []level) {
	if r.Workers == 0 || r.Workers >= r.P {
		return r.Workers, s.levels
	}
	measured := func(w int) []level {
		return slices.DeleteFunc(slices.Clone(s.levels), func(l level) bool { return s.count(s.base.at(w, l)) == 0 })
	}
	own := measured(r.Workers)
	for _, w := range s.workers(s.highest()) {
		if w >= r.P && len(measured(w)) >= len(own) {
			return w, s.levels
		}
	}
	return r.Workers, slices.DeleteFunc(own, func(l level) bool { return l.p() > r.Workers })
}

// overCores returns the gain over the first level by parallelism, with workers(l)
// at level l.
func (s survey) overCores(workers func(level) int) []Measure {
	var ns []float64
	var all []series
	for _, l := range s.levels {
		if times := s.times(s.base.at(workers(l), l)); len(times) > 0 {
			ns, all = append(ns, float64(l.p())), append(all, times)
		}
	}
	points := measures(ns, all)
	for i := len(points) - 1; i >= 0; i-- {
		points[i].X /= points[0].X
	}
	return points
}

// overWorkers returns the throughput by workers at a level, up to the useful number
// unless that is unknown: further workers queue, and throughput that stays the same
// would look like contention.
func (s survey) overWorkers(l level, useful float64) []Measure {
	var ns []float64
	var all []series
	for _, w := range s.workers(l) {
		if float64(w) > useful {
			break
		}
		ns, all = append(ns, float64(w)), append(all, s.times(s.base.at(w, l)))
	}
	return measures(ns, all)
}
