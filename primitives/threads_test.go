package primitives

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fewThreads runs a test in a bubble with executors that may have n threads
// together, and sees that they give all of them back.
func fewThreads(t *testing.T, n int, executors int, test func(t *testing.T, xs []Executor)) {
	synctest.Test(t, func(t *testing.T) {
		xs := make([]Executor, executors)
		for i := range xs {
			xs[i] = Must(NewThreads(Config{Workers: 2, Queue: 8}))
		}
		threads.mu.Lock()
		threads.limit = n * 10 / 9
		threads.mu.Unlock()
		if threads.max() != n {
			t.Fatalf("%d threads, want %d", threads.max(), n)
		}
		test(t, xs)
		year, cancel := context.WithTimeout(context.Background(), 365*24*time.Hour)
		defer cancel()
		for _, x := range xs {
			if err := x.Shutdown(year); err != nil {
				t.Errorf("shutdown: %v", err)
			}
			if s := x.Stats(); s.Queued+s.Running != 0 {
				t.Errorf("at rest: %+v", s)
			}
		}
		if threads.taken != 0 {
			t.Errorf("%d threads are still taken", threads.taken)
		}
	})
}

// parked is Await with a context that can end, so that a task that waits does
// not run the awaited one itself.
func parked[T any](f *Future[T]) (T, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return f.Await(ctx)
}

// Tasks that wait for tasks, deeper than there are threads, end with an error
// instead of ending the program, on one executor and on two in turns.
func TestNestedDeeperThanThereAreThreads(t *testing.T) {
	for _, executors := range []int{1, 2} {
		fewThreads(t, 45, executors, func(t *testing.T, xs []Executor) {
			var down func(n int) func(context.Context) (int, error)
			down = func(n int) func(context.Context) (int, error) {
				return func(ctx context.Context) (int, error) {
					if n == 0 {
						return 0, nil
					}
					beside := Submit(ctx, xs[0], func(context.Context) (int, error) { return 0, nil })
					v, err := parked(Submit(ctx, xs[n%executors], down(n-1)))
					parked(beside)
					return v + 1, err
				}
			}
			for _, depth := range []int{30, 500, 30} {
				v, err := Submit(context.Background(), xs[0], down(depth)).Await(context.Background())
				if depth < 45 && (v != depth || err != nil) || depth > 45 && (err != ErrThreads || v == 0 || v > 45) {
					t.Errorf("%d executors, %d deep: %d, %v", executors, depth, v, err)
				}
			}
		})
	}
}

// What has no thread waits for one as long as tasks go on, and no longer.
func TestPendingForWantOfThreads(t *testing.T) {
	for name, c := range map[string]struct {
		wait time.Duration // of all but the first task, for another executor's
		busy time.Duration // of the first
		want error         // of those that are pending
	}{
		"all wait for a moment":  {wait: 5 * time.Millisecond, busy: time.Millisecond},
		"all wait":               {wait: time.Hour, busy: time.Millisecond, want: ErrThreads},
		"one works for a minute": {wait: time.Hour, busy: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			fewThreads(t, 9, 1, func(t *testing.T, xs []Executor) {
				x, others := xs[0], Must(NewPool(Config{Workers: 20}))
				sleep := func(d time.Duration) func(context.Context) (int, error) {
					return func(ctx context.Context) (int, error) { return 1, Sleep(ctx, d) }
				}
				waiting := func(context.Context) (int, error) { return parked(Submit(context.Background(), others, sleep(c.wait))) }
				futures := []*Future[int]{Submit(t.Context(), x, sleep(c.busy))}
				for range 8 {
					futures = append(futures, Submit(t.Context(), x, waiting))
					synctest.Wait()
				}
				if name == "all wait" {
					futures[0].Await(t.Context())
					futures = append(futures, Submit(t.Context(), x, waiting))
				}
				started := len(futures)
				for range 5 {
					futures = append(futures, Submit(t.Context(), x, sleep(0)))
				}
				start := time.Now()
				for i := len(futures) - 1; i >= 0; i-- {
					want := c.want
					if i < started {
						want = nil
					}
					if _, err := futures[i].Await(t.Context()); err != want {
						t.Errorf("task %d of %d: %v, want %v", i, started, err, want)
					}
					if d := time.Since(start); i == started && d > c.busy+2*patience {
						t.Errorf("what was pending ended after %v", d)
					}
				}
				others.Shutdown(t.Context())
			})
		})
	}
}

func TestMoreWorkersThanThreads(t *testing.T) {
	limit := debug.SetMaxThreads(20_000)
	defer debug.SetMaxThreads(limit)
	if _, err := New("threads", Config{Workers: 18_001}); err == nil || !strings.Contains(err.Error(), "raise debug.SetMaxThreads") {
		t.Errorf("18001 workers with 20000 threads: %v", err)
	}
	if _, err := New("threads", Config{Workers: 18_000}); err != nil {
		t.Error(err)
	}
	if now := debug.SetMaxThreads(20_000); now != 20_000 {
		t.Errorf("the program's limit is %d afterwards", now)
	}
}

// The limit is that of the program: in short tests it would be too many.
func TestSoakThreadsRunOut(t *testing.T) {
	if os.Getenv("OVERLAP_SOAK") == "" {
		t.Skip("starts 9,000 threads: make soak")
	}
	x := Must(NewThreads(Config{Workers: 4}))
	gate := Must(NewPool(Config{Workers: 1}))
	var open atomic.Bool
	opened := Submit(context.Background(), gate, func(context.Context) (int, error) {
		for !open.Load() {
			time.Sleep(time.Millisecond)
		}
		return 1, nil
	})
	var futures []*Future[int]
	for range 20_000 {
		futures = append(futures, Submit(context.Background(), x, func(context.Context) (int, error) { return parked(opened) }))
	}
	open.Store(true)
	got := map[error]int{}
	for _, f := range futures {
		_, err := f.Await(context.Background())
		got[err]++
	}
	if got[nil] < 8_000 || got[nil]+got[ErrThreads] != 20_000 {
		t.Errorf("tasks by their errors: %v", got)
	}
	if err := errors.Join(x.Shutdown(context.Background()), gate.Shutdown(context.Background())); err != nil {
		t.Error(err)
	}
}
