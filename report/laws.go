package report

import (
	"fmt"
	"math"
)

// Efficiency is what p cores gave, as shares.
type Efficiency struct {
	P int

	// OfIdeal is S/p and OfCeiling S/H(p), where S is the gain from cores at
	// the row's workers. The first blames hardware and software together, the
	// second the software alone. OfCeiling is unknown if H(p) was not measured.
	OfIdeal, OfCeiling Interval

	// Serial is the experimentally determined serial fraction
	// (1/S − 1/p) / (1 − 1/p) (Karp and Flatt, 1990): the part of the work that
	// would explain S if all else scaled. Unknown at p = 1.
	Serial Interval
}

// efficiency is that of a gain.
func efficiency(s Scaled) Efficiency {
	p := float64(s.P)
	e := Efficiency{s.P, s.Gain.through(func(g float64) float64 { return g / p }), s.Gain.over(s.Ceiling), KarpFlatt(s.Gain, s.P)}
	if s.P == 1 {
		e.OfCeiling = exact(1)
	}
	return e
}

// KarpFlatt is the experimentally determined serial fraction of a speedup on p
// cores; unknown at p = 1. It is negative if the speedup is above p.
func KarpFlatt(speedup Interval, p int) Interval {
	if p < 2 {
		return unknown
	}
	n := float64(p)
	return speedup.through(func(s float64) float64 { return (1/s - 1/n) / (1 - 1/n) })
}

// through maps value and bounds by a monotonous function.
func (i Interval) through(f func(float64) float64) Interval {
	low, high := f(i.Low), f(i.High)
	return Interval{f(i.Value), min(low, high), max(low, high)}
}

// Trend is how the Karp–Flatt fraction changes with cores.
type Trend string

const (
	Unclear     Trend = ""            // fewer than two core counts above one, or too noisy
	Constant    Trend = "constant"    // a serial part explains the loss
	Rising      Trend = "rising"      // overhead that grows with cores
	Falling     Trend = "falling"     // what is lost is paid once, whatever the cores
	Superlinear Trend = "superlinear" // negative: more than the cores can give, caches for example
)

// trend compares the fraction on the fewest cores with that on the most. Each
// change is believed if the intervals are apart; that none is there, if the
// intervals are not wider than ±0.05.
func trend(all []Efficiency) Trend {
	var known []Interval
	for _, e := range all {
		if e.Serial.High < 0 {
			return Superlinear
		}
		if !math.IsNaN(e.Serial.Low) {
			known = append(known, e.Serial)
		}
	}
	if len(known) < 2 {
		return Unclear
	}
	first, last := known[0], known[len(known)-1]
	switch {
	case last.Low > first.High:
		return Rising
	case last.High < first.Low:
		return Falling
	case first.HalfWidth() <= 0.05 && last.HalfWidth() <= 0.05:
		return Constant
	}
	return Unclear
}

// SerialFit is a fit of a law with a serial part.
type SerialFit struct {
	Fraction Interval // from 0 to 1; unknown if Why says why
	Limit    Interval // the speedup that no number of cores passes; +Inf if Fraction is 0
	Why      string
}

// enoughSerial is how many different N a law with one coefficient besides its
// λ needs: any two points lie on it.
const enoughSerial = 3

// FitAmdahl fits S(p) = 1 / (f + (1−f)/p) (Amdahl, 1967, in the form of Ware,
// 1972) to a job of fixed size. Fraction is f, Limit 1/f.
func FitAmdahl(curve []Measure, loss Loss) SerialFit {
	s := fitSerial(universal, curve, loss)
	if s.Why == "" {
		limit := s.Fraction.through(func(f float64) float64 { return 1 / f })
		s.Limit = limit
	}
	return s
}

// FitGustafson fits the scaled speedup S(p) = p − s(p−1) (Gustafson, 1988) to a
// job that grows with p. Fraction is s, the serial share of the time on p cores;
// there is no limit.
func FitGustafson(curve []Measure, loss Loss) SerialFit {
	s := fitSerial(gustafson, curve, loss)
	if s.Why == "" {
		s.Limit = exact(math.Inf(1))
	}
	return s
}

func fitSerial(law shape, curve []Measure, loss Loss) SerialFit {
	p := newProblem(law, loss, curve, [3]bool{true, true, false})
	s := SerialFit{Fraction: unknown, Limit: unknown}
	if n := p.distinct(); n < enoughSerial {
		s.Why = fmt.Sprintf("%d of %d", n, enoughSerial)
		return s
	}
	free, _ := p.descend(p.start(), p.free, exactly)
	s.Fraction = spread(p.bounded(free, exactly)[1], p.bootstrap(free), func(d draw) float64 { return min(max(d.free[1], 0), 1) })
	return s
}

// GustafsonAt is the serial share s = (p − S)/(p − 1) of the time on p cores, of
// a scaled speedup; unknown at p = 1.
func GustafsonAt(scaled Interval, p int) Interval {
	if p < 2 {
		return unknown
	}
	n := float64(p)
	return scaled.through(func(s float64) float64 { return (n - s) / (n - 1) })
}

// Knee is the number of workers at which the bounds of the line meet,
// w* = p(D+Z)/D (Denning and Buzen, 1978): below it more workers overlap more
// waiting, beyond it they only queue.
func (l Line) Knee() float64 { return float64(l.P) * l.Residence / l.Demand }
