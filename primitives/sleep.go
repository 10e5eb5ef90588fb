package primitives

import (
	"context"
	"time"
)

// Sleep waits for d. If ctx ends first, it returns ctx's cause. A task that
// sleeps keeps its worker. Unlike time.Sleep, it lets other tasks of an event
// loop run meanwhile: it is asyncio.sleep.
func Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return context.Cause(ctx)
	}
	if w := currentWorker(); w != nil && w.co != nil {
		l := (*waiterPool)(nil).get(w)
		timer := time.AfterFunc(d, l.signal)
		if w.hold(ctx, l) || !timer.Stop() {
			return nil
		}
		return context.Cause(ctx)
	}
	if t, ok := ctx.(ownContext); ok {
		return t.sleep(d)
	}
	if ctx.Done() == nil {
		time.Sleep(d) // reuses the goroutine's own timer
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// sleep is Sleep with a task's own context, the usual case.
func (c *taskContext[T]) sleep(d time.Duration) error {
	waiters := c.home.waiters()
	l := waiters.get(nil)
	defer waiters.put(l)
	parent, err := c.listen(l)
	if err != nil {
		return err
	}
	if l.timer == nil {
		l.timer = time.NewTimer(d)
	} else {
		l.timer.Reset(d)
	}
	defer l.timer.Stop()
	select {
	case <-l.timer.C:
	case <-l.wake:
		return context.Cause(c)
	case <-parent.Done():
		err = context.Cause(parent)
	}
	if !c.unlisten(l) {
		<-l.wake // cancelled at the same moment
	}
	return err
}
