package primitives

import (
	"context"
	"sync"
)

// pool is a fixed set of long-lived workers on one bounded queue.
type pool struct {
	probe   Probe
	gate    gate
	queue   chan task
	workers int
	running sync.WaitGroup // the workers
}

// NewPool returns an executor with Workers goroutines that live until
// Shutdown and take tasks from a queue in order of submission. Submit blocks
// while the queue is full.
func NewPool(c Config) Executor {
	c = c.check("pool")
	x := &pool{probe: c.Probe, workers: c.Workers, queue: make(chan task, c.Queue)}
	for i := range c.Workers {
		x.start(i)
	}
	return x
}

func (x *pool) Workers() int { return x.workers }

func (x *pool) submit(ctx context.Context, t task) error {
	if err := x.gate.enter(); err != nil {
		return err
	}
	select {
	case x.queue <- t:
		return nil
	case <-ctx.Done():
		x.gate.leave()
		return context.Cause(ctx)
	}
}

func (x *pool) Shutdown(ctx context.Context) error {
	return x.gate.shut(ctx, func() {
		close(x.queue)
		x.running.Wait()
	})
}

func (x *pool) start(worker int) {
	x.running.Go(func() { x.work(worker) })
}

// work runs tasks until the queue is closed. A task that calls runtime.Goexit
// takes its goroutine with it; another one replaces it, or the pool would
// shrink without a word.
func (x *pool) work(worker int) {
	drained := false
	defer func() {
		if !drained {
			x.start(worker)
		}
	}()
	for t := range x.queue {
		x.run(worker, t)
	}
	drained = true
}

func (x *pool) run(worker int, t task) {
	defer x.gate.leave()
	t.run(worker, x.probe)
}
