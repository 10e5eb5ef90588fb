package gate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"overlap/bench/sweep"
)

func TestLooksArePlanned(t *testing.T) {
	for _, test := range []struct {
		blocks, every, tests int
		want                 Looks
	}{
		{30, 1, 8, Looks{15, 30, 45}},
		{40, 3, 8, nil}, // 13 pairs of layouts take 39 blocks
		{60, 3, 8, Looks{39, 60, 90}},
		{30, 1, 1 << 10, Looks{20, 30, 45}},
		{14, 1, 8, nil},
		{26, 1, 0, Looks{13, 26, 39}},
		{92, 4, 8, Looks{52, 92, 140}},
	} {
		got := PlanLooks(test.blocks, test.every, test.tests, .01)
		if !slices.Equal(got, test.want) {
			t.Errorf("%d blocks, %d of the same binaries, %d tests: %v, want %v", test.blocks, test.every, test.tests, got, test.want)
		}
	}
	looks := Looks{15, 30, 45}
	sum := 0.0
	for i, n := range looks {
		if share := looks.share(n); share != shares[i] || looks.share(n-1) != share {
			t.Errorf("after %d blocks the share is %v", n, share)
		}
		sum += looks.share(n)
	}
	if math.Abs(sum-1) > 1e-12 || looks.share(99) != .3 || Looks(nil).share(7) != 1 {
		t.Errorf("the shares add up to %v", sum)
	}
	for _, bad := range []Looks{{0, 4}, {3, 2}, {3, 3}, {1, 2, 3, 4}, {1, 2}} {
		if bad.check() == nil {
			t.Errorf("%v is taken for looks", bad)
		}
	}
}

// Who looks three times, and raises an alarm if any look finds a change, raises no more
// false ones than the error rate says.
func TestLooksKeepTheErrorRate(t *testing.T) {
	if testing.Short() {
		t.Skip("judges some hundred simulated checks")
	}
	const trials, alpha = 200, .25
	n := noise{fast: 1, slow: 1, jitter: .02, slot: .01, drift: .01, each: 2}
	alarms := 0
	for trial := range trials {
		rng := rand.New(rand.NewPCG(uint64(trial), 21))
		all := n.series(rng, named("A"), 24, 1000, 0)
		o := Options{Alpha: alpha, Seed: uint64(trial), Quick: true, Looks: Looks{8, 16, 24}, Threshold: 1e-6}
		for _, n := range o.Looks {
			s := all
			s.Blocks = all.Blocks[:n]
			if slices.ContainsFunc(Judge([]Series{s}, o).Changes, func(c Change) bool { return c.Verdict == Worse || c.Verdict == Better }) {
				alarms++
				break
			}
		}
	}
	if most := alpha*trials + 3*math.Sqrt(alpha*(1-alpha)*trials); float64(alarms) > most || alarms == 0 {
		t.Errorf("%d of %d checks of the same code raise an alarm, at most %.0f may", alarms, trials, most)
	}
}

// What is plain after half of the blocks is not measured any longer, and has the verdict that
// all blocks would give it. What is not plain goes on.
func TestPlainChangesAreSettledEarly(t *testing.T) {
	if testing.Short() {
		t.Skip("judges simulated checks")
	}
	quiet := noise{fast: 1, slow: 1, jitter: .02, slot: .003, drift: .01, each: 20}
	loud := quiet
	loud.slot = .05
	for _, test := range []struct {
		name    string
		noise   noise
		change  float64
		verdict Verdict
		settled bool
	}{
		{"none", quiet, 0, Same, true},
		{"large", quiet, .2, Worse, true},
		{"unclear", loud, .03, CannotTell, false},
	} {
		rng := rand.New(rand.NewPCG(8, 7))
		o := Options{Seed: 3, Quick: true, Looks: PlanLooks(30, 1, 4, .01)}
		s := test.noise.series(rng, point("A", 1, 2, 1), 15, 1000, test.change)
		if got := Judge([]Series{s}, o).Changes[0]; got.Verdict != test.verdict {
			t.Errorf("%s: %s %+.3f [%.3f, %.3f]", test.name, got.Verdict, got.Ratio, got.Low, got.High)
		}
		if got := Settled([]Series{s}, o)(s.Point); got != test.settled {
			t.Errorf("%s: settled is %v", test.name, got)
		}
		o.Demands = map[int]float64{2: .5}
		if Settled([]Series{s}, o)(s.Point) {
			t.Errorf("%s: settled, with a floor whose interval has no share of an error rate", test.name)
		}
		s = test.noise.series(rng, point("A", 1, 2, 1), 30, 1000, test.change)
		if got := Settled([]Series{s}, o)(s.Point); test.settled && !got {
			t.Errorf("%s: not settled with all blocks, because of a floor", test.name)
		}
	}
}

