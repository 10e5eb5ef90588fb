package primitives

import (
	"context"
	"runtime"
	"sync"
)

// Future is the result of a task that may not have finished: a deferred
// computation. Only executors and compositions (Then, All …) make futures, and
// only they complete them. The application can look, wait, cancel and compose,
// but cannot set a result. A future need not be closed, and costs nothing more
// if nobody waits for it. All methods may be called from any goroutine. A Future
// must not be copied.
//
// The task's end happens before the return of every Await, the closing of
// Done and every callback that sees it.
//
// A future is one object, of 64 bytes for results of up to 8: task, result, lock
// and list of waiters together, because a second allocation would cost more than
// everything else in Submit.
type Future[T any] struct {
	status status
	mu     sync.Mutex // guards list

	list waitlist // waiters; once the future is final, callbacks that have not run

	home *core // the executor; nil for compositions. Never changes.

	// fn and ctx do not change until the future is final, and then under the
	// lock if it is watched.
	// Both are dropped at the end, so that a future that is kept keeps only its
	// result alive; ctx becomes a *note when there is more to keep than a value.
	// As long as the future is held, fn is called when it is cancelled, to leave
	// the lists of those that it waits for.
	fn  func(ctx context.Context) (T, error)
	ctx context.Context

	value T
}

// note is what a final future keeps besides its value. It replaces the context,
// which is not needed any more, because most futures have no note.
type note struct {
	context.Context // nil: a note is never used as a context
	err             error
}

// task is a future, or a batch of them, as an executor sees it.
type task interface {
	// run runs the task on w unless it was claimed before.
	run(w *worker)
	// drop ends the task without running it, unless it was claimed before.
	drop(err error)
	// stale reports whether run would do nothing.
	stale() bool
}

// Submit submits fn to ex and returns its future. It blocks while ex has no
// room and gives up when ctx ends. Inside a task of ex it never blocks ex: the
// worker runs other tasks meanwhile.
//
// fn gets a context of its own. It carries ctx's values and deadline and ends
// with ctx, when the future is cancelled, and when fn has returned.
//
// Submit itself cannot fail: a task that ex did not accept (its context had
// ended, or ex was shut down) is a cancelled future with that error, so errors
// arrive in one way only.
func Submit[T any](ctx context.Context, ex Executor, fn func(context.Context) (T, error)) *Future[T] {
	requireContext(ctx)
	f := &Future[T]{status: status(statusPending), home: ex.base(), fn: fn, ctx: ctx}
	f.home.expect(1)
	if err := ex.submit(ctx, f); err != nil {
		f.drop(err)
	}
	return f
}

// State returns the future's state at this moment.
func (f *Future[T]) State() State {
	switch f.status.Load() &^ flagBits {
	case statusPending, statusHeld, statusTaken:
		return Pending
	case statusFinished:
		return Finished
	case statusCancelled:
		return Cancelled
	}
	return Running
}

func (f *Future[T]) final() bool { return f.status.Load()&finalBit != 0 }

// Await waits until the task has finished and returns its value and error.
// If ctx ends first, Await returns ctx's cause: that ends the wait, not the
// task. A finished future wins over a context that has ended.
//
// Called inside a task, Await does not take the worker out of service. The worker
// runs the awaited task itself if the task is pending on the same executor and one of
// these holds:
//
//   - ctx cannot end.
//   - ctx is the waiting task's own context, the awaited task was submitted with it,
//     and only Cancel can end it.
//
// Otherwise another goroutine takes the worker's place until the wait is over. Only
// tasks that wait for each other in a circle deadlock. If a task that the worker runs
// itself calls runtime.Goexit, the task that waits for it ends too.
func (f *Future[T]) Await(ctx context.Context) (T, error) {
	if f.status.Load() == statusFinished { // without a note, so without an error
		return f.value, nil
	}
	return f.awaitEnd(ctx)
}

// outcome returns the result of a final future.
func (f *Future[T]) outcome() (T, error) {
	if f.status.Load()&notedBit == 0 {
		return f.value, nil
	}
	return f.value, f.ctx.(*note).err
}

// RunOrAwait is Await, but runs a pending task in the caller. The caller then exceeds
// the executor's workers by one and cannot give up before the task ends. That is
// several times cheaper than waking a worker and being woken. The probe gets -1
// as the worker of such a task.
//
// Tasks of the executors loop, threads and processes cannot run elsewhere: for
// them RunOrAwait is Await.
func (f *Future[T]) RunOrAwait(ctx context.Context) (T, error) {
	if k := f.home; k != nil && k.helpable && f.State() == Pending && k.helpers.enter() {
		defer k.helpers.leave()
		f.run(&k.helper)
	}
	return f.Await(ctx)
}

