package analyse

import (
	"fmt"
	"math"
	"slices"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/law"
	"overlap/report/load"
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
	Others  bool             // Workers are not the row's
	Cores   []law.Efficiency // by number of cores, at the row's workers
	Serial  law.Trend        // of the Karp–Flatt fraction

	Amdahl law.SerialFit // over cores

	// Scaled is the scaled speedup of a row of weak scaling, p workers on p cores
	// over one on one, and Gustafson its law; nil and unknown for other rows.
	Scaled    []law.GainAt
	Gustafson law.SerialFit

	OverCores   law.USL // of gains over cores: λ is the gain on one core, near 1
	OverWorkers law.USL // of jobs per second over workers, at the row's P

	Knee float64 // workers at which the operational bounds meet at P; NaN if unknown

	Predictions  []law.Prediction
	NoPrediction string // why there are none

	nominal nominal
}

// models fits what the row's points allow.
func (s survey) models(r Row) Models {
	m := Models{
		nominal: r.nominal, Knee: math.NaN(),
		Amdahl: law.FitAmdahl(nil, law.Relative), OverCores: law.FitUSL(nil, law.Relative), OverWorkers: law.FitUSL(nil, law.Relative),
		Gustafson: law.SerialFit{Fraction: interval.Unknown, Limit: interval.Unknown, Why: "not of weak scaling"},
	}
	if r.only.P() > 0 {
		m.OverWorkers, m.NoPrediction = law.FitUSL(s.overWorkers(r.only, math.Inf(1)), law.Relative), "cores were not compared"
		return m
	}
	for _, s := range r.Scaling {
		m.Cores = append(m.Cores, law.EfficiencyOf(s))
	}
	if n := len(r.Lines); n > 0 {
		m.Knee = r.Lines[n-1].Knee()
		m.OverWorkers = law.FitUSL(s.overWorkers(s.highest(), max(float64(r.P), m.Knee)), law.Relative)
	}
	m.Workers, s.levels = s.forLaws(r)
	m.Others = m.Workers != r.Workers
	s.first = s.base.At(min(m.Workers, 1), s.lowest())
	scaling, single := s.scaling(s.gains(m.Workers))
	overCores := s.overCores(func(l load.Level) int {
		if l.P() == 1 {
			return single
		}
		return m.Workers
	})
	m.Amdahl = law.FitAmdahl(overCores, law.Relative)
	m.OverCores = law.FitUSL(overCores, law.Relative)
	if single == m.Workers {
		var shares []law.Efficiency
		for _, s := range scaling {
			shares = append(shares, law.EfficiencyOf(s))
		}
		m.Serial = law.TrendOf(shares, m.OverCores)
	}
	if r.Weak {
		if one := s.times(s.base.At(1, s.lowest())); len(one) > 0 {
			m.Scaled = s.gainsOver(one, load.Level.P)
		}
		m.Gustafson = law.FitGustafson(s.overCores(load.Level.P), law.Relative)
	}
	if m.Workers > 0 && m.Workers < r.P {
		m.NoPrediction = fmt.Sprintf("the best is %s, and more were not measured on every number of cores", table.Count(m.Workers, "worker"))
	} else {
		m.Predictions, m.NoPrediction = law.Predict(scaling, m.OverCores)
	}
	return m
}

// forLaws returns the workers and levels of the laws over cores, see Models.
func (s survey) forLaws(r Row) (int, []load.Level) {
	if r.Workers == 0 || r.Workers >= r.P {
		return r.Workers, s.levels
	}
	measured := func(w int) []load.Level {
		return slices.DeleteFunc(slices.Clone(s.levels), func(l load.Level) bool { return s.Count(s.base.At(w, l)) == 0 })
	}
	own := measured(r.Workers)
	for _, w := range s.workers(s.highest()) {
		if w >= r.P && len(measured(w)) >= len(own) {
			return w, s.levels
		}
	}
	return r.Workers, slices.DeleteFunc(own, func(l load.Level) bool { return l.P() > r.Workers })
}

// overCores returns the gain over the first level by parallelism, with workers(l)
// at level l.
func (s survey) overCores(workers func(load.Level) int) []law.Measure {
	var ns []float64
	var all []interval.Series
	for _, l := range s.levels {
		if times := s.times(s.base.At(workers(l), l)); len(times) > 0 {
			ns, all = append(ns, float64(l.P())), append(all, times)
		}
	}
	points := law.Measures(ns, all)
	for i := len(points) - 1; i >= 0; i-- {
		points[i].X /= points[0].X
	}
	return points
}

// overWorkers returns the throughput by workers at a level, up to the useful number
// unless that is unknown: further workers queue, and throughput that stays the same
// would look like contention.
func (s survey) overWorkers(l load.Level, useful float64) []law.Measure {
	var ns []float64
	var all []interval.Series
	for _, w := range s.workers(l) {
		if float64(w) > useful {
			break
		}
		ns, all = append(ns, float64(w)), append(all, s.times(s.base.At(w, l)))
	}
	return law.Measures(ns, all)
}
