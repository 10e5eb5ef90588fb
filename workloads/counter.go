package workloads

import (
	"context"
	"sync"

	"overlap/primitives"
)

// Counter increments one number under one mutex. Only one worker can hold the
// lock, so no number of cores helps, and handing the lock and its cache line
// from core to core costs more than keeping it.
//
// The total is exact. Items are increments.
var Counter = Workload{
	Name:   "counter",
	Kind:   Lock,
	Doc:    "increments of one counter under one mutex",
	Expect: Retrograde,
	Shares: "one counter",
	SetUp:  newCounter,
}

type counterJob struct {
	tally
	tasks, increments int // increments in a task
	want              int

	mu    sync.Mutex
	count int
}

func newCounter(p Params) (Job, error) {
	tasks := p.amount(16, 128, 1024)
	j := &counterJob{tasks: tasks, increments: 4000}
	if p.Size == Small {
		j.increments = 100
	}
	j.want = j.tasks * j.increments
	return j, nil
}

func (j *counterJob) Run(ctx context.Context, ex primitives.Executor) error {
	j.count = 0
	_, err := forEach(ctx, ex, j.tasks, func(context.Context, int) (struct{}, error) {
		for range j.increments {
			j.mu.Lock()
			j.count++
			j.mu.Unlock()
		}
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	add(&j.tally, j.count, j.want)
	return nil
}

func (j *counterJob) Items() int { return j.want }

func (j *counterJob) Serial() error {
	n := 0
	for range j.want {
		n++
	}
	add(&j.tally, n, j.want)
	return nil
}
