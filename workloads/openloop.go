package workloads

import (
	"context"
	"fmt"
	"sync"
	"time"

	"overlap/primitives"
)

// arrivals is the schedule of the items of a job, and how long they took.
//
// In the closed loop an item begins when a worker is free: a late item makes the
// next one late, too, and the load falls when the awaited service is slow. In the
// open loop item i is due at i·interval after the job's start, as if users arrived
// independently, and begins then if a worker is free. Its latency counts from when
// it was due, however late it began (see Timed). That includes the lateness of Go's
// timers: in an idle program on Linux up to 1 ms.
type arrivals struct {
	interval         time.Duration   // between due items; 0 in the closed loop
	sinceDue         []time.Duration // of each item of a run, from when it was due to its end
	intended, actual latencies
	untimed          bool // runs do not count
}

// newArrivals returns the schedule of n items, one at each interval if the
// variant is open. A slice has fewer users, so its items are further apart; weak
// scaling has more users.
func newArrivals(p Params, n int, interval time.Duration) arrivals {
	a := arrivals{sinceDue: make([]time.Duration, n), intended: newLatencies(), actual: newLatencies()}
	if times := p.rateFactor(); times > 0 {
		a.interval = interval * time.Duration(p.Slices) / time.Duration(times) / time.Duration(p.users())
	}
	return a
}

// openVariants returns the open loop and the same under higher loads, so that
// latency can be compared with load. At a higher load a job has more items, so
// that it takes as long.
func openVariants(item string, rate int) []Variant {
	list := []Variant{
		// Arrivals set the pace once there are enough workers, which together need
		// a fraction of one core.
		{"open", fmt.Sprintf("%ss are due at a fixed rate, %d a second, answered or not", item, rate), Overlaps},
	}
	for _, times := range []int{2, 4, 8} {
		list = append(list, Variant{fmt.Sprintf("open%dx", times), fmt.Sprintf("%d %ss a second are due", times*rate, item), Any})
	}
	return list
}

// rateFactor returns the variant's rate divided by that of "open"; 0 in the closed
// loop. The variants are those of openVariants.
func (p Params) rateFactor() int {
	return map[string]int{"open": 1, "open2x": 2, "open4x": 4, "open8x": 8}[p.Variant]
}

// DuePerSecond implements Scheduled.
func (a *arrivals) DuePerSecond() float64 {
	if a.interval == 0 {
		return 0
	}
	return float64(time.Second) / float64(a.interval)
}

// arriving is a divided job whose pieces are the items of arrivals.
type arriving[A, R any] struct {
	divided[A, R]
	arrivals
}

// Run submits each piece when it is due.
func (j *arriving[A, R]) Run(ctx context.Context, ex primitives.Executor) error {
	if j.interval == 0 {
		return j.divided.Run(ctx, ex)
	}
	futures := make([]*primitives.Future[R], len(j.args))
	var ended sync.WaitGroup // Result may return before OnDone has called
	ended.Add(len(futures))
	start := time.Now()
	for i, arg := range j.args {
		due := j.due(start, i)
		_ = primitives.Sleep(ctx, time.Until(due)) // an ended context is the future's error
		futures[i] = primitives.Call(ctx, ex, j.piece, arg)
		futures[i].OnDone(func(R, error) {
			j.sinceDue[i] = time.Since(due)
			ended.Done()
		})
	}
	results, err := collect(futures)
	ended.Wait()
	if err == nil {
		j.merge(results)
	}
	return err
}

// serial calls item for the items one after the other, none before it is due.
func (a *arrivals) serial(item func(i int) error) error {
	start := time.Now()
	for i := range a.sinceDue {
		due := a.due(start, i)
		time.Sleep(time.Until(due)) // returns at once in the closed loop
		began := time.Now()
		if err := item(i); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
		a.sinceDue[i] = time.Since(due)
		a.noteLatency(i, time.Since(began))
	}
	return nil
}

func (a *arrivals) due(start time.Time, i int) time.Time {
	return start.Add(time.Duration(i) * a.interval)
}

// noteLatency notes the latencies of item i, which took so long from its
// beginning. In the closed loop an item is due when it begins.
func (a *arrivals) noteLatency(i int, took time.Duration) {
	if a.untimed {
		return
	}
	a.actual.add(took)
	if a.interval > 0 {
		took = a.sinceDue[i]
	}
	a.intended.add(took)
}

// Latencies implements Timed.
func (a *arrivals) Latencies() (intended, actual Latency) {
	return a.intended.take(), a.actual.take()
}

// Count implements Timed.
func (a *arrivals) Count(on bool) { a.untimed = !on }
