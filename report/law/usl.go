package law

import (
	"fmt"
	"math"
	"slices"

	"overlap/internal/interval"
)

// EnoughN is how many different N a fit of the universal scalability law needs:
// three coefficients go through any four points or so.
const EnoughN = 6

// USL is the universal scalability law (Gunther, 1993 and 2007) fitted to a
// curve: X(N) = λN / (1 + σ(N−1) + κN(N−1)), with σ from 0 to 1 and κ from 0.
//
// The coefficients are fitted by relative errors; published coefficients often come from
// fits by absolute errors and therefore differ (SPEC SDM91: σ 0.014 here, 0.028 in
// print). Their intervals are of 95 %, by a parametric bootstrap of the fit without
// bounds, cut to the bounds: the truth is inside.
type USL struct {
	// Identifiable reports whether the coefficients mean something. There must be at
	// least 6 different N, and no coefficient may be so uncertain that its interval
	// includes both 0 and twice the estimate. The exception is a coefficient whose upper
	// bound explains less than a tenth of the time at every N. σ = κ = 0, a straight
	// line, and κ = 0, Amdahl's law, are answers. Why says what is missing: "4 of 6"
	// different N, or a coefficient.
	Identifiable bool   `json:"identifiable"`
	Why          string `json:"why,omitempty"` // the coefficients mean nothing

	Lambda interval.Interval `json:"lambda"` // jobs per second of one
	Sigma  interval.Interval `json:"sigma"`  // contention: the share of the work that is serial
	Kappa  interval.Interval `json:"kappa"`  // coherency: what each pair costs, as a share of the work

	// Peak is the N of the highest throughput, √((1−σ)/κ) but at least 1; +Inf if
	// κ is 0. Its upper bound is infinite if κ may be 0. A κ that takes less than
	// half a percent of the time at the largest N counts as possibly 0, whatever its
	// interval.
	Peak interval.Interval `json:"peak"`
	Roof interval.Interval `json:"roof"` // jobs per second, λ/σ, that no N passes; +Inf if σ is 0

	Points []Measure `json:"-"` // those that were fitted
	fit    *problem
	at     theta
	draws  []draw
}

// FitUSL fits the law: of timings with the loss Relative; with Absolute it gives
// the coefficients that are published for a curve. A curve of fewer than 3
// different N has no fit at all: all numbers are NaN. Points that are not
// throughputs are left out. The result is the same for the same curve: the
// bootstrap's seed is fixed.
func FitUSL(curve []Measure, loss Loss) USL {
	p := newProblem(universal, loss, curve, [3]bool{true, true, true})
	u := USL{Lambda: interval.Unknown, Sigma: interval.Unknown, Kappa: interval.Unknown, Peak: interval.Unknown, Roof: interval.Unknown, Points: p.points, fit: p}
	n := p.distinct()
	u.Why = fmt.Sprintf("%d of %d", n, EnoughN)
	if n < 3 {
		return u
	}
	free, _ := p.descend(p.start(), p.free, exactly)
	u.at = p.bounded(free, exactly)
	u.draws = p.bootstrap(free)
	u.Lambda = spread(math.Exp(u.at[0]), u.draws, func(d draw) float64 { return math.Exp(d.free[0]) })
	u.Sigma = spread(u.at[1], u.draws, func(d draw) float64 { return min(max(d.free[1], 0), 1) })
	u.Kappa = spread(u.at[2], u.draws, func(d draw) float64 { return max(d.free[2], 0) })
	most := u.fit.largest()
	u.Peak = spread(peak(u.at, most), u.draws, func(d draw) float64 { return peak(d.bounded, most) })
	if u.takes(Split.coherency).Low < leastError {
		u.Kappa.Low, u.Peak.High = min(u.Kappa.Low, 0), math.Inf(1)
	}
	u.Roof = spread(roof(u.at), u.draws, func(d draw) float64 { return roof(d.bounded) })
	if n >= EnoughN {
		u.Why = u.doubt()
		u.Identifiable = u.Why == ""
	}
	return u
}

// peak returns the N of the highest throughput: infinity where κ takes no more of the
// time at the largest N than rounding does.
func peak(c theta, most float64) float64 {
	if c.split(most).coherency() < 1e-9 {
		return math.Inf(1)
	}
	return max(1, math.Sqrt((1-c[1])/c[2]))
}

func roof(c theta) float64 { return math.Exp(c[0]) / c[1] }

