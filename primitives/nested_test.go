package primitives_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

// waits are the contexts that a task may wait with. The worker can run the
// awaited task itself under some of them only.
var waits = map[string]func(task, outer context.Context) context.Context{
	"task's ctx": func(task, _ context.Context) context.Context { return task },
	"background": func(_, _ context.Context) context.Context { return context.Background() },
	"outer":      func(_, outer context.Context) context.Context { return outer },
}

// runners counts the tasks that run, which those that wait do not.
type runners struct{ now, peak atomic.Int64 }

func (r *runners) start() {
	n := r.now.Add(1)
	for p := r.peak.Load(); n > p && !r.peak.CompareAndSwap(p, n); p = r.peak.Load() {
	}
}

func (r *runners) wait(f func()) {
	r.now.Add(-1)
	f()
	r.start()
}

// A task may submit to its own executor when that is full.
func TestSubmitInsideAFullExecutor(t *testing.T) {
	for _, name := range concurrent {
		t.Run(name, func(t *testing.T) {
			if !submitsInside(name) {
				t.Error("the only task waits forever for room that it has itself")
			}
		})
	}
}

// submitsInside does not run in a bubble, where a busy wait would never end.
// The tests below leave out what fails here, because they would hang.
func submitsInside(name string) bool {
	x, _ := newKind(name, primitives.Config{Workers: 1, Queue: 1})
	defer x.Shutdown(context.Background())
	time.AfterFunc(200*time.Millisecond, func() { x.Shutdown(context.Background()) })
	f := primitives.Submit(context.Background(), x, func(ctx context.Context) (int, error) {
		return primitives.Submit(ctx, x, give(1)).Await(ctx)
	})
	v, _ := f.Await(context.Background())
	return v == 1
}

var nesting = sync.OnceValue(func() (names []string) {
	for _, name := range inProcess {
		if submitsInside(name) {
			names = append(names, name)
		}
	}
	return names
})

// forked runs a program of nested tasks on every executor, with queues of
// every length, and watches how many tasks run at once.
func forked(t *testing.T, test func(ctx context.Context, x primitives.Executor, r *runners, in func(context.Context) context.Context) error) {
	for name, wait := range waits {
		for _, w := range []int{1, 2, 3} {
			for _, queue := range []int{1, 4, 1024} {
				t.Run(fmt.Sprintf("%s/w=%d/queue=%d", name, w, queue), func(t *testing.T) {
					under(t, nesting(), primitives.Config{Workers: w, Queue: queue}, func(t *testing.T, x primitives.Executor) {
						outer, cancel := context.WithTimeout(context.Background(), 1000*time.Hour)
						defer cancel()
						r := &runners{}
						if err := test(outer, x, r, func(task context.Context) context.Context { return wait(task, outer) }); err != nil {
							t.Error(err)
						}
						if !isInline(x) && r.peak.Load() > int64(w) {
							t.Errorf("%d tasks ran at once on %d workers", r.peak.Load(), w)
						}
					})
				})
			}
		}
	}
}