// Result is Await.
//
// Deprecated: Use Await. Result goes with the release after v1.0.
func (f *Future[T]) Result(ctx context.Context) (T, error) { return f.Await(ctx) }

// Help is RunOrAwait.
//
// Deprecated: Use RunOrAwait. Help goes with the release after v1.0.
func (f *Future[T]) Help(ctx context.Context) (T, error) { return f.RunOrAwait(ctx) }

// Done returns a channel that is closed when the task has finished. The first
// call makes the channel, so Await is cheaper. Inside a task, waiting for the
// channel blocks the worker, which Await does not.
func (f *Future[T]) Done() <-chan struct{} {
	if f.watch() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.final() {
			for l := range f.list.specials() {
				if l.closes {
					return l.wake
				}
			}
			l := &waiter{wake: make(chan struct{}), closes: true}
			f.list.pushFirst(l)
			return l.wake
		}
	}
	return closed
}

var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Cancel keeps the task from starting, or asks it to stop if it has started:
// its context then ends with the cause ErrCancelled, and the future finishes
// with what the task returns. Cancel does not wait. It reports whether the
// future is cancelled: the task has not run and will not.
func (f *Future[T]) Cancel() bool {
	if f.home != nil && f.State() == Pending {
		defer f.home.withdrawals.Add(1) // after the end, or a search could miss it
	}
	for {
		f.drop(ErrCancelled)
		switch f.State() {
		case Running:
			f.interrupt()
			return false
		case Pending: // another goroutine has claimed it, for a moment
			runtime.Gosched()
		default:
			return f.State() == Cancelled
		}
	}
}

// OnDone calls fn with the result once the task has finished. Callbacks run one
// at a time in the order of their registration, on the goroutine that finished the
// task. If the task has finished and no callback is running, OnDone itself runs fn
// before it returns. Callbacks should be short: they hold up the worker, later
// callbacks and the compositions of this future, but not goroutines that wait for
// it. A callback that panics or exits harms neither the others nor the executor;
// Config.CallbackPanic is called with its panic.
func (f *Future[T]) OnDone(fn func(value T, err error)) {
	f.call(&waiter{fire: func() { f.home.guard(func() { fn(f.outcome()) }) }})
}

// call runs the callback l when its turn comes.
func (f *Future[T]) call(l *waiter) {
	if f.enlist(l) {
		return
	}
	f.mu.Lock()
	f.list.push(l)
	calling := f.status.Load()&callingBit != 0
	f.status.raise(callingBit)
	f.mu.Unlock()
	if !calling {
		f.callBack()
	}
}

// watch makes the future take its lock to finish. It returns false if the future
// is final already, or becomes so without the lock.
func (f *Future[T]) watch() bool {
	for {
		s := f.status.Load()
		if s&finalBit != 0 {
			return false
		}
		if s&watchedBit != 0 || f.status.CompareAndSwap(s, s|watchedBit) {
			return true
		}
	}
}

// enlist adds l to the waiters. It returns false if the future is final.
func (f *Future[T]) enlist(l *waiter) bool {
	if f.watch() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.final() {
			f.list.push(l)
			return true
		}
	}
	return false
}

// delist removes l and reports whether it was in the list.
func (f *Future[T]) delist(l *waiter) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.list.remove(l)
}

// awaitEnd is Await for a future that was not a plain value a moment ago.
func (f *Future[T]) awaitEnd(ctx context.Context) (T, error) {
	if f.final() {
		return f.outcome()
	}
	w := f.home.caller()
	if w != nil && w.core == f.home && f.runHere(ctx, w) {
		return f.outcome()
	}
	waiters := f.home.waiters()
	l := waiters.get(w)
	if f.enlist(l) && !w.park(ctx, l) {
		if f.delist(l) {
			waiters.put(l)
			var zero T
			return zero, context.Cause(ctx)
		}
		<-l.wake // it was signalled after all
	}
	waiters.put(l)
	return f.outcome()
}

// runHere runs the task on the worker that waits for it with ctx, if it is
// pending and ctx cannot end before the task is asked to.
func (f *Future[T]) runHere(ctx context.Context, w *worker) bool {
	own, ok := ctx.(ownContext)
	if ok && !own.endless() || !ok && ctx.Done() != nil {
		return false
	}
	if f.State() != Pending || !w.host.mayStart(f) || !f.claim(statusPending, statusTaken) {
		return false
	}
	if ok && f.ctx != ctx {
		f.unclaim()
		w.host.putBack(f)
		return false
	}
	f.claim(statusTaken, statusRunning)
	f.execute(w)
	return true
}
