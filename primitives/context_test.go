package primitives_test

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

type key struct{}

func TestTaskContext(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		parent, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Hour)
		defer cancel()
		deadline, _ := parent.Deadline()
		var kept context.Context
		f := primitives.Submit(parent, x, func(ctx context.Context) (int, error) {
			kept = ctx
			if at, ok := ctx.Deadline(); !ok || at != deadline || ctx.Value(key{}) != "v" || ctx.Err() != nil {
				t.Errorf("deadline %v, value %v, error %v", at, ctx.Value(key{}), ctx.Err())
			}
			return 0, nil
		})
		soon(t, f)
		select {
		case <-kept.Done():
		default:
			t.Error("Done is open after the task's end")
		}
		if kept.Err() != context.Canceled || context.Cause(kept) != context.Canceled || kept.Value(key{}) != nil {
			t.Errorf("after the task's end: %v, %v, %v", kept.Err(), context.Cause(kept), kept.Value(key{}))
		}
	})
}

func TestTaskContextEndsWithItsParent(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 4}, func(t *testing.T, x primitives.Executor) {
		parent, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(fs.ErrClosed) })
		start := time.Now()
		asleep := primitives.Submit(parent, x, sleeping(time.Hour))
		after := primitives.Submit(parent, x, func(ctx context.Context) (int, error) {
			defer context.AfterFunc(ctx, func() {})()
			err := primitives.Sleep(ctx, time.Hour)
			return 0, errors.Join(err, context.Cause(ctx), ctx.Err())
		})
		if _, err := soon(t, asleep); err != fs.ErrClosed {
			t.Errorf("sleeper: %v", err)
		}
		if _, err := soon(t, after); !errors.Is(err, fs.ErrClosed) || !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("after %v", d)
		}
	})
}

// Goroutines that a task leaves behind may go on using its context: it is
// ended. The race detector watches.
func TestContextOutlivesItsTask(t *testing.T) {
	for _, name := range inProcess {
		t.Run(name, func(t *testing.T) {
			x, err := newKind(name, primitives.Config{Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			parent := context.WithValue(t.Context(), key{}, 1)
			for i := range 200 {
				primitives.Submit(parent, x, func(ctx context.Context) (int, error) {
					for j := range 3 {
						all.Go(func() {
							for ctx.Err() == nil {
								ctx.Value(key{})
								ctx.Deadline()
								if (i+j)%3 == 0 {
									primitives.Sleep(ctx, time.Hour)
								} else if (i+j)%3 == 1 {
									d, cancel := context.WithTimeout(ctx, time.Hour)
									<-d.Done()
									cancel()
								}
							}
							if context.Cause(ctx) == nil || primitives.Sleep(ctx, time.Hour) == nil {
								t.Error("the context of a task that is over goes on")
							}
						})
					}
					return i, nil
				})
			}
			if err := x.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			all.Wait()
		})
	}
}

// Await goes on waiting no longer than its context, also where the worker
// could run the awaited task itself.
func TestResultInTaskObeysItsContext(t *testing.T) {
	for _, w := range []int{1, 2} {
		under(t, queued, primitives.Config{Workers: w}, func(t *testing.T, x primitives.Executor) {
			parent, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			outer := primitives.Submit(parent, x, func(ctx context.Context) (time.Duration, error) {
				inner := primitives.Submit(context.Background(), x, sleeping(time.Hour))
				_, err := inner.Await(ctx)
				return time.Since(start), err
			})
			d, err := soon(t, outer)
			// It may not get its worker back before the hour is over, if there is
			// only one and it gave it away; then there is a result.
			if w > 1 && (d != time.Second || !errors.Is(err, context.DeadlineExceeded)) {
				t.Errorf("deadline of 1s: %v after %v", err, d)
			}
		})
	}
}

func TestCancelOfATaskThatWaits(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		start := time.Now()
		var waited time.Duration
		outer := primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) {
			_, err := primitives.Submit(context.Background(), x, sleeping(time.Hour)).Await(ctx)
			waited = time.Since(start)
			return 0, err
		})
		time.Sleep(time.Second)
		outer.Cancel()
		if _, err := soon(t, outer); err != primitives.ErrCancelled || waited != time.Second {
			t.Errorf("%v after %v", err, waited)
		}
	})
}

func TestSleep(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) {
			for _, ctx := range []context.Context{ctx, context.Background(), context.WithValue(ctx, key{}, 1)} {
				for _, d := range []time.Duration{-1, 0, 1, time.Second} {
					start := time.Now()
					if err := primitives.Sleep(ctx, d); err != nil || time.Since(start) != max(0, d) {
						t.Errorf("Sleep(%v): %v after %v", d, err, time.Since(start))
					}
				}
			}
			return 0, nil
		})
		soon(t, f)
		ended, cancel := context.WithCancelCause(t.Context())
		cancel(fs.ErrExist)
		if err := primitives.Sleep(ended, time.Hour); err != fs.ErrExist {
			t.Errorf("with an ended context: %v", err)
		}
	})
}

// On an event loop, and only there, tasks that sleep leave the thread.
func TestSleepersShareALoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := primitives.Must(primitives.NewLoop(primitives.Config{Workers: 100}))
		start := time.Now()
		b := primitives.SubmitN(t.Context(), x, 1000, func(ctx context.Context, _ int) (int, error) {
			return 0, primitives.Sleep(ctx, time.Second)
		})
		if _, err := b.Await(t.Context()); err != nil || time.Since(start) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		shut(t, x)
	})
}
