package primitives

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrNoFutures is the error of Any and Race of no futures, which could never
// finish.
var ErrNoFutures = errors.New("primitives: no futures to choose from")

// All returns the future of all values, in the order of the arguments:
// asyncio.gather, Promise.all. It finishes with the error of whichever fails
// first; the others go on. Cancelling it does not cancel them.
//
// The following holds for All, AllOrCancel, Any and Race. Futures that have
// ended when the composition is made count as first, in the order of the
// arguments. A composition belongs to no executor. Once all executors of its
// futures have shut down, it has ended.
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
// go on. See All for futures that had ended before.
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
// Promise.race. The others go on. See All for futures that had ended before.
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

func failed(err error) bool    { return err != nil }
func succeeded(err error) bool { return err == nil }

// compose returns a future that the function end settles. It calls end when member i has
// ended with v and err; end reports whether it has settled the future. The argument place
// numbers the members whose error counts, from 1 in the order in which they ended; for
// the other members it is 0. If counts is nil, every member has a place.
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
