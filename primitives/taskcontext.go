package primitives

import (
	"context"
	"time"
)

// taskContext is the context that a task gets. It is the future itself under
// another name, because an object of its own would be a second allocation for
// every task, and most tasks never look at their context. Only when one asks
// for Done is there a context of the standard library behind it.
//
// A task's context ends with the task. That is what lets the future forget the
// context it was submitted with; a goroutine that outlives its task finds an
// ended context without values.
type taskContext[T any] Future[T]

// liveContext is the standard library's context behind a taskContext.
type liveContext struct {
	context.Context
	cancel context.CancelCauseFunc
}

// ended is the context of a task that has finished.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// current returns what stands behind the context now.
func (c *taskContext[T]) current() context.Context {
	f := (*Future[T])(c)
	if f.watch() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.final() {
			return c.currentLocked()
		}
	}
	return ended
}

func (c *taskContext[T]) currentLocked() context.Context {
	f := (*Future[T])(c)
	for l := range f.list.specials() {
		if l.live != nil {
			return l.live
		}
	}
	return f.ctx
}

func (c *taskContext[T]) Deadline() (time.Time, bool) { return c.current().Deadline() }
func (c *taskContext[T]) Err() error                  { return c.current().Err() }
func (c *taskContext[T]) Value(key any) any           { return c.current().Value(key) }
func (c *taskContext[T]) Done() <-chan struct{}       { return (*Future[T])(c).live().Done() }
func (c *taskContext[T]) String() string              { return "primitives.taskContext" }

// ownContext is the taskContext of any result type.
type ownContext interface {
	context.Context
	endless() bool
	sleep(time.Duration) error
}

// endless reports whether only Cancel, or the task's end, can end the context.
// The answer is kept: chains of tasks may be long.
func (c *taskContext[T]) endless() bool {
	f := (*Future[T])(c)
	s := f.status.Load()
	if s&(endlessBit|endingBit) != 0 {
		return s&endlessBit != 0
	}
	if !f.watch() {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.final() {
		return false
	}
	known := endingBit
	if parent, ok := f.ctx.(ownContext); ok && parent.endless() || !ok && f.ctx.Done() == nil {
		known = endlessBit
	}
	for s = f.status.Load(); !f.status.CompareAndSwap(s, s|known); s = f.status.Load() {
	}
	return known == endlessBit
}

// live returns the context behind the task's, made to be cancelled.
func (f *Future[T]) live() context.Context {
	if f.watch() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.final() {
			return f.liveLocked()
		}
	}
	return ended
}

func (f *Future[T]) liveLocked() *liveContext {
	for l := range f.list.specials() {
		if l.live != nil {
			return l.live
		}
	}
	live := &liveContext{}
	live.Context, live.cancel = context.WithCancelCause(f.ctx)
	f.list.pushFirst(&waiter{live: live})
	return live
}

// interrupt ends the context of the running task.
func (f *Future[T]) interrupt() {
	if !f.watch() {
		return
	}
	f.mu.Lock()
	var live *liveContext
	if f.State() == Running {
		live = f.liveLocked()
	}
	f.mu.Unlock()
	if live == nil {
		return
	}
	live.cancel(ErrCancelled) // not under the lock: it runs others' functions
	for l := f.nextSleeper(); l != nil; l = f.nextSleeper() {
		l.signal()
	}
}

// nextSleeper takes one of those who sleep in the task out of the list.
func (f *Future[T]) nextSleeper() *waiter {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := f.list.first; l != nil; l = l.next {
		if l.sleeps {
			f.list.remove(l)
			return l
		}
		if l.next == f.list.first {
			break
		}
	}
	return nil
}
