package primitives

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
)

// ErrNoFutures is the error of Any and Race of no futures, which could never
// finish.
var ErrNoFutures = errors.New("primitives: no futures to choose from")

// promise returns a future that no executor runs. Its maker completes it.
func promise[T any]() *Future[T] {
	return &Future[T]{ctx: ended}
}

// settle completes a held future without a task, unless it was cancelled or
// settled before.
func (f *Future[T]) settle(value T, err error) bool {
	won := f.claim(statusHeld, statusTaken)
	if won {
		if f.home != nil { // it was counted in
			f.home.outsiders.tally.Add(oneFinished)
		}
		f.complete(value, err, statusFinished)
	}
	return won
}

// Then returns the future of fn(ctx, value), to be run on ex once f has
// finished with a value: Deferred's callback, a promise's then. If f ends with
// an error, fn is not called and that is the error of the new future too.
// Cancelling the new future does not cancel f.
func Then[T, U any](ctx context.Context, ex Executor, f *Future[T], fn func(context.Context, T) (U, error)) *Future[U] {
	return chain(ctx, ex, f, func(v T, err error, next *Future[U]) {
		if err != nil {
			var none U
			next.settle(none, err)
			return
		}
		next.launch(ex, func(ctx context.Context) (U, error) { return fn(ctx, v) })
	})
}

// Recover returns the future of fn(ctx, err), to be run on ex once f has ended
// with an error: Deferred's errback, a promise's catch. If f finishes with a
// value, fn is not called and that is the value of the new future too.
func Recover[T any](ctx context.Context, ex Executor, f *Future[T], fn func(context.Context, error) (T, error)) *Future[T] {
	return chain(ctx, ex, f, func(v T, err error, next *Future[T]) {
		if err == nil {
			next.settle(v, nil)
			return
		}
		next.launch(ex, func(ctx context.Context) (T, error) { return fn(ctx, err) })
	})
}

// chain returns a future that link settles or launches when f is done.
func chain[T, U any](ctx context.Context, ex Executor, f *Future[T], link func(T, error, *Future[U])) *Future[U] {
	mustHave(ctx)
	next := &Future[U]{home: ex.base(), ctx: ctx}
	next.home.expect(1)
	f.OnDone(func(v T, err error) { link(v, err, next) })
	return next
}

// launch gives a held future its task and hands it to ex.
func (f *Future[T]) launch(ex Executor, fn func(context.Context) (T, error)) {
	if !f.claim(statusHeld, statusTaken) { // it was cancelled
		return
	}
	f.fn = fn
	f.unclaim()
	if err := ex.follow(f); err != nil {
		f.drop(err)
	}
}

// All returns the future of all values, in the order of the arguments:
// asyncio.gather, Promise.all. At the first error it finishes with that error;
// the others go on. Cancelling it does not cancel them.
func All[T any](futures ...*Future[T]) *Future[[]T] { return all(false, futures) }

// AllOrCancel is All that cancels the others at the first error.
func AllOrCancel[T any](futures ...*Future[T]) *Future[[]T] { return all(true, futures) }

func all[T any](cancelRest bool, futures []*Future[T]) *Future[[]T] {
	whole := promise[[]T]()
	values := make([]T, len(futures))
	var left atomic.Int64
	left.Store(int64(len(futures)))
	if len(futures) == 0 {
		whole.settle(values, nil)
	}
	for i, f := range futures {
		f.OnDone(func(v T, err error) {
			values[i] = v
			if err != nil {
				if whole.settle(nil, err) && cancelRest {
					cancelAll(futures)
				}
			} else if left.Add(-1) == 0 {
				whole.settle(values, nil)
			}
		})
	}
	return whole
}

func cancelAll[T any](futures []*Future[T]) {
	for _, f := range futures {
		f.Cancel()
	}
}

// Outcome is how one future ended.
type Outcome[T any] struct {
	Value T
	Err   error
}

// AllSettled returns the future of how each of the futures ended, in order. It
// has no error itself.
func AllSettled[T any](futures ...*Future[T]) *Future[[]Outcome[T]] {
	whole := promise[[]Outcome[T]]()
	outcomes := make([]Outcome[T], len(futures))
	var left atomic.Int64
	left.Store(int64(len(futures)))
	if len(futures) == 0 {
		whole.settle(outcomes, nil)
	}
	for i, f := range futures {
		f.OnDone(func(v T, err error) {
			outcomes[i] = Outcome[T]{v, err}
			if left.Add(-1) == 0 {
				whole.settle(outcomes, nil)
			}
		})
	}
	return whole
}

// Any returns the future of the first value: Promise.any. If all futures end
// with errors, its error joins them, in the order of the arguments. The others
// go on.
func Any[T any](futures ...*Future[T]) *Future[T] {
	first := promise[T]()
	var none T
	errs := make([]error, len(futures))
	var left atomic.Int64
	left.Store(int64(len(futures)))
	if len(futures) == 0 {
		first.settle(none, ErrNoFutures)
	}
	for i, f := range futures {
		f.OnDone(func(v T, err error) {
			if err == nil {
				first.settle(v, nil)
				return
			}
			errs[i] = err
			if left.Add(-1) == 0 {
				first.settle(none, errors.Join(errs...))
			}
		})
	}
	return first
}

