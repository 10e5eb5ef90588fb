package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Cause says how a child process was lost.
type Cause int

const (
	ChildExited      Cause = 1 + iota // it ended by itself, for example through os.Exit
	ChildKilled                       // a signal that we did not send ended it
	ChildHung                         // we killed it because an answer came too late
	ChildProtocol                     // it sent bytes that are not a frame, half a frame or too large a frame
	ChildStartFailed                  // it could not be started, or does not serve
	ChildLost                         // it closed its end of the transport and lived on
	ChildClosed                       // it was closed during a call
)

func (c Cause) String() string {
	names := [...]string{
		ChildExited:      "exited",
		ChildKilled:      "killed",
		ChildHung:        "hung",
		ChildProtocol:    "protocol",
		ChildStartFailed: "start failed",
		ChildLost:        "lost",
		ChildClosed:      "closed",
	}
	if c < ChildExited || c > ChildClosed {
		return fmt.Sprintf("cause %d", int(c))
	}
	return names[c]
}

// ChildError is the error of a call whose process was lost. How far the
// function had come is not known.
type ChildError struct {
	Cause    Cause
	PID      int    // 0 if there was no process
	ExitCode int    // -1 unless the process ended by itself
	Signal   string // the signal that ended it, if we did not send it
	Memory   string // after SIGKILL: the file that counts a process killed because memory ran out, if one does
	Err      error  // what went wrong, or nil
}

func (e *ChildError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "primitives: child process %d: %v", e.PID, e.Cause)
	if e.ExitCode >= 0 {
		fmt.Fprintf(&b, " with code %d", e.ExitCode)
	}
	switch {
	case e.Memory != "":
		b.WriteString(" by the kernel: memory ran out (oom_kill in " + e.Memory + ")")
	case e.Signal == "killed":
		b.WriteString("; the sender of the signal is not known, and the kernel does that when memory runs out")
	case e.Signal != "":
		b.WriteString(" by a signal: " + e.Signal)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns Err.
func (e *ChildError) Unwrap() error { return e.Err }

// PanicError is the error of a call whose function panicked in the child.
type PanicError struct {
	Value string // the panic value, as fmt.Sprint prints it
	Stack []byte // the function's own stack, as debug.Stack prints it
}

func (p *PanicError) Error() string { return "function panicked: " + p.Value }

// ErrGoexit is the error of a call whose function called runtime.Goexit.
var ErrGoexit = errors.New("function called runtime.Goexit")

// functionError is an error that a function returned in a child. It keeps the
// text, and whether it was one of the two errors that callers test for.
type functionError struct {
	message string
	flags   byte
}

const (
	flagCanceled = 1 << iota
	flagDeadline
)

func (e *functionError) Error() string { return e.message }

// Is lets errors.Is find the two errors of package context.
func (e *functionError) Is(target error) bool {
	return target == context.Canceled && e.flags&flagCanceled != 0 ||
		target == context.DeadlineExceeded && e.flags&flagDeadline != 0
}

// maxText is the length in bytes to which the text of an error, a panic or a
// stack is cut, so that it fits a frame.
const maxText = 256 << 10

func appendText(dst []byte, text string) []byte {
	return append(dst, text[:min(len(text), maxText)]...)
}

func appendError(dst []byte, err error) []byte {
	var flags byte
	if errors.Is(err, context.Canceled) {
		flags |= flagCanceled
	}
	if errors.Is(err, context.DeadlineExceeded) {
		flags |= flagDeadline
	}
	return appendText(append(dst, flags), err.Error())
}

func appendPanic(dst []byte, value any, stack []byte) []byte {
	start := len(dst)
	dst = appendText(append(dst, 0, 0, 0, 0), fmt.Sprint(value))
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return appendText(dst, string(stack))
}

// reply turns an answer into what Call returns. A *protocolError means that
// the child cannot be trusted further.
func (f frame) reply() ([]byte, error) {
	switch f.kind {
	case frameResult:
		return f.payload, nil
	case frameGoexit:
		return nil, ErrGoexit
	case frameError:
		if len(f.payload) > 0 {
			return nil, &functionError{message: string(f.payload[1:]), flags: f.payload[0]}
		}
	case framePanic:
		if len(f.payload) >= 4 {
			n, rest := binary.LittleEndian.Uint32(f.payload), f.payload[4:]
			if uint64(n) <= uint64(len(rest)) {
				return nil, &PanicError{Value: string(rest[:n]), Stack: append([]byte(nil), rest[n:]...)}
			}
		}
	}
	return nil, &protocolError{fmt.Sprintf("kind %d with %d bytes is not an answer", f.kind, len(f.payload))}
}
