package workloads

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"overlap/primitives"
)

// crowd is tasks that submit tasks, for jobs whose tasks are messages: how many
// there will be, and in which order, only the run itself tells.
//
// Tasks count themselves out; callbacks on their futures would cost a message
// twice as much as the message itself. So the executor must not be ended by
// ShutdownNow during a run: a task that it takes out of its queue has nobody to
// count it out.
type crowd struct {
	ctx context.Context // of the job's Run
	// endless is ctx without its end. What was submitted with it does run and
	// so is counted out; it looks at ctx itself.
	endless context.Context
	ex      primitives.Executor

	alive   atomic.Int64 // tasks that are to come, and one for runCrowd
	stopped atomic.Bool  // a task has failed: no other does its step
	done    chan struct{}

	mu    sync.Mutex
	last  []*primitives.Future[struct{}] // all that may not be final yet
	first error
}

// runCrowd calls start, which submits the first tasks, and returns when these
// and all that they have submitted have ended, with their first error. Once a
// task has failed, or ctx has ended, the steps of the others are left out.
func runCrowd(ctx context.Context, ex primitives.Executor, start func(*crowd)) error {
	c := &crowd{ctx: ctx, endless: context.WithoutCancel(ctx), ex: ex, done: make(chan struct{})}
	c.last = make([]*primitives.Future[struct{}], 0, 64)
	c.alive.Store(1)
	start(c)
	c.countOut()
	<-c.done
	// A task has counted itself out shortly before its future is final, and
	// before the executor and its probe have seen its end.
	for _, f := range c.last {
		c.settle(f)
	}
	return c.first
}

// submit makes step a task. The caller must hold no lock: under inline the task
// runs now.
func (c *crowd) submit(step func() error) {
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
		c.countOut()
	}
}

// do is a task. It must count out also when step panics.
func (c *crowd) do(step func() error) (err error) {
	returned := false
	defer func() {
		if !returned || err != nil {
			c.stopped.Store(true)
		}
		c.countOut()
	}()
	if c.ctx.Err() != nil {
		err = context.Cause(c.ctx)
	} else if !c.stopped.Load() {
		err = step()
	}
	returned = true
	return err
}

func (c *crowd) countOut() {
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
	c.last = slices.Grow(kept, len(kept)+1) // so that it is not full again at once
}

// settle notes the error of a future, for which it waits.
func (c *crowd) settle(f *primitives.Future[struct{}]) {
	if _, err := f.Result(context.Background()); err != nil && c.first == nil {
		c.first = err
	}
}
