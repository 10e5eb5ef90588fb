package primitives_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

// A worker that waits runs nobody's tasks but its own executor's.
func TestWaitingWorkerRunsItsOwnExecutorsTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bg := context.Background()
		x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
		y := primitives.Must(primitives.NewThreads(primitives.Config{Workers: 1}))
		var gate primitives.Event
		primitives.Submit(bg, y, until(&gate, 0))
		f := primitives.Submit(bg, x, func(context.Context) (bool, error) {
			time.AfterFunc(time.Second, gate.Set)
			return primitives.Submit(bg, y, func(context.Context) (bool, error) { return gate.IsSet(), nil }).Await(bg)
		})
		if on, err := f.Await(bg); !on || err != nil {
			t.Errorf("y's task ran while y was busy: %v, %v", on, err)
		}
		shut(t, x)
		shut(t, y)
	})
}

// A task hears of Cancel also if somebody waited for it before it asked.
func TestCancelAfterAWaiter(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) {
			primitives.Sleep(context.Background(), time.Second)
			stopped := make(chan struct{})
			context.AfterFunc(ctx, func() { close(stopped) })
			for range 10 {
				primitives.Sleep(context.Background(), time.Second)
			}
			select {
			case <-stopped:
				return 1, nil
			default:
				return 0, errors.New("it did not hear of Cancel")
			}
		})
		time.AfterFunc(3*time.Second, func() { f.Cancel() })
		if _, err := soon(t, f); err != nil {
			t.Error(err)
		}
	})
}

// The context of a task whose parent task was cancelled has ended, however it
// is asked.
func TestCancelReachesTheTasksOfATask(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		var inner *primitives.Future[error]
		outer := primitives.Submit(context.Background(), x, func(ctx context.Context) (int, error) {
			primitives.Submit(ctx, x, give(0)).Await(ctx) // so that it is known that only Cancel ends ctx
			inner = primitives.Submit(ctx, x, func(ctx context.Context) (error, error) {
				primitives.Submit(ctx, x, give(0)).Await(ctx)
				primitives.Sleep(context.Background(), time.Minute)
				return ctx.Err(), nil
			})
			primitives.Sleep(context.Background(), time.Hour)
			return 0, nil
		})
		time.AfterFunc(time.Second, func() { outer.Cancel() })
		soon(t, outer)
		if ended, err := soon(t, inner); ended == nil || err != nil {
			t.Errorf("the inner task's context says %v, %v", ended, err)
		}
	})
}

// RunOrAwait runs only what may run anywhere.
func TestHelpLeavesThreadsAndLoopsAlone(t *testing.T) {
	for name, want := range map[string]bool{"pool": true, "threads": false, "loop": false} {
		under(t, []string{name}, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
			var gate primitives.Event
			primitives.Submit(t.Context(), x, until(&gate, 0))
			time.AfterFunc(time.Second, gate.Set)
			f := primitives.Submit(t.Context(), x, func(context.Context) (bool, error) { return !gate.IsSet(), nil })
			if helped, err := f.RunOrAwait(t.Context()); helped != want || err != nil {
				t.Errorf("%s: helped %v, %v", name, helped, err)
			}
		})
	}
}

// Robbers and the robbed never call fn twice for an index, nor leave one out.
func TestForEachCallsOncePerIndex(t *testing.T) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 8}))
	for round := range 200 {
		calls := make([]atomic.Int32, 97+round)
		if err := primitives.ForEach(t.Context(), x, len(calls), func(_ context.Context, i int) error {
			calls[i].Add(1)
			if i%7 == 0 {
				time.Sleep(time.Microsecond)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i := range calls {
			if n := calls[i].Load(); n != 1 {
				t.Fatalf("round %d: %d calls for index %d", round, n, i)
			}
		}
	}
	shut(t, x)
}

// ForEach returns when no call is going on any more, also when ctx has ended.
func TestForEachLeavesNoCallBehind(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var going atomic.Int32
		err := primitives.ForEach(ctx, x, 4, func(context.Context, int) error {
			going.Add(1)
			defer going.Add(-1)
			primitives.Sleep(context.Background(), time.Minute)
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) || going.Load() != 0 {
			t.Errorf("%v, %d calls are going on", err, going.Load())
		}
	})
}

// Map keeps both workers busy although it yields in order.
func TestMapLooksAhead(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		start := time.Now()
		for _, err := range primitives.Map(t.Context(), x, count(10, new(int)), func(ctx context.Context, _ int) (int, error) {
			return 0, primitives.Sleep(ctx, time.Minute)
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if d := time.Since(start); d != 5*time.Minute {
			t.Errorf("10 minutes of work on 2 workers took %v", d)
		}
	})
}

// What was cancelled, or run by whoever waits for it, makes room.
func TestTasksThatAreOverMakeRoom(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 1, Queue: 3}, func(t *testing.T, x primitives.Executor) {
		var gate primitives.Event
		primitives.Submit(t.Context(), x, until(&gate, 0))
		synctest.Wait()
		start := time.Now()
		for range 20 {
			primitives.Submit(t.Context(), x, give(1)).Cancel()
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("Submit waited %v behind cancelled tasks", d)
		}
		gate.Set()
	})
}

// Wait does not wait for others' callbacks.
func TestWaitIsNotBehindACallback(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, sleeping(time.Second))
		f.OnDone(func(int, error) { time.Sleep(time.Hour) })
		start := time.Now()
		primitives.Wait(t.Context(), []*primitives.Future[int]{f}, primitives.AllCompleted)
		if d := time.Since(start); d > time.Minute {
			t.Errorf("it took %v", d)
		}
	})
}

// A shutdown that is complete returns no error, whatever the context.
func TestShutdownOfWhatHasEnded(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range primitives.Names() {
		x, err := newKind(name, primitives.Config{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() { shut(t, x) })
		}
		both.Wait()
		for range 20 {
			if err := x.Shutdown(ended); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// With two workers a task may wait for the one submitted after it, however many
// are pending: no worker takes tasks ahead and then sits on them.
func TestNeighboursMayWaitForEachOther(t *testing.T) {
	under(t, queued[:2], primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		var gate primitives.Event
		for range 2 {
			primitives.Submit(t.Context(), x, until(&gate, 0))
		}
		begun := make([]chan struct{}, 201)
		for i := range begun {
			begun[i] = make(chan struct{})
		}
		var last *primitives.Future[int]
		for i := range 201 {
			last = primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
				close(begun[i])
				if i%50 == 0 && i < 200 {
					<-begun[i+1]
				}
				return i, nil
			})
		}
		gate.Set()
		if v, err := soon(t, last); v != 200 || err != nil {
			t.Errorf("%d, %v", v, err)
		}
	})
}
