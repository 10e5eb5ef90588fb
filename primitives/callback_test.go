package primitives_test

import (
	"context"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

func TestCallbacksRunOnceInOrder(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		for _, end := range []error{nil, fs.ErrExist} {
			var order []int
			note := func(i int) func(int, error) {
				return func(v int, err error) {
					if v != 9 || err != end {
						t.Errorf("callback %d got %d, %v", i, v, err)
					}
					order = append(order, i)
				}
			}
			f := primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) {
				primitives.Sleep(ctx, time.Second)
				return 9, end
			})
			f.OnDone(note(0))
			f.OnDone(func(int, error) {
				order = append(order, 1)
				if !isDone(f) {
					t.Error("the future is not done in its callback")
				}
				f.OnDone(func(int, error) {
					order = append(order, 3)
					f.OnDone(note(4))
				})
			})
			f.OnDone(note(2))
			soon(t, f)
			synctest.Wait()
			want := []int{0, 1, 2, 3, 4, 5}
			if x.Workers() == 1 && isInline(x) { // it was done before anybody listened
				want = []int{0, 1, 3, 4, 2, 5}
			}
			f.OnDone(note(5))
			if !slices.Equal(order, want) {
				t.Errorf("order %v, want %v", order, want)
			}
		}
	})
}

func isInline(x primitives.Executor) bool {
	return primitives.Submit(context.Background(), x, give(0)).State() == primitives.Finished
}

func TestCallbacksThatPanicOrExit(t *testing.T) {
	for _, name := range concurrent {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var heard []any
				x, err := newKind(name, primitives.Config{Workers: 1, CallbackPanic: func(p *primitives.PanicError) {
					heard = append(heard, p.Value)
				}})
				if err != nil {
					t.Fatal(err)
				}
				var ran []int
				f := primitives.Submit(t.Context(), x, sleeping(time.Second))
				f.OnDone(func(int, error) { ran = append(ran, 0); panic("first") })
				f.OnDone(func(int, error) { ran = append(ran, 1); runtime.Goexit() })
				f.OnDone(func(int, error) {
					ran = append(ran, 2)
					f.OnDone(func(int, error) { ran = append(ran, 4) })
					runtime.Goexit()
				})
				f.OnDone(func(int, error) { ran = append(ran, 3); panic("second") })
				if v, err := soon(t, f); v != 1 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
				if v, err := soon(t, primitives.Submit(day(t), x, give(2))); v != 2 || err != nil {
					t.Errorf("the next task: %d, %v", v, err)
				}
				synctest.Wait()
				if !slices.Equal(ran, []int{0, 1, 2, 3, 4}) || !slices.Equal(heard, []any{"first", "second"}) {
					t.Errorf("callbacks %v ran, panics %v were heard", ran, heard)
				}
				shut(t, x)
			})
		})
	}
}

// What exits takes its goroutine along, and the task that waits for it on the
// same stack, which then ends likewise; nobody hangs, and the next task runs.
func TestGoexitEndsWhoWaitsOnTheSameStack(t *testing.T) {
	exits := map[string]func(t *testing.T, x primitives.Executor) *primitives.Future[int]{
		"task": func(t *testing.T, x primitives.Executor) *primitives.Future[int] {
			return primitives.Submit(t.Context(), x, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
		},
		"callback": func(t *testing.T, x primitives.Executor) *primitives.Future[int] {
			f := primitives.Submit(t.Context(), x, give(1))
			f.OnDone(func(int, error) { runtime.Goexit() })
			return f
		},
	}
	for name, exit := range exits {
		t.Run(name, func(t *testing.T) {
			under(t, queued, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
				outer := primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
					exit(t, x).Await(context.Background())
					return 7, nil
				})
				if v, err := soon(t, outer); v != 0 || err != primitives.ErrGoexit {
					t.Errorf("the task that waited: %d, %v", v, err)
				}
				if v, err := soon(t, primitives.Submit(t.Context(), x, give(3))); v != 3 || err != nil {
					t.Errorf("the next task: %d, %v", v, err)
				}
			})
		})
	}
}

// ShutdownNow and Batch.Cancel finish all they have to, even if a callback
// ends their goroutine.
func TestGoexitInACallbackOfACancelledTask(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		var gate primitives.Event
		primitives.Submit(t.Context(), x, until(&gate, 0))
		synctest.Wait()
		f := primitives.Submit(t.Context(), x, give(1))
		g := primitives.Submit(t.Context(), x, give(2))
		f.OnDone(func(int, error) { runtime.Goexit() })
		var all sync.WaitGroup
		all.Go(func() { x.ShutdownNow(t.Context()) })
		synctest.Wait()
		if f.State() != primitives.Cancelled || g.State() != primitives.Cancelled {
			t.Errorf("%v, %v after ShutdownNow", f.State(), g.State())
			g.Cancel()
		}
		gate.Set()
		all.Wait()
	})
}

// Listeners that come while others are being called are called after them,
// each once, from however many goroutines.
func TestCallbacksFromEverywhere(t *testing.T) {
	for _, name := range inProcess {
		t.Run(name, func(t *testing.T) {
			x, err := newKind(name, primitives.Config{Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			for range 300 {
				var heard, expected sync.WaitGroup
				f := primitives.Submit(t.Context(), x, give(1))
				for range 3 {
					heard.Add(4)
					expected.Go(func() {
						for range 4 {
							var once sync.Once
							f.OnDone(func(v int, err error) {
								if v != 1 || err != nil {
									t.Errorf("%d, %v", v, err)
								}
								again := true
								once.Do(func() { again = false; heard.Done() })
								if again {
									t.Error("called twice")
								}
							})
						}
					})
				}
				expected.Wait()
				heard.Wait()
			}
			if err := x.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Callbacks that come after the end run one at a time, too, from however many
// goroutines, and each has run when all OnDone have returned.
func TestLateCallbacksRunOneAtATime(t *testing.T) {
	x := primitives.Must(primitives.NewInline(primitives.Config{Workers: 1}))
	for _, end := range []error{nil, fs.ErrExist} {
		f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { return 1, end })
		ran, inside := 0, atomic.Int32{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 500 {
					f.OnDone(func(int, error) {
						if inside.Add(1) != 1 {
							t.Error("two callbacks run at once")
						}
						if ran++; ran%100 == 0 {
							runtime.Gosched()
						}
						inside.Add(-1)
					})
				}
			})
		}
		all.Wait()
		f.OnDone(func(int, error) {})
		if ran != 4000 {
			t.Errorf("%d of 4000 callbacks ran", ran)
		}
	}
}

// A late callback that ends its goroutine leaves the others to run.
func TestLateCallbackThatExits(t *testing.T) {
	f := primitives.Submit(t.Context(), primitives.Must(primitives.NewInline(primitives.Config{Workers: 1})), give(1))
	ran := make(chan int, 2)
	go f.OnDone(func(int, error) {
		f.OnDone(func(int, error) { ran <- 1 })
		runtime.Goexit()
	})
	if v := <-ran; v != 1 {
		t.Error("another ran")
	}
	f.OnDone(func(int, error) { ran <- 2 })
	if v := <-ran; v != 2 {
		t.Error("another ran")
	}
}