// An undecided test is hopeless if neither of its verdicts is near.
func TestHopelessTestsAreGivenUp(t *testing.T) {
	o := Options{Alpha: .01, Looks: Looks{15, 30, 45}}
	of := func(ratio, half float64) *test {
		return &test{Change: Change{Quantity: Time, Threshold: .03, Ratio: math.Exp(ratio), Low: math.Exp(ratio - half), High: math.Exp(ratio + half)}, measured: 15, worth: 15, share: .3}
	}
	hopeless := func(t *test) bool {
		found, same := t.outlook(o, 8)
		return !found && !same
	}
	for _, test := range []struct {
		ratio, half float64
		want        bool
	}{
		{0, .2, true},     // far too noisy for either
		{.2, .22, false},  // a change that more blocks may show
		{-.2, .22, false}, // also one to the better
		{.01, .04, false}, // more blocks may show that it is within 3 %
		{.06, .2, true},
		{0, math.Inf(1), false}, // nothing is known
	} {
		if got := hopeless(of(test.ratio, test.half)); got != test.want {
			t.Errorf("%v ± %v: hopeless is %v", test.ratio, test.half, got)
		}
	}
	late := of(.065, .06)
	late.measured, late.worth, late.share = 30, 30, .4
	if early := of(.065, .06); hopeless(early) || !hopeless(late) {
		t.Error("what luck alone could settle goes on beyond what is planned")
	}
	brief := of(0, .055) // shows within 3 % what three times the time for a block would
	if !hopeless(brief) {
		t.Error("of whole blocks, it is not")
	}
	if brief.worth = 5; hopeless(brief) {
		t.Error("a test of brief blocks is given up that whole ones would settle")
	}
	disturbed := of(0, .2)
	disturbed.tooDisturbed = true
	if hopeless(disturbed) {
		t.Error("a test is given up that lacks a quiet machine")
	}
	if disturbed.measured = 30; !hopeless(disturbed) {
		t.Error("a test that lacks a quiet machine goes on beyond what is planned")
	}
}

// What does not decide goes on only for a regression that is near, and that no other test
// has found.
func TestWhatGoesOn(t *testing.T) {
	o := Options{Alpha: .01, Looks: Looks{15, 30, 45}}
	for _, c := range []struct {
		quantity    Quantity
		verdict     Verdict
		ratio, half float64
		regressed   bool
		want        bool
	}{
		{Time, CannotTell, .07, .1, false, true},
		{Time, CannotTell, .07, .1, true, true},
		{Time, Worse, .07, .1, false, false},
		{MeanTime, CannotTell, .07, .1, false, false}, // with luck only
		{MeanTime, CannotTell, .1, .1, false, true},
		{MeanTime, CannotTell, .1, .1, true, false},
		{MeanTime, CannotTell, -.1, .1, false, false},
		{MeanTime, CannotTell, .02, .02, false, false}, // a change, but within the threshold
		{ParallelismGain, CannotTell, -.1, .1, false, true},
		{ParallelismGain, CannotTell, .1, .1, false, false},
		{AverageParallelism, CannotTell, .1, .1, false, false}, // neither direction is a regression
		{AverageParallelism, CannotTell, -.1, .1, false, false},
	} {
		of := &test{Change: Change{Quantity: c.quantity, Verdict: c.verdict, Threshold: .03, Ratio: math.Exp(c.ratio), Low: math.Exp(c.ratio - c.half), High: math.Exp(c.ratio + c.half)}, measured: 15, worth: 15, share: .3}
		if got := of.goesOn(o, 8, c.regressed); got != c.want {
			t.Errorf("%+v: goes on is %v", c, got)
		}
	}
}

func TestBriefSlotsAreWorthLess(t *testing.T) {
	slot := Slot{Ops: 10, Slices: []float64{1e6, 1e6, 1e6}} // 30 ms
	pt := &prepared{blocks: []Block{{Slots: [4]Slot{slot, slot, slot, slot}}}}
	for whole, want := range map[time.Duration]float64{0: 1, 20 * time.Millisecond: 1, 60 * time.Millisecond: .5} {
		if got := pt.length(whole); !near(got, want, 1e-9) {
			t.Errorf("of slots of %v: %v, want %v", whole, got, want)
		}
	}
	if got := new(prepared).length(time.Second); got != 1 {
		t.Errorf("without blocks: %v", got)
	}
}

func TestIntervalIsThatOfOneLook(t *testing.T) {
	c := Change{Ratio: 1.1, Low: 1.1 * math.Exp(-.2), High: 1.1 * math.Exp(.2), miss: .05 * .3}
	want := .2 * 1.959964 / 2.432379 // normal quantiles of 0.975 and 0.9925
	if low, high := c.Interval(); !near(math.Log(c.Ratio/low), want, 1e-6) || !near(math.Log(high/c.Ratio), want, 1e-6) {
		t.Errorf("[%v, %v] of %+v", low, high, c)
	}
	c.miss = 0
	if low, high := c.Interval(); low != c.Low || high != c.High {
		t.Errorf("[%v, %v] of %+v", low, high, c)
	}
}

// Measure drops points at looks, and goes on beyond what is planned only if there is time.
func TestMeasureStopsAtLooks(t *testing.T) { synctest.Test(t, testMeasureStopsAtLooks) }

