package primitives

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"overlap/primitives/internal/remote"
)

// ErrClosure is the error of a future that was submitted to processes as a
// function value. Processes share no memory, so only a Func can run in another.
var ErrClosure = errors.New("primitives: the executor processes runs functions made by Define: use Call")

// attempts is how often a Retryable function is started before its future
// fails: a function that has killed its process may do so every time.
const attempts = 3

// maxKept is how many bytes of memory for an argument are kept for the next.
const maxKept = 1 << 20

// Processes is an executor whose workers are processes; see NewProcesses. It is a crew in
// which every slot owns a child process. The goroutine
// that has the slot sends the task over and waits for the reply, so queue,
// cancellation and counts are those of every crew, and a child that dies has
// one task at most.
type Processes struct {
	*crew
	config   remote.Config
	timeout  time.Duration
	children []*remote.Child // by slot
	args     [][]byte        // by slot: what Do has encoded

	once        sync.Once
	done        chan struct{} // closed when no child is left
	shutdownErr error
}

// NewProcesses returns an executor that runs each task in one of Workers child
// processes, which share no memory with this one or with each other. They are
// this program, started again: main must call ServeIfChild first. They inherit
// the CPUs that this process may use, and die with it.
//
// It runs only functions made by Define, through Call. When a child dies or
// misbehaves, the task that it runs fails with a *ChildError, and a new child
// runs the next task; no other task is affected, and none runs twice unless its
// Func is Retryable. A process that a task starts must not keep the task's
// descriptors: over a pipe, the call would then last until that process ends.
//
// The error says why children cannot be started.
func NewProcesses(c Config) (*Processes, error) {
	c, err := c.check("processes")
	if err != nil {
		return nil, err
	}
	x := &Processes{
		crew:     newCrew(c),
		config:   remote.Config{Transport: c.Transport, AfterFunc: afterFunc, CanEnd: canEnd},
		timeout:  c.TaskTimeout,
		children: make([]*remote.Child, c.Workers),
		args:     make([][]byte, c.Workers),
		done:     make(chan struct{}),
	}
	errs := make([]error, c.Workers)
	var all sync.WaitGroup
	for i := range x.children {
		all.Go(func() { x.children[i], errs[i] = remote.Start(x.config) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		// One error is enough: the others would say the same.
		return nil, errors.Join(cmp.Or(errs...), x.closeChildren())
	}
	return x, nil
}

// submit implements Executor. Call submits to the crew instead.
func (x *Processes) submit(context.Context, task) error { return ErrClosure }

func (x *Processes) follow(task) error { return ErrClosure }

// Call submits f(ctx, arg) to ex and returns its future: it is Submit for
// functions that may run in another process, and works on every executor.
//
// On processes, arg is encoded before Call returns; it and the result may have
// 64 MiB, minus the name. The end of the context travels to the child, its
// values and deadline do not. A child that does not answer within a second of
// that end is killed; after TaskTimeout it is killed at once.
func Call[A, R any](ctx context.Context, ex Executor, f *Func[A, R], arg A) *Future[R] {
	x, ok := ex.(*Processes)
	if !ok {
		return Submit(ctx, ex, func(ctx context.Context) (R, error) { return f.remote.Call(ctx, arg) })
	}
	requireContext(ctx)
	future := &Future[R]{status: status(statusPending), home: x.core, ctx: ctx}
	x.expect(1)
	encoded, err := f.remote.Encode(nil, arg)
	if err == nil {
		future.fn = func(ctx context.Context) (result R, err error) {
			reply, err := x.call(ctx, currentWorker().slot, f.remote.Name, encoded, f.retry)
			if err != nil {
				return result, err
			}
			return f.remote.Decode(reply)
		}
		err = x.crew.submit(ctx, future)
	}
	if err != nil {
		future.drop(err)
	}
	return future
}

// Do is Call and Await in one, and cheaper on processes: if a process is free, the
// calling goroutine talks to it, so that no other one is woken and no future is
// made. When ctx ends, Do then waits for the answer of the child, which comes or is
// given up within a second. Inside a task, Do is Call and Await, so that the task's
// worker serves others meanwhile.
func Do[A, R any](ctx context.Context, ex Executor, f *Func[A, R], arg A) (R, error) {
	requireContext(ctx)
	if x, ok := ex.(*Processes); ok && currentWorker() == nil {
		if w := x.borrow(); w != nil {
			return doHere(ctx, x, w, f, arg)
		}
	}
	return Call(ctx, ex, f, arg).Await(ctx)
}

// doHere calls f as the borrowed worker w.
func doHere[A, R any](ctx context.Context, x *Processes, w *worker, f *Func[A, R], arg A) (result R, err error) {
	defer func() {
		if cap(x.args[w.slot]) > maxKept {
			x.args[w.slot] = nil
		}
		x.giveBack(w)
	}()
	x.expect(1)
	if err = context.Cause(ctx); err == nil {
		x.args[w.slot], err = f.remote.Encode(x.args[w.slot][:0], arg)
	}
	if err != nil {
		x.dropped()
		return result, err
	}
	token, returned := w.begin(), false
	defer func() {
		if !returned { // the result's UnmarshalBinary panicked
			err = abnormal(recover())
		}
		w.end(token)
	}()
	reply, err := x.call(ctx, w.slot, f.remote.Name, x.args[w.slot], f.retry)
	if err == nil {
		result, err = f.remote.Decode(reply)
	}
	returned = true
	return result, err
}

// call calls the function in the child of a slot that the caller has.
func (x *Processes) call(ctx context.Context, slot int, name string, arg []byte, retry bool) ([]byte, error) {
	for n := 1; ; n++ {
		c, err := x.childOf(slot)
		if err != nil {
			return nil, err
		}
		reply, sent, err := c.Call(ctx, name, arg, x.timeout)
		_, lost := errors.AsType[*ChildError](err)
		if !lost || sent && !retry || n == attempts || ctx.Err() != nil {
			return reply, taskError(err)
		}
		// The child had died before the task came, or the task may run again.
	}
}

// taskError turns the error of a call into that of a task.
func taskError(err error) error {
	if p, ok := errors.AsType[*remote.PanicError](err); ok {
		return &PanicError{Value: p.Value, Stack: p.Stack}
	}
	if err == remote.ErrGoexit {
		return ErrGoexit
	}
	return err
}

// childOf returns the child of a slot, a new one if the last has died.
func (x *Processes) childOf(slot int) (*remote.Child, error) {
	if c := x.children[slot]; c != nil {
		if c.Alive() {
			return c, nil
		}
		x.children[slot] = nil
		if err := c.Close(); err != nil {
			return nil, fmt.Errorf("primitives: cleaning up after a child process: %w", err)
		}
	}
	c, err := remote.Start(x.config)
	if err != nil {
		return nil, err
	}
	x.children[slot] = c
	return c, nil
}

func (x *Processes) closeChildren() error {
	errs := make([]error, len(x.children))
	var all sync.WaitGroup
	for i, c := range x.children {
		if c != nil {
			all.Go(func() { errs[i] = c.Close() })
		}
	}
	all.Wait()
	return errors.Join(errs...)
}

// Shutdown implements Executor. The error may also come from closing a child.
func (x *Processes) Shutdown(ctx context.Context) error {
	x.once.Do(func() {
		go func() { // goes on if ctx ends the wait
			defer close(x.done)
			if x.shutdownErr = x.crew.Shutdown(context.Background()); x.shutdownErr == nil {
				x.shutdownErr = x.closeChildren()
			}
		}()
	})
	if err := waitFor(ctx, x.done); err != nil {
		return err
	}
	return x.shutdownErr
}

func (x *Processes) ShutdownNow(ctx context.Context) error {
	x.crew.close()
	x.dropAll()
	x.dropBatches()
	return x.Shutdown(ctx)
}
