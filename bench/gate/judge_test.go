package gate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"overlap/bench/gate/stat"
	"overlap/internal/racing"
)

// find is the change of a quantity at a point.
func find(t *testing.T, f Findings, q Quantity, point string) Change {
	t.Helper()
	for _, c := range f.Changes {
		if c.Quantity == q && c.Point == point {
			return c
		}
	}
	t.Fatalf("no %s of %s in %+v", q, point, f.Changes)
	return Change{}
}

// On the same code the share of p values up to x is at most x, whatever the
// noise is: that is all that the error rate of a report rests on. The bounds are
// four standard deviations of a binomial.
func TestSameCodeIsCalledAtTheStatedRate(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(5, 6))
	trials := 1500
	if testing.Short() {
		trials = 120
	}
	for name, n := range map[string]noise{"two modes": twoModes, "one mode": oneMode} {
		n.each = 12
		hits := map[string]int{}
		for i := range trials {
			s := n.series(rng, point("A", 0, 1, 1), 14, 100, 0)
			two := n.series(rng, point("A", 0, 2, 1), 13, 60, 0)
			times := timesOf(s.Blocks)
			c, c2 := stat.NewTerm(times.Slices(), uint64(i), 1), stat.NewTerm(timesOf(two.Blocks).Slices(), uint64(i), 2)
			for what, c := range map[string]stat.Contrast{
				"time":    stat.Single(c),
				"speedup": {Terms: []*stat.Term{c2, c}, Signs: []float64{-1, 1}},
				"mean":    stat.Single(stat.NewTerm(times.Mean(), uint64(i), 3)),
			} {
				if c.P(199, uint64(i), 4) <= .05 {
					hits[what]++
				}
			}
		}
		most := .05*float64(trials) + 4*math.Sqrt(.05*.95*float64(trials))
		least := .05*float64(trials) - 4*math.Sqrt(.05*.95*float64(trials))
		for what, n := range hits {
			if float64(n) > most || what != "speedup" && float64(n) < least {
				t.Errorf("%s, %s: %d of %d p values up to 0.05, want %.0f to %.0f", name, what, n, trials, least, most)
			}
		}
		if len(hits) < 2 {
			t.Errorf("%s: hits of %v only", name, hits)
		}
	}
}

// A real change is found, with an interval that holds it, in noise of both
// kinds: 95 % of the intervals must, less three standard deviations.
func TestChangesAreFoundAndMeasured(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(7, 8))
	trials := 60
	if testing.Short() {
		trials = 16
	}
	for _, c := range []struct {
		noise noise
		e     float64
	}{{twoModes, 0}, {twoModes, .05}, {oneMode, .05}, {twoModes, .5}} {
		held, found := 0, 0
		for range trials {
			s := c.noise.series(rng, point("A", 0, 1, 1), 22, 100, math.Log1p(c.e))
			f := Judge([]Series{s}, Options{Quick: true, Seed: rng.Uint64()})
			time := f.Changes[0]
			if time.Low <= 1+c.e && 1+c.e <= time.High {
				held++
			}
			if time.Verdict == Worse {
				found++
			}
		}
		n := float64(trials)
		if least := .95*n - 3*math.Sqrt(.95*.05*n); float64(held) < least {
			t.Errorf("%+v: %d of %d intervals hold the change", c, held, trials)
		}
		if c.e == 0 && found > 0 || c.e > 0 && float64(found) < .9*n {
			t.Errorf("%+v: called worse in %d of %d", c, found, trials)
		}
	}
}

