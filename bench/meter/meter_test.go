package meter

import (
	"context"
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
			if r.Started != 3 || r.Finished != 3 {
				t.Errorf("%d tasks started and %d finished, want 3", r.Started, r.Finished)
			}
			if err := r.CheckTasks(); err != nil || r.Gap() > 0.001 {
				t.Errorf("Little's law is off by %v: %v", r.Gap(), err)
			}
			if !near(r.TaskP50, 20*time.Millisecond) || !near(r.TaskP99, 40*time.Millisecond) {
				t.Errorf("quantiles %v and %v, want 20ms and 40ms", r.TaskP50, r.TaskP99)
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
		s    span
		want time.Duration
	}{
		{"alone", span{wall: 100 * ms, own: 100 * ms, cpus: 1}, 0},
		{"delayed by its own threads", span{wall: 100 * ms, own: 100 * ms, delayed: 40 * ms, cpus: 1}, 0},
		{"delayed by its own threads while one of two CPUs is idle", span{wall: 100 * ms, own: 100 * ms, idle: 100 * ms, delayed: 40 * ms, cpus: 2}, 0},
		{"beside others on an idle CPU", span{wall: 100 * ms, own: 100 * ms, idle: 20 * ms, delayed: ms, cpus: 2}, ms},
		{"against others", span{wall: 100 * ms, own: 50 * ms, delayed: 45 * ms, cpus: 1}, 45 * ms},
		{"against other guests", span{wall: 100 * ms, own: 50 * ms, stolen: 50 * ms, cpus: 1}, 50 * ms},
		{"a tick that other guests took before", span{wall: 40 * ms, own: 39 * ms, stolen: 10 * ms, cpus: 1}, ms},
		{"such a tick while nothing was wanted", span{wall: 40 * ms, idle: 40 * ms, stolen: 10 * ms, cpus: 1}, 0},
		{"against other guests and others", span{wall: 100 * ms, own: 30 * ms, delayed: 20 * ms, stolen: 50 * ms, cpus: 1}, 70 * ms},
		{"ticks behind the clock", span{wall: 100 * ms, own: 105 * ms, delayed: 10 * ms, cpus: 1}, 0},
	} {
		if got := c.s.deniedByOthers(); got != c.want {
			t.Errorf("%s: lost %v, want %v", c.why, got, c.want)
		}
	}
}