// Race returns the future of whichever ends first, with a value or an error:
// Promise.race. The others go on.
func Race[T any](futures ...*Future[T]) *Future[T] {
	first := promise[T]()
	if len(futures) == 0 {
		var none T
		first.settle(none, ErrNoFutures)
	}
	for _, f := range futures {
		f.OnDone(func(v T, err error) { first.settle(v, err) })
	}
	return first
}

// Until says when Wait returns.
type Until int

// When Wait returns.
const (
	AllCompleted   Until = iota // when all have ended
	FirstCompleted              // when one has ended
	FirstError                  // when one has ended with an error, or all have ended
)

// Wait waits until enough of the futures have ended and returns those that
// have and those that have not, each in the order of the argument:
// concurrent.futures.wait. If ctx ends first it returns what there is, and
// ctx's cause. Inside a task it waits as Future.Result does.
func Wait[T any](ctx context.Context, futures []*Future[T], until Until) (done, pending []*Future[T], err error) {
	var g gathering[T]
	defer g.leave()
	failed := false
	ended := g.join(futures)
	if len(futures) == 0 {
		return nil, nil, nil
	}
	for n := 0; n < len(futures) && !(until == FirstCompleted && n > 0) && !(until == FirstError && failed); n++ {
		var i int
		if i, err = ended(ctx); err != nil {
			break
		}
		_, e := futures[i].outcome()
		failed = failed || e != nil
	}
	for _, f := range futures {
		if f.final() {
			done = append(done, f)
		} else {
			pending = append(pending, f)
		}
	}
	return done, pending, err
}

// AsCompleted yields the futures with their indexes in the order in which they
// end. It stops early when ctx ends. Inside a task it waits as Future.Result
// does.
func AsCompleted[T any](ctx context.Context, futures []*Future[T]) iter.Seq2[int, *Future[T]] {
	return func(yield func(int, *Future[T]) bool) {
		var g gathering[T]
		defer g.leave()
		ended := g.join(futures)
		for range futures {
			i, err := ended(ctx)
			if err != nil || !yield(i, futures[i]) {
				return
			}
		}
	}
}

// gathering is one party that waits for several futures. It has a callback in
// the list of each, and takes them out again when it leaves, so that waiting
// for the first of many leaves nothing behind.
type gathering[T any] struct {
	futures   []*Future[T]
	callbacks []waiter

	mu    sync.Mutex
	ended []int // in the order in which they ended; those before read are known
	read  int
	party *waiter // parked
}

// join begins to listen and returns a function that waits for the next future
// to end and returns its index.
func (g *gathering[T]) join(futures []*Future[T]) (next func(context.Context) (int, error)) {
	g.futures = futures
	g.callbacks = make([]waiter, len(futures))
	for i, f := range futures {
		l := &g.callbacks[i]
		l.fire, l.ours = func() { g.end(i) }, true
		if !f.enlist(l) {
			g.end(i)
		}
	}
	return g.next
}

func (g *gathering[T]) end(i int) {
	g.mu.Lock()
	g.ended = append(g.ended, i)
	l := g.party
	g.party = nil
	g.mu.Unlock()
	if l != nil {
		l.signal()
	}
}

func (g *gathering[T]) next(ctx context.Context) (int, error) {
	g.mu.Lock()
	if g.read == len(g.ended) {
		w := currentWorker()
		l := (*waiterPool)(nil).get(w)
		g.party = l
		g.mu.Unlock()
		w.park(ctx, l)
		g.mu.Lock()
		if g.read == len(g.ended) {
			g.party = nil
			g.mu.Unlock()
			return 0, context.Cause(ctx)
		}
	}
	i := g.ended[g.read]
	g.read++
	g.mu.Unlock()
	return i, nil
}

func (g *gathering[T]) leave() {
	for i, f := range g.futures {
		f.delist(&g.callbacks[i])
	}
}

// Map yields the results of fn for every element of in, in order, while up to
// twice as many tasks as ex has workers are submitted ahead of the one that is
// due. When the loop over it ends early, or ctx ends, what was submitted ahead
// is cancelled and no more is taken from in; with an ended context Map yields
// its cause last. in is read on the caller's goroutine.
func Map[A, R any](ctx context.Context, ex Executor, in iter.Seq[A], fn func(context.Context, A) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		ahead := make([]*Future[R], 0, 2*ex.Workers()) // oldest first
		defer func() { cancelAll(ahead) }()
		over := func() bool {
			if ctx.Err() == nil {
				return false
			}
			var none R
			yield(none, context.Cause(ctx))
			return true
		}
		deliver := func() bool {
			v, err := ahead[0].Result(ctx)
			if over() {
				return false
			}
			ahead = append(ahead[:0], ahead[1:]...)
			return yield(v, err)
		}
		for a := range in {
			if over() || len(ahead) == cap(ahead) && !deliver() {
				return
			}
			ahead = append(ahead, Submit(ctx, ex, func(ctx context.Context) (R, error) { return fn(ctx, a) }))
		}
		for len(ahead) > 0 {
			if !deliver() {
				return
			}
		}
	}
}
