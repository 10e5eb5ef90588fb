// Package meter measures what a sample consumed besides wall time: how many
// tasks were in progress and for how long, how many CPUs worked, and where the
// others went. A Meter gets the moments at which a sample starts and stops, and the
// starts and ends of tasks, and returns a Reading. It does not know benchmarks. These
// are the units that package bench writes, with their sources. What a system does not
// report is absent, never zero.
//
//	unit                  source                                   resolution         where
//	tasks-inflight        the tasks' starts and ends, counted      clock, about 50 ns everywhere
//	p50-, p99-ns/task     histogram of the tasks                   3 digits           everywhere
//	fairness              the tasks that each worker ended         one task           everywhere
//	q02-, q25-, q50-ns/op histogram of the jobs                    3 digits           everywhere
//	cpus-busy             getrusage; clocks of living children     1 µs to a tick     everywhere; children: Linux
//	gc-cpus               runtime/metrics, GC total                a GC cycle         everywhere
//	gcs/op                runtime/metrics, GC cycles               one                everywhere
//	goroutines-locked     runtime/metrics, mutex wait              1 wait in 8        everywhere
//	goroutines-runnable   runtime/metrics, scheduling latencies    1 wait in 8, 1/8   everywhere
//	p50-, p99-ns/sched    the same                                 1/8 (32 ns)        everywhere
//	vol-, invol-switches/op, minor-, major-faults/op  getrusage    one                not Windows
//	runq-cpus             /proc/PID/task/*/schedstat               1 ns               Linux
//	steal-cpus, idle-cpus /proc/stat, CPUs of the mask             a tick, 10 ms      Linux
//	throttled-cpus        cpu.stat of the control groups           1 µs; v1 1 ns      Linux, under a quota
//	pressure              schedstat and /proc/stat                 see Reading        Linux
//
// gc-cpus grows only when a cycle ends: a sample that is shorter than a cycle has all
// of it or nothing. It counts the assistance of goroutines that allocate, and what the
// collector did on idle CPUs, which is in cpus-busy as well. Go has no minor
// collections: gcs/op counts full cycles.
//
// goroutines-locked counts a wait when it ends: for sync.Mutex, sync.RWMutex and the
// runtime's own locks, not for channels. Switches and faults of a child count when it
// has been waited for, all at once. The run-queue delay of a thread that ends in the
// sample is not seen. throttled-cpus includes everybody in the control group. What
// comes from /proc and control groups covers the time between its own two readings,
// which lie around the sample.
package meter

