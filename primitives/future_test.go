package primitives_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

func TestStates(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		var gate primitives.Event
		first := primitives.Submit(t.Context(), x, until(&gate, 1))
		second := primitives.Submit(t.Context(), x, give(2))
		third := primitives.Submit(t.Context(), x, give(3))
		third.Cancel()
		synctest.Wait()
		expect := func(when string, want string, stats primitives.Stats) {
			t.Helper()
			got := []string{first.State().String(), second.State().String(), third.State().String()}
			if strings.Join(got, " ") != want || x.Stats() != stats {
				t.Errorf("%s: %v, %+v, want %s, %+v", when, got, x.Stats(), want, stats)
			}
		}
		expect("gated", "running pending cancelled", primitives.Stats{Queued: 1, Running: 1, Cancelled: 1})
		gate.Set()
		soon(t, second)
		expect("released", "finished finished cancelled", primitives.Stats{Finished: 2, Cancelled: 1})
		if first.Cancel() || second.Cancel() || !third.Cancel() {
			t.Error("Cancel after the end reports something else than before")
		}
		expect("cancelled late", "finished finished cancelled", primitives.Stats{Finished: 2, Cancelled: 1})
		if v, err := second.Await(t.Context()); v != 2 || err != nil {
			t.Errorf("result after a late Cancel: %d, %v", v, err)
		}
	})
}

func TestCancelBeforeStart(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		var gate primitives.Event
		var heard int
		var freed atomic.Int64
		primitives.Submit(t.Context(), x, until(&gate, 1))
		f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { t.Error("it ran"); return 1, nil })
		done := f.Done()
		f.OnDone(func(v int, err error) {
			if v != 0 || err != primitives.ErrCancelled {
				t.Errorf("callback got %d, %v", v, err)
			}
			heard++
		})
		for range 3 {
			go func() {
				if _, err := f.Await(t.Context()); err == primitives.ErrCancelled && errors.Is(err, context.Canceled) {
					freed.Add(1)
				}
			}()
			synctest.Wait()
		}
		for range 2 { // again: it is cancelled all the same
			if !f.Cancel() {
				t.Error("Cancel of a pending future reports that it runs")
			}
		}
		synctest.Wait()
		if !isDone(f) || freed.Load() != 3 || heard != 1 {
			t.Errorf("done %v, %d of 3 waiters freed, %d callbacks", isDone(f), freed.Load(), heard)
		}
		<-done
		gate.Set()
	})
}

// Cancel of a running task ends its context, whatever the task does with it.
func TestCancelRunning(t *testing.T) {
	var never primitives.Event
	tasks := map[string]func(ctx context.Context, x, other primitives.Executor) error{
		"sleep":      func(ctx context.Context, _, _ primitives.Executor) error { return primitives.Sleep(ctx, time.Hour) },
		"select":     func(ctx context.Context, _, _ primitives.Executor) error { <-ctx.Done(); return context.Cause(ctx) },
		"event":      func(ctx context.Context, _, _ primitives.Executor) error { return never.WaitContext(ctx) },
		"derived":    derived(func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }),
		"two sleeps": derived(func(ctx context.Context) error { return primitives.Sleep(ctx, time.Hour) }),
		"result": func(ctx context.Context, _, other primitives.Executor) error {
			_, err := primitives.Submit(context.Background(), other, sleeping(time.Hour)).Await(ctx)
			return err
		},
		"wait": func(ctx context.Context, _, other primitives.Executor) error {
			f := primitives.Submit(context.Background(), other, sleeping(time.Hour))
			_, _, err := primitives.Wait(ctx, []*primitives.Future[int]{f}, primitives.AllCompleted)
			return err
		},
	}
	for name, task := range tasks {
		t.Run(name, func(t *testing.T) {
			under(t, concurrent, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
				other := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
				start := time.Now()
				f := primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) { return 7, task(ctx, x, other) })
				time.Sleep(time.Second)
				if f.Cancel() {
					t.Error("a running task is called cancelled")
				}
				v, err := f.Await(t.Context())
				if v != 7 || err != primitives.ErrCancelled || f.State() != primitives.Finished {
					t.Errorf("%d, %v, %v", v, err, f.State())
				}
				if d := time.Since(start); d != time.Second {
					t.Errorf("it ended after %v", d)
				}
				shut(t, other)
			})
		})
	}
}

