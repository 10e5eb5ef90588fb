package main

import "sync"

// condEvent is the usual event in Go: a mutex, a
// condition and a flag, as Python's threading.Event is.
type condEvent struct {
	mu      sync.Mutex
	changed *sync.Cond
	up      bool
}

func newCondEvent() *condEvent {
	e := &condEvent{}
	e.changed = sync.NewCond(&e.mu)
	return e
}

func (e *condEvent) Set() {
	e.mu.Lock()
	e.up = true
	e.mu.Unlock()
	e.changed.Broadcast()
}

func (e *condEvent) Clear() {
	e.mu.Lock()
	e.up = false
	e.mu.Unlock()
}

func (e *condEvent) IsSet() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.up
}

func (e *condEvent) Wait() {
	e.mu.Lock()
	for !e.up {
		e.changed.Wait()
	}
	e.mu.Unlock()
}
