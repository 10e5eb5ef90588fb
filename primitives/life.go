package primitives

import (
	"context"
	"runtime/debug"
)

// The life of a future: who claims it runs, cancels or completes it.

// claim gives the caller the right to run, cancel or complete the task, if its
// status is still from.
func (f *Future[T]) claim(from, to uint32) bool {
	for {
		s := f.status.Load()
		if s&^flagBits != from {
			return false
		}
		if f.status.CompareAndSwap(s, to|s&flagBits) {
			return true
		}
	}
}

// unclaim makes a future that the caller has claimed pending.
func (f *Future[T]) unclaim() {
	for {
		s := f.status.Load()
		if f.status.CompareAndSwap(s, statusPending|s&flagBits) {
			return
		}
	}
}

func (f *Future[T]) run(w *worker) {
	if f.claim(statusPending, statusRunning) {
		f.execute(w)
	}
}

func (f *Future[T]) drop(err error) {
	if f.claim(statusPending, statusTaken) {
		f.home.dropped()
		f.complete(f.value, err, statusCancelled)
	} else if f.claim(statusHeld, statusTaken) {
		leave := f.fn
		f.home.dropped()
		f.complete(f.value, err, statusCancelled)
		if leave != nil {
			_, _ = leave(ended)
		}
	}
}

func (f *Future[T]) stale() bool { return f.State() != Pending }

// execute runs the claimed task on w.
func (f *Future[T]) execute(w *worker) {
	if f.ctx.Err() != nil {
		f.home.dropped()
		f.complete(f.value, context.Cause(f.ctx), statusCancelled)
		return
	}
	var (
		value    T
		err      error
		returned bool
	)
	token := w.begin()
	// The probe and the counters see the end before any waiter does: a job that
	// has seen all its results finds all its tasks measured.
	defer func() {
		if !returned {
			err = abnormal(recover())
		}
		w.end(token)
		f.complete(value, err, statusFinished)
	}()
	value, err = f.fn((*taskContext[T])(f))
	returned = true
}

// abnormal returns the error of a task that did not return. Call it in the
// deferred function, for the stack to be the task's.
func abnormal(recovered any) error {
	if recovered == nil {
		return ErrGoexit
	}
	return &PanicError{Value: recovered, Stack: debug.Stack()}
}

// complete makes the claimed future final and wakes the waiters.
func (f *Future[T]) complete(value T, err error, end uint32) {
	f.value = value
	if err == nil && f.status.CompareAndSwap(statusRunning, end) {
		f.fn, f.ctx = nil, nil // nobody reads them from here on
		return
	}
	f.mu.Lock()
	chain := f.list.end(err)
	f.fn, f.ctx = nil, nil
	if err != nil {
		f.ctx = &note{err: err}
		end |= notedBit
	}
	calls := f.list.first != nil
	if calls {
		end |= callingBit
	}
	f.status.Store(end)
	f.mu.Unlock()
	wakeAll(chain)
	if calls {
		callInside(f.callBack)
	}
}

// callBack runs the callbacks, including those added meanwhile.
func (f *Future[T]) callBack() {
	returned := false
	defer func() {
		if !returned { // a callback called runtime.Goexit
			f.callBack()
		}
	}()
	for l := f.nextCall(); l != nil; l = f.nextCall() {
		l.fire()
	}
	returned = true
}

// nextCall removes and returns the next callback. If there is none, whoever adds
// the next runs it.
func (f *Future[T]) nextCall() *waiter {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.list.first
	if l == nil {
		f.status.lower(callingBit)
		return nil
	}
	f.list.remove(l)
	return l
}
