// Package law fits laws of scaling to throughput: Amdahl's, Gustafson's and the
// universal scalability law; and it extrapolates gains. It knows neither benchmarks nor
// files.
package law

import (
	"fmt"
	"math"

	"overlap/internal/interval"
	"overlap/internal/table"
)

// Efficiency is what p cores gave, as shares.
type Efficiency struct {
	P int `json:"p"` // the smaller of cores and GOMAXPROCS

	// S/p, where S is the gain from cores. What is missing from 1 is lost to hardware
	// and software.
	OfIdeal interval.Interval `json:"efficiency"`

	// S/H(p): what is missing from 1 is lost to software alone. Unknown if H(p) was not
	// measured.
	OfCeiling interval.Interval `json:"software_efficiency"`

	// Serial is the experimentally determined serial fraction
	// (1/S − 1/p) / (1 − 1/p) (Karp and Flatt, 1990): the part of the work that
	// would explain S if all else scaled. Unknown at p = 1.
	Serial interval.Interval `json:"karp_flatt"`
}

// EfficiencyOf returns what a gain is of p and of the ceiling.
func EfficiencyOf(s GainAt) Efficiency {
	p := float64(s.P)
	e := Efficiency{s.P, s.Gain.Through(func(g float64) float64 { return g / p }), s.Gain.Over(s.Ceiling), KarpFlatt(s.Gain, s.P)}
	if s.P == 1 {
		e.OfCeiling = interval.Exact(1)
	}
	return e
}

// KarpFlatt returns the experimentally determined serial fraction of a speedup on p
// cores (Karp and Flatt, 1990): unknown at p = 1, negative if the speedup is above p.
func KarpFlatt(speedup interval.Interval, p int) interval.Interval {
	if p < 2 {
		return interval.Unknown
	}
	n := float64(p)
	return speedup.Through(func(s float64) float64 { return (1/s - 1/n) / (1 - 1/n) })
}

// Trend is how the Karp–Flatt fraction changes with cores.
type Trend string

const (
	Unclear     Trend = ""            // fewer than two core counts above one, or too noisy
	Lossless    Trend = "lossless"    // the loss is too small to matter
	Constant    Trend = "constant"    // a serial part explains the loss
	Rising      Trend = "rising"      // overhead that grows with cores
	Falling     Trend = "falling"     // the loss is not serial: more cores shorten it, too
	Superlinear Trend = "superlinear" // negative on the most cores: more than they can give, caches for example
)

// TrendOf compares the fraction on the fewest cores with the fraction on the most. It
// rises or falls if their intervals do not overlap. It is constant if all intervals
// overlap, both ends are precise, and the curve has no coherency, which a serial part
// cannot explain. A negative fraction counts on the most cores only: on fewer, the
// noise is as large as the loss.
func TrendOf(all []Efficiency, law USL) Trend {
	var known []Efficiency
	low, high := math.Inf(-1), math.Inf(1) // of what all intervals have in common
	for _, e := range all {
		if !math.IsNaN(e.Serial.Low) {
			known = append(known, e)
			low, high = max(low, e.Serial.Low), min(high, e.Serial.High)
		}
	}
	if len(known) == 0 {
		return Unclear
	}
	first, last := known[0].Serial, known[len(known)-1].Serial
	switch {
	case last.High < 0:
		return Superlinear
	case known[len(known)-1].negligible():
		return Lossless
	case last.Low > first.High:
		return Rising
	case last.High < first.Low:
		return Falling
	case len(known) < 2 || law.Identifiable && law.Kappa.Low > 0:
		return Unclear
	case low <= high && known[0].precise() && known[len(known)-1].precise():
		return Constant
	}
	return Unclear
}

// precise reports whether the half-width is at most a quarter of the fraction, or
// what it costs is too little to matter.
func (e Efficiency) precise() bool {
	return e.Serial.HalfWidth() <= e.Serial.Value/4 || e.negligible()
}

// negligible reports whether what the fraction costs is too little to matter.
func (e Efficiency) negligible() bool { return e.Serial.High*float64(e.P-1) < LeastGain-1 }

// SerialFit is a fit of a law with a serial part.
type SerialFit struct {
	Fraction interval.Interval `json:"serial_fraction"` // from 0 to 1; unknown if Why says why
	Limit    interval.Interval `json:"limit"`           // the speedup that no number of cores passes; +Inf if Fraction is 0
	Why      string            `json:"why,omitempty"`   // "2 of 3 core counts", or how the points contradict the law
}

// enoughSerial is how many different N a law with one coefficient besides λ needs:
// any two points lie on it.
const enoughSerial = 3

