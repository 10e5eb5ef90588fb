package calibrate

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat"
)

// Steps are the slowdowns that are tried.
var Steps = []float64{0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3}

// power is the share of trials in which a slowdown must be found.
const power = 0.8

// Power is what a method finds of one benchmark, in trials of one budget.
type Power struct {
	Name    string
	Blocks  int     // of a trial
	Windows int     // disjoint runs of blocks that the trials are made of
	Trials  int     // each with coins of its own
	Error   float64 // median of |ratio − 1|, where both sides are the same
	Alarms  int     // trials of the same code called slower
	Found   []int   // trials in which each of Steps is found
	Fails   int     // trials in which the gate would fail for twice its threshold
	Used    float64 // mean share of the slices that the method looked at, where both sides are the same; 0 if it looks at all
}

// Smallest is the smallest step that is found often enough, and infinite if none
// is.
func (p Power) Smallest() float64 {
	for i, n := range p.Found {
		if float64(n) >= power*float64(p.Trials) {
			return Steps[i]
		}
	}
	return math.Inf(1)
}

// Study is what of the trials is common to all methods.
type Study struct {
	Alpha  float64 // chance of a false alarm in a suite
	Tests  int     // benchmarks of a suite: one is judged at its share of Alpha
	Trials int     // of every benchmark
	Seed   uint64
}

// Of returns the power of a method for every benchmark that was measured for
// long enough, in the order of the series. A step is found if the method calls
// the trial slower. Steps are looked up by halving: one that is found is taken
// to be found by every larger step.
func (s Study) Of(m Method, series []Series, budget float64) []Power {
	all := make([]Power, len(series))
	parallelDo(len(series), func(i int) { all[i] = s.one(m, series[i], i, budget) })
	return slices.DeleteFunc(all, func(p Power) bool { return p.Windows == 0 })
}

func (s Study) one(m Method, series Series, number int, budget float64) Power {
	windows := series.windows(budget)
	p := Power{Name: series.Point.Workload, Windows: len(windows), Found: make([]int, len(Steps))}
	if p.Windows == 0 {
		return p
	}
	p.Trials, p.Blocks = s.Trials, len(windows[0])
	var errs []float64
	for trial := range s.Trials {
		seed := s.Seed + uint64(number*s.Trials+trial)
		call := func(e float64) Call {
			t := m.relabel(series.Point, windows[trial%len(windows)], e, rand.New(rand.NewPCG(seed, 11)))
			return m.Judge([]Trial{t}, s.Alpha/float64(s.Tests), seed)[0]
		}
		same := call(0)
		errs = append(errs, math.Abs(same.Ratio-1))
		p.Used += same.Used / float64(s.Trials)
		if same.Slower {
			p.Alarms++
		}
		if call(2 * threshold).Worse {
			p.Fails++
		}
		for i := lowest(len(Steps), func(i int) bool { return call(Steps[i]).Slower }); i < len(Steps); i++ {
			p.Found[i]++
		}
	}
	p.Error = median(errs)
	return p
}

// lowest is the smallest i below n for which found is true, by halving; n if
// none is.
func lowest(n int, found func(i int) bool) int {
	low, high := 0, n
	for low < high {
		if mid := (low + high) / 2; found(mid) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// Alarms are suites of the same code, and in how many of them a method called
// something slower.
type Alarms struct {
	Suites int
	Slower int // with something called slower by whatever little
	Differ int // with something called slower or faster by whatever little
	Worse  int // with something that the gate would fail for
	Scales int // with something that is said to scale worse
}

func (a *Alarms) add(calls []Call) {
	var slower, differ, worse, scales int
	for _, c := range calls {
		if c.Slower {
			slower = 1
		}
		if c.Differs {
			differ = 1
		}
		if c.Worse {
			worse = 1
		}
		if c.ScalesWorse {
			scales = 1
		}
	}
	a.Suites++
	a.Differ += differ
	a.Slower, a.Worse, a.Scales = a.Slower+slower, a.Worse+worse, a.Scales+scales
}

// False counts the false alarms of suites that have no slot in common, each
// under the names given out anew for as many turns. Turn 0 keeps the names with
// which they were measured.
func (s Study) False(m Method, suites [][]Series, turns int) (a Alarms) {
	all := make([][]Call, len(suites)*turns)
	parallelDo(len(all), func(i int) {
		suite, turn := suites[i/turns], i%turns
		r := rand.New(rand.NewPCG(s.Seed+uint64(i), 13))
		trials := make([]Trial, len(suite))
		for j, one := range suite {
			trials[j] = m.relabel(one.Point, one.Blocks, 0, r)
			if turn == 0 && !m.Pairs {
				trials[j] = measured(one.Point, one.Blocks)
			}
		}
		all[i] = m.Judge(trials, s.Alpha, s.Seed+uint64(i))
	})
	for _, calls := range all {
		a.add(calls)
	}
	return a
}

// cut makes suites of the windows of the series, as many as all of them have.
func cut(series []Series, budget float64) (suites [][]Series) {
	for i, s := range series {
		windows := s.windows(budget)
		if i == 0 {
			suites = make([][]Series, len(windows))
		}
		suites = suites[:min(len(suites), len(windows))]
		for j := range suites {
			suites[j] = append(suites[j], Series{s.Point, windows[j]})
		}
	}
	return suites
}

// parallelDo calls f for every i below n, on all CPUs, and returns when all
// have.
func parallelDo(n int, f func(i int)) {
	var done sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		done.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	done.Wait()
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(list))
	half := len(sorted) / 2
	if len(sorted)%2 == 0 && !math.IsInf(sorted[half], 0) {
		return stat.Mean(sorted[half-1:half+1], nil)
	}
	return sorted[half]
}
