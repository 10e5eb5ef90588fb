package gate

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"overlap/bench/gate/stat"
	"overlap/bench/sweep"
	"overlap/internal/racing"
)

// lottery is what two builds of the same code draw: their layouts.
type lottery struct {
	sd     float64 // of a layout's log
	rare   float64 // the share of layouts that are slower, all by as much; 0: they are normal
	noise  float64 // sd of a slot's log
	blocks int
	every  int  // blocks of a pair of layouts
	once   bool // both sides are linked once, as they were before layouts were drawn
}

func (l lottery) draw(rng *rand.Rand) float64 {
	switch {
	case l.rare == 0:
		return l.sd * rng.NormFloat64()
	case rng.Float64() < l.rare:
		return l.sd / math.Sqrt(l.rare*(1-l.rare))
	}
	return 0
}

// series simulates points whose heads take e^change times as long. They are of one
// package: in a round they have the same two binaries, in which each has luck of
// its own.
func (l lottery) series(rng *rand.Rand, change float64, points ...sweep.Point) (all []Series) {
	for _, p := range points {
		s := Series{Point: p}
		var luck [2]float64
		var seeds [2]int64
		for k := range l.blocks {
			if k == 0 || !l.once && k%max(1, l.every) == 0 {
				luck = [2]float64{l.draw(rng), l.draw(rng) + change}
				if !l.once {
					seeds = [2]int64{int64(2*k + 1), int64(2*k + 2)}
				}
			}
			b := Block{HeadFirst: rng.IntN(2) == 0}
			for place := range b.Slots {
				side := 0
				if outside(place) == b.HeadFirst {
					side = 1
				}
				b.Slots[place] = l.slot(rng, luck[side], seeds[side])
			}
			s.Blocks = append(s.Blocks, b)
		}
		all = append(all, s)
	}
	return all
}

func (l lottery) slot(rng *rand.Rand, level float64, seed int64) Slot {
	s := Slot{Ops: 1, CPUs: 1, Allocs: math.NaN(), Bytes: math.NaN(), Turns: true, Layout: seed}
	level += l.noise * rng.NormFloat64()
	for range 4 {
		s.Slices = append(s.Slices, 1000*math.Exp(level+.01*rng.NormFloat64()))
	}
	return s
}

// trials are how many times to simulate: more in a soak, fewer in a hurry.
func trials(usual int) int {
	switch {
	case os.Getenv("OVERLAP_SOAK") != "":
		return 20 * usual
	case testing.Short():
		return max(1, usual/5)
	}
	return usual
}

var tenPoints = func() (list []sweep.Point) {
	for _, name := range strings.Split("ABCDEFGHIJ", "") {
		list = append(list, point(name, 0, 1, 1))
	}
	return list
}()

// alarms counts the reports on ten points of the same code, in binaries of their
// own, in which at least one is called different at an error rate.
func (l lottery) alarms(rng *rand.Rand, reports int, alpha float64) (n int) {
	for range reports {
		var p []float64
		for _, s := range l.series(rng, 0, tenPoints...) {
			pt, _ := prepare(s)
			for i, data := range []stat.Data{pt.times.Slices(), pt.times.Mean()} {
				p = append(p, stat.Single(stat.NewTerm(data, rng.Uint64(), uint64(i))).P(4000, rng.Uint64(), 1))
			}
		}
		if slices.Min(stat.Holm(p)) <= alpha {
			n++
		}
	}
	return n
}

// Another binary of the same functions is not a change, however much its layout
// moves them. With one pair of layouts for all blocks it is called one in nearly
// every report: the interval is narrow, and of that pair.
func TestAnotherBinaryOfTheSameCodeIsNoChange(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(1, 2))
	const alpha = .1
	n := trials(100)
	most := alpha*float64(n) + 3*math.Sqrt(alpha*(1-alpha)*float64(n))
	for _, l := range []lottery{
		{sd: 0}, {sd: .01}, {sd: .04}, {sd: .09}, {sd: .04, rare: .1}, {sd: .04, rare: .5}, {sd: .04, every: 3},
	} {
		l.noise, l.blocks = .003, 14*max(1, l.every)
		got := l.alarms(rng, n, alpha)
		l.once = true
		before := l.alarms(rng, max(1, n/10), alpha)
		t.Logf("%+v: %d of %d reports have an alarm, linked once %d of %d", l, got, n, before, max(1, n/10))
		if float64(got) > most {
			t.Errorf("%+v: %d of %d reports at %v have an alarm", l, got, n, alpha)
		}
		if l.sd >= .01 && before < n/10*9/10 {
			t.Errorf("%+v: linked once, %d of %d reports have an alarm: this test cannot tell a right design from a wrong one", l, before, n/10)
		}
	}
}

// The interval is that of the code: over layouts, not of those that were drawn.
func TestIntervalsHoldLayouts(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(3, 4))
	n := trials(40)
	least := .93*float64(n) - 2*math.Sqrt(.93*.07*float64(n))
	held := func(l lottery, n int) (held int) {
		for range n {
			c := Judge(l.series(rng, math.Log(1.05), tenPoints[0]), Options{Seed: rng.Uint64(), Quick: true}).Changes[0]
			if c.Low <= 1.05 && 1.05 <= c.High {
				held++
			}
		}
		return held
	}
	for _, l := range []lottery{
		{sd: 0}, {sd: .01}, {sd: .04}, {sd: .09}, {sd: .04, rare: .2}, {sd: .04, every: 2},
	} {
		l.noise, l.blocks = .003, 14*max(1, l.every)
		got, few := held(l, n), max(2, n/4)
		l.once = true
		before := held(l, few)
		t.Logf("%+v: %d of %d intervals hold the change, linked once %d of %d", l, got, n, before, few)
		if float64(got) < least {
			t.Errorf("%+v: %d of %d intervals hold the change", l, got, n)
		}
		if l.sd >= .01 && l.rare == 0 && before > few/2 {
			t.Errorf("%+v: linked once, %d of %d intervals hold it: this test cannot tell a right design from a wrong one", l, before, few)
		}
	}
}

