package primitives

import (
	"context"
	"sync"
)

// gate counts the tasks that an executor has taken and not finished, and stops
// taking more. Nothing is locked while a submitter blocks, so a task that
// submits to its own executor cannot lock out its Shutdown.
type gate struct {
	mu     sync.Mutex // orders inside.Add before inside.Wait
	closed bool
	inside sync.WaitGroup
	idle   chan struct{} // made by the first shut, closed when all have left
}

// enter counts one task in, or reports ErrShutdown.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrShutdown
	}
	g.inside.Add(1)
	return nil
}

// leave counts one task out.
func (g *gate) leave() { g.inside.Done() }

// shut closes the gate and waits until all have left and then release has
// returned, or until ctx ends. release is called once, whoever waits.
func (g *gate) shut(ctx context.Context, release func()) error {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		g.idle = make(chan struct{})
		go func() {
			g.inside.Wait()
			release()
			close(g.idle)
		}()
	}
	g.mu.Unlock()
	select {
	case <-g.idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
