package primitives

import "context"

// spawn starts a goroutine for every task.
type spawn struct {
	probe Probe
	gate  gate
	slots chan int // the numbers of the free workers
}

// NewSpawn returns an executor that starts a goroutine per task, at most
// Workers at once; Submit blocks until one of them is free.
func NewSpawn(c Config) Executor {
	c = c.check("spawn")
	x := &spawn{probe: c.Probe, slots: make(chan int, c.Workers)}
	for i := range c.Workers {
		x.slots <- i
	}
	return x
}

func (x *spawn) Workers() int { return cap(x.slots) }

func (x *spawn) submit(ctx context.Context, t task) error {
	if err := x.gate.enter(); err != nil {
		return err
	}
	select {
	case worker := <-x.slots:
		go x.run(worker, t)
		return nil
	case <-ctx.Done():
		x.gate.leave()
		return context.Cause(ctx)
	}
}

func (x *spawn) run(worker int, t task) {
	defer x.gate.leave()
	defer func() { x.slots <- worker }()
	t.run(worker, x.probe)
}

func (x *spawn) Shutdown(ctx context.Context) error {
	return x.gate.shut(ctx, func() {})
}
