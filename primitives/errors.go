package primitives

import (
	"context"
	"errors"
	"fmt"
)

// ErrCancelled is the error of a future that was cancelled before its task
// started. It is also the cause of the context of a task that is asked to stop.
// It wraps context.Canceled.
var ErrCancelled = fmt.Errorf("primitives: future cancelled: %w", context.Canceled)

// ErrGoexit is the error of a future whose task called runtime.Goexit (as
// testing's FailNow does). Without it a waiter would hang.
var ErrGoexit = errors.New("primitives: task called runtime.Goexit")

// PanicError is the error of a future whose task panicked. The panic is passed
// to the caller that asks for the result. It is never swallowed, and raised again
// only by Raise.
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

// Raise panics with the *PanicError that err is or wraps, which has the task's
// stack. For any other error, Raise does nothing.
func Raise(err error) {
	var p *PanicError
	if errors.As(err, &p) {
		panic(p)
	}
}
