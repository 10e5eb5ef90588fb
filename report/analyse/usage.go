package analyse

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/interval"
	"overlap/internal/sampling"
	"overlap/report/load"
)

// usage is the means of a point's samples.
type usage struct {
	seconds                        float64
	inflight, busy, gc             float64
	runq, steal, throttled, idle   float64
	locked, runnable, pressureCPUs float64
}

func (s survey) usage(p load.Point) usage {
	mean := func(get func(load.Sample) float64) float64 { return s.Mean(p, get) }
	u := usage{
		seconds:      s.times(p).Mean(),
		inflight:     mean(func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.Inflight) }),
		busy:         mean(func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.CPUsBusy) }),
		gc:           mean(func(s load.Sample) float64 { return s.GC }),
		runq:         mean(func(s load.Sample) float64 { return s.RunQueue }),
		steal:        mean(func(s load.Sample) float64 { return s.Steal }),
		throttled:    mean(func(s load.Sample) float64 { return s.Throttled }),
		idle:         mean(func(s load.Sample) float64 { return s.Idle }),
		locked:       mean(func(s load.Sample) float64 { return s.Locked }),
		runnable:     mean(func(s load.Sample) float64 { return s.Runnable }),
		pressureCPUs: float64(p.Parallelism()) * mean(func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.Pressure) }),
	}
	if p.Cores != p.Parallelism() {
		u.idle = math.NaN() // it includes CPUs that GOMAXPROCS keeps idle
	}
	if u.gc > u.busy { // false if either is NaN
		u.gc = u.busy
	}
	return u
}

// contradiction returns by how many cores the kernel's idle time exceeds what the
// CPU time leaves, outside the 95 % interval over the samples; 0 for fewer samples
// than an interval needs.
func (s survey) contradiction(p load.Point) float64 {
	if p.Cores != p.Parallelism() {
		return 0
	}
	gaps := s.Values(p, func(s load.Sample) float64 {
		return load.NaNIfUnmeasured(s.CPUsBusy) + orZero(s.Steal) + s.Idle - float64(p.Cores)
	})
	if len(gaps) < interval.MinForInterval {
		return 0
	}
	return max(0, stat.Mean(gaps, nil)-sampling.HalfWidth(gaps))
}

// runQueue returns how many cores others took while they were wanted; NaN if
// neither run-queue delay nor pressure was measured.
//
// Stolen time counts in full: if it does not fit beside the CPU time, the residual
// shows it. The delay is bounded by the time that was neither ours nor idle,
// because a process with more threads than cores delays itself. Without idle time,
// the pressure bounds it. Pressure alone would need no bound, but it takes the
// minimum of delay and others' time in every sample, where a tick of 10 ms weighs
// much. The quota's time is of a control group, which may hold other processes, so
// it is bounded, too; to the kernel it is idle time, and to the threads delay.
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
