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

func (d *Data) usage(p Point) usage {
	times, _ := d.series(p)
	cores := float64(p.Parallelism())
	u := usage{
		seconds:      times.mean(),
		inflight:     d.told(p, func(s Sample) float64 { return positive(s.Inflight) }),
		busy:         d.told(p, func(s Sample) float64 { return positive(s.CPUsBusy) }),
		gc:           d.told(p, func(s Sample) float64 { return s.GC }),
		runq:         d.told(p, func(s Sample) float64 { return s.RunQueue }),
		steal:        d.told(p, func(s Sample) float64 { return s.Steal }),
		throttled:    d.told(p, func(s Sample) float64 { return s.Throttled }),
		idle:         d.told(p, func(s Sample) float64 { return s.Idle }),
		locked:       d.told(p, func(s Sample) float64 { return s.Locked }),
		runnable:     d.told(p, func(s Sample) float64 { return s.Runnable }),
		pressureCPUs: cores * d.told(p, func(s Sample) float64 { return positive(s.Pressure) }),
	}
	if p.Cores != p.Parallelism() {
		u.idle = math.NaN() // of CPUs that GOMAXPROCS keeps it from, too
	}
	u.gc = atMost(u.gc, u.busy)
	return u
}

// told is the mean over the samples of p that are not left out and that tell.
func (d *Data) told(p Point, get func(Sample) float64) float64 {
	return stat.Mean(d.values(p, get), nil)
}

// average is that mean with its interval.
func (d *Data) average(p Point, get func(Sample) float64) Interval {
	values := d.values(p, get)
	mean := stat.Mean(values, nil)
	if len(values) < minSpread {
		return Interval{mean, math.NaN(), math.NaN()}
	}
	half := sampling.HalfWidth(values)
	return Interval{mean, max(0, mean-half), mean + half}
}

// values are those of the samples of p that are not left out and that tell.
func (d *Data) values(p Point, get func(Sample) float64) []float64 {
	r := d.records[p]
	if r == nil {
		return nil
	}
	s := nothing
	if r.columns == nil && math.IsNaN(get(s)) {
		return nil // a million samples with nothing but their times
	}
	pressed := r.pressed()
	var values []float64
	for i := range r.seconds {
		r.fill(&s, i)
		if x := get(s); !math.IsNaN(x) && (pressed || !(s.Pressure > MaxPressure)) {
			values = append(values, x)
		}
	}
	return values
}

// contradiction is by how many cores the kernel's idle time exceeds what the
// CPU time leaves of them, as far as the 95 % interval over the samples is sure
// of it. One sample is sure of nothing.
func (d *Data) contradiction(p Point) float64 {
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

// believed is the largest number of tasks or cores that is believed.
const believed = 1e6

// degree returns x, or NaN if no machine can have measured it.
func degree(x float64) float64 {
	if x >= 0 && x <= believed {
		return x
	}
	return math.NaN()
}

// positive is degree for the units that are 0 if not measured.
func positive(x float64) float64 {
	if x == 0 {
		return math.NaN()
	}
	return degree(x)
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