// A gain takes the luck of a binary at all of its points together: what a layout
// does to both does nothing to the gain.
func TestGainsShareLayouts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	l := lottery{sd: .05, noise: .002, blocks: 16}
	one := l.series(rng, 0, point("A", 1, 1, 1))[0]
	two := Series{Point: point("A", 2, 2, 1)}
	for _, b := range one.Blocks {
		b.HeadFirst = rng.IntN(2) == 0 // coins of its own
		base, head := one.Blocks[len(two.Blocks)].Sides()
		b.Slots = [4]Slot{base[0], head[0], head[1], base[1]}
		if b.HeadFirst {
			b.Slots = [4]Slot{head[0], base[0], base[1], head[1]}
		}
		for i, s := range b.Slots {
			b.Slots[i].Slices = slices.Clone(s.Slices)
			for j := range s.Slices {
				b.Slots[i].Slices[j] *= .6 * math.Exp(.002*rng.NormFloat64())
			}
		}
		two.Blocks = append(two.Blocks, b)
	}
	f := Judge([]Series{one, two}, Options{Seed: 1, Quick: true})
	time, gain := find(t, f, Time, "workers=1/cores=1"), find(t, f, Speedup, "workers=2/cores=2-2")
	if wide, narrow := time.High-time.Low, gain.High-gain.Low; !(narrow < wide/5) {
		t.Errorf("the interval of the time is %.4f wide, that of the gain %.4f", wide, narrow)
	}
	term := func(blocks []Block) *stat.Term { return stat.NewTerm(timesOf(blocks).Slices(), 1, 1) }
	if c := (stat.Contrast{Terms: []*stat.Term{term(one.Blocks), term(two.Blocks)}, Signs: []float64{-1, 1}}); c.Units() != 16 {
		t.Errorf("%d units, want 16: a layout's blocks go together at both points", c.Units())
	}
}

// What the layouts that were drawn explain is said to come from them.
func TestLayoutMayBeTheReason(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	count := map[string]int{}
	for range 10 {
		l := lottery{sd: .06, noise: .002, blocks: 14}
		f := Judge(l.series(rng, .02, tenPoints[0]), Options{Seed: rng.Uint64()})
		c := find(t, f, Time, "cores=1")
		count[c.Word()]++
		if !(c.Layouts.Low > 0 && c.Layouts.Differ > .04 && c.Layouts.Differ < .16) || !(c.Layouts.Floor > 0 && c.Layouts.Floor < c.Floor/3) {
			t.Errorf("layouts %+v, floor %v", *c.Layouts, c.Floor)
		}
	}
	if count["cannot tell from layout"] < 7 || count["slower"] > 1 {
		t.Errorf("2 %% slower where layouts differ by 9 %%: %v", count)
	}
	l := lottery{sd: 0, noise: .002, blocks: 14}
	c := find(t, Judge(l.series(rng, .05, tenPoints[0]), Options{Seed: 1}), Time, "cores=1")
	if c.Word() != "slower" || c.Layouts.Explain || c.Layouts.Low > 0 || c.Layouts.High > .02 {
		t.Errorf("5 %% slower where layouts do nothing: %s, %+v", c.Word(), *c.Layouts)
	}
}

// The interval of a gain of one build holds its layouts, though several blocks have
// the same.
func TestIntervalOfAGainHoldsLayouts(t *testing.T) {
	racing.Skip(t)
	rng := rand.New(rand.NewPCG(11, 12))
	n, held := trials(60), 0
	for range n {
		l := lottery{sd: .04, noise: .002, blocks: 60, every: 4}
		f := Judge(l.series(rng, 0, point("A", 1, 1, 1), point("A", 2, 2, 1)), Options{Seed: rng.Uint64(), Quick: true})
		if s := find(t, f, Speedup, "workers=2/cores=2-2").HeadSpan; s.Low <= 1 && 1 <= s.High {
			held++
		}
	}
	t.Logf("%d of %d intervals hold the gain", held, n)
	if least := .95*float64(n) - 3*math.Sqrt(.05*.95*float64(n)); float64(held) < least {
		t.Errorf("%d of %d intervals hold the gain", held, n)
	}
}

// Without what layouts do, a run can only detect more: an estimate that says otherwise is left
// out.
func TestFloorWithoutLayoutsIsSmaller(t *testing.T) {
	for still, want := range map[float64]string{.05: "≥ 10 % (5.0 %)", .2: "≥ 10 %"} {
		c := Change{Quantity: Time, Verdict: CannotTell, Ratio: 1, Low: .9, High: 1.1, Floor: .1, Layouts: &Layouts{Differ: .1, Low: .05, High: .2, Floor: still}}
		if got := c.floorText(); got != want {
			t.Errorf("floor %v: %s, want %s", still, got, want)
		}
		if got := strings.Contains(c.open(), "if code did not move"); got != (still < c.Floor) {
			t.Errorf("floor %v: %s", still, c.open())
		}
	}
}
