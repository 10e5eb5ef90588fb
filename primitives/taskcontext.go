package primitives

import (
	"context"
	"time"
)

// taskContext is the context that a task gets. It is the future itself under
// another name, because an object of its own would be a second allocation for
// every task, and most tasks never use their context. A context of the standard
// library is behind it only after the task has asked for Done.
//
// A task's context ends with the task, so that the future can forget the context
// it was submitted with. A goroutine that outlives its task finds an ended
// context without values.
type taskContext[T any] Future[T]

// liveContext is the standard library's context behind a taskContext.
type liveContext struct {
	context.Context
	cancel context.CancelCauseFunc

	deadline    time.Time // stored, because Context asks all its ancestors
	hasDeadline bool
}

func (l *liveContext) Deadline() (time.Time, bool) { return l.deadline, l.hasDeadline }

// ended is the context of a task that has finished.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// current returns the context that is behind c now.
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
	if _, ok := f.ctx.(ownContext); !ok && f.status.Load()&plainBit == 0 {
		if f.ctx.Value(taskKey{}) != nil {
			return f.liveLocked()
		}
		f.status.raise(plainBit)
	}
	return f.ctx
}

// taskKey is a key under which every task's context finds the task.
type taskKey struct{}

// maxOuter is how many outer tasks a task asks about its context, each under its
// lock. A task that is nested deeper, or has other contexts in between, gets a
// context of the standard library, which is notified of the end of the outer ones
// and need not ask. Otherwise tasks that are nested d deep would ask d² times.
const maxOuter = 16

// outer returns the nearest context behind c that need not ask other tasks.
func (c *taskContext[T]) outer() context.Context {
	ctx := c.current()
	for range maxOuter {
		own, ok := ctx.(ownContext)
		if !ok {
			return ctx
		}
		ctx = own.current()
	}
	return (*Future[T])(c).live()
}

func (c *taskContext[T]) Deadline() (time.Time, bool) { return c.outer().Deadline() }
func (c *taskContext[T]) Done() <-chan struct{}       { return (*Future[T])(c).live().Done() }
func (c *taskContext[T]) String() string              { return "primitives.taskContext" }

func (c *taskContext[T]) Value(key any) any {
	if key == (taskKey{}) {
		return c
	}
	return c.outer().Value(key)
}

func (c *taskContext[T]) Err() error {
	if s := c.status.Load(); s&(topBit|stoppedBit|finalBit) == topBit {
		return nil // only Cancel could end it, and has not been called
	}
	return c.outer().Err()
}

// ownContext is the taskContext of any result type.
type ownContext interface {
	context.Context
	current() context.Context
	endless() bool
	sleep(time.Duration) error
	listen(*waiter) (context.Context, error)
	unlisten(*waiter) bool
}

// endless reports whether only Cancel, or the task's end, can end the context.
// The answer is stored: chains of tasks may be long.
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
	if parent, ok := f.ctx.(ownContext); ok && parent.endless() {
		known = endlessBit
	} else if !ok && f.ctx.Done() == nil {
		known = endlessBit | topBit
	}
	f.status.raise(known)
	return known != endingBit
}

// live returns a context of the standard library behind the task's.
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
	live.deadline, live.hasDeadline = f.ctx.Deadline()
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
		f.status.raise(stoppedBit)
	}
	f.mu.Unlock()
	if live == nil {
		return
	}
	live.cancel(ErrCancelled) // not under the lock: it runs functions of others
	for l := f.nextListener(); l != nil; l = f.nextListener() {
		if l.fire != nil {
			l.fire()
		} else {
			l.signal()
		}
	}
}

// listen adds l to the future's waiters, so that Cancel finds it. It returns the
// standard-library context behind the task's context; l must also watch that one. If the
// task should already stop, it returns the reason instead.
//
// Asking the task's context for Done would create such a context, at its cost. If there is
// one, watching the context that the future was submitted with is not enough: it ends a
// moment earlier, and the woken goroutine would find that the task's has not ended.
func (c *taskContext[T]) listen(l *waiter) (context.Context, error) {
	f := (*Future[T])(c)
	if !f.watch() {
		return nil, context.Canceled
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.final() {
		return nil, context.Canceled
	}
	now := c.currentLocked()
	if now.Err() != nil {
		return nil, context.Cause(now)
	}
	l.listens = true
	f.list.push(l)
	return now, nil
}

// canEnd reports whether ctx can end, without asking a task's own context, which always
// can, for Done.
func canEnd(ctx context.Context) bool {
	_, own := ctx.(ownContext)
	return own || ctx.Done() != nil
}

// afterFunc is context.AfterFunc, but needs no context of the standard library
// for a task's own context. f may be called twice.
func afterFunc(ctx context.Context, f func()) (stop func() bool) {
	if !canEnd(ctx) {
		return func() bool { return true }
	}
	own, ok := ctx.(ownContext)
	if !ok {
		return context.AfterFunc(ctx, f)
	}
	l := &waiter{fire: f}
	parent, err := own.listen(l)
	if err != nil {
		f()
		return func() bool { return false }
	}
	if parent.Done() == nil {
		return func() bool { return own.unlisten(l) }
	}
	stopParent := context.AfterFunc(parent, f)
	return func() bool {
		kept := own.unlisten(l)
		return stopParent() && kept
	}
}

// unlisten removes l and reports whether Cancel has not found it.
func (c *taskContext[T]) unlisten(l *waiter) bool { return (*Future[T])(c).delist(l) }

// nextListener removes and returns a waiter that listens, or returns nil.
func (f *Future[T]) nextListener() *waiter {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := f.list.first; l != nil; l = l.next {
		if l.listens {
			f.list.remove(l)
			return l
		}
		if l.next == f.list.first {
			break
		}
	}
	return nil
}
