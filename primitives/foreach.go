package primitives

import (
	"context"
	"sync/atomic"
)

// ForEach calls fn(ctx, 0) … fn(ctx, n-1), on at most Workers workers of ex at
// once, and returns when all calls have returned: a parallel for loop. It
// costs a few nanoseconds a call and allocates nothing per call, because there
// are no futures. Calls must not wait for each other.
//
// Every worker has an equal share of the indexes. It takes some of them at a
// time, fewer towards the end (guided self-scheduling: Polychronopoulos and
// Kuck, 1987). A worker that has finished takes half of what another has left.
// This balances calls of unequal length without a counter that all workers write
// to, which would cost more than a short call.
//
// After the first error, panic or end of ctx no further call begins. ForEach
// returns the error of the lowest index that has one.
func ForEach(ctx context.Context, ex Executor, n int, fn func(ctx context.Context, i int) error) error {
	if n <= 0 {
		return context.Cause(ctx)
	}
	if int64(n) > maxIndex {
		panic("primitives: ForEach over more than 2^32-1 indexes")
	}
	workers := min(n, ex.Workers())
	p := &parallel{fn: fn, shares: make([]share, workers)}
	for i := range p.shares {
		p.shares[i].left.Store(pack(uint64(n*i/workers), uint64(n*(i+1)/workers)))
	}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, func() { p.stop.Store(true) })()
	}
	b := SubmitN(ctx, ex, workers, p.work)
	lowest, first := n, error(nil)
	for i := range b.futures {
		f := &b.futures[i]
		// Not with ctx: fn must not be running any more when ForEach returns.
		if _, err := f.Await(context.Background()); err != nil && (first == nil || p.shares[i].at < lowest) {
			lowest, first = p.shares[i].at, err
		}
	}
	if first == nil && p.stop.Load() {
		return context.Cause(ctx)
	}
	return first
}

// parallel is one ForEach.
type parallel struct {
	stop   atomic.Bool
	fn     func(context.Context, int) error
	shares []share
}

// share is one worker's range of indexes, the end excluded. It is one word, so
// that owner and thieves agree.
type share struct {
	left atomic.Uint64
	at   int // index of the current call, for errors
	_    [128 - 16]byte
}

const maxIndex = 1<<32 - 1

func pack(from, to uint64) uint64       { return from<<32 | to }
func unpack(w uint64) (from, to uint64) { return w >> 32, w & maxIndex }

// take claims a sixteenth of what is left, but between 1 and 32 indexes.
func (s *share) take() (from, to int) {
	for {
		w := s.left.Load()
		lo, hi := unpack(w)
		if lo >= hi {
			return 0, 0
		}
		n := min(max((hi-lo)/16, 1), 32)
		if s.left.CompareAndSwap(w, pack(lo+n, hi)) {
			return int(lo), int(lo + n)
		}
	}
}

// rob moves half of what victim has left to s, which is empty. It reports
// whether anything was left.
func (s *share) rob(victim *share) bool {
	for {
		w := victim.left.Load()
		lo, hi := unpack(w)
		if lo >= hi {
			return false
		}
		middle := lo + (hi-lo)/2
		if victim.left.CompareAndSwap(w, pack(lo, middle)) {
			s.left.Store(pack(middle, hi))
			return true
		}
	}
}

// work calls fn for one worker.
func (p *parallel) work(ctx context.Context, worker int) (none struct{}, err error) {
	own := &p.shares[worker]
	finished := false
	defer func() {
		if !finished { // fn returned an error, panicked or called runtime.Goexit
			p.stop.Store(true)
		}
	}()
	for {
		from, to := own.take()
		if from == to {
			if p.robAny(worker) {
				continue
			}
			finished = true
			return none, nil
		}
		for i := from; i < to; i++ {
			if p.stop.Load() {
				return none, nil
			}
			own.at = i
			if err := p.fn(ctx, i); err != nil {
				return none, err
			}
		}
	}
}

// robAny robs the first share, from the neighbour's on, that has anything left.
// It reports whether there was one.
func (p *parallel) robAny(worker int) bool {
	n := len(p.shares)
	for k := 1; k < n; k++ {
		if p.shares[worker].rob(&p.shares[(worker+k)%n]) {
			return true
		}
	}
	return false
}
