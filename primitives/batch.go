package primitives

import (
	"context"
	"sync/atomic"
)

// Batch is the futures of one SubmitN, in the order of submission.
type Batch[T any] struct {
	futures []Future[T]
	next    atomic.Int64                 // the first index that no worker has claimed
	inside  atomic.Int64                 // workers that are at it
	work    atomic.Pointer[batchWork[T]] // nil when all is done, so that a kept batch keeps its results only
}

type batchWork[T any] struct {
	ctx context.Context
	fn  func(context.Context, int) (T, error)
	ex  Executor
}

// SubmitN submits fn(ctx, 0) … fn(ctx, n-1) as n tasks at once and returns
// their futures. It is an order of magnitude cheaper than n calls of Submit:
// the futures are one object, and the workers claim indexes from a counter
// instead of taking tasks from the queue, where the whole batch has the place
// of one task per worker. Tasks start in the order of their indexes. SubmitN
// blocks while ex has no room.
//
// The context of a task is as with Submit. Cancel and Done of a task's own
// future work as always.
func SubmitN[T any](ctx context.Context, ex Executor, n int, fn func(ctx context.Context, i int) (T, error)) *Batch[T] {
	b := &Batch[T]{futures: make([]Future[T], n)}
	b.work.Store(&batchWork[T]{ctx, fn, ex})
	k := ex.base()
	k.expect(n)
	k.batchMu.Lock()
	k.batches[b] = struct{}{}
	k.batchMu.Unlock()
	for i := range b.futures {
		f := &b.futures[i]
		f.ctx, f.home = ctx, k // held, for shift alone, which knows its index
	}
	runners := min(n, ex.Workers())
	if k.perTask {
		runners = n
	}
	for i := range runners {
		if err := ex.submit(ctx, b); err != nil {
			if i == 0 || k.perTask { // otherwise those that were taken do it all
				b.dropFrom(i, err)
			}
			break
		}
	}
	return b
}

// Len returns the number of tasks.
func (b *Batch[T]) Len() int { return len(b.futures) }

// At returns the future of fn(ctx, i).
func (b *Batch[T]) At(i int) *Future[T] { return &b.futures[i] }

// Results waits for all tasks and returns their values in order, and the first
// error in that order. If ctx ends first it returns ctx's cause.
func (b *Batch[T]) Results(ctx context.Context) ([]T, error) {
	values := make([]T, len(b.futures))
	// From the last to the first: whoever waits for the first is woken again
	// for nearly every task, and takes a core from the workers each time.
	var first error
	for i := len(values) - 1; i >= 0; i-- {
		v, err := b.futures[i].Result(ctx)
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

// Cancel cancels every task of the batch that can be, as Future.Cancel does.
func (b *Batch[T]) Cancel() {
	for i := range b.futures {
		b.futures[i].Cancel()
	}
}

// run implements task: it runs tasks until there are none left. If one calls
// runtime.Goexit, which takes the goroutine along, another goes on.
func (b *Batch[T]) run(w *worker) {
	b.inside.Add(1)
	work := b.work.Load()
	if work == nil {
		b.inside.Add(-1)
		return
	}
	returned := false
	defer func() {
		left := b.inside.Add(-1)
		if !returned && work.ex.follow(b) != nil {
			b.drop(ErrShutdown)
		} else if left == 0 && int(b.next.Load()) >= len(b.futures) {
			b.forget(w.core)
		}
	}()
	for b.shift(w, work) {
	}
	returned = true
}

// shift runs tasks until there are none left, or one panics; then it returns
// true. A deferred function for every task would cost more than a short task.
func (b *Batch[T]) shift(w *worker, work *batchWork[T]) (again bool) {
	var f *Future[T] // what is running
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
			again = true
		}
	}()
	for {
		// A task that has finished waiting gets the worker before a new one.
		if w.core.wanted.Load() > 0 && work.ex.follow(b) == nil {
			return false
		}
		i := int(b.next.Add(1)) - 1
		if i >= len(b.futures) {
			return false
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
			return false
		}
	}
}

// drop implements task.
func (b *Batch[T]) drop(err error) { b.dropFrom(0, err) }

// dropFrom cancels the tasks from index i on that nobody has claimed.
func (b *Batch[T]) dropFrom(i int, err error) {
	for ; i < len(b.futures); i++ {
		b.futures[i].drop(err)
	}
	if b.inside.Load() == 0 && len(b.futures) > 0 {
		b.forget(b.futures[0].home)
	}
}

// forget lets go of the function, and of the place where ShutdownNow looks.
func (b *Batch[T]) forget(k *core) {
	b.work.Store(nil)
	k.batchMu.Lock()
	delete(k.batches, b)
	k.batchMu.Unlock()
}
