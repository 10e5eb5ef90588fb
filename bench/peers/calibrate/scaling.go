package calibrate

import "math/rand/v2"

// Scaling is how often the gate found that code no longer scales.
type Scaling struct {
	Trials  int
	Blocks  int // of a trial, of both points
	Found   int
	OneCore int // trials in which the time on one core was called slower, which it is not
}

// curves groups the series of one benchmark: on one core, then on two.
func curves(series []Series) (all [][]Series) {
	for _, one := range series {
		for _, two := range series {
			if one.Point.Workload == two.Point.Workload && one.Point.Cores == 1 && two.Point.Cores == 2 {
				all = append(all, []Series{one, two})
			}
		}
	}
	return all
}

// Real judges benchmarks whose head was measured with less parallelism, in
// windows of a budget for each point, at a benchmark's share of the level.
func (s Study) Real(m Method, series []Series, budget float64) (found Scaling) {
	for _, curve := range curves(series) {
		for i, suite := range cut(curve, budget) {
			trials := make([]Trial, len(suite))
			for j, one := range suite {
				trials[j] = measured(one.Point, one.Blocks)
			}
			found.add(trials, m.Judge(trials, s.Alpha/float64(s.Tests), s.Seed+uint64(i)))
		}
	}
	return found
}

// Made judges trials made of slots of the same code: new names, and on two
// cores head takes longer by the factor that the lost efficiency is.
func (s Study) Made(m Method, series []Series, budget, lost float64) (found Scaling) {
	all := curves(series)
	results := make([]Scaling, len(all))
	parallelDo(len(all), func(c int) {
		suites := cut(all[c], budget)
		for trial := range s.Trials {
			if len(suites) == 0 {
				return
			}
			seed := s.Seed + uint64(c*s.Trials+trial)
			r := rand.New(rand.NewPCG(seed, 17))
			var trials []Trial
			for _, one := range suites[trial%len(suites)] {
				e := 0.0
				if one.Point.Cores > 1 {
					e = 1/(1-lost) - 1
				}
				trials = append(trials, m.relabel(one.Point, one.Blocks, e, r))
			}
			results[c].add(trials, m.Judge(trials, s.Alpha/float64(s.Tests), seed))
		}
	})
	for _, r := range results {
		found.Trials, found.Found, found.OneCore, found.Blocks = found.Trials+r.Trials, found.Found+r.Found, found.OneCore+r.OneCore, max(found.Blocks, r.Blocks)
	}
	return found
}

func (f *Scaling) add(trials []Trial, calls []Call) {
	f.Trials++
	scales, slow := 0, 0
	for i, t := range trials {
		f.Blocks = len(t.Blocks)
		if calls[i].ScalesWorse {
			scales = 1
		}
		if t.Point.Cores == 1 && calls[i].Slower {
			slow = 1
		}
	}
	f.Found, f.OneCore = f.Found+scales, f.OneCore+slow
}
