package primitives

import "context"

// inline is the sequential baseline: no goroutine, no queue.
type inline struct {
	probe Probe
	gate  gate
}

// NewInline returns an executor that runs each task inside Submit, in its
// caller. Futures are finished when Submit returns. The one worker counts for
// each caller: callers on several goroutines run their tasks at the same time,
// and a task that submits another is its caller.
func NewInline(c Config) Executor { return &inline{probe: c.check("inline").Probe} }

func (x *inline) Workers() int { return 1 }

func (x *inline) submit(_ context.Context, t task) error {
	if err := x.gate.enter(); err != nil {
		return err
	}
	defer x.gate.leave()
	t.run(0, x.probe)
	return nil
}

func (x *inline) Shutdown(ctx context.Context) error {
	return x.gate.shut(ctx, func() {})
}
