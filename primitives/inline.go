package primitives

import "context"

// inline is the sequential baseline: no goroutine, no queue.
type inline struct {
	*core
	caller worker
}

// NewInline returns an executor that runs each task inside Submit, in its
// caller. Futures are finished when Submit returns. Each caller has the one
// worker: callers on several goroutines run their tasks at the same time, and a
// task that submits another is its caller. A task that calls runtime.Goexit ends
// its caller's goroutine.
func NewInline(c Config) Executor {
	x := &inline{core: newCore(c.mustCheck("inline"))}
	x.caller.core = x.core
	return x
}

func (x *inline) submit(_ context.Context, t task) error { return x.follow(t) }

func (x *inline) follow(t task) error {
	if !x.helpers.enter() {
		return ErrShutdown
	}
	defer x.helpers.leave()
	t.run(&x.caller)
	return nil
}

func (x *inline) Shutdown(ctx context.Context) error { return x.helpers.wait(ctx) }

func (x *inline) ShutdownNow(ctx context.Context) error {
	x.dropBatches()
	return x.Shutdown(ctx)
}
