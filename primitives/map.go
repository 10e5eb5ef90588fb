package primitives

import (
	"context"
	"iter"
)

// Map yields the results of fn for every element of in, in order. Meanwhile up
// to twice as many tasks as ex has workers are submitted ahead of the one that is
// due. When the loop over it ends early, or ctx ends, these tasks are cancelled
// and nothing more is taken from in. When ctx has ended, Map yields its cause
// last, even if in is empty. in is read on the caller's goroutine.
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
			v, err := ahead[0].Await(ctx)
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
