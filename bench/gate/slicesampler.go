package gate

import (
	"context"
	"errors"
	"math"
	"os"
	"time"

	"overlap/bench/meter"
	"overlap/bench/sweep"
	"overlap/bench/turns"
)

// SliceTime and WideSliceTime are about how long a slice takes. Noise that lasts
// milliseconds does not reach some slices of a quarter of one; much shorter slices
// would measure the clock. Where goroutines run in parallel, every slice begins with
// waking other CPUs, which takes up to a tenth of a millisecond. There, slices are
// longer, so that speedups are like those of longer runs.
const (
	SliceTime     = 250 * time.Microsecond
	WideSliceTime = time.Millisecond
)

func sliceTime(p sweep.Point) time.Duration {
	if min(p.Cores, p.Procs) > 1 {
		return WideSliceTime
	}
	return SliceTime
}

// SliceSampler is a Sampler that times the slices of a Slicer.
type SliceSampler struct {
	sweep.Slicer
	Watched  []int           // CPUs whose use by others is noted, in addition to those that are measured
	Throttle *meter.Throttle // of a quota; both builds have the same one; may be nil
}

// Slot implements Sampler.
func (s SliceSampler) Slot(ctx context.Context, p sweep.Point, ops int, d time.Duration) (Slot, error) {
	quota := s.quota()
	one, err := sweep.Slices(ctx, s.Slicer, p, sweep.Slicing{Ops: ops, Slice: sliceTime(p), Time: d})
	if err != nil {
		return Slot{}, err
	}
	groups := groupByCPUs(one)
	return newSlot(one, groups, s.othersOf(groups, quota), p), nil
}

// Turns implements Turner.
func (s SliceSampler) Turns(ctx context.Context, other Sampler, p sweep.Point, ops int, d time.Duration) (both [2]Slot, err error) {
	by, ok := other.(SliceSampler)
	if !ok || p.Copies > 1 || !turns.Supported {
		return both, errors.ErrUnsupported
	}
	quota, dealer := s.quota(), ownCPUs()
	two, err := sweep.Turns(ctx, [2]sweep.Slicer{s.Slicer, by.Slicer}, p, sweep.Slicing{Ops: ops, Slice: sliceTime(p), Time: d})
	if err != nil {
		return both, err
	}
	groups := groupByCPUs(two[0], two[1])
	others := s.othersOf(groups, quota)
	others.leaveOut(dealer(), groups)
	if len(groups) > 0 {
		others.beyondTicks(groups[0].demand.Window)
	}
	for i := range both {
		both[i] = newSlot(two[i], groups, others, p)
		both[i].Turns = true
	}
	return both, nil
}

// ownCPUs returns how many CPUs this process had since it was called.
func ownCPUs() func() float64 {
	began, from := time.Now(), cpuTime()
	return func() float64 { return float64(cpuTime()-from) / float64(time.Since(began)) }
}

func cpuTime() time.Duration {
	cpu, _ := meter.ProcessCPU(os.Getpid()) // where that is unknown, so is what others had
	return cpu
}

// quota returns how many CPUs a quota held back since it was called.
func (s SliceSampler) quota() func() float64 {
	if s.Throttle == nil {
		return func() float64 { return 0 }
	}
	s.Throttle.Held()
	began := time.Now()
	return func() float64 { return float64(s.Throttle.Held()) / float64(time.Since(began)) }
}

// othersOf returns what others had while the groups were timed.
func (s SliceSampler) othersOf(groups []*cpuGroup, quota func() float64) Others {
	o := othersOf(s.Watched, groups)
	if o == nil {
		o = waitedFor(groups)
	}
	if held := math.Round(1e3*quota()) / 1e3; o != nil && held > 0 {
		o[byQuota] = held
	}
	return o
}

// newSlot makes a slot of what processes reported of their slices.
func newSlot(from sweep.Sliced, groups []*cpuGroup, others Others, p sweep.Point) Slot {
	slot := Slot{Others: others, Ops: from.Slices[0].Ops, CPUs: math.NaN(), Allocs: math.NaN(), Bytes: math.NaN(), Pressure: math.NaN()}
	var cpu, wall time.Duration
	for _, copied := range from.Slices {
		for _, t := range copied.Times {
			slot.Slices = append(slot.Slices, float64(t)/float64(copied.Ops))
		}
		cpu, wall = cpu+copied.CPU, wall+copied.Wall
	}
	for _, g := range groups {
		if lost := g.pressure(p.Procs); !(slot.Pressure > lost) {
			slot.Pressure = lost
		}
	}
	if cpu > 0 && wall > 0 {
		slot.CPUs = float64(cpu) / float64(wall)
	}
	if x, ok := from.Result.Value("allocs/op"); ok {
		slot.Allocs = x
	}
	if x, ok := from.Result.Value("B/op"); ok {
		slot.Bytes = x
	}
	return slot
}