// FitAmdahl fits S(p) = 1 / (f + (1−f)/p) (Amdahl, 1967, in the form of Ware,
// 1972) to a job of fixed size. Fraction is f; Limit is 1/f, but at least the highest
// measured gain. Both are unknown if the curve is off the law by more than a quarter
// or beyond the limit by more than noise, or if the upper bound of the fraction is
// four times its lower bound.
func FitAmdahl(curve []Measure, loss Loss) SerialFit {
	s, p, off := fitSerial(universal, "Amdahl's", curve, loss)
	if s.Why != "" {
		return s
	}
	if f := s.Fraction; vague(f, p.largest()-1) {
		why := fmt.Sprintf("the serial fraction may be anything from %s to %s", table.Round(f.Low), table.Round(f.High))
		return SerialFit{Fraction: interval.Unknown, Limit: interval.Unknown, Why: why}
	}
	s.Limit = s.Fraction.Through(func(f float64) float64 { return 1 / f })
	gain, least := p.highest(off)
	if least > s.Limit.Value {
		why := fmt.Sprintf("the points do not follow Amdahl's law: × %s was measured, above its limit of × %s", table.Round(gain), table.Round(s.Limit.Value))
		return SerialFit{Fraction: interval.Unknown, Limit: interval.Unknown, Why: why}
	}
	s.Limit.Value, s.Limit.High = max(s.Limit.Value, gain), max(s.Limit.High, gain)
	s.Limit.Low = min(max(s.Limit.Low, least), s.Limit.Value)
	return s
}

// highest returns the highest gain over the point of the smallest N, which is taken
// to be without loss, and the part of it that noise does not explain. The noise is the
// errors of the points if these are known, otherwise their distance from the law.
func (p *problem) highest(off float64) (gain, least float64) {
	noise := func(i int) float64 {
		if p.known {
			return p.errors[i]
		}
		return max(off, leastError)
	}
	first := 0
	for i, m := range p.points {
		if m.N < p.points[first].N {
			first = i
		}
	}
	for i, m := range p.points {
		g := m.X / p.points[first].X * p.points[first].N
		gain = max(gain, g)
		least = max(least, g*math.Exp(-3*math.Hypot(noise(i), noise(first))))
	}
	return gain, least
}

// FitGustafson fits the scaled speedup S(p) = p − s(p−1) (Gustafson, 1988) to a
// job that grows with p. Fraction is s, the serial share of the time on p cores;
// there is no limit. A curve that does not follow the law has no fraction.
func FitGustafson(curve []Measure, loss Loss) SerialFit {
	s, _, _ := fitSerial(gustafson, "Gustafson's", curve, loss)
	if s.Why == "" {
		s.Limit = interval.Exact(math.Inf(1))
	}
	return s
}

func fitSerial(law shape, whose string, curve []Measure, loss Loss) (s SerialFit, p *problem, off float64) {
	p = newProblem(law, loss, curve, [3]bool{true, true, false})
	s = SerialFit{Fraction: interval.Unknown, Limit: interval.Unknown}
	if n := p.distinct(); n < enoughSerial {
		s.Why = fmt.Sprintf("%d of %d core counts", n, enoughSerial)
		return s, p, math.NaN()
	}
	free, _ := p.descend(p.start(), p.free, exactly)
	at := p.bounded(free, exactly)
	if off = p.off(at); !(off <= maxMisfit) {
		by := fmt.Sprintf("%.0f %%", 100*(math.Exp(off)-1))
		if table.AsFactor(math.Exp(off)) {
			by = "× " + table.Round(math.Exp(off))
		}
		s.Why = fmt.Sprintf("the points do not follow %s law: off by %s", whose, by)
		return s, p, off
	}
	s.Fraction = spread(at[1], p.bootstrap(free), func(d draw) float64 { return min(max(d.free[1], 0), 1) })
	return s, p, off
}

// vague reports whether the bounds of a coefficient are at least a factor of four
// apart and its effect matters.
func vague(c interval.Interval, effect float64) bool {
	return c.High >= 4*c.Low && c.High*effect >= LeastGain-1
}

// GustafsonAt returns the serial share of the time on p cores, s = (p − S)/(p − 1)
// (Gustafson, 1988), of a scaled speedup; unknown at p = 1.
func GustafsonAt(scaled interval.Interval, p int) interval.Interval {
	if p < 2 {
		return interval.Unknown
	}
	n := float64(p)
	return scaled.Through(func(s float64) float64 { return (n - s) / (n - 1) })
}

// GainAt is the gain from p cores.
type GainAt struct {
	P       int               `json:"p"`       // the smaller of cores and GOMAXPROCS
	Gain    interval.Interval `json:"gain"`    // from cores, with the same workers; if these are slower on one core than one worker, the gain over that one
	Ceiling interval.Interval `json:"ceiling"` // H(p); unknown if not measured
}

// LeastGain is the smallest gain that COST and predictions count as a gain. A law's
// coefficient must cost at least as much to be reported on.
const LeastGain = 1.1

// IsWorthwhile reports whether a gain is a tenth or more, and not an accident of noise.
func IsWorthwhile(i interval.Interval) bool { return i.Value >= LeastGain && i.Low > 1 }
