package gate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"overlap/internal/racing"
)

// grid simulates a benchmark on one and two CPUs. The changes are logs.
func grid(seed uint64, one, two float64) []Series {
	rng := rand.New(rand.NewPCG(seed, 1))
	return []Series{
		twoModes.series(rng, point("A", 0, 1, 1), 20, 100, one),
		twoModes.series(rng, point("A", 0, 2, 1), 20, 55, two),
	}
}

// Everything under one mutex: as fast as before on one CPU, and no faster on two.
func TestLostScalingIsARegression(t *testing.T) {
	f := Judge(grid(1, 0, math.Log(1.8)), Options{Quick: true})
	s := find(t, f, Speedup, "cores=2-2")
	if !Regression(s) || !near(s.Base, 100./55, .1) || !near(s.Head, 100./99, .1) || !near(s.Ratio, 1/1.8, .02) {
		t.Errorf("speedup: %+v", s)
	}
	if s.Low > 1/1.8 || s.High < 1/1.8 || s.High > .6 {
		t.Errorf("interval [%v, %v]", s.Low, s.High)
	}
	if one := find(t, f, Time, "cores=1"); one.Verdict != Same {
		t.Errorf("one CPU: %+v", one)
	}
	e := find(t, f, Efficiency, "cores=2-2")
	if !near(e.Base, s.Base/2, 1e-9) || e.P != s.P || e.Verdict != Worse || Regression(e) {
		t.Errorf("efficiency: %+v", e)
	}
	if f.Tests != 6 { // two times, two means, the CPUs on two, the speedup
		t.Errorf("%d tests", f.Tests)
	}
}

// Faster on one CPU and as fast on two scales worse, and is not a regression.
func TestFasterOnOneCPUIsNoRegression(t *testing.T) {
	f := Judge(grid(2, -.3, 0), Options{Quick: true})
	if s := find(t, f, Speedup, "cores=2-2"); s.Verdict != Worse || !s.Excused || Regression(s) {
		t.Errorf("speedup: %+v", s)
	}
	for _, c := range f.Changes {
		if Regression(c) {
			t.Errorf("a regression: %+v", c)
		}
	}
	f = Judge(grid(3, -.3, .1), Options{Quick: true})
	if s := find(t, f, Speedup, "cores=2-2"); !Regression(s) {
		t.Errorf("faster on one CPU, slower on two: %+v", s)
	}
}

// Both points changed by one factor: the gain is the same, although names were
// exchanged between two speeds.
func TestAGainThatDidNotChangeIsNotCalled(t *testing.T) {
	racing.Long(t)
	for seed := range uint64(8) {
		f := Judge(grid(10+seed, .4, .4), Options{Quick: true})
		if s := find(t, f, Speedup, "cores=2-2"); s.Verdict == Worse || s.Verdict == Better || s.Low > 1 || s.High < 1 {
			t.Errorf("seed %d: %+v", seed, s)
		}
	}
}

func TestExcuses(t *testing.T) {
	judgedAs := func(v Verdict, ratio float64) *judged {
		return &judged{time: &test{Change: Change{Verdict: v, Ratio: ratio}}}
	}
	for _, c := range []struct {
		own, ref *judged
		want     bool
	}{
		{judgedAs(Worse, 1.2), judgedAs(Better, .9), true},
		{judgedAs(Same, 1.01), judgedAs(Same, 1), false},
		{judgedAs(CannotTell, 1.1), judgedAs(Same, 1), true},
		{judgedAs(CannotTell, 1.1), judgedAs(Better, .9), false},
		{judgedAs(CannotTell, .99), judgedAs(CannotTell, .9), false},
		{judgedAs(Better, .8), judgedAs(Better, .5), false},
	} {
		x := &test{Change: Change{Quantity: Speedup, Verdict: Worse}, isGain: true, points: []*judged{c.own, c.ref}}
		if x.excuse(); Regression(x.Change) != c.want {
			t.Errorf("own %+v, reference %+v: regression %v", c.own.time.Change, c.ref.time.Change, !c.want)
		}
	}
}