func testMeasureStopsAtLooks(t *testing.T) {
	for _, test := range []struct {
		name    string
		time    time.Duration
		want    []int
		stopped []string
	}{
		{"with time", 0, []int{2, 6, 4}, []string{"A", "CCC"}},
		{"without", 40 * time.Second, []int{2, 4, 4}, []string{"A", "BB", "CCC"}},
	} {
		var log, stopped []string
		var looked []int
		c := scripted(&log, oneSecond)
		c.Blocks, c.Looks, c.Time = 4, Looks{2, 4, 6}, test.time
		c.Settled = func(all []Series) func(sweep.Point) bool {
			most := Measured(all).Most
			looked = append(looked, most)
			return func(p sweep.Point) bool { return p.Workload == "A" || p.Workload == "CCC" && most >= 4 }
		}
		c.Stop = func(p sweep.Point) error {
			stopped = append(stopped, p.Workload)
			return nil
		}
		done, of := 0, 0
		c.Progress = func(d, all int) { done, of = d, all }
		all, problems, err := Measure(t.Context(), c)
		if err != nil || problems != nil {
			t.Fatal(problems, err)
		}
		var got []int
		for _, s := range all {
			got = append(got, len(s.Blocks))
		}
		slices.Sort(stopped)
		if !slices.Equal(got, test.want) || !slices.Equal(looked, []int{2, 4}) || !slices.Equal(stopped, test.stopped) || done != of {
			t.Errorf("%s: blocks %v, looks after %v, stopped %v, %d of %d slots", test.name, got, looked, stopped, done, of)
		}
	}
	brief := func(p sweep.Point) time.Duration { return time.Duration(len(p.Workload)) * 10 * time.Millisecond }
	var log []string
	c := scripted(&log, nil)
	c.Points, c.Blocks, c.Looks, c.Brief = c.Points[1:2], 2, Looks{1, 2, 3}, brief
	c.Settled = func([]Series) func(sweep.Point) bool { return func(sweep.Point) bool { return false } }
	if _, _, err := Measure(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for i, line := range log {
		want := "20ms"
		switch {
		case i == 0:
			want = "10ms" // half a slot, to find the operations
		case i == 1:
			want = "0s"
		case i >= 2+4:
			want = "100ms"
		}
		if !strings.HasSuffix(line, " "+want) {
			t.Errorf("slot %d: %s, want %s", i, line, want)
		}
	}
	if len(log) != 2+3*4 {
		t.Errorf("%d slots", len(log))
	}
	log = nil
	c = scripted(&log, nil)
	c.Blocks, c.Looks = 4, Looks{2, 4, 6}
	c.Settled = func([]Series) func(sweep.Point) bool { return func(sweep.Point) bool { return true } }
	c.Stop = func(sweep.Point) error { return fmt.Errorf("disk full") }
	if _, _, err := Measure(t.Context(), c); err == nil || err.Error() != "disk full" {
		t.Errorf("a note that cannot be written: %v", err)
	}
}

// oneSecond makes a slot take a second.
func oneSecond(sweep.Point, int) error {
	time.Sleep(time.Second)
	return nil
}

// No round begins after twice the planned time, of which waits for others are no part. A
// round takes 12 s.
func TestMeasureEndsWhenItIsLate(t *testing.T) {
	for _, test := range []struct {
		looks Looks
		time  time.Duration
		want  int // blocks of each point
	}{
		{nil, 0, 40},
		{nil, 20 * time.Second, 4}, // 36 s, then 48 s
		{Looks{20, 40, 60}, 20 * time.Second, 4},
		{Looks{3, 40, 60}, 15 * time.Second, 3}, // late at a look
		{nil, 24 * time.Second, 5},              // 48 s are not more than 48 s
		{nil, 1, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log, stopped []string
			c := scripted(&log, oneSecond)
			c.Looks, c.Time = test.looks, test.time
			c.Settled = func(all []Series) func(sweep.Point) bool {
				t.Errorf("%+v: a look after %d blocks", test, Measured(all).Most)
				return func(sweep.Point) bool { return true }
			}
			c.Quiet = func(context.Context) { time.Sleep(time.Minute) }
			n := 0
			always := func(int) bool { return true }
			c.Base, c.Head = beside{c.Base.(script), always, &n}, beside{c.Head.(script), always, &n}
			c.Stop = func(p sweep.Point) error {
				stopped = append(stopped, p.Workload)
				return nil
			}
			all, problems, err := Measure(t.Context(), c)
			if err != nil || problems != nil {
				t.Fatal(problems, err)
			}
			if got := Measured(all); got != (Range{test.want, test.want}) {
				t.Errorf("%+v: blocks %v", test, got)
			}
			slices.Sort(stopped)
			if late := test.want < 40; late != slices.Equal(stopped, []string{"A", "BB", "CCC"}) {
				t.Errorf("%+v: stopped %v", test, stopped)
			}
		})
	}
}