func TestFibonacci(t *testing.T) {
	forked(t, func(ctx context.Context, x primitives.Executor, r *runners, in func(context.Context) context.Context) error {
		var fib func(n int) func(context.Context) (int, error)
		fib = func(n int) func(context.Context) (int, error) {
			return func(ctx context.Context) (sum int, err error) {
				r.start()
				defer r.now.Add(-1)
				if n < 2 {
					return n, nil
				}
				r.wait(func() {
					a := primitives.Submit(ctx, x, fib(n-1))
					b := primitives.Submit(ctx, x, fib(n-2))
					for _, f := range []*primitives.Future[int]{b, a} {
						v, e := f.Await(in(ctx))
						sum += v
						err = firstError(err, e)
					}
				})
				return sum, err
			}
		}
		v, err := primitives.Submit(ctx, x, fib(10)).Await(ctx)
		if v != 55 {
			err = firstError(err, fmt.Errorf("fib(10) is %d", v))
		}
		return err
	})
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// An unbalanced tree whose tasks wait in every way there is.
func TestTreeOfEveryWait(t *testing.T) {
	forked(t, func(ctx context.Context, x primitives.Executor, r *runners, in func(context.Context) context.Context) error {
		var count func(depth, seed int) func(context.Context) (int, error)
		count = func(depth, seed int) func(context.Context) (int, error) {
			return func(ctx context.Context) (n int, err error) {
				r.start()
				defer r.now.Add(-1)
				if seed%3 == 0 {
					primitives.Sleep(ctx, time.Millisecond)
				}
				if depth == 0 {
					return 1, nil
				}
				child := func(i int) func(context.Context) (int, error) { return count(depth-1, seed*7+i) }
				r.wait(func() { n, err = gatherAll(ctx, in(ctx), x, seed, child) })
				return n + 1, err
			}
		}
		v, err := primitives.Submit(ctx, x, count(3, 1)).Await(ctx)
		if v != 40 { // 1 + 3 + 9 + 27
			err = firstError(err, fmt.Errorf("%d nodes, want 40", v))
		}
		return err
	})
}

// gatherAll runs three tasks and sums their results.
func gatherAll(ctx, wait context.Context, x primitives.Executor, how int, child func(int) func(context.Context) (int, error)) (n int, err error) {
	add := func(v int, e error) { n += v; err = firstError(err, e) }
	submit := func() (fs []*primitives.Future[int]) {
		for i := range 3 {
			fs = append(fs, primitives.Submit(ctx, x, child(i)))
		}
		return fs
	}
	switch how % 7 {
	case 0:
		vs, e := primitives.All(submit()...).Await(wait)
		err = e
		for _, v := range vs {
			n += v
		}
	case 1:
		fs := submit()
		_, _, e := primitives.Wait(wait, fs, primitives.AllCompleted)
		add(0, e)
		for _, f := range fs {
			add(f.Await(wait))
		}
	case 2:
		for _, f := range primitives.AsCompleted(wait, submit()) {
			add(f.Await(wait))
		}
	case 3:
		three := func(yield func(int) bool) { _ = yield(0) && yield(1) && yield(2) }
		for v, e := range primitives.Map(ctx, x, three, func(ctx context.Context, i int) (int, error) { return child(i)(ctx) }) {
			add(v, e)
		}
	case 4:
		var sum atomic.Int64
		add(0, primitives.ForEach(ctx, x, 3, func(ctx context.Context, i int) error {
			v, e := child(i)(ctx)
			sum.Add(int64(v))
			return e
		}))
		n += int(sum.Load())
	case 5:
		vs, e := primitives.SubmitN(ctx, x, 3, func(ctx context.Context, i int) (int, error) { return child(i)(ctx) }).Await(wait)
		err = e
		for _, v := range vs {
			n += v
		}
	case 6:
		f := primitives.Submit(ctx, x, child(0))
		g := primitives.Then(ctx, x, f, func(ctx context.Context, v int) (int, error) {
			w, e := child(1)(ctx)
			return v + w, e
		})
		add(g.Await(wait))
		add(primitives.Submit(ctx, x, child(2)).RunOrAwait(wait))
	}
	return n, err
}

// Tasks of two executors that wait for each other's, deeper than either has
// workers.
func TestTwoExecutorsWaitForEachOther(t *testing.T) {
	for _, other := range nesting()[1:] {
		t.Run(other, func(t *testing.T) {
			under(t, nesting()[1:], primitives.Config{Workers: 1, Queue: 1}, func(t *testing.T, x primitives.Executor) {
				y, err := newKind(other, primitives.Config{Workers: 1, Queue: 1})
				if err != nil {
					t.Fatal(err)
				}
				var down func(n int) func(context.Context) (int, error)
				down = func(n int) func(context.Context) (int, error) {
					return func(ctx context.Context) (int, error) {
						if n == 0 {
							return 0, nil
						}
						a := primitives.Submit(ctx, y, down(n-1))
						b := primitives.Submit(ctx, x, down(n-1))
						v, err := a.Await(ctx)
						w, e := b.Await(ctx)
						return v + w + 1, firstError(err, e)
					}
				}
				if v, err := soon(t, primitives.Submit(t.Context(), x, down(7))); v != 127 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
				shut(t, y)
			})
		})
	}
}

// A task that has finished waiting gets its worker before any new task starts.
func TestReturningTasksComeFirst(t *testing.T) {
	for _, batch := range []bool{false, true} {
		t.Run(fmt.Sprint("batch=", batch), func(t *testing.T) {
			under(t, []string{"pool", "threads"}, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
				y := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
				start := time.Now()
				f := primitives.Submit(t.Context(), x, func(ctx context.Context) (time.Duration, error) {
					primitives.Submit(ctx, y, sleeping(9*time.Millisecond)).Await(ctx)
					return time.Since(start), nil
				})
				synctest.Wait()
				brief := func(ctx context.Context, _ int) (int, error) { return sleeping(6 * time.Millisecond)(ctx) }
				if batch {
					primitives.SubmitN(t.Context(), x, 10, brief)
				} else {
					for range 10 {
						primitives.Submit(t.Context(), x, sleeping(6*time.Millisecond))
					}
				}
				if d, err := soon(t, f); d != 12*time.Millisecond || err != nil {
					t.Errorf("it went on after %v, %v", d, err)
				}
				shut(t, y)
			})
		})
	}
}