func TestOthersHaveWhatIsNeitherIdleNorOurs(t *testing.T) {
	const ms = time.Millisecond
	for want, s := range map[time.Duration]span{
		0:       {wall: 100 * ms, own: 60 * ms, idle: 150 * ms, cpus: 2},
		10 * ms: {wall: 100 * ms, own: 60 * ms, idle: 130 * ms, stolen: 5 * ms, delayed: ms, cpus: 2},
		40 * ms: {wall: 100 * ms, own: 60 * ms, cpus: 1},
	} {
		if got := s.takenByOthers(); got != want {
			t.Errorf("%+v: %v, want %v", s, got, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok := TakenByOthers(ctx, []int{0}, time.Hour); ok {
		t.Error("it has watched for an hour")
	}
}

// A hog that has half of a CPU is found wherever the ticks fall: on one CPU, and
// on two with the other busy or idle. The inputs are made up: idle time cut to
// ticks, at each of 100 phases.
func TestAHogIsFoundWhereverTheTicksFall(t *testing.T) {
	const tick = 10 * time.Millisecond
	for _, wall := range []time.Duration{25 * time.Millisecond, 40 * time.Millisecond, 47 * time.Millisecond, 300 * time.Millisecond} {
		for _, c := range []struct {
			cpus, halves int  // halves: of a CPU, that this process has
			idle         bool // the second CPU
		}{{1, 1, false}, {2, 3, false}, {2, 1, true}} {
			for phase := range 100 {
				before := time.Duration(phase) * tick / 100 // idle time that no tick shows yet
				s := span{wall: wall, own: wall * time.Duration(c.halves) / 2, delayed: wall / 2, cpus: c.cpus}
				if c.idle {
					s.idle = (before + wall).Truncate(tick)
				}
				if share := float64(s.deniedByOthers()) / float64(wall) / float64(c.cpus); share <= 0.1 {
					t.Errorf("%v, %+v, phase %d: pressure %.3f", wall, c, phase, share)
				}
			}
		}
	}
}

// What the clocks tell becomes mean numbers over the time between them.
func TestSystem(t *testing.T) {
	const ms = time.Millisecond
	full := clocks{at: 100 * ms, own: 60 * ms, stat: true, idle: 90 * ms, stolen: 20 * ms, queued: map[int]time.Duration{1: 30 * ms}, throttled: []time.Duration{50 * ms}}
	blank := func(change func(*clocks)) clocks { d := full; change(&d); return d }
	nan := math.NaN()
	for _, c := range []struct {
		name                                string
		to                                  clocks
		blind                               time.Duration
		runq, steal, throttled, idle, press float64
	}{
		{"all", full, 0, 0.3, 0.2, 0.5, 0.9, 0.25}, // others had 2·100 - 90 - 20 - 60 = 30 ms, the hypervisor 20 of 200
		{"nothing lost", blank(func(d *clocks) { d.queued, d.stolen = map[int]time.Duration{}, 0 }), ms / 2, 0, 0, 0.5, 0.9, 0.0025},
		{"long to read", blank(func(d *clocks) { d.queued, d.stolen = map[int]time.Duration{}, 0 }), 50 * ms, 0, 0, 0.5, 0.9, 0.005},
		{"no schedstat", blank(func(d *clocks) { d.queued = nil }), 0, nan, 0.2, 0.5, 0.9, nan},
		{"no stat", blank(func(d *clocks) { d.stat = false }), 0, 0.3, nan, 0.5, nan, nan},
		{"no quota", blank(func(d *clocks) { d.throttled = nil }), 0, 0.3, 0.2, nan, 0.9, 0.25},
		{"more than the reach", blank(func(d *clocks) { d.idle, d.throttled = 400*ms, []time.Duration{time.Second} }), 0, 0.3, 0.2, 2, 2, 0},
	} {
		m := &Meter{cpus: []int{0, 1}, usableCPUs: 2, clocks: clocks{stat: true, queued: map[int]time.Duration{}, throttled: []time.Duration{0}}}
		r := unmeasured()
		m.system(&r, c.to, c.blind)
		got := []float64{r.RunQueue, r.Steal, r.Throttled, r.Idle, r.Pressure}
		for i, want := range []float64{c.runq, c.steal, c.throttled, c.idle, c.press} {
			if math.IsNaN(got[i]) != math.IsNaN(want) || math.Abs(got[i]-want) > 1e-12 {
				t.Errorf("%s: run queue, steal, throttled, idle, pressure are %v; number %d should be %v", c.name, got, i, want)
			}
		}
	}
}

func TestDelayIsByThread(t *testing.T) {
	from := map[int]time.Duration{1: 10, 2: 20, 3: 30, 5: 40}
	to := map[int]time.Duration{1: 15, 3: 7, 4: 100, 5: 40} // 2 has ended, 3 is a new thread of that id, 5 did not wait
	if d := delay(from, to); d != 5+7+100 {
		t.Errorf("delay %d, want 112", d)
	}
}

func TestReachIsTheFewerOfCPUsAndGOMAXPROCS(t *testing.T) {
	for _, c := range []struct{ cpus, procs, want int }{{2, 1, 1}, {2, 2, 2}, {1, 4, 1}, {0, 2, 1}} {
		if m := New(1, make([]int, c.cpus), c.procs); m.usableCPUs != c.want {
			t.Errorf("%d CPUs, GOMAXPROCS %d: reach %d, want %d", c.cpus, c.procs, m.usableCPUs, c.want)
		}
	}
}

// The quantile of a hundred tasks that 98 of them do not reach.
func TestQuantilesAreThoseOfTheTasks(t *testing.T) {
	m := New(1, []int{0}, 1)
	m.Prepare()
	m.Start()
	for i := range 100 {
		token := m.TaskStart(0)
		if i >= 98 {
			token -= int64(time.Hour / 2)
		}
		m.TaskEnd(0, token)
	}
	m.Stop()
	if r := m.Reading(); r.TaskP99 < 20*time.Minute || r.TaskP50 > time.Minute {
		t.Errorf("p50 %v, p99 %v of 98 short and 2 long tasks", r.TaskP50, r.TaskP99)
	}
}

func TestThrottledIsTheWorstGroup(t *testing.T) {
	for _, c := range []struct {
		from, to []time.Duration
		want     float64
	}{
		{[]time.Duration{1, 10, 5}, []time.Duration{3, 17, 5}, 7},
		{[]time.Duration{5}, []time.Duration{5}, 0},
		{[]time.Duration{-1, 1}, []time.Duration{100, 3}, 2},
		{[]time.Duration{1, 1}, []time.Duration{-1, 3}, 2},
		{[]time.Duration{-1}, []time.Duration{-1}, math.NaN()},
		{nil, nil, math.NaN()},
	} {
		if got := throttled(c.from, c.to); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("from %v to %v: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}
