package workloads

import (
	"context"
	"runtime"
	"sync"

	"overlap/primitives"
)

// divided is the part of a Job that consists of independent pieces. They share
// no memory, so the job runs unchanged under every executor, also in child
// processes. A job must set all fields.
type divided[A, R any] struct {
	args  []A                    // of the pieces: small values that primitives can write as bytes
	piece *primitives.Func[A, R] // does one piece; knows only its argument
	merge func([]R)              // takes all results, in the order of args, and notes whether they are right
}

// Run implements Job.
func (d *divided[A, R]) Run(ctx context.Context, ex primitives.Executor) error {
	futures := make([]*primitives.Future[R], len(d.args))
	for i, arg := range d.args {
		futures[i] = primitives.Call(ctx, ex, d.piece, arg)
	}
	results, err := collect(futures)
	if err == nil {
		d.merge(results)
	}
	return err
}

// forEach runs task(0) … task(n-1) as n tasks on ex and returns their results
// in order. It returns the first error in that order, after all have finished:
// a job that fails must not leave tasks behind that run into the next one.
func forEach[T any](ctx context.Context, ex primitives.Executor, n int, task func(ctx context.Context, i int) (T, error)) ([]T, error) {
	return primitives.SubmitN(ctx, ex, n, task).Await(context.Background())
}

// doEach is forEach for tasks without a result.
func doEach(ctx context.Context, ex primitives.Executor, n int, task func(i int)) error {
	_, err := forEach(ctx, ex, n, func(_ context.Context, i int) (none struct{}, err error) {
		task(i)
		return none, nil
	})
	return err
}

// doShares is doEach for equal shares of [0, n).
func doShares(ctx context.Context, ex primitives.Executor, n, shares int, task func(lo, hi int)) error {
	return doEach(ctx, ex, shares, func(i int) { task(i*n/shares, (i+1)*n/shares) })
}

// collect waits for all futures and returns their results, and the first error
// in their order.
func collect[T any](futures []*primitives.Future[T]) ([]T, error) {
	results := make([]T, len(futures))
	var first error
	// From the last to the first: a caller that waits for the first is woken
	// for nearly every task, and takes a core from the workers each time.
	for i := len(futures) - 1; i >= 0; i-- {
		v, err := futures[i].Await(context.Background())
		if err != nil {
			first = err
		}
		results[i] = v
	}
	return results, first
}

// touch calls f for equal shares of [0, n), each on a goroutine of its own, and
// returns when all are done. Set-up fills large arrays with it, because memory is
// placed near the core that first writes it, and tasks will run on all cores.
func touch(n int, f func(lo, hi int)) {
	shares := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for i := range shares {
		wg.Go(func() { f(i*n/shares, (i+1)*n/shares) })
	}
	wg.Wait()
}
