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
	if (x.queue.n > 0 || x.blocked.first != nil) && x.takeThread() {
		x.start(slot, x.pop())
		return
	}
	x.free = append(x.free, slot)
}

// borrow takes a slot for the calling goroutine, or returns nil if none is unused or
// others wait for one. The goroutine counts as one of the crew's until giveBack.
func (x *crew) borrow() *worker {
	x.mu.Lock()
	if x.closed || x.queue.n > 0 || x.blocked.first != nil {
		x.mu.Unlock()
		return nil
	}
	slot, ok := popLast(&x.free)
	var idle *worker
	if !ok {
		if idle, ok = popLast(&x.idle); !ok {
			x.mu.Unlock()
			return nil
		}
		slot, idle.slot = idle.slot, -1
	}
	w := x.record(slot)
	x.mu.Unlock()
	if idle != nil {
		idle.hand <- nil // its goroutine ends
	}
	return w
}

func (x *crew) giveBack(w *worker) {
	x.mu.Lock()
	x.vacate(w)
	x.leave(w)
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
	if slot, ok := popLast(&x.free); ok {
		w.slot = slot
		x.mu.Unlock()
	} else if v, ok := popLast(&x.idle); ok { // its goroutine ends, this one goes on
		w.slot, v.slot = v.slot, -1
		x.mu.Unlock()
		v.hand <- nil
	} else if !woken { // a task that gives up goes on at once
		x.mu.Unlock()
	} else {
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

// popLast removes and returns the last element of a slice. It returns false if
// there is none.
func popLast[T any](s *[]T) (last T, ok bool) {
	n := len(*s)
	if n == 0 {
		return last, false
	}
	last, *s = (*s)[n-1], (*s)[:n-1]
	return last, true
}
