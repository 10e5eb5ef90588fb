package primitives

import (
	"context"
	"sync"
	"sync/atomic"
)

// intake is the bounded queue before an executor's workers, and the submitters
// who wait for room in it. They wait with their tasks: whoever makes room queues
// the task and then wakes its submitter, who has nothing left to do. So no
// wake-up is lost or useless, however many wait. A submitter that was woken to
// try again might find that others were faster, and one that gives up at that
// moment would have to wake the next.
type intake struct {
	mu       sync.Mutex
	queue    deque
	limit    int
	blocked  waitlist // submitters who wait for room: first come, first served
	admitted waitlist // their tasks were queued in this critical section; unlock wakes them
	closed   bool
	aborted  bool // ShutdownNow was called: nothing pending will run
	quantum  int  // how many tasks a loop's task may submit when it is admitted

	// searched: the queue has been searched for finished or cancelled tasks since it was
	// last half empty, and there were none. withdrawn is the number of withdrawals at
	// that search.
	searched  bool
	withdrawn uint64
}

// accept queues t if there is room and nobody waits for it. Tasks that are over
// count as room; accept searches for them only when there is no other.
func (q *intake) accept(t task, withdrawals *atomic.Uint64) bool {
	if q.hasRoom() {
		q.queue.push(t)
		return true
	}
	if withdrawn := withdrawals.Load(); !q.searched || q.withdrawn != withdrawn {
		q.withdrawn = withdrawn
		if q.searched = !q.queue.purge(); !q.searched {
			q.refill()
		}
	}
	if !q.hasRoom() {
		return false
	}
	q.queue.push(t)
	return true
}

// hasRoom reports whether a submitter need not wait or let others go first.
func (q *intake) hasRoom() bool { return q.blocked.first == nil && q.queue.n < q.limit }

// pop returns the task to run next, or nil. Blocked submitters are admitted once
// the queue is half empty: otherwise one would be woken for every task. Where
// there is no queue, they are the queue.
func (q *intake) pop() task {
	t := q.queue.pop()
	if t == nil && q.blocked.first != nil {
		return q.admit()
	}
	if q.queue.n <= q.limit/2 && (q.searched || q.blocked.first != nil) {
		q.searched = false
		q.refill()
	}
	return t
}

// refill admits as many blocked submitters as there is room for.
func (q *intake) refill() {
	for room := q.limit - q.queue.n; room > 0 && q.blocked.first != nil; room-- {
		if q.blocked.first.w != nil {
			room -= q.quantum - 1
		}
		q.queue.push(q.admit())
	}
}

// admit takes the task of the first blocked submitter.
func (q *intake) admit() task {
	l := q.blocked.pop()
	t := l.task
	l.task = nil
	q.admitted.push(l)
	return t
}

// unlock ends a critical section in which submitters may have been admitted.
func (q *intake) unlock() {
	if q.admitted.first == nil {
		q.mu.Unlock()
		return
	}
	chain := q.admitted.take()
	q.mu.Unlock()
	wakeAll(chain)
}

// waitForRoom unlocks and waits until t has been taken. If ctx ends first it
// returns the cause, and ErrShutdown if the executor is shut down meanwhile.
func (q *intake) waitForRoom(ctx context.Context, t task, k *core) error {
	w := k.caller()
	l := k.pool.get(w)
	l.task = t
	q.blocked.push(l)
	q.unlock()
	if !w.park(ctx, l) {
		q.mu.Lock()
		left := q.blocked.remove(l)
		q.mu.Unlock()
		if left {
			k.pool.put(l)
			return context.Cause(ctx)
		}
		<-l.wake // not under the lock, which the one that signals may need
	}
	taken := l.task == nil
	k.pool.put(l)
	if !taken {
		return ErrShutdown
	}
	return nil
}

// dropAll cancels all pending tasks.
func (q *intake) dropAll() {
	q.mu.Lock()
	q.aborted = true
	pending := q.queue
	q.queue = deque{}
	q.mu.Unlock()
	pending.drop(ErrShutdown)
}
