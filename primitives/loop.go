package primitives

import "context"

// Loop is an event loop: one goroutine runs all tasks, one at a time, and
// switches to another when a task waits in this package. Tasks are coroutines
// (iter.Pull), which switch several times faster than goroutines, because the
// scheduler has no part in it.
type Loop struct {
	*core
	intake

	// All guarded by the intake's lock.
	ready     []*coroutine // to be resumed
	returning returnLine   // to be resumed when one of the workers is free
	idle      []*coroutine // have no task
	active    int          // tasks that occupy a worker: running, sleeping, waiting for an Event
	alive     int          // tasks that have started and not finished
	fresh     bool         // whether it is the turn of pending tasks, or of those to be resumed
	driving   bool
	asleep    bool
	wake      chan struct{}
	ended     chan struct{}
}

// spareCoroutines is how many coroutines without a task a loop keeps. With more
// it would hold memory after a burst; with fewer it would make new ones all the
// time.
const spareCoroutines = 16

// quantum is how many tasks a loop's own task may submit when its turn has come
// after it was blocked: switching to a coroutine that has left the caches costs
// more than a short task. Turns are still first come, first served.
const quantum = 16

// NewLoop returns an executor that runs its tasks on one goroutine, as an
// asyncio event loop does. Up to Workers tasks are in progress at once: while
// one sleeps (Sleep), waits for an Event or for a future, others run. A task
// that computes, or blocks outside of this package, holds up all of them. It must
// not lock its thread (runtime.LockOSThread). The goroutine lives until Shutdown.
func NewLoop(c Config) (*Loop, error) {
	c, err := c.check("loop")
	if err != nil {
		return nil, err
	}
	x := &Loop{
		core:   newCore(c),
		intake: intake{limit: c.Queue, quantum: quantum},
		wake:   make(chan struct{}, 1),
		ended:  make(chan struct{}),
	}
	x.returning.hurry = x.hurry
	return x, nil
}

func (x *Loop) submit(ctx context.Context, t task) error {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return ErrShutdown
	}
	if !x.accept(t, &x.withdrawals) {
		return x.takeTurn(ctx, t)
	}
	x.rouse()
	return nil
}

// takeTurn is waitForRoom, but does not wait while it is the caller's turn.
func (x *Loop) takeTurn(ctx context.Context, t task) error {
	w := x.caller()
	if w == nil || w.core != x.core {
		return x.waitForRoom(ctx, t, x.core)
	}
	if w.co.quota > 0 && x.queue.n < x.limit {
		w.co.quota--
		x.queue.push(t)
		x.unlock()
		return nil
	}
	if err := x.waitForRoom(ctx, t, x.core); err != nil {
		return err
	}
	w.co.quota = quantum - 1
	return nil
}

func (x *Loop) follow(t task) error {
	x.mu.Lock()
	if x.aborted || x.closed && !x.driving {
		x.mu.Unlock()
		return ErrShutdown
	}
	x.queue.push(t)
	x.rouse()
	return nil
}

// rouse makes sure that the loop's goroutine runs, and unlocks.
func (x *Loop) rouse() {
	start, wake := !x.driving, x.asleep
	x.driving, x.asleep = true, false
	x.unlock()
	switch {
	case start:
		go x.drive()
	case wake:
		x.wake <- struct{}{}
	}
}

// drive is the loop's goroutine.
func (x *Loop) drive() {
	over := false
	defer func() {
		if !over { // a task called runtime.Goexit, which ends its resumer too
			go x.drive()
		}
	}()
	for co := x.next(); co != nil; co = x.next() {
		x.resumed.Store(&co.w)
		co.resume()
	}
	over = true
	for _, co := range x.idle {
		co.stop()
	}
	close(x.ended)
}

// next blocks until there is a coroutine to run. It returns nil when the loop
// is shut down and has nothing left to do.
func (x *Loop) next() *coroutine {
	x.mu.Lock()
	for {
		if co := x.pick(); co != nil {
			return co
		}
		if x.closed && x.alive == 0 && x.queue.n == 0 {
			x.driving = false
			x.mu.Unlock()
			return nil
		}
		x.asleep = true
		x.mu.Unlock()
		<-x.wake
		x.mu.Lock()
	}
}

// pick returns the coroutine to run now, and unlocks; or nil, still locked. Tasks
// that go on and tasks that begin take turns, so that neither starve.
func (x *Loop) pick() *coroutine {
	x.fresh = !x.fresh
	if x.fresh || len(x.ready) == 0 {
		if t := x.begin(); t != nil {
			co, ok := popLast(&x.idle)
			x.unlock()
			if !ok {
				co = x.newCoroutine()
			}
			co.task = t
			return co
		}
	}
	if len(x.ready) == 0 {
		return nil
	}
	co := x.ready[0]
	x.ready = x.ready[1:]
	x.mu.Unlock()
	return co
}

// begin takes the next pending task, if one more may be in progress.
func (x *Loop) begin() task {
	if x.active >= len(x.lanes) {
		return nil
	}
	t := x.pop()
	if t != nil {
		x.active++
		x.alive++
	}
	return t
}

// finish locks and counts a task as finished.
func (x *Loop) finish() {
	x.mu.Lock()
	x.alive--
	x.makeRoom()
}

// makeRoom counts a task as no longer active, and gives its place to a task that
// has finished waiting.
func (x *Loop) makeRoom() {
	x.active--
	if !x.returning.empty() && x.active < len(x.lanes) {
		x.active++
		x.ready = append(x.ready, x.returning.pop().co)
	}
}

// nextTask returns the task that co may go on with, which saves two switches, if
// no other coroutine is ready. Otherwise co becomes idle or, if enough are, is
// not kept.
func (x *Loop) nextTask(co *coroutine) (t task, keep bool) {
	x.finish()
	defer x.unlock()
	co.task, co.quota = nil, 0
	if len(x.ready) == 0 {
		if t := x.begin(); t != nil {
			return t, true
		}
	}
	if len(x.idle) >= min(spareCoroutines, len(x.lanes)) {
		return nil, false
	}
	x.idle = append(x.idle, co)
	return nil, true
}

// mayStart implements host: a task that waits may run the awaited one on its
// own stack only if the loop would run it next anyway, which keeps the order.
func (x *Loop) mayStart(t task) bool {
	x.mu.Lock()
	next := len(x.ready) == 0 && x.queue.first() == t
	if next {
		x.pop()
	}
	x.unlock()
	return next
}

func (x *Loop) putBack(t task) { _ = x.follow(t) } // not refused: the caller works here

func (x *Loop) await(ctx context.Context, w *worker, l *waiter) bool {
	return x.pause(ctx, w.co, l, true)
}

func (x *Loop) Shutdown(ctx context.Context) error {
	x.close()
	return waitFor(ctx, x.ended)
}

func (x *Loop) ShutdownNow(ctx context.Context) error {
	x.close()
	x.dropAll()
	x.dropBatches()
	return x.Shutdown(ctx)
}

// close stops the intake; the goroutine ends after the last task.
func (x *Loop) close() {
	x.mu.Lock()
	chain := x.blocked.take()
	switch {
	case x.closed:
		x.mu.Unlock()
	case x.driving:
		x.closed = true
		x.rouse()
	default:
		x.closed = true
		x.mu.Unlock()
		close(x.ended)
	}
	wakeAll(chain)
}
