package primitives

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// Until says when Wait returns.
type Until int

// When Wait returns.
const (
	AllCompleted   Until = iota // when all have ended
	FirstCompleted              // when one has ended
	FirstError                  // when one has ended with an error or was cancelled, or all have ended
)

// Wait waits until enough of the futures have ended. It returns those that have
// and those that have not, each in the order of the argument:
// concurrent.futures.wait. If ctx ends first, it also returns ctx's cause.
// Inside a task it waits as Future.Await does.
func Wait[T any](ctx context.Context, futures []*Future[T], until Until) (done, pending []*Future[T], err error) {
	g := gather(futures)
	defer g.leave()
	for range futures {
		var i int
		if i, err = g.next(ctx); err != nil {
			break
		}
		_, failure := futures[i].outcome()
		if until == FirstCompleted || until == FirstError && failure != nil {
			break
		}
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
// end. It stops early when ctx ends. Inside a task it waits as Future.Await
// does.
func AsCompleted[T any](ctx context.Context, futures []*Future[T]) iter.Seq2[int, *Future[T]] {
	return func(yield func(int, *Future[T]) bool) {
		g := gather(futures)
		defer g.leave()
		for range futures {
			i, err := g.next(ctx)
			if err != nil || !yield(i, futures[i]) {
				return
			}
		}
	}
}

// gathering is one goroutine that waits for several futures. It leaves their
// lists when it ends, so that waiting for the first of many leaves nothing
// behind.
type gathering[T any] struct {
	members[T]

	mu     sync.Mutex
	ended  []int // indexes by place; -1 where it is not known yet
	read   int
	parked *waiter
}

func gather[T any](futures []*Future[T]) *gathering[T] {
	g := &gathering[T]{ended: slices.Repeat([]int{-1}, len(futures))}
	g.futures = futures
	g.join(true, g.end, func() bool { return false })
	return g
}

func (g *gathering[T]) end(i int, place int32) {
	g.mu.Lock()
	g.ended[place-1] = i
	var l *waiter
	if g.ended[g.read] >= 0 {
		l, g.parked = g.parked, nil
	}
	g.mu.Unlock()
	if l != nil {
		l.signal()
	}
}

// next waits for the next future to end and returns its index.
func (g *gathering[T]) next(ctx context.Context) (int, error) {
	g.mu.Lock()
	if g.ended[g.read] < 0 {
		w := currentWorker()
		l := (*waiterPool)(nil).get(w)
		g.parked = l
		g.mu.Unlock()
		w.park(ctx, l)
		g.mu.Lock()
		if g.ended[g.read] < 0 {
			g.parked = nil
			g.mu.Unlock()
			return 0, context.Cause(ctx)
		}
	}
	i := g.ended[g.read]
	g.read++
	g.mu.Unlock()
	return i, nil
}