import (
	"runtime/metrics"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Meter measures one sample. It is a primitives.Probe for the executor that
// runs the sample's tasks.
type Meter struct {
	workers    []worker
	shards     []shard
	cpus       []int
	usableCPUs int // CPUs that can be busy at once

	mu      sync.Mutex
	orphans worker // ends of tasks that have lost their worker; guarded by mu

	base     time.Time     // all clock readings count from here
	prepared time.Duration // when Prepare began to look at the system
	start    time.Duration // of the last timing
	stopped  time.Duration // end of the last timing
	wall     time.Duration // of all timings
	settled  time.Duration // between Settle and Start
	settling bool          // tasks do not count
	lap      time.Duration // end of the last job
	jobs     *hdrhistogram.Histogram
	began    usage // reading at the last Start
	usage    usage // of all timings
	turns    bool  // others have theirs between the timings
	children []int // that were there at Prepare
	quotas   []string
	clocks   clocks
	before   []metrics.Sample
	after    []metrics.Sample
}

// New returns a meter for an executor of so many workers, in a process that
// is bound to the given CPUs and runs procs goroutines at once (GOMAXPROCS).
func New(workers int, cpus []int, procs int) *Meter {
	m := &Meter{
		workers:    make([]worker, workers),
		shards:     make([]shard, max(1, min(workers, procs, maxShards))),
		cpus:       cpus,
		usableCPUs: max(1, min(len(cpus), procs)),
		base:       time.Now(),
		jobs:       newHistogram(),
		quotas:     findQuotas(),
		before:     newMetrics(),
		after:      newMetrics(),
	}
	for i := range m.shards {
		m.shards[i].hist = newHistogram()
	}
	return m
}

func (m *Meter) now() int64 { return int64(time.Since(m.base)) }

// notCounted is the token of a task that no worker started.
const notCounted = -1

// TaskStart implements primitives.Probe. The token is the time. Tasks run by
// callers who help belong to no worker and are not measured: they may overlap.
func (m *Meter) TaskStart(w int) int64 {
	if w < 0 || m.settling {
		return notCounted
	}
	now := m.now()
	m.workers[w].begin(now)
	return now
}

// TaskEnd implements primitives.Probe. The token, not the worker, says whether the task
// is measured: a task that has waited may end without a worker.
func (m *Meter) TaskEnd(w int, start int64) {
	if start == notCounted {
		return
	}
	now := m.now()
	if w < 0 {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.orphans.end(now, start) {
			m.shards[0].take(&m.orphans)
		}
		return
	}
	if k := &m.workers[w]; k.end(now, start) {
		m.shards[w%len(m.shards)].take(k)
	}
}

// Lap marks the end of a job, on the goroutine that called Start.
func (m *Meter) Lap() {
	now := time.Since(m.base)
	record(m.jobs, now-m.lap)
	m.lap = now
}

// Prepare takes the slow readings before a sample, so that only fast ones lie between
// Start and the work. No task may be in progress. It reads the Go runtime last, and
// Reading reads it first, so that reading the system does not count for the sample.
func (m *Meter) Prepare() {
	for i := range m.workers {
		m.workers[i] = worker{}
	}
	m.orphans = worker{}
	for i := range m.shards {
		m.shards[i].reset()
	}
	m.jobs.Reset()
	m.wall, m.usage, m.turns = 0, usage{}, false
	m.settled, m.settling = 0, false
	m.children = Children()
	m.prepared = time.Since(m.base)
	m.clocks = m.readClocks()
	metrics.Read(m.before)
}

func (m *Meter) readClocks() clocks {
	d := readClocks(m.cpus, m.children, m.quotas)
	d.own = m.readUsage().cpu
	d.at = time.Since(m.base)
	return d
}

// readUsage includes the CPU time of children that have not been waited for.
func (m *Meter) readUsage() usage {
	u := readUsage()
	for _, pid := range m.children {
		u.cpu += cpuOf(pid)
	}
	return u
}

// TakeTurns says that other processes have the CPUs between the timings. What the system
// counts of CPUs, and not of this process, is then unknown.
func (m *Meter) TakeTurns() { m.turns = true }

// Settle begins a time in which jobs run that are not timed, until Start. What the Go
// runtime and the scheduler count then is taken for as much as in a timing.
func (m *Meter) Settle() {
	m.settling = true
	m.start = time.Since(m.base)
}

// Start begins a timing. A sample has one, or several where processes take turns. Call
// Prepare before the first.
func (m *Meter) Start() {
	if m.settling {
		m.settled += time.Since(m.base) - m.start
		m.settling = false
	}
	m.began = m.readUsage()
	m.start = time.Since(m.base)
	m.lap = m.start
}

// Stop ends a timing. No task may be in progress.
func (m *Meter) Stop() {
	m.stopped = time.Since(m.base)
	m.wall += max(m.stopped-m.start, 1)
	m.usage = m.usage.plus(m.readUsage().since(m.began))
}

// Timed is how long all timings took.
func (m *Meter) Timed() time.Duration { return m.wall }

// Now is the meter's clock.
func (m *Meter) Now() time.Duration { return time.Since(m.base) }

// Consumed returns the CPU time of all timings, that of the process since Prepare, and for
// how long its threads were ready in the timings and had no CPU.
func (m *Meter) Consumed() (timed, own, delayed time.Duration) {
	now := m.readClocks()
	delayed = delay(m.clocks.queued, now.queued)
	timedShare := float64(m.wall) / float64(max(1, m.wall+m.settled))
	return m.usage.cpu, now.own - m.clocks.own, time.Duration(timedShare * float64(delayed))
}