// S = G_c · G_p, and S/H by hand: 100/30 = 3.33 over H = 2·100/110 = 1.82.
func TestGainsOfACurve(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	quiet := noise{fast: 1, slow: 1, jitter: .001, each: 20}
	var list []Series
	for _, p := range []struct {
		workers, cores, copies int
		ns                     float64
	}{{1, 1, 1, 100}, {4, 1, 1, 50}, {4, 2, 1, 30}, {1, 1, 2, 110}} {
		list = append(list, quiet.series(rng, point("A/n=3", p.workers, p.cores, p.copies), 14, p.ns, 0))
	}
	f := Judge(list, Options{Quick: true})
	two := "workers=4/cores=2-2"
	for _, c := range []struct {
		q     Quantity
		point string
		want  float64
	}{
		{ConcurrencyGain, "workers=4/cores=1", 2},
		{ParallelismGain, two, 50. / 30},
		{Speedup, two, 100. / 30},
		{Efficiency, two, 100. / 60},
		{SoftwareEfficiency, two, 110. / 60},
		{AverageParallelism, two, 1},
		{Time, "workers=1/cores=1 ×2", 110},
	} {
		got := find(t, f, c.q, c.point)
		if !near(got.Base/c.want, 1, .01) || !near(got.Ratio, 1, .01) || got.Verdict != Same || got.Benchmark != "A/n=3" {
			t.Errorf("%s of %s: %+v, want %v", c.q, c.point, got, c.want)
		}
	}
	if f.Tests != 4*2+1+4 {
		t.Errorf("%d tests", f.Tests)
	}
}

// Of this suite the ceiling is of shares of the job, under another executor.
func TestCeilingOfShares(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	quiet := noise{fast: 1, slow: 1, jitter: .001, each: 20}
	suite := func(cores, slices, copies int, ns, change float64) Series {
		p := point("Ep", 1, cores, copies)
		p.Package, p.Slices, p.Executor, p.Workers = "", slices, "pool", cores
		return quiet.series(rng, p, 14, ns, change)
	}
	f := Judge([]Series{suite(1, 1, 1, 100, 0), suite(2, 1, 1, 60, 0), suite(1, 2, 1, 50, 0), suite(1, 2, 2, 55, .2)}, Options{Quick: true})
	got := find(t, f, SoftwareEfficiency, "executor=pool/workers=2/cores=2-2")
	if want := (100. / 60) / (2 * 50. / 55); !near(got.Base, want, .01) || !near(got.Ratio, math.Exp(.2), .01) || got.Verdict != Better {
		t.Errorf("%+v, want %v before", got, want)
	}
}

func TestDemands(t *testing.T) {
	racing.Skip(t)
	list := grid(20, 0, .3) // efficiency 0.91, then 0.67
	other := twoModes.series(rand.New(rand.NewPCG(1, 1)), point("B", 0, 1, 1), 14, 100, 0)
	for least, want := range map[float64]Verdict{.6: Same, .75: Worse, 100. / 55 / 2 / math.Exp(.3): CannotTell} {
		f := Judge(append(list, other), Options{Quick: true, Demands: map[int]float64{2: least}})
		if len(f.Demands) != 1 {
			t.Fatalf("demands: %+v", f.Demands)
		}
		d := f.Demands[0]
		if d.Verdict != want || !near(d.Value, .673, .01) || d.Low > d.Value || d.High < d.Value || d.Least != least || d.Cores != 2 {
			t.Errorf("at least %v: %+v, want %s", least, d, want)
		}
		if notes := strings.Join(f.Notes, "\n"); !strings.Contains(notes, "the minimum efficiency on 2 cores does not apply to these benchmarks, because they were not measured on 1 and on 2 cores: example.com/x.B") {
			t.Errorf("notes: %s", notes)
		}
	}
}

func TestOneOfManyWorkersMeetsADemand(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	quiet := noise{fast: 1, slow: 1, jitter: .001, each: 20}
	list := []Series{
		quiet.series(rng, point("A", 1, 1, 1), 14, 100, 0),
		quiet.series(rng, point("A", 1, 2, 1), 14, 100, 0),
		quiet.series(rng, point("A", 2, 2, 1), 14, 52, 0),
	}
	f := Judge(list, Options{Quick: true, Demands: map[int]float64{2: .9}})
	if len(f.Demands) != 1 || f.Demands[0].Point != "workers=2/cores=2-2" || f.Demands[0].Verdict != Same {
		t.Errorf("%+v", f.Demands)
	}
}

// A mask of two CPUs with a GOMAXPROCS of 1 is neither the baseline, where there
// is a mask of one, nor a gain of concurrency over it.
func TestBaselineHasOneCPU(t *testing.T) {
	at := func(workers, cores, procs int) *judged {
		p := point("A", workers, cores, 1)
		p.Procs = procs
		quiet := noise{fast: 1, slow: 1, jitter: .001, each: 2}
		return judgedOf(quiet.series(rand.New(rand.NewPCG(1, 1)), p, 2, 100, 0))
	}
	points := []*judged{at(1, 2, 1), at(1, 1, 1), at(1, 2, 1), at(4, 1, 1), at(4, 2, 1)}
	for _, pt := range points {
		pt.tests(Options{})
	}
	if b := baseline(points, curveOf(points[0].Point)); b != points[1] {
		t.Errorf("baseline: %v", b.Point)
	}
	if list := gains(points); len(list) != 1 || list[0].points[0] != points[3] || list[0].Quantity != ConcurrencyGain {
		t.Errorf("%d gains, of %v", len(list), list)
	}
}
