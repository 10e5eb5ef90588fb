package workloads

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"overlap/primitives"
)

// crowd runs tasks that submit tasks, for jobs whose tasks are messages: their
// number and order are known only when the run has ended.
//
// Tasks count themselves; callbacks on their futures would cost twice as much as
// a message. So ShutdownNow must not be called on the executor during a run: a
// task that it removes from the queue would never be counted as ended.
type crowd struct {
	ctx context.Context // of the job's Run
	// endless is ctx without its end. Tasks are submitted with it, so that they
	// run and are counted; they look at ctx themselves.
	endless context.Context
	ex      primitives.Executor

	alive   atomic.Int64 // tasks that have not ended, and one for runCrowd
	stopped atomic.Bool  // a task has failed: the others skip their steps
	done    chan struct{}

	mu    sync.Mutex
	last  []*primitives.Future[struct{}] // those that may not be final
	first error
}

// runCrowd calls start, which submits the first tasks. When these and all that
// they have submitted have ended, it returns their first error. Once a task has
// failed, or ctx has ended, the others skip their steps.
func runCrowd(ctx context.Context, ex primitives.Executor, start func(*crowd)) error {
	c := &crowd{ctx: ctx, endless: context.WithoutCancel(ctx), ex: ex, done: make(chan struct{})}
	c.last = make([]*primitives.Future[struct{}], 0, 64)
	c.alive.Store(1)
	start(c)
	c.countDown()
	<-c.done
	// A task counts itself shortly before its future is final, and before the
	// executor and its probe see its end.
	for _, f := range c.last {
		c.settle(f)
	}
	return c.first
}

// submit submits step as a task, which gets c. The caller must hold no lock: under inline the
// task runs at once.
func (c *crowd) submit(step func(*crowd) error) {
	c.alive.Add(1)
	f := primitives.Submit(c.endless, c.ex, func(context.Context) (none struct{}, err error) {
		return none, c.do(step)
	})
	c.mu.Lock()
	if len(c.last) == cap(c.last) {
		c.forgetFinal()
	}
	c.last = append(c.last, f)
	c.mu.Unlock()
	if f.State() == primitives.Cancelled { // the executor has refused it
		c.stopped.Store(true)
		c.countDown()
	}
}

// do is a task. It counts itself even if step panics.
func (c *crowd) do(step func(*crowd) error) (err error) {
	returned := false
	defer func() {
		if !returned || err != nil {
			c.stopped.Store(true)
		}
		c.countDown()
	}()
	if c.ctx.Err() != nil {
		err = context.Cause(c.ctx)
	} else if !c.stopped.Load() {
		err = step(c)
	}
	returned = true
	return err
}

func (c *crowd) countDown() {
	if c.alive.Add(-1) == 0 {
		close(c.done)
	}
}

// forgetFinal drops the futures that are final and keeps their first error.
func (c *crowd) forgetFinal() {
	kept := c.last[:0]
	for _, f := range c.last {
		if s := f.State(); s == primitives.Pending || s == primitives.Running {
			kept = append(kept, f)
		} else {
			c.settle(f)
		}
	}
	clear(c.last[len(kept):])
	c.last = slices.Grow(kept, len(kept)+1) // not full again at once
}

// settle waits for a future and notes its error.
func (c *crowd) settle(f *primitives.Future[struct{}]) {
	if _, err := f.Await(context.Background()); err != nil && c.first == nil {
		c.first = err
	}
}
