package primitives

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrGoexit is the error of a future whose task called runtime.Goexit (as
// testing's FailNow does). Without it a waiter would hang.
var ErrGoexit = errors.New("primitives: task called runtime.Goexit")

// PanicError is the error of a future whose task panicked. The panic is
// carried to whoever asks for the result, never swallowed and never re-raised
// behind the application's back.
type PanicError struct {
	Value any    // what the task panicked with
	Stack []byte // the task's own stack, as debug.Stack prints it
}

func (p *PanicError) Error() string {
	return fmt.Sprintf("primitives: task panicked: %v", p.Value)
}

// Unwrap returns the panic value if it is an error, so that errors.Is sees it.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Future is the result of a task that may not have finished: a deferred
// computation. Only Submit makes one and only the executor completes it; the
// application can look and wait, and has no way to change it. There is
// nothing to close. All methods may be called from any goroutine.
type Future[T any] struct {
	ctx  context.Context
	fn   func(context.Context) (T, error)
	done chan struct{} // closed after value and err are final

	value T
	err   error
}

// Submit hands fn to ex and returns its future. It blocks while ex has no
// room and gives up when ctx ends. The executor passes ctx on to fn.
//
// Submit itself cannot fail: a task that ex did not take (its context had
// ended, or ex was shut down) is a finished future with that error, so errors
// have one way to arrive.
func Submit[T any](ctx context.Context, ex Executor, fn func(context.Context) (T, error)) *Future[T] {
	f := &Future[T]{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := ex.submit(ctx, f); err != nil {
		f.complete(f.value, err)
	}
	return f
}

// Result waits until the task has finished and returns its value and error.
// If ctx ends first, Result returns ctx's cause: the waiter is freed, the task
// is not. A finished future wins over a context that has ended.
func (f *Future[T]) Result(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.value, f.err
	default:
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var zero T
		return zero, context.Cause(ctx)
	}
}

// Done returns a channel that is closed when the task has finished.
func (f *Future[T]) Done() <-chan struct{} { return f.done }

// run executes the task on the given worker. The probe hears of the end before
// any waiter does: a job that has seen all its results finds all its tasks
// measured.
func (f *Future[T]) run(worker int, probe Probe) {
	var (
		value    T
		err      error
		returned bool
	)
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{Value: r, Stack: debug.Stack()}
		} else if !returned {
			err = ErrGoexit
		}
		probe.TaskEnd(worker)
		f.complete(value, err)
	}()
	probe.TaskStart(worker)
	if err = context.Cause(f.ctx); err == nil {
		value, err = f.fn(f.ctx)
	}
	returned = true
}

// complete makes the future final. It lets go of the task, so that a kept
// future keeps nothing alive but its result.
func (f *Future[T]) complete(value T, err error) {
	f.value, f.err = value, err
	f.ctx, f.fn = nil, nil
	close(f.done)
}
