package primitives

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Batch is the futures of one SubmitN, in the order of submission.
type Batch[T any] struct {
	futures []Future[T]
	next    atomic.Int64 // the first index that no worker has claimed

	// starters counts what may still start tasks: the batch's places in the
	// queue, the workers that run it, and SubmitN until it returns. When there
	// are none, work is dropped, so that a batch that is kept keeps only its
	// results alive.
	starters atomic.Int64
	work     atomic.Pointer[batchWork[T]]
}

type batchWork[T any] struct {
	ctx context.Context
	fn  func(context.Context, int) (T, error)
	ex  Executor
}

// SubmitN submits fn(ctx, 0) … fn(ctx, n-1) as n tasks at once and returns
// their futures. It is cheaper than n calls of Submit: the futures are one
// object, and the workers claim indexes from a counter instead of taking tasks
// from the queue, where the whole batch has the place of one task per worker.
// Tasks start in the order of their indexes. SubmitN blocks while ex has no
// room. It panics if n is negative.
//
// The context of a task is as with Submit. A task's future is like any other,
// but RunOrAwait waits for it.
func SubmitN[T any](ctx context.Context, ex Executor, n int, fn func(ctx context.Context, i int) (T, error)) *Batch[T] {
	requireContext(ctx)
	if n < 0 {
		panic(fmt.Sprintf("primitives: SubmitN of %d tasks", n))
	}
	b := &Batch[T]{futures: make([]Future[T], n)}
	b.work.Store(&batchWork[T]{ctx, fn, ex})
	b.starters.Store(1)
	k := ex.base()
	k.expect(n)
	for i := range b.futures {
		f := &b.futures[i]
		f.ctx, f.home = ctx, k // held: only runTasks, which knows its index, may start it
	}
	k.keepBatch(b)
	runners := min(n, ex.Workers())
	if k.perTask {
		runners = n
	}
	for i := range runners {
		b.starters.Add(1)
		if err := ex.submit(ctx, b); err != nil {
			b.release(k)
			if i == 0 || k.perTask { // otherwise the runners before do it all
				b.dropFrom(i, err)
			}
			break
		}
	}
	b.release(k)
	return b
}

// release counts down the starters.
func (b *Batch[T]) release(k *core) {
	if b.starters.Add(-1) == 0 {
		b.work.Store(nil)
		k.forgetBatch(b)
	}
}

// Len returns the number of tasks.
func (b *Batch[T]) Len() int { return len(b.futures) }

// At returns the future of fn(ctx, i).
func (b *Batch[T]) At(i int) *Future[T] { return &b.futures[i] }

// Await waits for all tasks and returns their values in order, and the first
// error in that order. If ctx ends first it returns ctx's cause.
func (b *Batch[T]) Await(ctx context.Context) ([]T, error) {
	values := make([]T, len(b.futures))
	// From the last to the first: a caller that waits for the first is woken
	// for nearly every task, and takes a core from the workers each time.
	var first error
	for i := len(values) - 1; i >= 0; i-- {
		v, err := b.futures[i].Await(ctx)
		if err != nil {
			if !b.futures[i].final() {
				return nil, err
			}
			first = err
		}
		values[i] = v
	}
	return values, first
}

// Results is Await.
//
// Deprecated: Use Await. Results goes with the release after v1.0.
func (b *Batch[T]) Results(ctx context.Context) ([]T, error) { return b.Await(ctx) }

// Cancel cancels every task of the batch that can be, as Future.Cancel does.
func (b *Batch[T]) Cancel() {
	for i := range b.futures {
		b.futures[i].Cancel()
	}
}

// run implements task: it runs tasks until none are left. If one calls
// runtime.Goexit, which ends the goroutine, another goroutine goes on.
func (b *Batch[T]) run(w *worker) {
	work := b.work.Load()
	goOn := true // from the queue, if not here
	defer func() {
		if goOn {
			if work.ex.follow(b) == nil {
				return // the new place in the queue takes over our count
			}
			b.dropFrom(0, ErrShutdown)
		}
		b.release(w.core)
	}()
	for {
		switch b.runTasks(w, work) {
		case noneLeft:
			goOn = false
			return
		case workerYields:
			return
		}
	}
}

// runEnd says why runTasks has returned.
type runEnd int

const (
	taskPanicked runEnd = iota // there may be more to do
	workerYields               // there is more to do, but others come first
	noneLeft                   // there is nothing more for this worker
)

// runTasks runs tasks until none are left, one panics, or a task that has
// finished waiting needs the worker slot. A deferred function for every task
// would cost more than a short task.
func (b *Batch[T]) runTasks(w *worker, work *batchWork[T]) (end runEnd) {
	var f *Future[T] // running
	var token int64
	w.lane().tally.Add(oneStarted)
	defer func() {
		w.lane().tally.Add(^uint64(oneStarted - 1))
		if f != nil {
			var none T
			err := abnormal(recover())
			w.ended(token)
			w.lane().tally.Add(oneFinished)
			f.complete(none, err, statusFinished)
			if w.core.perTask {
				end = noneLeft
			}
		}
	}()
	for {
		if w.core.wanted.Load() > 0 {
			return workerYields
		}
		i := int(b.next.Add(1)) - 1
		if i >= len(b.futures) {
			return noneLeft
		}
		g := &b.futures[i]
		if work.ctx.Err() != nil {
			g.drop(context.Cause(work.ctx))
		} else if g.claim(statusHeld, statusRunning) {
			f, token = g, w.started()
			value, err := work.fn((*taskContext[T])(g), i)
			w.ended(token)
			f = nil
			w.lane().tally.Add(oneFinished)
			g.complete(value, err, statusFinished)
		}
		if w.core.perTask {
			return noneLeft
		}
	}
}

// drop implements task: the batch loses a place in the queue.
func (b *Batch[T]) drop(err error) {
	b.dropFrom(0, err)
	b.release(b.futures[0].home)
}

// dropFrom cancels the unclaimed tasks from index i on.
func (b *Batch[T]) dropFrom(i int, err error) {
	for ; i < len(b.futures); i++ {
		b.futures[i].drop(err)
	}
}

// stale implements task. A batch's place in the queue is counted, so it stays.
func (b *Batch[T]) stale() bool { return false }
