package primitives

import (
	"context"
	"iter"
	"sync"
	"time"
)

// waiter is something that waits for an event: a parked goroutine, a callback,
// or a channel to close. It is in the list of what it waits for until it is
// removed, by whoever makes the event happen or by the waiter when it gives up;
// the lock of the list decides who was first.
type waiter struct {
	next, prev *waiter // both nil when in no list

	wake  chan struct{} // receives one token (room for one), or is closed
	fire  func()        // a callback, instead of wake
	live  *liveContext  // the task's own context, which ends with the future
	timer *time.Timer   // of a sleeper; reused

	w    *worker // the one that waits; its coroutine, if any, is also resumed
	turn uint64  // of that coroutine
	task task    // of a blocked submitter; nil once the executor has it

	order *order // of a composition's futures
	place int32  // of this future in it, from 1; 0 if it does not count; set by end

	closes   bool // wake is a Done channel
	internal bool // fire is this package's, short, and need not wait for callbacks
	listens  bool // it is in its own task's list, for Cancel to find
}

// isCallback reports whether l must run after earlier callbacks.
func (l *waiter) isCallback() bool { return l.fire != nil && !l.internal }

// signal wakes the goroutine, or those that wait for the channel. The waiter
// must be in no list. A goroutine may reuse its waiter as soon as it has the
// token, so signal reads everything before.
func (l *waiter) signal() {
	switch {
	case l.internal:
		l.fire()
		return
	case l.closes:
		close(l.wake)
		return
	case l.live != nil:
		l.live.cancel(nil)
		return
	}
	w, turn := l.w, l.turn
	l.wake <- struct{}{}
	if w != nil && w.co != nil {
		w.co.loop.resume(w.co, turn)
	}
}

// park blocks until the waiter is signalled (true) or ctx ends (false).
func (l *waiter) park(ctx context.Context) bool {
	done := ctx.Done()
	if done == nil {
		<-l.wake
		return true
	}
	select {
	case <-l.wake:
		return true
	case <-done:
		return false
	}
}

// waitlist is a ring of waiters in order of arrival. It is a ring because a
// waiter that gives up must leave in constant time: otherwise polling a slow
// future would fill its memory.
type waitlist struct{ first *waiter }

func (q *waitlist) push(l *waiter) {
	if q.first == nil {
		l.next, l.prev = l, l
		q.first = l
		return
	}
	last := q.first.prev
	l.prev, l.next = last, q.first
	last.next, q.first.prev = l, l
}

// pushFirst puts a waiter for specials to find at the front.
func (q *waitlist) pushFirst(l *waiter) {
	q.push(l)
	q.first = l
}

// specials yields the waiters of the Done channel and of the task's context.
func (q *waitlist) specials() iter.Seq[*waiter] {
	return func(yield func(*waiter) bool) {
		for l := q.first; l != nil && (l.closes || l.live != nil); l = l.next {
			if !yield(l) || l.next == q.first {
				return
			}
		}
	}
}

// remove removes l and reports whether it was in the list.
func (q *waitlist) remove(l *waiter) bool {
	if l.next == nil {
		return false
	}
	if l.next == l {
		q.first = nil
	} else {
		l.prev.next, l.next.prev = l.next, l.prev
		if q.first == l {
			q.first = l.next
		}
	}
	l.next, l.prev = nil, nil
	return true
}

// pop removes and returns the first, or nil.
func (q *waitlist) pop() *waiter {
	l := q.first
	if l != nil {
		q.remove(l)
	}
	return l
}

// take empties the list and returns the waiters as a chain that ends in nil. It
// is linked by prev, since a nil next means that a waiter is in no list.
func (q *waitlist) take() *waiter {
	first := q.first
	if first == nil {
		return nil
	}
	q.first = nil
	last := first.prev
	for l := first; ; {
		next := l.next
		l.next = nil
		if l == last {
			l.prev = nil
			return first
		}
		l.prev = next
		l = next
	}
}

// end takes the waiters of a future that ends with err, and gives those of
// compositions their places. Callbacks stay in the list.
func (q *waitlist) end(err error) (chain *waiter) {
	chain = q.take()
	for at := &chain; *at != nil; {
		l := *at
		if l.order != nil {
			l.place = l.order.next(err)
		}
		if l.isCallback() {
			*at, l.prev = l.prev, nil
			q.push(l)
		} else {
			at = &l.prev
		}
	}
	return chain
}

// wakeAll signals a chain that take returned.
func wakeAll(l *waiter) {
	for l != nil {
		next := l.prev
		l.prev = nil
		l.signal()
		l = next
	}
}

// waiterPool recycles the waiters of parked goroutines. Each executor has one,
// rather than one for the package, because a channel that was made in a
// testing/synctest bubble must not be used in another.
type waiterPool struct{ pool sync.Pool }

// get returns a waiter for the calling goroutine, whose worker is w, or nil if
// it has none. A nil pool makes a new waiter.
func (p *waiterPool) get(w *worker) *waiter {
	var l *waiter
	if p != nil {
		l, _ = p.pool.Get().(*waiter)
	}
	if l == nil {
		l = &waiter{wake: make(chan struct{}, 1)}
	}
	if w != nil && w.co != nil {
		l.w, l.turn = w, w.co.turn+1 // when it parks next
	}
	return l
}

// put recycles a waiter that is in no list. If it was signalled, its token must
// have been received.
func (p *waiterPool) put(l *waiter) {
	if p != nil {
		l.w, l.listens, l.task = nil, false, nil
		p.pool.Put(l)
	}
}
