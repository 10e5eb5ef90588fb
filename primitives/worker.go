package primitives

import (
	"context"
	"sync/atomic"
	"time"
)

// worker is one goroutine, or coroutine, that runs an executor's tasks.
type worker struct {
	core *core
	host host
	g    atomic.Uintptr // the number of its goroutine
	slot int            // the worker number that it has now, -1 while it has none
	hand chan task      // wakes it when it is idle, or waits for a worker number
	co   *coroutine     // of an event loop's coroutine

	place waiter    // in the line of those who want a number
	due   time.Time // when its patience is at an end
}

// host is the executor that a worker belongs to, as the worker's waits see it.
type host interface {
	// mayStart reports whether a worker that is about to wait for t, which is
	// pending, may run it now, on its own stack. It must then try.
	mayStart(t task) bool
	// putBack makes a task pending again that mayStart may have taken out.
	putBack(t task)
	// await parks w until l is signalled (true) or ctx ends (false), and keeps
	// the executor going meanwhile.
	await(ctx context.Context, w *worker, l *waiter) bool
}

func (w *worker) lane() *lane {
	if w.slot < 0 {
		return &w.core.outsiders
	}
	return &w.core.lanes[w.slot]
}

// begin and end count a task and tell the probe.
func (w *worker) begin() int64 {
	w.lane().tally.Add(oneStarted)
	return w.started()
}

func (w *worker) end(token int64) {
	w.ended(token)
	w.lane().tally.Add(oneFinished - oneStarted)
}

func (w *worker) started() int64 {
	if p := w.core.probe; p != nil {
		return p.TaskStart(w.slot)
	}
	return 0
}

func (w *worker) ended(token int64) {
	if p := w.core.probe; p != nil {
		p.TaskEnd(w.slot, token)
	}
}

// park blocks until l is signalled (true) or ctx ends (false); it may also
// return false when both happened. w is the calling goroutine's worker, nil if
// it is none; others take its place meanwhile.
func (w *worker) park(ctx context.Context, l *waiter) bool {
	if w == nil {
		return l.park(ctx)
	}
	return w.host.await(ctx, w, l)
}

// hold is park for waits that are part of the work, such as sleeping: nobody
// takes the worker's place.
func (w *worker) hold(ctx context.Context, l *waiter) bool {
	if w == nil || w.co == nil {
		return l.park(ctx)
	}
	return w.co.loop.pause(ctx, w.co, l, false)
}
