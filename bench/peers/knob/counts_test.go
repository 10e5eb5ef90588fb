package knob

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// withKnobs turns the knobs for a test.
func withKnobs(t *testing.T, k knobs) {
	old := setting
	setting = func() (knobs, error) { return k, nil }
	t.Cleanup(func() { setting = old })
}

func TestTheKnobAddsExactlyItsPercents(t *testing.T) {
	for _, pct := range []int{0, 1, 5, 100, 1000} {
		withKnobs(t, knobs{pct: pct})
		for _, n := range []int{1, 3, 10} {
			want := n * (100 + pct)
			done := 0
			serial(&testing.B{N: n}, func() { done++ })
			if done != want {
				t.Errorf("KNOB_PCT=%d: %d operations are %d units, want %d", pct, n, done, want)
			}
			var all atomic.Int64
			parallel(&testing.B{N: n}, func() func() { return func() { all.Add(1) } })
			if int(all.Load()) != want {
				t.Errorf("KNOB_PCT=%d: %d parallel operations are %d units, want %d", pct, n, all.Load(), want)
			}
		}
	}
}

func TestKnobsThatSayNothingSoundAreRefused(t *testing.T) {
	if k, err := parse("5", "25"); err != nil || k != (knobs{5, 25}) {
		t.Errorf("%+v, %v", k, err)
	}
	if k, err := parse("", ""); err != nil || k != (knobs{}) {
		t.Errorf("%+v, %v", k, err)
	}
	for _, bad := range [][2]string{{"5 %", ""}, {"-1", ""}, {"1001", ""}, {"0.5", ""}, {"", "101"}, {"", "-1"}, {"", "x"}} {
		if k, err := parse(bad[0], bad[1]); err == nil {
			t.Errorf("KNOB_PCT=%q KNOB_SERIAL=%q passed as %+v", bad[0], bad[1], k)
		}
	}
}

// The critical path of p goroutines is all that is locked, one after the other,
// and then the free part of the last.
func TestTheLockTakesAFifthOfTheEfficiencyOfTwo(t *testing.T) {
	path := func(n, p, serial int) float64 {
		sum, last := 0, 0
		for i := range p {
			locked, free := share(n, i, p, serial)
			sum += locked
			last = free
		}
		return float64(sum + last)
	}
	for _, n := range []int{800, 8000} {
		if got := path(n, 2, 0) / path(n, 2, 25); got != 0.8 {
			t.Errorf("%d units on two: %v of the efficiency is left, want 0.8", n, got)
		}
		if got := path(n, 1, 0) / path(n, 1, 25); got != 1 {
			t.Errorf("%d units on one: %v of the speed is left, want all", n, got)
		}
	}
	for _, c := range []struct{ n, p, serial int }{{7, 2, 25}, {100, 3, 25}, {1, 4, 50}, {500, 2, 100}} {
		sum := 0
		for i := range c.p {
			locked, free := share(c.n, i, c.p, c.serial)
			sum += locked + free
		}
		if sum != c.n {
			t.Errorf("%+v: %d units are shared out", c, sum)
		}
	}
}

// While one goroutine does its locked units, which come first, no other does
// locked ones; and then all are in their free units at once.
func TestLockedUnitsExcludeEachOther(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const n, pct = 400, 25
	var free sync.WaitGroup
	free.Add(4)
	var inside, most, done atomic.Int64
	var workers sync.Map
	spread(n, pct, func() func() {
		mine := 0
		workers.Store(&mine, nil)
		return func() {
			done.Add(1)
			mine++
			if mine == n/4*pct/100+1 {
				free.Done()
				free.Wait() // for ever, if one of them had the lock
			}
			if mine > n/4*pct/100 {
				return
			}
			now := inside.Add(1)
			for was := most.Load(); now > was && !most.CompareAndSwap(was, now); was = most.Load() {
			}
			runtime.Gosched()
			inside.Add(-1)
		}
	})
	if done.Load() != n || most.Load() != 1 {
		t.Errorf("%d units done, up to %d locked ones at once; want %d and 1", done.Load(), most.Load(), n)
	}
	workers.Range(func(count, _ any) bool {
		if got := *count.(*int); got != n/4 {
			t.Errorf("a goroutine did %d units, want %d", got, n/4)
		}
		return true
	})
}
