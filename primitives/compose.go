package primitives

import (
	"context"
	"errors"
	"iter"
	"slices"
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

// chain returns a future that link settles or launches when f is done. If it is
// cancelled before, f forgets it.
func chain[T, U any](ctx context.Context, ex Executor, f *Future[T], link func(T, error, *Future[U])) *Future[U] {
	mustHave(ctx)
	next := &Future[U]{home: ex.base(), ctx: ctx}
	l := &waiter{fire: func() {
		v, err := f.outcome()
		link(v, err, next)
	}}
	next.fn = func(context.Context) (none U, err error) {
		f.delist(l)
		return none, nil
	}
	next.home.expect(1)
	f.call(l)
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

// members are the futures of a composition. It has a waiter in the list of
// each, and takes them out when it has ended or nobody needs it any more:
// otherwise a future that outlives many compositions, such as that of a
// server's shutdown, would keep them all.
type members[T any] struct {
	futures []*Future[T]
	waiters []waiter
	order   order
}

// join has end called for each member that has ended or ends, with its index,
// and its place among those that order counts, from 1, or 0. Those that had
// ended before come first, in the order of the arguments. ours says that end is
// short and need not wait for the member's callbacks. It stops when enough.
func (m *members[T]) join(ours bool, end func(i int, place int32), enough func() bool) {
	m.waiters = make([]waiter, len(m.futures))
	over := make([]bool, len(m.futures))
	ended := func(i int) {
		_, err := m.futures[i].outcome()
		end(i, m.order.next(err))
	}
	for i, f := range m.futures {
		if over[i] = f.final(); over[i] {
			ended(i)
		}
	}
	for i, f := range m.futures {
		if over[i] || enough() {
			continue
		}
		l := &m.waiters[i]
		l.order, l.ours, l.fire = &m.order, ours, func() { end(i, l.place) }
		if !f.enlist(l) {
			ended(i)
		}
	}
}

// leave takes the composition out of the lists of the members.
func (m *members[T]) leave() {
	for i, f := range m.futures {
		if !f.final() || f.status.Load()&callingBit != 0 {
			f.delist(&m.waiters[i])
		}
	}
}

// compose returns a future that end settles: it is called when a member has
// ended, with its index, its place among those that end with an error that
// counts, or 0, and how it ended, and says whether it has settled the future.
func compose[T, R any](futures []*Future[T], counts func(error) bool, end func(whole *Future[R], i int, place int32, v T, err error) bool) *Future[R] {
	m := &members[T]{futures: futures, order: order{counts: counts}}
	whole := promise[R]()
	whole.fn = func(context.Context) (none R, err error) {
		m.leave()
		return none, nil
	}
	m.join(false, func(i int, place int32) {
		v, err := futures[i].outcome()
		if end(whole, i, place, v, err) {
			m.leave()
		}
	}, whole.final)
	if whole.final() { // perhaps while it joined
		m.leave()
	}
	return whole
}

func failed(err error) bool    { return err != nil }
func succeeded(err error) bool { return err == nil }

// All returns the future of all values, in the order of the arguments:
// asyncio.gather, Promise.all. It finishes with the error of whichever fails
// first; the others go on. Cancelling it does not cancel them.
//
// Of All, AllOrCancel, Any and Race, this holds: what has ended when the
// composition is made counts as first, in the order of the arguments, and a
// composition belongs to no executor. Shutdown of the executors whose futures it
// is made of returns after it has ended, if all of them are shut down.
func All[T any](futures ...*Future[T]) *Future[[]T] { return all(false, futures) }

// AllOrCancel is All that cancels the others at the first error.
func AllOrCancel[T any](futures ...*Future[T]) *Future[[]T] { return all(true, futures) }

func all[T any](cancelRest bool, futures []*Future[T]) *Future[[]T] {
	values := make([]T, len(futures))
	if len(futures) == 0 {
		return settled(values, nil)
	}
	var left atomic.Int64
	left.Store(int64(len(futures)))
	return compose(futures, failed, func(whole *Future[[]T], i int, place int32, v T, err error) bool {
		if place == 1 {
			won := whole.settle(nil, err)
			if won && cancelRest {
				cancelAll(futures)
			}
			return won
		}
		values[i] = v
		return err == nil && left.Add(-1) == 0 && whole.settle(values, nil)
	})
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
	outcomes := make([]Outcome[T], len(futures))
	if len(futures) == 0 {
		return settled(outcomes, nil)
	}
	var left atomic.Int64
	left.Store(int64(len(futures)))
	return compose(futures, nil, func(whole *Future[[]Outcome[T]], i int, _ int32, v T, err error) bool {
		outcomes[i] = Outcome[T]{v, err}
		return left.Add(-1) == 0 && whole.settle(outcomes, nil)
	})
}

// Any returns the future of the first value: Promise.any. If all futures end
// with errors, its error joins them, in the order of the arguments. The others
// go on. See All for what had ended before.
func Any[T any](futures ...*Future[T]) *Future[T] {
	var none T
	if len(futures) == 0 {
		return settled(none, ErrNoFutures)
	}
	errs := make([]error, len(futures))
	var left atomic.Int64
	left.Store(int64(len(futures)))
	return compose(futures, succeeded, func(first *Future[T], i int, place int32, v T, err error) bool {
		if err == nil {
			return place == 1 && first.settle(v, nil)
		}
		errs[i] = err
		return left.Add(-1) == 0 && first.settle(none, errors.Join(errs...))
	})
}

// Race returns the future of whichever ends first, with a value or an error:
// Promise.race. The others go on. See All for what had ended before.
func Race[T any](futures ...*Future[T]) *Future[T] {
	if len(futures) == 0 {
		var none T
		return settled(none, ErrNoFutures)
	}
	return compose(futures, nil, func(first *Future[T], _ int, place int32, v T, err error) bool {
		return place == 1 && first.settle(v, err)
	})
}

// settled returns a future that has ended.
func settled[T any](v T, err error) *Future[T] {
	f := promise[T]()
	f.settle(v, err)
	return f
}

// Until says when Wait returns.
type Until int

// When Wait returns.
const (
	AllCompleted   Until = iota // when all have ended
	FirstCompleted              // when one has ended
	FirstError                  // when one has ended with an error or was cancelled, or all have ended
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

// gathering is one party that waits for several futures. It leaves their lists
// when it ends, so that waiting for the first of many leaves nothing behind.
type gathering[T any] struct {
	members[T]

	mu    sync.Mutex
	ended []int // indexes by place; -1 where it is not known yet
	read  int
	party *waiter // parked
}

// join begins to listen and returns a function that waits for the next future
// to end and returns its index.
func (g *gathering[T]) join(futures []*Future[T]) (next func(context.Context) (int, error)) {
	g.futures = futures
	g.ended = slices.Repeat([]int{-1}, len(futures))
	g.members.join(true, g.end, func() bool { return false })
	return g.next
}

func (g *gathering[T]) end(i int, place int32) {
	g.mu.Lock()
	g.ended[place-1] = i
	var l *waiter
	if g.ended[g.read] >= 0 {
		l, g.party = g.party, nil
	}
	g.mu.Unlock()
	if l != nil {
		l.signal()
	}
}

func (g *gathering[T]) next(ctx context.Context) (int, error) {
	g.mu.Lock()
	if g.ended[g.read] < 0 {
		w := currentWorker()
		l := (*waiterPool)(nil).get(w)
		g.party = l
		g.mu.Unlock()
		w.park(ctx, l)
		g.mu.Lock()
		if g.ended[g.read] < 0 {
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

// Map yields the results of fn for every element of in, in order, while up to
// twice as many tasks as ex has workers are submitted ahead of the one that is
// due. When the loop over it ends early, or ctx ends, what was submitted ahead
// is cancelled and no more is taken from in; with an ended context Map yields
// its cause last, also of an empty input. in is read on the caller's goroutine.
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
		if over() {
			return
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
