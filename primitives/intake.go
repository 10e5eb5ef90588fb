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
	aborted bool // ShutdownNow was called: nothing pending will run
}

// waitForRoom waits, unlocked meanwhile, for room in the full queue, unless it
// holds tasks that are over and only have to be thrown out. If ctx ends first it
// returns the cause, unlocked.
func (q *intake) waitForRoom(ctx context.Context, waiters *waiterPool) error {
	if q.queue.purge() {
		return nil
	}
	w := currentWorker()
	l := waiters.get(w)
	q.blocked.push(l)
	q.mu.Unlock()
	if !w.park(ctx, l) {
		q.mu.Lock()
		left := q.blocked.remove(l)
		q.mu.Unlock()
		if left {
			return context.Cause(ctx)
		}
		<-l.wake // not under the lock, which whoever signals may need before
	}
	waiters.put(l)
	q.mu.Lock()
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
	q.aborted = true
	pending := q.queue
	q.queue = deque{}
	q.mu.Unlock()
	pending.drop()
}