// A task that has finished waiting waits for a worker, but not forever: those
// who have them may wait for what it does next.
func TestReturningTasksKeepTheBound(t *testing.T) {
	for _, c := range []struct{ other, want time.Duration }{
		{1005 * time.Millisecond, 1005 * time.Millisecond},
		{time.Hour, 1010 * time.Millisecond},
	} {
		under(t, concurrent, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
			y := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
			start := time.Now()
			f := primitives.Submit(t.Context(), x, func(ctx context.Context) (time.Duration, error) {
				primitives.Submit(ctx, y, sleeping(time.Second)).Await(ctx)
				return time.Since(start), nil
			})
			synctest.Wait()
			primitives.Submit(t.Context(), x, sleeping(c.other))
			if d, err := soon(t, f); d != c.want || err != nil {
				t.Errorf("beside a task of %v it went on after %v, %v", c.other, d, err)
			}
			shut(t, y)
		})
	}
}

// The usual ways to give up must work inside tasks, however few workers there
// are: what is given up may have the only worker until it is cancelled.
func TestGivingUpInsideATask(t *testing.T) {
	patient := func(ctx context.Context) (int, error) { // until it is cancelled
		err := primitives.Sleep(ctx, time.Hour)
		return 0, err
	}
	ways := map[string]func(ctx context.Context, x primitives.Executor) error{
		"timeout, then cancel": func(ctx context.Context, x primitives.Executor) error {
			g := primitives.Submit(context.Background(), x, patient)
			brief, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			start := time.Now()
			_, err := g.Await(brief)
			g.Cancel()
			if d := time.Since(start); d != time.Second || !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("%w after %v", err, d)
			}
			return nil
		},
		"timeout, then set": func(ctx context.Context, x primitives.Executor) error {
			var stop primitives.Event
			g := primitives.Submit(context.Background(), x, until(&stop, 3))
			brief, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, err := g.Await(brief)
			stop.Set()
			if v, err := g.Await(ctx); v != 3 || err != nil {
				return fmt.Errorf("%d, %w", v, err)
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return nil
		},
		"first wins": func(ctx context.Context, x primitives.Executor) error {
			bg := context.Background()
			fast := primitives.Submit(bg, x, func(ctx context.Context) (int, error) {
				return 1, primitives.Sleep(ctx, 20*time.Millisecond)
			})
			a, b := primitives.Submit(bg, x, patient), primitives.Submit(bg, x, patient)
			v, err := primitives.Any(fast, a, b).Await(ctx)
			a.Cancel()
			b.Cancel()
			if v != 1 || err != nil {
				return fmt.Errorf("%d, %w", v, err)
			}
			return nil
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			for _, workers := range []int{1, 2} {
				names := concurrent
				if name == "first wins" { // under spawn, Submit waits for those who are to be cancelled
					names = queued
				}
				under(t, names, primitives.Config{Workers: workers}, func(t *testing.T, x primitives.Executor) {
					start := time.Now()
					f := primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) { return 0, way(ctx, x) })
					if _, err := soon(t, f); err != nil {
						t.Error(err)
					}
					if d := time.Since(start); d > time.Minute {
						t.Errorf("it took %v", d)
					}
				})
			}
		})
	}
}
