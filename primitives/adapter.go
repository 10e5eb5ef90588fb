package primitives

import (
	"context"
	"sync/atomic"
)

// Starter starts the tasks of an Adapter: a test's fake, which starts them when and in
// the order that the test wants, or the pool of another library.
type Starter interface {
	// Start has run called once, at once or later, on any goroutine, and returns nil.
	// Or it returns why run will not be called; the future is then cancelled with that
	// error. It may block, until ctx ends.
	Start(ctx context.Context, run func()) error
}

// Adapter is an executor whose tasks others start; see NewAdapter.
type Adapter struct {
	*core
	starter Starter
	aborted atomic.Bool // ShutdownNow was called
}

// NewAdapter returns an executor that gives its tasks to s. Workers says how many s runs
// at once; only SubmitN and what is built on it depend on it. A task that waits keeps
// what it runs on, and the probe gets -1 as its worker. Shutdown waits until s has run
// every task that it took. After ShutdownNow the pending ones are cancelled when s runs
// them.
func NewAdapter(s Starter, c Config) (*Adapter, error) {
	c, err := c.check("adapter")
	if err != nil {
		return nil, err
	}
	return &Adapter{core: newCore(c), starter: s}, nil
}

func (x *Adapter) submit(ctx context.Context, t task) error {
	if !x.helpers.enter() {
		return ErrShutdown
	}
	err := x.starter.Start(ctx, func() {
		defer x.helpers.leave()
		if x.aborted.Load() {
			t.drop(ErrShutdown)
			return
		}
		t.run(&x.helper)
	})
	if err != nil {
		x.helpers.leave()
	}
	return err
}

func (x *Adapter) follow(t task) error { return x.submit(context.Background(), t) }

func (x *Adapter) Shutdown(ctx context.Context) error { return x.helpers.wait(ctx) }

func (x *Adapter) ShutdownNow(ctx context.Context) error {
	x.aborted.Store(true)
	x.dropBatches()
	return x.Shutdown(ctx)
}