// A study of power has the p values and the findings of a check, and intervals only of
// what is found.
func TestOnlyWhatIsFoundHasAnInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	list := []Series{
		twoModes.series(rng, point("Same", 0, 1, 1), 18, 40, 0),
		twoModes.series(rng, point("Slower", 0, 1, 1), 18, 40, math.Log1p(.2)),
		twoModes.series(rng, point("Faster", 0, 1, 1), 18, 40, math.Log1p(-.2)),
	}
	whole := Judge(list, Options{Quick: true}).Changes
	study := Judge(list, Options{Quick: true, OnlyFound: true}).Changes
	seen := map[Verdict]bool{}
	for i, c := range study {
		w := whole[i]
		if c.Exact {
			continue // counted, without chance
		}
		seen[c.Verdict] = true
		if c.P != w.P || c.Adjusted != w.Adjusted || c.Ratio != w.Ratio {
			t.Errorf("%s %v: p %v, ratio %v, want %v and %v", c.Benchmark, c.Quantity, c.P, c.Ratio, w.P, w.Ratio)
		}
		if found := w.Adjusted <= .01; found && (c.Low != w.Low || c.High != w.High || c.Verdict != w.Verdict) {
			t.Errorf("%s %v: %v [%v, %v], want %v [%v, %v]", c.Benchmark, c.Quantity, c.Verdict, c.Low, c.High, w.Verdict, w.Low, w.High)
		} else if !found && w.P > .01 && (c.Low != 0 || !math.IsInf(c.High, 1) || c.Verdict != CannotTell) {
			t.Errorf("%s %v was not found: %v [%v, %v]", c.Benchmark, c.Quantity, c.Verdict, c.Low, c.High)
		}
	}
	if !seen[Worse] || !seen[Better] || !seen[CannotTell] {
		t.Errorf("verdicts %v: the series do not try all", seen)
	}
}

// A change as large as the floor is found in 8 of 10 runs.
func TestFloorIsWhatTheRunCouldSee(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a hundred judgements")
	}
	rng := rand.New(rand.NewPCG(9, 10))
	for name, n := range map[string]noise{"two modes": twoModes, "one mode": oneMode} {
		found, trials := 0, 80
		for range trials {
			o := Options{Seed: rng.Uint64(), Threshold: 1e-9}
			floor := Judge([]Series{n.series(rng, point("A", 0, 1, 1), 18, 100, 0)}, o).Changes[0].Floor
			if !(floor > 0 && floor < .3) {
				t.Fatalf("%s: floor %v", name, floor)
			}
			other := n.series(rng, point("A", 0, 1, 1), 18, 100, math.Log1p(floor))
			if Judge([]Series{other}, Options{Seed: o.Seed, Threshold: 1e-9, Quick: true}).Changes[0].Verdict == Worse {
				found++
			}
		}
		t.Logf("%s: %d of %d", name, found, trials)
		if found < trials*60/100 || found > trials*95/100 {
			t.Errorf("%s: changes of the floor's size were found in %d of %d runs, want about %d", name, found, trials, trials*8/10)
		}
	}
}

// To swap the builds inverts the ratio and changes no p value.
func TestLabelsDoNotMatter(t *testing.T) {
	racing.Skip(t)
	rng := rand.New(rand.NewPCG(11, 12))
	for i := range 10 {
		s := twoModes.series(rng, point("A", 0, 1, 1), 15, 100, .01)
		o := Options{Quick: true, Seed: uint64(i)}
		a := Judge([]Series{s}, o).Changes[0]
		for k := range s.Blocks {
			s.Blocks[k].HeadFirst = !s.Blocks[k].HeadFirst
		}
		b := Judge([]Series{s}, o).Changes[0]
		if !near(a.Ratio*b.Ratio, 1, 1e-9) || a.P != b.P || a.Quantile != b.Quantile || a.Paired != b.Paired || !near(a.Low*b.High, 1, .01) {
			t.Errorf("swapped: %+v became %+v", a, b)
		}
	}
}

func TestUnitsDoNotMatter(t *testing.T) {
	s := twoModes.series(rand.New(rand.NewPCG(1, 2)), point("A", 0, 1, 1), 15, 100, .02)
	big := Series{Point: s.Point}
	for _, b := range s.Blocks {
		for i, slot := range b.Slots {
			list := make([]float64, len(slot.Slices))
			for j, v := range slot.Slices {
				list[j] = v * 4096
			}
			b.Slots[i].Slices = list
		}
		big.Blocks = append(big.Blocks, b)
	}
	o := Options{Quick: true}
	a, b := Judge([]Series{s}, o).Changes[0], Judge([]Series{big}, o).Changes[0]
	if !near(a.Ratio, b.Ratio, 1e-9) || a.P != b.P || a.Verdict != b.Verdict || !near(b.Base/a.Base, 4096, 1e-6) {
		t.Errorf("%+v became %+v", a, b)
	}
}

func TestJudgeTwiceSaysTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	var list []Series
	for _, cores := range []int{1, 2} {
		list = append(list, twoModes.series(rng, point("A", 0, cores, 1), 15, 100, .02))
	}
	if a, b := fmt.Sprint(Judge(list, Options{Seed: 5, Quick: true})), fmt.Sprint(Judge(list, Options{Seed: 5, Quick: true})); a != b {
		t.Errorf("%s\nthen\n%s", a, b)
	}
}

// A verdict says that the change is beyond the threshold. Where it is not, or the
// layout of a binary puts it there, being sure that there is one is no reason.
func TestAVerdictIsBeyondTheThreshold(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(41, 42))
	trials := 40
	if testing.Short() {
		trials = 12
	}
	quiet := noise{fast: 1, slow: 1, jitter: .002, each: 20}
	var list []Series
	for _, cores := range []int{1, 2} {
		list = append(list, quiet.series(rng, point("A", 0, cores, 1), 15, 100, 0))
	}
	margin := -math.Log1p(-.03)
	for sign, word := range map[float64]Verdict{1: Worse, -1: Better} {
		called, beyond := 0, 0
		for range trials {
			change := math.Expm1(sign * (math.Log1p(.02) + .03*rng.NormFloat64()))
			f := Judge(slowed(list, change), Options{Quick: true, Seed: rng.Uint64()})
			for _, c := range f.Changes {
				if (c.Verdict == Worse || c.Verdict == Better) && math.Abs(math.Log(c.Ratio)) <= margin {
					t.Errorf("%+v: within the threshold", c)
				}
			}
			c := find(t, f, Time, "cores=2-2")
			if sign*math.Log(c.Ratio) > margin {
				beyond++
			}
			if c.Verdict == word {
				called++
			}
		}
		if called != beyond || beyond == 0 || beyond == trials {
			t.Errorf("%s in %d of %d, and beyond the threshold in %d", word, called, trials, beyond)
		}
	}
}

// The verdict is that of the interval, the estimate and the adjusted p value, not
// of any one.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		q                Quantity
		ratio, low, high float64
		adjusted         float64
		want             Verdict
	}{
		{Time, 1.05, 1.04, 1.06, .001, Worse},
		{Time, .95, .94, .96, .001, Better},
		{Time, 1.05, 1.04, 1.06, .011, CannotTell},
		{Time, 1.01, 1.005, 1.015, .001, Same},
		{Time, 1.029, 1.02, 1.04, .001, CannotTell},
		{Time, 1 / 1.029, 1 / 1.04, 1 / 1.02, .001, CannotTell},
		{Time, 1.032, 1.02, 1.04, .001, Worse},
		{Time, 1 / 1.032, 1 / 1.04, 1 / 1.02, .001, Better},
		{Time, 1, .96, 1.01, 1, CannotTell},
		{Time, 1, .9701, 1 / .9701, 1, Same},
		{Time, 1.3, .99, 1.8, .001, CannotTell},
		{MeanTime, 1.029, 1.02, 1.04, .001, CannotTell},
		{MeanTime, 1.04, 1.02, 1.06, .001, Worse},
		{Speedup, .8, .7, .9, .001, Worse},
		{Speedup, 1.2, 1.1, 1.3, .001, Better},
		{Speedup, .972, .96, .99, .001, CannotTell},
		{Speedup, 1 / .972, 1 / .99, 1 / .96, .001, CannotTell},
		{SoftwareEfficiency, .968, .96, .99, .001, Worse},
		{AverageParallelism, .972, .96, .99, .001, CannotTell},
	} {
		x := &test{Change: Change{Quantity: c.q, Ratio: c.ratio, Low: c.low, High: c.high, Adjusted: c.adjusted}}
		if x.judge(Options{Alpha: .01, Threshold: .03}); x.Verdict != c.want {
			t.Errorf("%+v: %s", c, x.Verdict)
		}
	}
}
