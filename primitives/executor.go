package primitives

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrShutdown is the error of a future that was submitted to an executor after
// its Shutdown, or was pending when ShutdownNow was called.
var ErrShutdown = errors.New("primitives: executor is shut down")

// Executor runs tasks. Its kinds differ only in how many tasks run at once, and
// on which goroutine, thread or process, so the same program can be measured
// under each.
//
// Executors are made by New and the constructors of the kinds. The interface
// is closed to other packages, because an executor is what completes futures; a
// Starter of any package decides when and where the tasks of an Adapter run.
type Executor interface {
	// Workers is the maximum number of tasks that run at once. A task that
	// waits for a future does not run: another takes its place. When its wait
	// is over it gets the next worker. If none is free for 10 ms, or if the wait
	// was given up, it goes on without one: then more tasks run for a while.
	Workers() int

	// Stats counts the tasks so far.
	Stats() Stats

	// Shutdown makes later submissions fail with ErrShutdown and waits until
	// every task submitted before has finished and the executor's goroutines
	// and processes have ended, or until ctx ends; it then returns ctx's cause
	// and the tasks go on. It may be called again. A task that shuts its own
	// executor down waits for itself.
	Shutdown(ctx context.Context) error

	// ShutdownNow is Shutdown that cancels pending tasks with ErrShutdown.
	// Running tasks are not cancelled: Future.Cancel, or the context that they
	// were submitted with, does that.
	ShutdownNow(ctx context.Context) error

	// submit accepts t or returns why not. It blocks while there is no room.
	submit(ctx context.Context, t task) error
	// follow is submit that never blocks, whatever the room: a worker that
	// finishes a task must not wait for room to start the next.
	follow(t task) error
	base() *core
}

// Stats are counts of an executor's tasks. A batch counts as its tasks.
type Stats struct {
	Queued    int // submitted, not started
	Running   int // started, not finished
	Finished  int // returned, panicked or exited
	Cancelled int // will never run
}

// Probe is called when a task starts and ends, for measuring. worker is in
// [0, Workers()), and calls with the same worker do not overlap, so a probe can
// keep counts per worker without locks (with inline, as long as one goroutine
// submits). For tasks that run in Future.RunOrAwait, on an Adapter, or go on
// without a worker (see Executor.Workers), and only for these, worker is -1.
//
// The token that TaskStart returns is passed to the same task's TaskEnd. A
// probe cannot keep it per worker: a task that waits for a future leaves its
// worker to others, and may end on another. Calls are made on the goroutine
// that runs the task.
type Probe interface {
	TaskStart(worker int) (token int64)
	TaskEnd(worker int, token int64)
}

// Config says how an executor is made. Constructors return an error for a value that
// cannot be, and for a field that means nothing to their kind.
type Config struct {
	// Workers is the maximum number of tasks that run at once. It must be at
	// least 1, and exactly 1 for inline.
	Workers int

	// Queue is how many submitted tasks may wait for a worker before Submit
	// blocks. Zero means 1024: with a queue as short as the number of workers,
	// the submitter would run, and take a core, after every other task. It must
	// not be negative, and must be 0 for inline and spawn, which have no queue.
	//
	// Blocked submitters are admitted once the queue is half empty, first come,
	// first served; later ones wait behind them. A task of a loop may then
	// submit up to 16 tasks, as far as there is room.
	Queue int

	// Probe is called for every task. It may be nil.
	Probe Probe

	// CallbackPanic is called with panics in callbacks (Future.OnDone), which
	// nobody waits for. It must not panic. Nil means that they are logged.
	CallbackPanic func(*PanicError)

	// Transport is how the executor processes talks to its children: "pipe"
	// (the default, everywhere), "unix" or "mmap" (Linux). Others have none.
	Transport string

	// TaskTimeout ends a child process whose task takes longer. Zero means no
	// limit. It is for processes only: goroutines cannot be ended.
	TaskTimeout time.Duration
}

// check returns an error if an executor of that kind cannot be made, or does not have
// what a field is about; otherwise it returns c with its defaults.
func (c Config) check(kind string) (Config, error) {
	refuse := func(format string, args ...any) (Config, error) {
		return c, fmt.Errorf("primitives: executor "+kind+" "+format, args...)
	}
	switch {
	case c.Workers < 1:
		return refuse("needs at least 1 worker, not %d", c.Workers)
	case c.Queue < 0:
		return refuse("cannot have a queue of %d", c.Queue)
	case c.TaskTimeout < 0:
		return refuse("cannot have a task timeout of %v", c.TaskTimeout)
	case kind == "inline" && c.Workers != 1:
		return refuse("runs tasks in its caller: it has 1 worker, not %d", c.Workers)
	case c.Queue > 0 && (kind == "inline" || kind == "spawn" || kind == "adapter"):
		return refuse("has no queue: leave Config.Queue 0, not %d", c.Queue)
	case c.Transport != "" && kind != "processes":
		return refuse("has no child processes: leave Config.Transport empty, not %q", c.Transport)
	case c.TaskTimeout > 0 && kind != "processes":
		return refuse("cannot end a task: leave Config.TaskTimeout 0, not %v", c.TaskTimeout)
	}
	c.Queue = cmp.Or(c.Queue, 1024)
	return c, nil
}

// Must returns x, or panics with err: for programs that know their Config to be right.
func Must[E Executor](x E, err error) E {
	if err != nil {
		panic(err)
	}
	return x
}

// Names returns the kinds of executor that New can make.
func Names() []string { return []string{"inline", "spawn", "pool", "threads", "loop", "processes"} }

// New makes an executor of the kind with that name. It returns an error for an
// unknown name and for a Config that its constructor refuses.
func New(kind string, c Config) (Executor, error) {
	switch kind {
	case "inline":
		return open(NewInline(c))
	case "spawn":
		return open(NewSpawn(c))
	case "pool":
		return open(NewPool(c))
	case "threads":
		return open(NewThreads(c))
	case "loop":
		return open(NewLoop(c))
	case "processes":
		return open(NewProcesses(c))
	}
	return nil, fmt.Errorf("unknown executor %q: it is one of %s", kind, strings.Join(Names(), ", "))
}

// open makes the nil of a constructor that has failed a nil Executor.
func open[E Executor](x E, err error) (Executor, error) {
	if err != nil {
		return nil, err
	}
	return x, nil
}
