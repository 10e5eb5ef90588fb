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
// All fits are of the relative errors, because noise is a share of the time.
// Published coefficients are often of absolute ones (R's nls and usl), and
// differ for the same points.
type Models struct {
	// Workers are the row's, or, if these are fewer than the cores, the fewest
	// that can use all of them and were measured on as many numbers of cores.
	// If there are none such, the laws are of as many cores as the row has
	// workers: a gain that stays because nobody uses further cores is no law.
	// 0 if the benchmark decides itself.
	Workers int
	Others  bool         // Workers are not the row's
	Cores   []Efficiency // by number of cores, at the row's workers
	Serial  Trend        // of the Karp–Flatt fraction

	Amdahl SerialFit // over cores

	// Scaled is the scaled speedup of a row of weak scaling, p workers on p
	// cores over one on one, and Gustafson its law; nil and unknown for others.
	Scaled    []Scaled
	Gustafson SerialFit

	OverCores   USL // of gains over cores: λ is that of one core, near 1
	OverWorkers USL // of jobs per second over workers, at the row's P

	Knee float64 // workers at which the operational bounds meet at P; NaN if unknown

	Predictions  []Prediction
	NoPrediction string // why there are none

	nominal nominal
}

// models fits what the row's points allow.
func (d survey) models(r Row, base Point, levels []level) Models {
	m := Models{nominal: r.nominal, Knee: math.NaN(), Gustafson: SerialFit{Fraction: unknown, Limit: unknown, Why: "not of weak scaling"}}
	if r.only.p() > 0 {
		m.OverWorkers, m.NoPrediction = FitUSL(d.overWorkers(base, r.only, math.Inf(1)), Relative), "cores were not compared"
		m.Amdahl, m.OverCores = FitAmdahl(nil, Relative), FitUSL(nil, Relative)
		return m
	}
	for _, s := range r.Scaling {
		m.Cores = append(m.Cores, efficiency(s))
	}
	most := levels[len(levels)-1]
	m.Workers, levels = d.forLaws(r, base, levels)
	m.Others = m.Workers != r.Workers
	scaling, single := d.scaling(base, d.gains(base, base.at(min(m.Workers, 1), levels[0]), m.Workers, levels), levels)
	var shares []Efficiency
	for _, s := range scaling {
		shares = append(shares, efficiency(s))
	}
	overCores := d.curve(base, levels, func(l level) int {
		if l.p() == 1 {
			return single
		}
		return m.Workers
	})
	m.Amdahl = FitAmdahl(overCores, Relative)
	m.OverCores = FitUSL(overCores, Relative)
	if single == m.Workers {
		m.Serial = trend(shares, m.OverCores)
	}
	if n := len(r.Lines); n > 0 {
		m.Knee = r.Lines[n-1].Knee()
		m.OverWorkers = FitUSL(d.overWorkers(base, most, max(float64(r.P), m.Knee)), Relative)
	} else {
		m.OverWorkers = FitUSL(nil, Relative)
	}
	if r.Weak {
		m.Scaled = d.scaledSpeedups(base, levels)
		m.Gustafson = FitGustafson(d.curve(base, levels, level.p), Relative)
	}
	if m.Workers > 0 && m.Workers < r.P {
		m.NoPrediction = fmt.Sprintf("the best is %s, and more were not measured on every number of cores", table.Count(m.Workers, "worker"))
	} else {
		m.Predictions, m.NoPrediction = predict(scaling, m.OverCores)
	}
	return m
}

// forLaws is the number of workers, and the levels, of the laws over cores.
func (d survey) forLaws(r Row, base Point, levels []level) (int, []level) {
	if r.Workers == 0 || r.Workers >= r.P {
		return r.Workers, levels
	}
	measured := func(w int) []level {
		return slices.DeleteFunc(slices.Clone(levels), func(l level) bool { return d.count(base.at(w, l)) == 0 })
	}
	own := measured(r.Workers)
	for _, w := range d.workersAt(base, levels[len(levels)-1]) {
		if w >= r.P && len(measured(w)) >= len(own) {
			return w, levels
		}
	}
	return r.Workers, slices.DeleteFunc(own, func(l level) bool { return l.p() > r.Workers })
}

// curve is the gain over the first level by parallelism, with workers(l) at
// level l.
func (d survey) curve(base Point, levels []level, workers func(level) int) []Measure {
	var ns []float64
	var all []series
	for _, l := range levels {
		if s, _ := d.series(base.at(workers(l), l)); len(s) > 0 {
			ns, all = append(ns, float64(l.p())), append(all, s)
		}
	}
	points := measures(ns, all)
	for i := len(points) - 1; i >= 0; i-- {
		points[i].X /= points[0].X
	}
	return points
}

// overWorkers is the throughput by number of workers at a level, up to as many as
// can be of use, unless those are unknown: further ones queue, and the throughput
// that stays would be taken for contention.
func (d survey) overWorkers(base Point, l level, useful float64) []Measure {
	var ns []float64
	var all []series
	for _, w := range d.workersAt(base, l) {
		if float64(w) > useful {
			break
		}
		s, _ := d.series(base.at(w, l))
		ns, all = append(ns, float64(w)), append(all, s)
	}
	return measures(ns, all)
}

// scaledSpeedups are the gains of p workers on p cores over one on one.
func (d survey) scaledSpeedups(base Point, levels []level) (all []Scaled) {
	one, _ := d.series(base.at(1, levels[0]))
	for _, l := range levels {
		s, _ := d.series(base.at(l.p(), l))
		if len(s) == 0 || len(one) == 0 {
			continue
		}
		gain := exact(1)
		if l.p() > 1 {
			gain = quotient(one, s)
		}
		all = append(all, Scaled{P: l.p(), Gain: gain, Ceiling: unknown})
	}
	return all
}
