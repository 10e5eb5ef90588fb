package primitives

import (
	"context"
	"sync"
	"sync/atomic"
)

// Event is a flag that goroutines can wait for: Python's threading.Event.
//
// The zero Event is clear and ready for use. All methods may be called from
// any goroutine. An Event must not be copied after first use.
//
// Set happens before the return of every Wait that it releases.
type Event struct {
	// state counts the changes of the flag: it is odd while the flag is up. A
	// waiter is released by any change, so a Clear right after Set loses
	// nobody, and IsSet is one load.
	state atomic.Uint64

	// Waiters without a context wait on cond, which keeps nothing per waiter
	// and makes no garbage.
	cond    sync.Cond
	hasCond atomic.Bool

	// Those that can give up, and tasks of an event loop, are in a list.
	listed atomic.Bool // it may have members
	mu     sync.Mutex  // guards it
	list   waitlist
}

// Set raises the flag and releases every goroutine that waits. Setting a set
// Event does nothing. It does not block.
func (e *Event) Set() {
	s := e.state.Load()
	for s&1 == 0 && !e.state.CompareAndSwap(s, s+1) {
		s = e.state.Load()
	}
	if s&1 != 0 {
		return
	}
	e.cond.Broadcast()
	if e.listed.Load() {
		e.mu.Lock()
		chain := e.list.take()
		e.listed.Store(false)
		e.mu.Unlock()
		wakeAll(chain)
	}
}

// Clear lowers the flag: later calls of Wait block again until the next Set.
// A goroutine that was waiting when Set was called is released even if Clear
// follows at once. It does not block.
func (e *Event) Clear() {
	for s := e.state.Load(); s&1 != 0; s = e.state.Load() {
		if e.state.CompareAndSwap(s, s+1) {
			return
		}
	}
}

// IsSet reports whether the flag is up.
func (e *Event) IsSet() bool { return e.state.Load()&1 != 0 }

// Wait blocks until the flag is up. It returns at once if it is up already.
// Inside a task it keeps its worker, as any work does; on an event loop other
// tasks run meanwhile.
func (e *Event) Wait() {
	if e.state.Load()&1 == 0 {
		e.wait()
	}
}

func (e *Event) wait() {
	if w := currentWorker(); w != nil && w.co != nil {
		e.enlistAndWait(context.Background(), w)
		return
	}
	if !e.hasCond.Load() {
		e.mu.Lock()
		if !e.hasCond.Load() {
			e.cond.L = (*joined)(e)
			e.hasCond.Store(true)
		}
		e.mu.Unlock()
	}
	s := e.state.Load()
	for s&1 == 0 && e.state.Load() == s {
		e.cond.Wait()
	}
}

// joined is the Event as the Locker of its own sync.Cond. There is nothing to
// lock: cond.Wait calls Unlock once its caller is among those whom the next
// Broadcast wakes, and if Set came before that, its Broadcast is made up for.
// A real lock would be taken again by every one of a thousand waiters.
type joined Event

func (j *joined) Lock() {}

func (j *joined) Unlock() {
	if j.state.Load()&1 != 0 {
		j.cond.Broadcast()
	}
}

// WaitContext is Wait that gives up when ctx ends; it then returns ctx's
// cause. An Event that is set wins over a context that has ended.
func (e *Event) WaitContext(ctx context.Context) error {
	if e.state.Load()&1 != 0 {
		return nil
	}
	if ctx.Done() == nil {
		e.wait()
		return nil
	}
	return e.enlistAndWait(ctx, currentWorker())
}

func (e *Event) enlistAndWait(ctx context.Context, w *worker) error {
	for {
		l := (*waiterPool)(nil).get(w)
		e.mu.Lock()
		e.list.push(l)
		e.listed.Store(true)
		s := e.state.Load()
		if s&1 != 0 { // Set may have looked at listed before
			e.list.remove(l)
			e.mu.Unlock()
			return nil
		}
		e.mu.Unlock()
		woken := w.hold(ctx, l)
		if e.state.Load() != s {
			e.remove(l)
			return nil
		}
		if !woken && e.remove(l) {
			return context.Cause(ctx)
		}
		// A Set from before, which was slow to look at the list.
	}
}

func (e *Event) remove(l *waiter) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.list.remove(l)
}
