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
	// state counts the changes of the flag: it is odd while the flag is up. Any
	// change releases a waiter, so a Clear right after Set leaves nobody
	// waiting, and IsSet is one load.
	state atomic.Uint64

	// Waiters without a context wait on cond, which stores nothing per waiter
	// and makes no garbage.
	cond    sync.Cond
	hasCond atomic.Bool

	// Waiters that can give up, and tasks of an event loop, are in a list.
	listed atomic.Bool // the list may have members
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
			e.cond.L = (*eventLocker)(e)
			e.hasCond.Store(true)
		}
		e.mu.Unlock()
	}
	s := e.state.Load()
	for s&1 == 0 && e.state.Load() == s {
		e.cond.Wait()
	}
}

// eventLocker is the Event as the Locker of its own sync.Cond. It locks nothing:
// cond.Wait calls Unlock once the next Broadcast will wake its caller, and if Set
// came before that, Unlock repeats its Broadcast. A real lock would be taken
// again by every one of a thousand waiters.
type eventLocker Event

func (j *eventLocker) Lock() {}

func (j *eventLocker) Unlock() {
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
		if s&1 != 0 { // Set may have read listed before
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
		// An earlier Set, which was slow to take the list, has woken it.
	}
}

func (e *Event) remove(l *waiter) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.list.remove(l)
}
