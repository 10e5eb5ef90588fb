package primitives

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrShutdown is the error of a future that was submitted to an executor after
// its Shutdown.
var ErrShutdown = errors.New("primitives: executor is shut down")

// Executor runs tasks. How many at once, and on which goroutine, is all that
// its kinds differ in, so the same program can be measured under each.
//
// Executors are made by NewInline, NewSpawn, NewPool or New. The interface is
// closed to other packages, because an executor is what completes futures.
type Executor interface {
	// Workers is the most tasks that are in progress at once.
	Workers() int

	// Shutdown makes later submissions fail with ErrShutdown and waits until
	// every task submitted before has finished, or until ctx ends; it then
	// returns ctx's cause and the tasks go on. It may be called again.
	Shutdown(ctx context.Context) error

	// submit takes t or returns why not. It blocks while there is no room.
	submit(ctx context.Context, t task) error
}

// task is a future as an executor sees it: its result type does not matter.
type task interface {
	run(worker int, probe Probe)
}

// Probe is told when a task starts and ends, for measuring. worker is in
// [0, Workers()), and two tasks that overlap have different workers, so a
// probe can keep its state per worker without locks (with inline, as long as
// one goroutine submits and no task submits another). Calls are made on the
// goroutine that runs the task.
type Probe interface {
	TaskStart(worker int)
	TaskEnd(worker int)
}

type noProbe struct{}

func (noProbe) TaskStart(int) {}
func (noProbe) TaskEnd(int)   {}

// Config says how an executor is made.
type Config struct {
	// Workers is the most tasks in progress at once. It must be at least 1,
	// and exactly 1 for inline.
	Workers int

	// Queue is how many submitted tasks may wait for a worker before Submit
	// blocks. Zero means 1024: a queue as short as the workers are few makes
	// the submitter run, and take a core, after every other task. Only pool
	// has a queue.
	Queue int

	// Probe hears of every task. Nil means nobody does.
	Probe Probe
}

func (c Config) check(kind string) Config {
	if c.Workers < 1 {
		panic(fmt.Sprintf("primitives: %s with %d workers", kind, c.Workers))
	}
	if c.Queue == 0 {
		c.Queue = 1024
	}
	if c.Probe == nil {
		c.Probe = noProbe{}
	}
	return c
}

// Names lists the kinds of executor that New knows.
func Names() []string { return []string{"inline", "spawn", "pool"} }

// New makes an executor by the name of its kind. It returns an error for an
// unknown name and for inline with more than one worker: a caller runs one
// task at a time, and a measurement labelled otherwise would lie.
func New(kind string, c Config) (Executor, error) {
	if c.Workers < 1 {
		return nil, fmt.Errorf("executor %s needs at least 1 worker, not %d", kind, c.Workers)
	}
	switch kind {
	case "inline":
		if c.Workers != 1 {
			return nil, fmt.Errorf("executor inline runs tasks in its caller: it has 1 worker, not %d", c.Workers)
		}
		return NewInline(c), nil
	case "spawn":
		return NewSpawn(c), nil
	case "pool":
		return NewPool(c), nil
	}
	return nil, fmt.Errorf("unknown executor %q: it is one of %s", kind, strings.Join(Names(), ", "))
}
