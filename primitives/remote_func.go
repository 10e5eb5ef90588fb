package primitives

import (
	"context"
	"fmt"
	"math"
	"sync"
)

// Func is a function that can run in another process: it has a name that both
// sides know, and an argument and a result that can be written as bytes. A
// closure has neither, which is why processes cannot take one.
//
// A Func is immutable and may be used from any goroutine.
type Func[A, R any] struct {
	name  string
	fn    func(context.Context, A) (R, error)
	arg   codec[A]
	res   codec[R]
	retry bool
}

// serverFunc is a Func as the child sees it: bytes in, bytes appended to dst.
type serverFunc func(ctx context.Context, arg, dst []byte) ([]byte, error)

var (
	functionsMu sync.Mutex
	functions   = map[string]serverFunc{}
)

// Define registers fn under name and returns it as a Func. It is meant for
// package-level variables, so that the child, which is the same program, knows
// the same names before it serves. It panics if name is empty or taken.
//
// Arguments and results travel as bytes: []byte and string as they are;
// types with MarshalBinary and UnmarshalBinary by these; numbers, bools, and
// arrays, structs and slices of fixed-size numbers in little-endian order;
// everything else with encoding/gob, which drops unexported fields and takes
// −0 in a struct field for 0. A nil slice or map may arrive as an empty one. A
// value that cannot be written or read is the error of its call, and so is one
// of a struct that would lose fields because it embeds a type which writes
// itself, such as time.Time: give that field a name.
//
// An error arrives as its message only; errors.Is still finds
// context.Canceled and context.DeadlineExceeded in it. The result that came
// with an error is dropped.
func Define[A, R any](name string, fn func(context.Context, A) (R, error)) *Func[A, R] {
	if name == "" || len(name) > math.MaxUint16 {
		panic(fmt.Sprintf("primitives: Define with a name of %d bytes", len(name)))
	}
	if fn == nil {
		panic("primitives: Define of " + name + " without a function")
	}
	f := &Func[A, R]{name: name, fn: fn, arg: codecFor[A](), res: codecFor[R]()}
	functionsMu.Lock()
	defer functionsMu.Unlock()
	if functions[name] != nil {
		panic("primitives: Define of " + name + ", which is defined already")
	}
	functions[name] = f.serve
	return f
}

// Retryable returns a copy of f that may be run again when its process died
// while it ran: a second run must do no harm.
func (f *Func[A, R]) Retryable() *Func[A, R] {
	again := *f
	again.retry = true
	return &again
}

// encodeArg appends arg as bytes to dst.
func (f *Func[A, R]) encodeArg(dst []byte, arg A) ([]byte, error) {
	dst, err := f.arg.encode(dst, arg)
	if err != nil {
		return nil, fmt.Errorf("argument of %s: %w", f.name, err)
	}
	return dst, nil
}

// decodeResult reads what serve has written. The result shares no memory with
// reply.
func (f *Func[A, R]) decodeResult(reply []byte) (R, error) {
	r, err := f.res.decode(reply)
	if err != nil {
		return r, fmt.Errorf("result of %s: %w", f.name, err)
	}
	return r, nil
}

func (f *Func[A, R]) serve(ctx context.Context, arg, dst []byte) ([]byte, error) {
	a, err := f.arg.decode(arg)
	if err != nil {
		return nil, fmt.Errorf("argument of %s: %w", f.name, err)
	}
	r, err := f.fn(ctx, a)
	if err != nil {
		return nil, err
	}
	if dst, err = f.res.encode(dst, r); err != nil {
		return nil, fmt.Errorf("result of %s: %w", f.name, err)
	}
	return dst, nil
}

// lookupFunc finds a function by the name in a call frame. It takes bytes because
// a map look-up by string(bytes) copies nothing.
func lookupFunc(name []byte) (serverFunc, bool) {
	functionsMu.Lock()
	defer functionsMu.Unlock()
	fn, ok := functions[string(name)]
	return fn, ok
}
