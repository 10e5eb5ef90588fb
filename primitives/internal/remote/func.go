package remote

import (
	"context"
	"fmt"
	"math"
	"sync"
)

// Func is a function that both processes know by its name. It is immutable.
type Func[A, R any] struct {
	Name string
	Call func(context.Context, A) (R, error) // in this process
	arg  codec[A]
	res  codec[R]
}

// servedFunc is a Func as the child calls it. It appends the result to dst.
type servedFunc func(ctx context.Context, arg, dst []byte) ([]byte, error)

var (
	functionsMu sync.Mutex
	functions   = map[string]servedFunc{}
)

// Define registers fn under name. It panics if fn is nil, or name is empty, too
// long or taken.
func Define[A, R any](name string, fn func(context.Context, A) (R, error)) *Func[A, R] {
	if name == "" || len(name) > math.MaxUint16 {
		panic(fmt.Sprintf("primitives: Define with a name of %d bytes", len(name)))
	}
	if fn == nil {
		panic("primitives: Define of " + name + " without a function")
	}
	f := &Func[A, R]{Name: name, Call: fn, arg: codecFor[A](), res: codecFor[R]()}
	functionsMu.Lock()
	defer functionsMu.Unlock()
	if functions[name] != nil {
		panic("primitives: Define of " + name + ", which is defined already")
	}
	functions[name] = f.serve
	return f
}

// Encode appends arg as bytes to dst.
func (f *Func[A, R]) Encode(dst []byte, arg A) ([]byte, error) {
	b, err := f.arg.encode(dst, arg)
	if err != nil {
		return nil, fmt.Errorf("argument of %s: %w", f.Name, err)
	}
	return b, nil
}

// Decode reads a reply. The result shares no memory with it.
func (f *Func[A, R]) Decode(reply []byte) (R, error) {
	r, err := f.res.decode(reply)
	if err != nil {
		return r, fmt.Errorf("result of %s: %w", f.Name, err)
	}
	return r, nil
}

func (f *Func[A, R]) serve(ctx context.Context, arg, dst []byte) ([]byte, error) {
	a, err := f.arg.decode(arg)
	if err != nil {
		return nil, fmt.Errorf("argument of %s: %w", f.Name, err)
	}
	r, err := f.Call(ctx, a)
	if err != nil {
		return nil, err
	}
	if dst, err = f.res.encode(dst, r); err != nil {
		return nil, fmt.Errorf("result of %s: %w", f.Name, err)
	}
	return dst, nil
}

// lookUp finds a function by the name in a call frame, or returns nil. The name
// is bytes because indexing a map by string(bytes) copies nothing.
func lookUp(name []byte) servedFunc {
	functionsMu.Lock()
	defer functionsMu.Unlock()
	return functions[string(name)]
}
