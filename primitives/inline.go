package primitives

import "context"

// Inline is the sequential baseline: no goroutine, no queue; see NewInline.
type Inline struct {
	*core
	caller worker
}

// NewInline returns an executor that runs each task inside Submit, in its
// caller. Futures are finished when Submit returns. Each caller has the one
// worker: callers on several goroutines run their tasks at the same time, and a
// task that submits another is its caller. A task that calls runtime.Goexit ends
// its caller's goroutine.
func NewInline(c Config) (*Inline, error) {
	c, err := c.check("inline")
	if err != nil {
		return nil, err
	}
	x := &Inline{core: newCore(c)}
	x.caller.core = x.core
	return x, nil
}

func (x *Inline) submit(_ context.Context, t task) error { return x.follow(t) }

func (x *Inline) follow(t task) error {
	if !x.helpers.enter() {
		return ErrShutdown
	}
	defer x.helpers.leave()
	t.run(&x.caller)
	return nil
}

func (x *Inline) Shutdown(ctx context.Context) error { return x.helpers.wait(ctx) }

func (x *Inline) ShutdownNow(ctx context.Context) error {
	x.dropBatches()
	return x.Shutdown(ctx)
}
