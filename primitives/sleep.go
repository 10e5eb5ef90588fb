package primitives

import (
	"context"
	"time"
)

// Sleep waits for d, or for less if ctx ends; it then returns ctx's cause. A
// task that sleeps keeps its worker. Unlike time.Sleep it lets the other tasks
// of an event loop run meanwhile: it is asyncio.sleep.
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

// sleep is Sleep with a task's own context. Asking that for Done would cost
// every task of a workload that only sleeps a context of the standard library;
// instead the sleeper stands among the future's waiters, where Cancel looks.
func (c *taskContext[T]) sleep(d time.Duration) error {
	f := (*Future[T])(c)
	waiters := f.home.waiters()
	l := waiters.get(nil)
	l.sleeps = true
	parent, ok := f.lieDown(l)
	if !ok {
		return context.Cause(c)
	}
	if l.timer == nil {
		l.timer = time.NewTimer(d)
	} else {
		l.timer.Reset(d)
	}
	var err error
	select {
	case <-l.timer.C:
	case <-l.wake:
		l.timer.Stop()
		l.sleeps = false
		waiters.put(l)
		return context.Cause(c)
	case <-parent.Done():
		err = context.Cause(parent)
		l.timer.Stop()
	}
	if !f.delist(l) {
		<-l.wake // cancelled at the same moment
	}
	l.sleeps = false
	waiters.put(l)
	return err
}

// lieDown enlists a sleeper and returns the context that the future was
// submitted with. It returns false if the task has been asked to stop.
func (f *Future[T]) lieDown(l *waiter) (context.Context, bool) {
	if !f.watch() {
		return nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.final() || (*taskContext[T])(f).currentLocked().Err() != nil {
		return nil, false
	}
	f.list.push(l)
	return f.ctx, true
}
