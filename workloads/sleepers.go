package workloads

import (
	"context"
	"sync/atomic"
	"time"

	"overlap/primitives"
)

// Sleepers waits on 1 ms timers and does nothing else. Overlapping is all
// there is to gain: as many workers, as many times faster, on one core as on
// many. It is not a stand-in for I/O, which also costs system calls; see
// Netecho for that.
//
// Items are sleeps.
var Sleepers = Workload{
	Name: "sleepers",
	Kind: Wait,
	Doc:  "tasks that each wait on a 1 ms timer",
	New:  newSleepers,
}

// delay is how long the tasks of the waiting workloads wait.
const delay = time.Millisecond

type sleepersJob struct {
	tally
	tasks int
	slept atomic.Int64
}

func newSleepers(p Params) (Job, error) {
	tasks, err := p.amount(8, 64, 1024)
	if err != nil {
		return nil, err
	}
	return &sleepersJob{tasks: tasks}, nil
}

func (j *sleepersJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.slept.Store(0)
	_, err := forEach(ctx, ex, j.tasks, func(ctx context.Context, _ int) (struct{}, error) {
		start := time.Now()
		err := primitives.Sleep(ctx, delay)
		if time.Since(start) >= delay {
			j.slept.Add(1)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	add(&j.tally, j.slept.Load(), int64(j.tasks))
	return nil
}

func (j *sleepersJob) Items() int   { return j.tasks }
func (j *sleepersJob) Close() error { return nil }
