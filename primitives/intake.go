package primitives

import (
	"context"
	"sync"
)

// intake is the bounded queue before an executor's workers.
type intake struct {
	mu      sync.Mutex
	queue   deque
	limit   int
	blocked waitlist // submitters who wait for room
	closed  bool
}

// waitForRoom waits, unlocked meanwhile, for room in the queue. If ctx ends
// first it returns the cause, unlocked.
func (q *intake) waitForRoom(ctx context.Context, waiters *waiterPool) error {
	w := currentWorker()
	l := waiters.get(w)
	q.blocked.push(l)
	q.mu.Unlock()
	woken := w.park(ctx, l)
	q.mu.Lock()
	if !woken {
		if q.blocked.remove(l) {
			q.mu.Unlock()
			return context.Cause(ctx)
		}
		<-l.wake
	}
	waiters.put(l)
	return nil
}

// unlockRoomy unlocks, and lets the blocked submitters go on once the queue is
// half empty: one by one they would be woken for every task.
func (q *intake) unlockRoomy() {
	var chain *waiter
	if q.blocked.first != nil && q.queue.len() <= q.limit/2 {
		chain = q.blocked.take()
	}
	q.mu.Unlock()
	wakeAll(chain)
}

// dropAll cancels what is pending.
func (q *intake) dropAll() {
	q.mu.Lock()
	pending := q.queue
	q.queue = deque{}
	q.mu.Unlock()
	for t := pending.pop(); t != nil; t = pending.pop() {
		t.drop(ErrShutdown)
	}
}
