package primitives

import "context"

// How the goroutines of a crew pass on the slots that they need to run tasks.

// vacate passes w's slot on: to a task that has finished waiting, to a new
// goroutine if tasks are pending, or to nobody. The caller must unlock.
func (x *crew) vacate(w *worker) {
	slot := w.slot
	if slot < 0 {
		return
	}
	w.slot = -1
	if !x.returning.empty() {
		r := x.returning.pop()
		x.wanted.Add(-1)
		r.slot = slot
		r.hand <- nil
		return
	}
	if (x.queue.len() > 0 || x.blocked.first != nil) && x.takeThread() {
		x.start(slot, x.pop())
		return
	}
	x.free = append(x.free, slot)
}

func (x *crew) mayStart(task) bool { return true }

// putBack implements host. The queue may have skipped the task meanwhile.
func (x *crew) putBack(t task) { _ = x.follow(t) } // not refused: the caller works here

func (x *crew) await(ctx context.Context, w *worker, l *waiter) bool {
	x.mu.Lock()
	x.vacate(w)
	x.waiting++
	x.unlock()
	woken := l.park(ctx)
	x.mu.Lock()
	x.waiting--
	x.progress = true
	switch n, i := len(x.free), len(x.idle); {
	case n > 0:
		w.slot = x.free[n-1]
		x.free = x.free[:n-1]
		x.mu.Unlock()
	case i > 0: // its goroutine ends, this one goes on
		v := x.idle[i-1]
		x.idle = x.idle[:i-1]
		w.slot, v.slot = v.slot, -1
		x.mu.Unlock()
		v.hand <- nil
	case !woken: // a task that gives up goes on at once
		x.mu.Unlock()
	default:
		x.waitForSlot(w)
	}
	return woken
}

// waitForSlot unlocks and waits until w has a slot again, or has lost its
// patience.
func (x *crew) waitForSlot(w *worker) {
	x.returning.push(w)
	x.wanted.Add(1)
	x.unlock()
	<-w.hand
}

// hurry lets the workers that have lost their patience go on without a slot.
func (x *crew) hurry() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, w := range x.returning.takeImpatient() {
		x.wanted.Add(-1)
		w.hand <- nil
	}
}

// giveSlot unlocks and gives w's slot to t: a task that waited for room which
// only its own slot could give would wait forever.
func (x *crew) giveSlot(w *worker, t task) {
	x.start(w.slot, t)
	w.slot = -1
	x.waitForSlot(w)
}
