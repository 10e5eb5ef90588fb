package primitives_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

// queued are the in-process executors where a task can be pending: inline
// runs it in Submit, and spawn's Submit blocks instead.
var queued = []string{"pool", "threads", "loop"}

// concurrent are those that run tasks while the submitter goes on.
var concurrent = []string{"spawn", "pool", "threads", "loop"}

// under runs a test in a bubble under each of the kinds, shuts the executor
// down and looks at the books: at rest nothing is queued or running.
func under(t *testing.T, names []string, c primitives.Config, test func(t *testing.T, x primitives.Executor)) {
	t.Helper()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := c
				if name == "inline" {
					c.Workers = 1
				}
				x, err := newKind(name, c)
				if err != nil {
					t.Fatal(err)
				}
				test(t, x)
				shut(t, x)
				if s := x.Stats(); s.Queued != 0 || s.Running != 0 {
					t.Errorf("at rest: %+v", s)
				}
			})
		})
	}
}

// newKind is primitives.New, without what executors of the kind do not have.
func newKind(name string, c primitives.Config) (primitives.Executor, error) {
	if name == "inline" || name == "spawn" {
		c.Queue = 0
	}
	if name != "processes" {
		c.Transport, c.TaskTimeout = "", 0
	}
	return primitives.New(name, c)
}

// shut shuts x down. It gives up after a year of the bubble's time, because a
// deadlock in a bubble would end the test binary.
func shut(t *testing.T, x primitives.Executor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 365*24*time.Hour)
	defer cancel()
	if err := x.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// soon waits a day of the bubble's time for f, for the same reason.
func soon[T any](t *testing.T, f *primitives.Future[T]) (T, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	defer cancel()
	v, err := f.Await(ctx)
	if s := f.State(); s != primitives.Finished && s != primitives.Cancelled {
		t.Fatalf("it is still %v after a day", s)
	}
	return v, err
}

// until is a task that ends when e is set. An Event, not a channel, because a
// channel would hold up a whole event loop.
func until(e *primitives.Event, v int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { e.Wait(); return v, nil }
}

func give(v int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return v, nil }
}

func fail(err error) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return 0, err }
}

// sleeping is a task that takes d, or less if it is asked to stop.
func sleeping(d time.Duration) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) { return 1, primitives.Sleep(ctx, d) }
}

func isDone[T any](f *primitives.Future[T]) bool {
	select {
	case <-f.Done():
		return true
	default:
		return false
	}
}

// day is a context for a Submit that a bug would block forever.
func day(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	t.Cleanup(cancel)
	return ctx
}
