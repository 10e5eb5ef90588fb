package primitives_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// wrongEvent is an Event with a choice of mistakes.
type wrongEvent struct {
	mistake string
	mu      sync.Mutex
	set     bool
	changed chan struct{}
	over    chan struct{}
}

func (e *wrongEvent) IsSet() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.set
}

func (e *wrongEvent) Set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.set {
		e.set = true
		close(e.changed)
		e.changed = make(chan struct{})
	}
}

func (e *wrongEvent) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.set = false
}

func (e *wrongEvent) Wait() { e.WaitContext(context.Background()) }

func (e *wrongEvent) WaitContext(ctx context.Context) error {
	for {
		if e.mistake == "looks, then waits" && e.IsSet() {
			return nil
		}
		runtime.Gosched()
		e.mu.Lock()
		set, changed := e.set, e.changed
		e.mu.Unlock()
		if set && e.mistake != "looks, then waits" {
			return nil
		}
		select {
		case <-changed:
			if e.mistake != "looks again" {
				return nil
			}
			runtime.Gosched()
		case <-e.over:
			return nil
		case <-ctx.Done():
			if e.mistake == "success on timeout" {
				return nil
			}
			e.mu.Lock()
			defer e.mu.Unlock()
			if e.set {
				return nil
			}
			return ctx.Err()
		}
	}
}

// The checker must find what it is for: a flag that is looked at before, and
// not together with, the waiting; a Clear that catches those whom Set has
// released; a Wait that says that the flag was up when it was not.
func TestWrongEventsAreCaught(t *testing.T) {
	for mistake, want := range map[string]string{
		"":                   "",
		"looks, then waits":  "wait",
		"looks again":        "waited before Set waits on",
		"success on timeout": "not linearizable",
	} {
		t.Run(mistake, func(t *testing.T) {
			err := checkEvents(t, 50_000, func() (event, func()) {
				e := &wrongEvent{mistake: mistake, changed: make(chan struct{}), over: make(chan struct{})}
				return e, func() { close(e.over) }
			})
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("the checker says %v, want %q", err, want)
			}
		})
	}
}
