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
	slot int            // the worker slot that it has, or -1
	hand chan task      // wakes it when it is idle or waits for a slot
	co   *coroutine     // if it is one of an event loop

	place waiter    // in the line of those who wait for a slot
	due   time.Time // when it goes on without one
}

// host is the executor of a worker, as the worker's waits use it.
type host interface {
	// mayStart reports whether a worker that is about to wait for t, which is
	// pending, may run it now, on its own stack. If so, the worker must try.
	mayStart(t task) bool
	// putBack queues a task again that mayStart may have removed.
	putBack(t task)
	// await parks w until l is signalled (true) or ctx ends (false), and keeps
	// the executor going meanwhile.
	await(ctx context.Context, w *worker, l *waiter) bool
}

func (w *worker) lane() *lane {
	if w.slot < 0 {
		return &w.core.slotless
	}
	return &w.core.lanes[w.slot]
}

// begin and end count a task and call the probe.
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