// doubt names the coefficients that may be anything; it is empty if none may.
func (u USL) doubt() string {
	if len(u.draws) == 0 {
		return "the points are too noisy"
	}
	if off := u.fit.off(u.at); off > maxMisfit {
		return fmt.Sprintf("the points do not follow the law: off by × %.1f", math.Exp(off))
	}
	sigma, kappa := loose(u.Sigma, u.takes(Split.contention)), loose(u.Kappa, u.takes(Split.coherency))
	switch {
	case sigma && kappa:
		return "σ and κ may both be 0"
	case sigma:
		return "σ may be 0 or twice as large"
	case kappa:
		return "κ may be 0 or twice as large"
	}
	return ""
}

// maxMisfit is the root mean square of the residuals in ln X above which a curve does
// not follow a law: a quarter, twice the misfit of published fits.
const maxMisfit = 0.25

// off returns the root mean square of ln X − ln f(N).
func (p *problem) off(c theta) (sum float64) {
	for _, m := range p.points {
		r := math.Log(m.X / p.noisy(m.N, c, 0))
		sum += r * r / float64(len(p.points))
	}
	return math.Sqrt(sum)
}

// Distinct returns the number of different N.
func (u USL) Distinct() int {
	if u.fit == nil {
		return 0
	}
	return u.fit.distinct()
}

// largest returns the largest N.
func (p *problem) largest() (n float64) {
	for _, m := range p.points {
		n = max(n, m.N)
	}
	return n
}

// loose reports whether the interval of a coefficient holds both 0 and twice its value,
// and the share of the time that it takes matters.
func loose(c, takes interval.Interval) bool {
	return c.Low <= 0 && c.High >= 2*c.Value && takes.High >= LeastGain-1
}

// takes returns the largest share of the time that a part takes at any measured N. It
// is relative to the curve: with a serial tenth, a job on 256 cores takes 26 times as
// long as without, and a κ that adds half of the ideal time does not matter.
func (u USL) takes(part func(Split) float64) interval.Interval {
	most := func(c theta) (share float64) {
		for _, m := range u.Points {
			share = max(share, part(c.split(m.N)))
		}
		return share
	}
	return spread(most(u.at), u.draws, func(d draw) float64 { return most(d.bounded) })
}

// At returns the throughput of the law at n, with the 95 % band of the curve.
func (u USL) At(n float64) interval.Interval {
	if math.IsNaN(u.Lambda.Value) {
		return interval.Unknown
	}
	return spread(u.fit.noisy(n, u.at, 0), u.draws, func(d draw) float64 { return u.fit.noisy(n, d.bounded, 0) })
}

// Predict returns what measurements at each n would give, noise included; unknown
// without a fit. The intervals include those of Amdahl's law fitted to the same
// points: points below a peak seldom show whether there is one, and published curves
// went either way.
func (u USL) Predict(ns ...float64) (all []interval.Interval) {
	if len(u.draws) == 0 {
		return slices.Repeat([]interval.Interval{interval.Unknown}, len(ns))
	}
	amdahl := *u.fit
	amdahl.free[2] = false
	free, _ := amdahl.descend(amdahl.start(), amdahl.free, exactly)
	others := amdahl.bootstrap(free)
	for _, n := range ns {
		measured := func(d draw) float64 { return max(u.fit.noisy(n, d.bounded, d.noise), 0) }
		value := u.fit.noisy(n, u.at, 0)
		i, j := spread(value, u.draws, measured), spread(value, others, measured)
		all = append(all, interval.Interval{Value: value, Low: min(i.Low, j.Low), High: max(i.High, j.High)})
	}
	return all
}

// Drawable reports whether there are enough points for a curve with its band, and the
// points follow the law.
func (u USL) Drawable() bool {
	return u.Distinct() >= EnoughN && len(u.draws) > 0 && !(u.fit.off(u.at) > maxMisfit)
}

// Residual returns how far a point is above the law, as a share of the law.
func (u USL) Residual(m Measure) float64 { return m.X/u.At(m.N).Value - 1 }

// Split is the time of a job at N as shares of its time at 1: Ideal is 1/N,
// Contention σ(N−1)/N, Coherency κ(N−1). They sum to λ/X(N).
type Split struct{ Ideal, Contention, Coherency float64 }

// Split returns the parts of the time at n.
func (u USL) Split(n float64) Split { return u.at.split(n) }

func (c theta) split(n float64) Split {
	return Split{1 / n, c[1] * (n - 1) / n, c[2] * (n - 1)}
}

// ideal, contention and coherency return the parts as shares of the time at N.
func (s Split) ideal() float64      { return s.Ideal / (s.Ideal + s.Contention + s.Coherency) }
func (s Split) contention() float64 { return s.Contention / (s.Ideal + s.Contention + s.Coherency) }
func (s Split) coherency() float64  { return s.Coherency / (s.Ideal + s.Contention + s.Coherency) }