func derived(f func(context.Context) error) func(context.Context, primitives.Executor, primitives.Executor) error {
	return func(ctx context.Context, _, _ primitives.Executor) error {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		return f(ctx)
	}
}

// However many cancel at once, each hears that the task will not run, and
// nobody ever sees it run.
func TestCancelAtOnce(t *testing.T) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	defer x.Shutdown(context.Background())
	var gate primitives.Event
	primitives.Submit(context.Background(), x, until(&gate, 0))
	defer gate.Set()
	wrong, seen := 0, 0
	for range 300 {
		f := primitives.Submit(context.Background(), x, give(1))
		var all sync.WaitGroup
		var no, running atomic.Int64
		for range 2 {
			all.Go(func() {
				for range 50 { // the other one may be in the middle of it
					if f.State() == primitives.Running {
						running.Add(1)
					}
				}
				if !f.Cancel() {
					no.Add(1)
				}
			})
		}
		all.Wait()
		wrong += int(no.Load())
		seen += int(min(1, running.Load()))
	}
	if wrong > 0 || seen > 0 {
		t.Errorf("%d calls of Cancel denied it, %d of 300 cancelled futures were seen running", wrong, seen)
	}
}

func TestResultForManyWaiters(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) {
			return 5, errors.Join(primitives.Sleep(ctx, time.Second), fs.ErrExist)
		})
		var got, gaveUp atomic.Int64
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				ctx := t.Context()
				if i%2 == 1 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, time.Duration(i)*time.Millisecond)
					defer cancel()
				}
				switch v, err := f.Await(ctx); {
				case v == 5 && errors.Is(err, fs.ErrExist):
					got.Add(1)
				case v == 0 && errors.Is(err, context.DeadlineExceeded):
					gaveUp.Add(1)
				}
			})
		}
		all.Wait()
		want := int64(50)
		if x.Workers() == 1 { // inline: it had finished before anybody waited
			want = 0
		}
		if got.Load() != 100-want || gaveUp.Load() != want {
			t.Errorf("%d got the result, %d gave up, want %d", got.Load(), gaveUp.Load(), want)
		}
		if first := f.Done(); f.Done() != first || !isDone(f) {
			t.Error("Done is not one closed channel")
		}
	})
}

func TestDoneIsShared(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, sleeping(time.Second))
		synctest.Wait()
		a, b := f.Done(), f.Done()
		if a != b || isDone(f) {
			t.Error("Done is not one open channel")
		}
		start := time.Now()
		<-a
		if d := time.Since(start); d != time.Second || !isDone(f) {
			t.Errorf("closed after %v", d)
		}
	})
}

func TestRaise(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		primitives.Raise(nil)
		primitives.Raise(fs.ErrExist)
		f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { panic("boom") })
		_, err := f.Await(t.Context())
		defer func() {
			p, _ := recover().(*primitives.PanicError)
			if p == nil || p.Value != "boom" || !strings.Contains(string(p.Stack), "TestRaise") {
				t.Errorf("Raise panicked with %v", p)
			}
		}()
		primitives.Raise(errors.Join(fs.ErrExist, err))
	})
}

func TestHelp(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		var gate primitives.Event
		primitives.Submit(t.Context(), x, until(&gate, 0))
		f := primitives.Submit(t.Context(), x, sleeping(time.Second))
		time.AfterFunc(time.Minute, gate.Set)
		start := time.Now()
		v, err := f.RunOrAwait(t.Context())
		if v != 1 || err != nil || f.State() != primitives.Finished {
			t.Errorf("%d, %v, %v", v, err, f.State())
		}
		helped := time.Since(start) == time.Second
		if !helped && time.Since(start) != time.Minute+time.Second {
			t.Errorf("took %v", time.Since(start))
		}
		if s := x.Stats(); s.Finished != map[bool]int{true: 1, false: 2}[helped] {
			t.Errorf("helped %v: %+v", helped, s)
		}
	})
}

// Shutdown waits for those who help.
func TestShutdownWaitsForHelpers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
		var gate primitives.Event
		primitives.Submit(t.Context(), x, until(&gate, 0))
		f := primitives.Submit(t.Context(), x, sleeping(time.Hour))
		go f.RunOrAwait(t.Context())
		synctest.Wait()
		gate.Set()
		start := time.Now()
		shut(t, x)
		if d := time.Since(start); d != time.Hour || f.State() != primitives.Finished {
			t.Errorf("Shutdown returned after %v", d)
		}
	})
}
