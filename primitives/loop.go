package primitives

import (
	"context"
	"iter"
	"time"
)

// loop is an event loop: one goroutine runs all tasks, one at a time, and
// changes to another when a task waits in this package. Tasks are coroutines
// (iter.Pull), which change places several times faster than goroutines do,
// because the scheduler has no part in it.
type loop struct {
	*core
	intake

	// All guarded by the intake's lock.
	ready     []*coroutine // to be resumed
	returning comeback     // to be resumed when one of the workers is free
	idle      []*coroutine // have no task
	active    int          // tasks that are somebody's worker: running, sleeping, waiting for an Event
	alive     int          // tasks that have started and not finished
	fresh     bool         // whose turn it is: the pending tasks', or those to be resumed
	driving   bool
	asleep    bool
	wake      chan struct{}
	ended     chan struct{}
}

// spareCoroutines is how many coroutines without a task a loop keeps. More
// would hold memory after a burst; fewer would make them anew for every task.
const spareCoroutines = 16

// quantum is how many tasks a loop's own task may submit when its turn has come
// after it was blocked: to change to a coroutine that has left the caches costs
// more than a short task. Turns are first come, first served all the same.
const quantum = 16

// coroutine is what a loop's tasks run on.
type coroutine struct {
	loop   *loop
	w      worker
	task   task
	resume func() (struct{}, bool) // lets it run until it yields
	stop   func()
	yield  func(struct{}) bool

	turn   uint64 // counts its waits; whoever ends an earlier one is late
	parked bool
	l      *waiter // what it waits for
	away   bool    // its place among the active is taken while it is parked
	quota  int     // how many more tasks it may submit before it yields, although others wait for room
}

// NewLoop returns an executor that runs its tasks on one goroutine, as an
// asyncio event loop does. Up to Workers tasks are in progress at once: while
// one sleeps (Sleep), waits for an Event or for a future, others run. A task
// that computes, or blocks in anything that is not of this package, holds up
// all of them, and it must not lock its thread (runtime.LockOSThread). The
// goroutine lives until Shutdown.
func NewLoop(c Config) Executor {
	c = c.check("loop")
	x := &loop{
		core:   newCore(c),
		intake: intake{limit: c.Queue, quantum: quantum},
		wake:   make(chan struct{}, 1),
		ended:  make(chan struct{}),
	}
	x.returning.hurry = x.hurry
	return x
}

