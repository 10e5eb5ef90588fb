package calibrate

import (
	"math"
	"slices"

	"overlap/bench/gate/stat"
)

// Practice is what benchstat says of the usual practice's suites, at .05.
type Practice struct {
	Suites, Comparisons     int
	Pair                    float64 // seconds of one benchmark's two runs
	Alone, Holm, Bonferroni Share   // false alarms; Bonferroni's at .01, Holm's at .05
	Error                   float64
	Found                   []float64 // share of comparisons in which each of Steps is found
}

// Share counts false alarms.
type Share struct{ Suites, Comparisons int }

const usualAlpha = 0.05

// judgeUsual compares the two runs of each suite as benchstat does.
func judgeUsual(suites []Suite) Practice {
	p := Practice{Suites: len(suites), Found: make([]float64, len(Steps))}
	var errs []float64
	for _, s := range suites {
		var ps []float64
		for _, u := range s.Usual {
			chance, ratio := mannWhitney(u.Base, u.Head)
			ps, errs = append(ps, chance), append(errs, math.Abs(ratio-1))
			for i, e := range Steps {
				slowed := slices.Clone(u.Head)
				for j := range slowed {
					slowed[j] *= 1 + e
				}
				if chance, ratio := mannWhitney(u.Base, slowed); chance < usualAlpha && ratio > 1 {
					p.Found[i]++
				}
			}
		}
		p.Comparisons += len(ps)
		p.Pair += s.Took.Seconds() / float64(max(1, len(ps)*len(suites)))
		p.Alone.add(below(ps, usualAlpha))
		p.Holm.add(holm(ps, usualAlpha))
		p.Bonferroni.add(below(ps, 0.01/float64(len(ps))))
	}
	for i := range p.Found {
		p.Found[i] /= float64(max(1, p.Comparisons))
	}
	p.Error = median(errs)
	return p
}

func (s *Share) add(found int) {
	s.Comparisons += found
	if found > 0 {
		s.Suites++
	}
}

func below(ps []float64, alpha float64) (n int) {
	for _, p := range ps {
		if p < alpha {
			n++
		}
	}
	return n
}

// holm is how many of the hypotheses Holm (1979) rejects.
func holm(ps []float64, alpha float64) (n int) {
	for _, p := range stat.Holm(ps) {
		if p <= alpha {
			n++
		}
	}
	return n
}
