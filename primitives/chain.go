package primitives

import "context"

// Then returns the future of fn(ctx, value), to be run on ex once f has
// finished with a value: Deferred's callback, a promise's then. If f ends with
// an error, fn is not called and the new future has the same error. Cancelling
// the new future does not cancel f.
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
// value, fn is not called and the new future has the same value.
func Recover[T any](ctx context.Context, ex Executor, f *Future[T], fn func(context.Context, error) (T, error)) *Future[T] {
	return chain(ctx, ex, f, func(v T, err error, next *Future[T]) {
		if err == nil {
			next.settle(v, nil)
			return
		}
		next.launch(ex, func(ctx context.Context) (T, error) { return fn(ctx, err) })
	})
}

// chain returns a future that link settles or launches when f has ended. If it
// is cancelled before, f forgets it.
func chain[T, U any](ctx context.Context, ex Executor, f *Future[T], link func(T, error, *Future[U])) *Future[U] {
	requireContext(ctx)
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

// launch gives a held future its task and submits it to ex.
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

// promise returns a future that no executor runs. Its maker completes it.
func promise[T any]() *Future[T] {
	return &Future[T]{ctx: ended}
}

// settle completes a held future without a task, unless it was cancelled or
// settled before. It reports whether it has completed it.
func (f *Future[T]) settle(value T, err error) bool {
	won := f.claim(statusHeld, statusTaken)
	if won {
		if f.home != nil { // it was counted in
			f.home.slotless.tally.Add(oneFinished)
		}
		f.complete(value, err, statusFinished)
	}
	return won
}
