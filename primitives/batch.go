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

	// owed counts those who may still start tasks: the batch's places in the
	// queue, the workers that are at it, and SubmitN until it returns. When
	// there are none, work is dropped, so that a kept batch keeps its results
	// only.
	owed atomic.Int64
	work atomic.Pointer[batchWork[T]]
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
// The context of a task is as with Submit. A task's own future is as any other,
// but Help waits for it.
func SubmitN[T any](ctx context.Context, ex Executor, n int, fn func(ctx context.Context, i int) (T, error)) *Batch[T] {
	mustHave(ctx)
	if n < 0 {
		panic(fmt.Sprintf("primitives: SubmitN of %d tasks", n))
	}
	b := &Batch[T]{futures: make([]Future[T], n)}
	b.work.Store(&batchWork[T]{ctx, fn, ex})
	b.owed.Store(1)
	k := ex.base()
	k.expect(n)
	for i := range b.futures {
		f := &b.futures[i]
		f.ctx, f.home = ctx, k // held, for shift alone, which knows its index
	}
	k.keepBatch(b)
	runners := min(n, ex.Workers())
	if k.perTask {
		runners = n
	}
	for i := range runners {
		b.owed.Add(1)
		if err := ex.submit(ctx, b); err != nil {
			b.settleUp(k)
			if i == 0 || k.perTask { // otherwise those that were taken do it all
				b.dropFrom(i, err)
			}
			break
		}
	}
	b.settleUp(k)
	return b
}

// settleUp counts out one who might have started tasks.
func (b *Batch[T]) settleUp(k *core) {
	if b.owed.Add(-1) == 0 {
		b.work.Store(nil)
		k.forgetBatch(b)
	}
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
	work := b.work.Load()
	goOn := true // somebody must: the queue, if not we
	defer func() {
		if goOn {
			if work.ex.follow(b) == nil {
				return // that place in the queue is owed now
			}
			b.dropFrom(0, ErrShutdown)
		}
		b.settleUp(w.core)
	}()
	for {
		switch b.shift(w, work) {
		case shiftOver:
			goOn = false
			return
		case shiftYields:
			return
		}
	}
}

// How a shift ends.
type shiftEnd int

const (
	shiftPanicked shiftEnd = iota // there may be more to do
	shiftYields                   // there is, but others come first
	shiftOver                     // there is nothing more for this worker
)

// shift runs tasks until there are none left, or one panics, or a task that has
// finished waiting wants the worker. A deferred function for every task would
// cost more than a short task.
func (b *Batch[T]) shift(w *worker, work *batchWork[T]) (end shiftEnd) {
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
			if w.core.perTask {
				end = shiftOver
			}
		}
	}()
	for {
		if w.core.wanted.Load() > 0 {
			return shiftYields
		}
		i := int(b.next.Add(1)) - 1
		if i >= len(b.futures) {
			return shiftOver
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
			return shiftOver
		}
	}
}

// drop implements task: the batch loses a place in the queue.
func (b *Batch[T]) drop(err error) {
	b.dropFrom(0, err)
	b.settleUp(b.futures[0].home)
}

// dropFrom cancels the tasks from index i on that nobody has claimed.
func (b *Batch[T]) dropFrom(i int, err error) {
	for ; i < len(b.futures); i++ {
		b.futures[i].drop(err)
	}
}

// over implements task. A batch's place in the queue is counted, so it stays.
func (b *Batch[T]) over() bool { return false }