// submit implements Executor.
func (x *loop) submit(ctx context.Context, t task) error {
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

// takeTurn is waitForRoom that does not wait while it is the caller's turn.
func (x *loop) takeTurn(ctx context.Context, t task) error {
	w := x.caller()
	if w == nil || w.core != x.core {
		return x.waitForRoom(ctx, t, x.core)
	}
	if w.co.quota > 0 && x.queue.len() < x.limit {
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

// follow implements Executor.
func (x *loop) follow(t task) error {
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
func (x *loop) rouse() {
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
func (x *loop) drive() {
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
func (x *loop) next() *coroutine {
	x.mu.Lock()
	for {
		if co := x.pick(); co != nil {
			return co
		}
		if x.closed && x.alive == 0 && x.queue.len() == 0 {
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

// pick returns the coroutine to run now, unlocked, or nil, locked. Tasks that
// go on and tasks that begin take turns, so that neither can starve the other.
func (x *loop) pick() *coroutine {
	x.fresh = !x.fresh
	if x.fresh || len(x.ready) == 0 {
		if t := x.begin(); t != nil {
			co := x.idler()
			x.unlock()
			if co == nil {
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

// begin takes the next pending task, if there may be one more in progress.
func (x *loop) begin() task {
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

func (x *loop) idler() *coroutine {
	n := len(x.idle)
	if n == 0 {
		return nil
	}
	co := x.idle[n-1]
	x.idle = x.idle[:n-1]
	return co
}

func (x *loop) newCoroutine() *coroutine {
	co := &coroutine{loop: x}
	co.w = worker{core: x.core, host: x, co: co}
	co.resume, co.stop = iter.Pull(co.live)
	return co
}

// live runs task after task. It yields when the loop has something else to do.
func (co *coroutine) live(yield func(struct{}) bool) {
	co.yield = yield
	co.w.enroll()
	returned := false
	defer func() {
		co.w.leave()
		if !returned { // runtime.Goexit
			co.loop.finish()
			co.loop.mu.Unlock()
		}
	}()
	for {
		co.task.run(&co.w)
		switch t, keep := co.loop.another(co); {
		case t != nil:
			co.task = t
		case !keep || !yield(struct{}{}):
			returned = true
			return
		}
	}
}

// finish counts a task out, and locks.
func (x *loop) finish() {
	x.mu.Lock()
	x.alive--
	x.makeRoom()
}

// makeRoom counts one who is no longer in progress, and lets a task that has
// finished waiting take the place.
func (x *loop) makeRoom() {
	x.active--
	if !x.returning.empty() && x.active < len(x.lanes) {
		x.active++
		x.ready = append(x.ready, x.returning.pop().co)
	}
}

// another returns the task that co may go on with, which saves two changes of
// coroutine, if no other coroutine is waiting to be resumed. Otherwise co is
// idle from here on, or, if there are enough of those, not kept.
func (x *loop) another(co *coroutine) (t task, keep bool) {
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
// own stack only if the loop would run it next anyway. That keeps the order.
func (x *loop) mayStart(t task) bool {
	x.mu.Lock()
	next := len(x.ready) == 0 && x.queue.first() == t
	if next {
		x.pop()
	}
	x.unlock()
	return next
}

// putBack implements host.
func (x *loop) putBack(t task) { _ = x.follow(t) } // not refused: the caller works here

// await implements host.
func (x *loop) await(ctx context.Context, w *worker, l *waiter) bool {
	return x.pause(ctx, w.co, l, true)
}

// pause parks co until l is signalled (true) or ctx ends (false, or true if
// both). If away, another task may take its place meanwhile.
func (x *loop) pause(ctx context.Context, co *coroutine, l *waiter, away bool) bool {
	x.mu.Lock()
	co.quota = 0
	co.turn++
	if len(l.wake) > 0 { // signalled between enlisting and here
		x.mu.Unlock()
		<-l.wake
		return true
	}
	co.parked, co.away, co.l = true, away, l
	if away {
		x.makeRoom()
	}
	x.mu.Unlock()
	if _, own := ctx.(ownContext); own || ctx.Done() != nil {
		defer x.resumeAfter(ctx, co, co.turn)()
	}
	co.yield(struct{}{})
	co.l = nil
	select {
	case <-l.wake:
		return true
	default:
		return false
	}
}

// resumeAfter is resume once ctx has ended.
func (x *loop) resumeAfter(ctx context.Context, co *coroutine, turn uint64) (stop func() bool) {
	return afterFunc(ctx, func() { x.resume(co, turn) })
}

// resume puts co back in line, if it still is in the wait of that turn.
func (x *loop) resume(co *coroutine, turn uint64) {
	x.mu.Lock()
	if !co.parked || co.turn != turn {
		x.mu.Unlock()
		return
	}
	co.parked = false
	switch {
	case !co.away:
		x.ready = append(x.ready, co)
	case x.active < len(x.lanes):
		x.active++
		x.ready = append(x.ready, co)
	case len(co.l.wake) == 0: // it gives up, and is free at once
		x.active++
		x.ready = append(x.ready, co)
	default:
		x.returning.push(&co.w)
	}
	x.rouse()
}

// hurry lets tasks whose patience is at an end go on although more than Workers
// are then in progress; see crew.
func (x *loop) hurry() {
	x.mu.Lock()
	now, hurried := time.Now(), false
	for w := x.returning.impatient(now); w != nil; w = x.returning.impatient(now) {
		x.active++
		x.ready = append(x.ready, w.co)
		hurried = true
	}
	if !hurried { // perhaps the loop has ended
		x.mu.Unlock()
		return
	}
	x.rouse()
}

// Shutdown implements Executor.
func (x *loop) Shutdown(ctx context.Context) error {
	x.close()
	return waitFor(ctx, x.ended)
}

// ShutdownNow implements Executor.
func (x *loop) ShutdownNow(ctx context.Context) error {
	x.close()
	x.dropAll()
	x.dropBatches()
	return x.Shutdown(ctx)
}

// close stops the intake; the goroutine ends after the last task.
func (x *loop) close() {
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
