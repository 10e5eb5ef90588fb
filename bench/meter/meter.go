// Package meter measures what a sample consumed besides wall time: how many
// tasks were in progress and for how long, how many CPUs worked, and whether
// somebody else wanted those CPUs.
package meter

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Reading is what a Meter saw between Start and Stop.
type Reading struct {
	// Inflight is the mean number of tasks started and not finished: the
	// degree of concurrency. It is the sum of the tasks' residence over the
	// wall time (Little, 1961).
	Inflight float64

	// CPUsBusy is the mean number of CPUs that ran this process and its
	// children: the degree of parallelism, CPU time over wall time, by the
	// kernel's clock. Children that are not waited for count on Linux, if they
	// were there when Prepare was called.
	CPUsBusy float64

	// Tasks is the number of tasks that ended.
	Tasks int64

	// P50 and P99 are quantiles of the tasks' residence, from start to end,
	// to three digits.
	P50, P99 time.Duration

	// Jobs holds the quantiles 0.02, 0.25 and 0.50 of the wall times between
	// Laps. A low quantile of short jobs sees the undisturbed speed of the
	// code where the mean mixes it with the machine's slow spells.
	Jobs [3]time.Duration

	// Pressure is the share of the CPU time within reach that somebody else
	// had while this process wanted it. It is never below the share of the
	// sample that reading the scheduler's clocks took (1 % at most), because
	// what happened meanwhile is not known; so it is never 0, of which
	// benchstat cannot take a mean. It is NaN where the system does not tell.
	Pressure float64
}

// Meter measures one sample. It is a primitives.Probe for the executor that
// runs the sample's tasks.
type Meter struct {
	workers []worker
	cpus    []int
	reach   int // CPUs that can be busy at once

	base   time.Time // all clock readings count from here
	start  time.Duration
	wall   time.Duration // from Start to Stop
	cpu    time.Duration // reading at Start, from Stop on the difference
	clocks []clock       // of children
	lap    time.Duration // end of the last job
	jobs   *hdrhistogram.Histogram
	demand demand
	blind  time.Duration // time that reading the demand took
}

// worker is one worker's own state. The histogram is a pointer to much memory
// of its own; the padding keeps the field that every task writes on cache lines
// (two, for the adjacent-line prefetcher) that no other worker touches.
type worker struct {
	residence time.Duration
	hist      *hdrhistogram.Histogram
	_         [128 - 16]byte
}

const longest = 100 * time.Second // what the histograms can hold

// New returns a meter for an executor of so many workers, in a process that
// is bound to the given CPUs and runs procs goroutines at once (GOMAXPROCS).
func New(workers int, cpus []int, procs int) *Meter {
	m := &Meter{
		workers: make([]worker, workers),
		cpus:    cpus,
		reach:   max(1, min(len(cpus), procs)),
		base:    time.Now(),
		jobs:    newHistogram(),
	}
	for i := range m.workers {
		m.workers[i].hist = newHistogram()
	}
	return m
}

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longest), 3) }

// record counts d. A time beyond the histogram's range counts at its upper end.
func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(int64(min(d, longest))) // in range by the line above
}

// TaskStart implements primitives.Probe. The token is the time.
func (m *Meter) TaskStart(int) int64 { return int64(time.Since(m.base)) }

// TaskEnd implements primitives.Probe. Tasks run by callers who help belong to
// no worker and are not measured: they may overlap.
func (m *Meter) TaskEnd(w int, start int64) {
	if w < 0 {
		return
	}
	k := &m.workers[w]
	d := time.Since(m.base) - time.Duration(start)
	k.residence += d
	record(k.hist, d)
}

// Lap marks the end of a job, on the goroutine that called Start.
func (m *Meter) Lap() {
	now := time.Since(m.base)
	record(m.jobs, now-m.lap)
	m.lap = now
}

// Prepare takes the slow readings that come before a sample, so that nothing
// but the fast ones lies between Start and the work. No task may be in
// progress.
func (m *Meter) Prepare() {
	for i := range m.workers {
		m.workers[i].residence = 0
		m.workers[i].hist.Reset()
	}
	m.jobs.Reset()
	before := time.Since(m.base)
	m.demand = readDemand(m.cpus)
	m.blind = time.Since(m.base) - before
	m.clocks = childClocks()
}

// childTime is the CPU time of the children that nobody has waited for.
func (m *Meter) childTime() (total time.Duration) {
	for _, c := range m.clocks {
		total += c.read()
	}
	return total
}

// Start begins the sample. Call Prepare before it.
func (m *Meter) Start() {
	m.cpu = cpuTime() + m.childTime()
	m.start = time.Since(m.base)
	m.lap = m.start
}

// Stop ends the sample. No task may be in progress.
func (m *Meter) Stop() {
	m.wall = max(time.Since(m.base)-m.start, 1)
	m.cpu = cpuTime() + m.childTime() - m.cpu
}

// Reading returns what was measured between Start and Stop. Call it once for
// each Stop, and soon: the slow readings end here.
func (m *Meter) Reading() Reading {
	before := time.Since(m.base)
	demand := readDemand(m.cpus)
	m.blind += time.Since(m.base) - before

	all := m.workers[0].hist
	residence := m.workers[0].residence
	for i := range m.workers[1:] {
		all.Merge(m.workers[i+1].hist)
		residence += m.workers[i+1].residence
	}
	r := Reading{
		Inflight: float64(residence) / float64(m.wall),
		CPUsBusy: float64(m.cpu) / float64(m.wall),
		Tasks:    all.TotalCount(),
		P50:      time.Duration(all.ValueAtQuantile(50)),
		P99:      time.Duration(all.ValueAtQuantile(99)),
		Pressure: math.NaN(),
	}
	if m.demand.known && demand.known {
		r.Pressure = float64(max(m.demand.lost(demand), min(m.blind, m.wall/100))) / float64(m.wall) / float64(m.reach)
	}
	for i, q := range []float64{2, 25, 50} {
		r.Jobs[i] = time.Duration(m.jobs.ValueAtQuantile(q))
	}
	return r
}
