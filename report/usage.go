package report

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/sampling"
)

// usage is what the samples of a point say on average.
type usage struct {
	seconds                        float64
	inflight, busy, gc             float64
	runq, steal, throttled, idle   float64
	locked, runnable, pressureCPUs float64
}

func (d survey) usage(p Point) usage {
	times, _ := d.series(p)
	cores := float64(p.Parallelism())
	u := usage{
		seconds:      times.mean(),
		inflight:     d.mean(p, func(s Sample) float64 { return positive(s.Inflight) }),
		busy:         d.mean(p, func(s Sample) float64 { return positive(s.CPUsBusy) }),
		gc:           d.mean(p, func(s Sample) float64 { return s.GC }),
		runq:         d.mean(p, func(s Sample) float64 { return s.RunQueue }),
		steal:        d.mean(p, func(s Sample) float64 { return s.Steal }),
		throttled:    d.mean(p, func(s Sample) float64 { return s.Throttled }),
		idle:         d.mean(p, func(s Sample) float64 { return s.Idle }),
		locked:       d.mean(p, func(s Sample) float64 { return s.Locked }),
		runnable:     d.mean(p, func(s Sample) float64 { return s.Runnable }),
		pressureCPUs: cores * d.mean(p, func(s Sample) float64 { return positive(s.Pressure) }),
	}
	if p.Cores != p.Parallelism() {
		u.idle = math.NaN() // of CPUs that GOMAXPROCS keeps it from, too
	}
	u.gc = atMost(u.gc, u.busy)
	return u
}

// contradiction is by how many cores the kernel's idle time exceeds what the
// CPU time leaves of them, as far as the 95 % interval over the samples is sure
// of it. One sample is sure of nothing.
func (d survey) contradiction(p Point) float64 {
	if p.Cores != p.Parallelism() {
		return 0
	}
	gaps := d.values(p, func(s Sample) float64 {
		return positive(s.CPUsBusy) + orZero(s.Steal) + s.Idle - float64(p.Cores)
	})
	if len(gaps) < minSpread {
		return 0
	}
	return max(0, stat.Mean(gaps, nil)-sampling.HalfWidth(gaps))
}

// runQueue is how many cores were taken while they were wanted, NaN if neither
// run-queue delay nor pressure tells.
//
// Stolen time counts as it is: if it does not fit beside the CPU time, the
// residual shows it. The delay does not, because a process with more threads
// than cores delays itself: others had at most the time that was neither ours
// nor idle. Without idle time, the pressure bounds it, which is made of the same
// readings. It is not the first choice although it needs no bound: it takes
// the minimum of delay and others' time in each sample, where a tick of 10 ms
// weighs much, and not of their means. The quota's time is of a control group,
// which may hold other processes, so it is bounded, too. It is idle time to the
// kernel and delay to the threads.
func (u usage) runQueue(cores float64) float64 {
	steal := orZero(u.steal)
	rest := max(0, cores-u.busy-steal)
	throttled := min(orZero(u.throttled), rest)
	switch {
	case math.IsNaN(u.runq) && math.IsNaN(u.pressureCPUs):
		return math.NaN()
	case math.IsNaN(u.runq):
		others := max(0, u.pressureCPUs-steal) // the pressure holds it
		return steal + throttled + min(others, rest-throttled)
	}
	others := min(max(0, u.runq-throttled), rest-throttled)
	if !math.IsNaN(u.idle) {
		others = min(others, max(0, rest-u.idle))
	} else if !math.IsNaN(u.pressureCPUs) {
		others = min(others, max(0, u.pressureCPUs-steal))
	}
	return steal + throttled + others
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// atMost is min where either may be NaN: then x is what it was.
func atMost(x, bound float64) float64 {
	if x > bound {
		return bound
	}
	return x
}
