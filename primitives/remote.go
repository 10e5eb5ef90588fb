package primitives

import (
	"context"

	"overlap/primitives/internal/remote"
)

// ServeIfChild makes a program fit for the executor processes, which starts
// the program again as its workers. It must be the first statement of main,
// and of TestMain in a package whose tests use processes. In a worker it
// serves until the parent closes it or dies, then exits; it never returns. In
// every other process it returns at once.
//
// While a worker runs a task with the transport pipe, fmt.Print and everything
// else that writes to os.Stdout goes to standard error, and os.Stdin is empty.
func ServeIfChild() { remote.ServeIfChild() }

// Func is a function that can run in another process: it has a name that both
// sides know, and an argument and a result that can be written as bytes. A
// closure has neither, which is why processes cannot take one.
//
// A Func is immutable and may be used from any goroutine.
type Func[A, R any] struct {
	remote *remote.Func[A, R]
	retry  bool
}

// Define registers fn under name and returns it as a Func. It is meant for
// package-level variables, so that the child, which is the same program, knows
// the same names before it serves. It panics if name is empty or taken.
//
// Arguments and results travel as bytes: []byte and string as they are; types with
// MarshalBinary and UnmarshalBinary by these; numbers, bools, and arrays, structs
// and slices of fixed-size numbers in binary; everything else with encoding/gob,
// which drops unexported fields and takes −0 in a struct field for 0. A nil slice
// or map may arrive as an empty one. If a value cannot be written or read, its
// call returns an error. So it does for a struct that would lose fields because it
// embeds a type that writes itself, such as time.Time: give that field a name.
//
// An error arrives as its message only; errors.Is still finds
// context.Canceled and context.DeadlineExceeded in it. The result that came
// with an error is dropped.
func Define[A, R any](name string, fn func(context.Context, A) (R, error)) *Func[A, R] {
	return &Func[A, R]{remote: remote.Define(name, fn)}
}

// Retryable returns a copy of f that may be run again when its process died
// while it ran: a second run must do no harm.
func (f *Func[A, R]) Retryable() *Func[A, R] { return &Func[A, R]{remote: f.remote, retry: true} }

// ChildError is the error of a task whose process was lost. How far the task
// had come is not known.
//
// Its fields are Cause; PID, 0 if there was no process; ExitCode, -1 unless the
// process ended by itself; Signal, the signal that ended it, if we did not send
// it; Memory, after SIGKILL the file that counts a process killed because memory
// ran out, if one does; and Err, what went wrong, or nil, which Unwrap returns.
type ChildError = remote.ChildError

// Cause says how a child process was lost.
type Cause = remote.Cause

// The causes of a ChildError.
const (
	ChildExited      Cause = remote.ChildExited      // it ended by itself, for example through os.Exit
	ChildKilled      Cause = remote.ChildKilled      // a signal that we did not send ended it
	ChildHung        Cause = remote.ChildHung        // we killed it because an answer came too late
	ChildProtocol    Cause = remote.ChildProtocol    // it sent bytes that are not a frame, half a frame or too large a frame
	ChildStartFailed Cause = remote.ChildStartFailed // it could not be started, or does not serve
	ChildLost        Cause = remote.ChildLost        // it closed its end of the transport and lived on
	ChildClosed      Cause = remote.ChildClosed      // it was closed during a call
)
