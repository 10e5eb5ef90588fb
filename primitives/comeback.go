package primitives

import "time"

// patience is how long a task that has finished waiting waits for a worker: as
// long as Go's scheduler lets a goroutine run while others are ready.
const patience = 10 * time.Millisecond

// comeback is the tasks that have finished waiting and want a worker: first
// come, first served. All have the same patience, so the first in line is the
// next to lose it, and one timer does for all. The executor's lock guards it.
type comeback struct {
	line  waitlist // the places of workers
	hurry func()   // called, unlocked, when somebody may have lost patience
	timer *time.Timer
	armed bool
}

func (c *comeback) empty() bool { return c.line.first == nil }

// push puts w at the end of the line.
func (c *comeback) push(w *worker) {
	w.place.w, w.due = w, time.Now().Add(patience)
	c.line.push(&w.place)
	switch {
	case c.armed:
		return
	case c.timer == nil:
		c.timer = time.AfterFunc(patience, c.hurry)
	default:
		c.timer.Reset(patience)
	}
	c.armed = true
}

// pop takes the first out of the line, which must not be empty.
func (c *comeback) pop() *worker { return c.line.pop().w }

// impatient takes the first out of the line if it has lost its patience by now.
// Otherwise it sets the timer for that moment and returns nil; whoever hurries
// must go on until then.
func (c *comeback) impatient(now time.Time) *worker {
	if c.armed = !c.empty(); !c.armed {
		return nil
	}
	if left := c.line.first.w.due.Sub(now); left > 0 {
		c.timer.Reset(left)
		return nil
	}
	return c.pop()
}
