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
	set atomic.Bool // written under mu, read without: IsSet and a Wait that need not park stay one load

	mu sync.Mutex
	// released is made by the first waiter and closed by Set. A channel, not
	// a sync.Cond, because only a channel can be given up through a context
	// and blocks durably in a testing/synctest bubble.
	released chan struct{}
}

// Set raises the flag and releases every goroutine that waits. Setting a set
// Event does nothing. It does not block.
func (e *Event) Set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.set.Store(true)
	if e.released != nil {
		close(e.released)
		e.released = nil
	}
}

// Clear lowers the flag: later calls of Wait block again until the next Set.
// A goroutine that was waiting when Set was called is released even if Clear
// follows at once. It does not block.
func (e *Event) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.set.Store(false)
}

// IsSet reports whether the flag is up.
func (e *Event) IsSet() bool { return e.set.Load() }

// Wait blocks until the flag is up. It returns at once if it is up already.
func (e *Event) Wait() {
	if released := e.wait(); released != nil {
		<-released
	}
}

// WaitContext is Wait that gives up when ctx ends; it then returns ctx's
// cause. An Event that is set wins over a context that has ended.
func (e *Event) WaitContext(ctx context.Context) error {
	released := e.wait()
	if released == nil {
		return nil
	}
	select {
	case <-released:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// wait returns the channel that the next Set closes, or nil if the flag is up.
func (e *Event) wait() <-chan struct{} {
	if e.set.Load() {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set.Load() {
		return nil
	}
	if e.released == nil {
		e.released = make(chan struct{})
	}
	return e.released
}
