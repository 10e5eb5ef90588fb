package meter

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sampleOf measures what run does with the meter, on a clock that is exact.
func sampleOf(t *testing.T, workers int, run func(*Meter)) (r Reading) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		m := New(workers, []int{0}, 2)
		m.Prepare()
		m.Start()
		run(m)
		m.Stop()
		r = m.Reading()
	})
	return r
}

func task(m *Meter, worker int, d time.Duration) {
	token := m.TaskStart(worker)
	time.Sleep(d)
	m.TaskEnd(worker, token)
}

func TestLittleHolds(t *testing.T) {
	const ms = time.Millisecond
	for name, run := range map[string]func(*Meter){
		"nothing": func(*Meter) {},
		"no time": func(m *Meter) { task(m, 0, 0); time.Sleep(ms) },
		"many batches": func(m *Meter) {
			for range 10*batch + 1 {
				task(m, 0, ms+ms/3)
			}
		},
		"shared shards": func(m *Meter) {
			var all sync.WaitGroup
			for w := range 9 {
				all.Go(func() {
					for i := range 3 * batch {
						task(m, w, time.Duration(w*i)*time.Microsecond)
					}
				})
			}
			all.Wait()
		},
		"hours":       func(m *Meter) { task(m, 0, 5*maxResidence); task(m, 1, ms) },
		"another end": func(m *Meter) { token := m.TaskStart(0); task(m, 0, ms); time.Sleep(ms); m.TaskEnd(3, token) },
		"nested":      func(m *Meter) { token := m.TaskStart(0); task(m, 1, ms); task(m, -1, ms); m.TaskEnd(0, token) },
		"an end without a worker": func(m *Meter) {
			for range batch + 1 {
				token := m.TaskStart(0)
				time.Sleep(ms)
				m.TaskEnd(-1, token)
			}
		},
		"a helper that becomes a worker": func(m *Meter) { token := m.TaskStart(-1); time.Sleep(ms); m.TaskEnd(2, token) },
	} {
		r := sampleOf(t, 9, run)
		if err := r.CheckTasks(); err != nil || r.Gap() > 0.001 {
			t.Errorf("%s: off by %v, %v", name, r.Gap(), err)
		}
	}
}

func TestHelpedTasksAreNotCounted(t *testing.T) {
	r := sampleOf(t, 1, func(m *Meter) { task(m, -1, time.Second); task(m, 0, time.Second) })
	if r.Started != 1 || r.Finished != 1 || r.Inflight != 0.5 || !near(r.TaskP99, time.Second) {
		t.Errorf("%+v", r)
	}
}

// A task that has not ended is in progress up to the end of the sample.
func TestOpenTasksCountUpToStop(t *testing.T) {
	r := sampleOf(t, 2, func(m *Meter) {
		time.Sleep(time.Second)
		m.TaskStart(1)
		time.Sleep(3 * time.Second)
	})
	if r.Started != 1 || r.Finished != 0 || r.Inflight != 0.75 {
		t.Errorf("%d started, %d finished, %v in flight; want 1, 0, 0.75", r.Started, r.Finished, r.Inflight)
	}
}

func TestATaskLostOrEndedTwiceFails(t *testing.T) {
	const ms = time.Millisecond
	hundred := func(m *Meter) {
		for range 100 {
			task(m, 0, ms)
		}
	}
	for _, c := range []struct {
		name, want string
		run        func(*Meter)
	}{
		{"lost", "101 tasks started and 100 finished", func(m *Meter) { m.TaskStart(1); hundred(m) }},
		{"lost at the end", "101 tasks started and 100 finished", func(m *Meter) { hundred(m); m.TaskStart(1) }},
		{"twice", "100 tasks started and 101 finished", func(m *Meter) { hundred(m); m.TaskEnd(0, int64(ms)) }},
		{"never begun", "100 tasks started and 101 finished", func(m *Meter) { hundred(m); m.TaskEnd(-1, int64(ms)) }},
		{"one lost and another ended twice", "break Little's law", func(m *Meter) {
			m.TaskStart(1)
			hundred(m)
			token := m.TaskStart(0)
			m.TaskEnd(0, token)
			m.TaskEnd(0, token)
		}},
		{"an end before the start", "1 task started and 0 finished", func(m *Meter) { m.TaskEnd(0, m.TaskStart(0)+int64(ms)) }},
	} {
		if err := sampleOf(t, 2, c.run).CheckTasks(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestToleranceOfLittle(t *testing.T) {
	for _, c := range []struct {
		l, flow float64
		ok      bool
	}{{1, 1.015, true}, {1.015, 1, true}, {1, 1.03, false}, {1.03, 1, false}, {0, 0, true}, {0, 1, false}, {-1, 1, false}} {
		r := Reading{Inflight: c.l, flow: c.flow}
		if err := r.CheckTasks(); (err == nil) != c.ok {
			t.Errorf("L = %v, X·R = %v: %v", c.l, c.flow, err)
		}
	}
}

func TestRecordingDoesNotAllocate(t *testing.T) {
	m := New(3, []int{0}, 2)
	m.Prepare()
	if n := testing.AllocsPerRun(10, func() {
		for range batch {
			m.TaskEnd(1, m.TaskStart(1))
			m.TaskEnd(-1, m.TaskStart(2))
		}
		m.Lap()
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	for _, procs := range []int{1, 2, 1024} {
		runtime.ReadMemStats(&before)
		m := New(1024, []int{0}, procs)
		m.Prepare()
		runtime.ReadMemStats(&after)
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 8<<20 {
			t.Errorf("1024 workers at GOMAXPROCS %d take %d KiB", procs, bytes>>10)
		}
		runtime.KeepAlive(m)
	}
}
