package primitives

import "time"

// patience is how long a task that has finished waiting waits for a worker slot:
// as long as Go's scheduler lets a goroutine run while others are ready.
const patience = 10 * time.Millisecond

// returnLine holds the workers whose tasks have finished waiting and need a slot:
// first come, first served. All have the same patience, so the first in line is
// the next to lose it, and one timer is enough. The executor's lock guards it.
type returnLine struct {
	line  waitlist // the places of workers
	hurry func()   // called without the lock when a worker may have lost patience
	timer *time.Timer
	armed bool
}

func (c *returnLine) empty() bool { return c.line.first == nil }

// push adds w at the end of the line.
func (c *returnLine) push(w *worker) {
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

// pop removes the first. The line must not be empty.
func (c *returnLine) pop() *worker { return c.line.pop().w }

// takeImpatient removes and returns the workers that have lost their patience by
// now, and sets the timer for the next, if there is one.
func (c *returnLine) takeImpatient() (list []*worker) {
	now := time.Now()
	for !c.empty() {
		if left := c.line.first.w.due.Sub(now); left > 0 {
			c.timer.Reset(left)
			return list
		}
		list = append(list, c.pop())
	}
	c.armed = false
	return list
}
