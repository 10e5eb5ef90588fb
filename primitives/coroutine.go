package primitives

import (
	"context"
	"iter"
)

// coroutine runs tasks of a loop, one after the other.
type coroutine struct {
	loop   *Loop
	w      worker
	task   task
	resume func() (struct{}, bool) // lets it run until it yields
	stop   func()
	yield  func(struct{}) bool

	turn   uint64 // counts its waits; a resume for an earlier one is too late
	parked bool
	l      *waiter // what it waits for
	away   bool    // while it is parked, it is not active
	quota  int     // how many more tasks it may submit before it yields, although others wait for room
}

func (x *Loop) newCoroutine() *coroutine {
	co := &coroutine{loop: x}
	co.w = worker{core: x.core, host: x, co: co}
	co.resume, co.stop = iter.Pull(co.live)
	return co
}

// live runs task after task. It yields when the loop has something else to do.
func (co *coroutine) live(yield func(struct{}) bool) {
	co.yield = yield
	co.w.enroll()
	returned := false
	defer func() {
		co.w.leave()
		if !returned { // runtime.Goexit
			co.loop.finish()
			co.loop.mu.Unlock()
		}
	}()
	for {
		co.task.run(&co.w)
		switch t, keep := co.loop.nextTask(co); {
		case t != nil:
			co.task = t
		case !keep || !yield(struct{}{}):
			returned = true
			return
		}
	}
}

// pause parks co until l is signalled (true) or ctx ends (false, or true if
// both). If away is true, another task may take its place meanwhile.
func (x *Loop) pause(ctx context.Context, co *coroutine, l *waiter, away bool) bool {
	x.mu.Lock()
	co.quota = 0
	co.turn++
	if len(l.wake) > 0 { // signalled between enlisting and here
		x.mu.Unlock()
		<-l.wake
		return true
	}
	co.parked, co.away, co.l = true, away, l
	if away {
		x.makeRoom()
	}
	x.mu.Unlock()
	if canEnd(ctx) {
		turn := co.turn
		defer afterFunc(ctx, func() { x.resume(co, turn) })()
	}
	co.yield(struct{}{})
	co.l = nil
	select {
	case <-l.wake:
		return true
	default:
		return false
	}
}

// resume makes co ready, if it is still in the wait of that turn.
func (x *Loop) resume(co *coroutine, turn uint64) {
	x.mu.Lock()
	if !co.parked || co.turn != turn {
		x.mu.Unlock()
		return
	}
	co.parked = false
	gaveUp := len(co.l.wake) == 0
	if co.away && !gaveUp && x.active >= len(x.lanes) {
		x.returning.push(&co.w)
		x.rouse()
		return
	}
	if co.away {
		x.active++
	}
	x.ready = append(x.ready, co)
	x.rouse()
}

// hurry lets tasks that have lost their patience go on, although more than
// Workers are then in progress; see crew.
func (x *Loop) hurry() {
	x.mu.Lock()
	impatient := x.returning.takeImpatient()
	if len(impatient) == 0 { // perhaps the loop has ended
		x.mu.Unlock()
		return
	}
	for _, w := range impatient {
		x.active++
		x.ready = append(x.ready, w.co)
	}
	x.rouse()
}
