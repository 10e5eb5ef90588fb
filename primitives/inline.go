package primitives

import (
	"context"
	"sync/atomic"
)

// inline is the sequential baseline: no goroutine, no queue.
type inline struct {
	probe  Probe
	closed atomic.Bool
}

// NewInline returns an executor that runs each task inside Submit, in its
// caller. Futures are finished when Submit returns. Callers that submit from
// several goroutines run their tasks at the same time; the one worker counts
// for each caller.
func NewInline(c Config) Executor { return &inline{probe: c.check("inline").Probe} }

func (x *inline) Workers() int { return 1 }

func (x *inline) submit(_ context.Context, t task) error {
	if x.closed.Load() {
		return ErrShutdown
	}
	t.run(0, x.probe)
	return nil
}

func (x *inline) Shutdown(context.Context) error {
	x.closed.Store(true)
	return nil
}
