package meter

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// In a bubble the clock is exact, so the reading has to be.
func TestReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(3, []int{0}, 1)
		for range 2 { // the second sample must not see the first
			m.Prepare()
			m.Start()
			var all sync.WaitGroup
			for w, d := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond} {
				all.Go(func() {
					start := m.TaskStart(w)
					time.Sleep(d)
					m.TaskEnd(w, start)
				})
			}
			all.Wait()
			m.Lap()
			time.Sleep(time.Millisecond)
			m.Lap()
			m.Stop()
			r := m.Reading()
			if want := 70.0 / 41; math.Abs(r.Inflight-want) > 1e-9 {
				t.Errorf("%v tasks in flight, want %v", r.Inflight, want)
			}
			if !near(r.Jobs[0], time.Millisecond) || !near(r.Jobs[2], time.Millisecond) {
				t.Errorf("job quantiles %v, want 1ms", r.Jobs)
			}
			if r.Tasks != 3 {
				t.Errorf("%d tasks, want 3", r.Tasks)
			}
			if !near(r.P50, 20*time.Millisecond) || !near(r.P99, 40*time.Millisecond) {
				t.Errorf("quantiles %v and %v, want 20ms and 40ms", r.P50, r.P99)
			}
		}
	})
}

func near(got, want time.Duration) bool {
	return math.Abs(float64(got)/float64(want)-1) < 0.001
}

// A goroutine that computes must show as CPU time, one that sleeps must not.
func TestCPUsBusyTellsWorkFromWaiting(t *testing.T) {
	busy := func(f func(end time.Time)) float64 {
		m := New(1, []int{0}, 1)
		m.Prepare()
		m.Start()
		f(time.Now().Add(100 * time.Millisecond))
		m.Stop()
		return m.Reading().CPUsBusy
	}
	spin := busy(func(end time.Time) {
		for time.Now().Before(end) {
		}
	})
	rest := busy(func(end time.Time) { time.Sleep(time.Until(end)) })
	if spin <= rest || rest < 0 || spin > 1.5 { // one goroutine, and some of the runtime
		t.Errorf("spinning keeps %.3f CPUs busy, sleeping %.3f", spin, rest)
	}
}

func TestLostTime(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		why  string
		to   demand
		want time.Duration
	}{
		{"alone", demand{own: 100 * ms, busy: 100 * ms}, 0},
		{"delayed by its own threads", demand{own: 100 * ms, busy: 100 * ms, delayed: 40 * ms}, 0},
		{"beside others on an idle CPU", demand{own: 100 * ms, busy: 180 * ms, delayed: ms}, ms},
		{"against others", demand{own: 50 * ms, busy: 100 * ms, delayed: 45 * ms}, 45 * ms},
		{"against other guests", demand{own: 50 * ms, busy: 50 * ms, stolen: 50 * ms}, 50 * ms},
		{"ticks behind the clock", demand{own: 105 * ms, busy: 100 * ms, delayed: 10 * ms}, 0},
	} {
		if got := (demand{}).lost(c.to); got != c.want {
			t.Errorf("%s: lost %v, want %v", c.why, got, c.want)
		}
	}
}
