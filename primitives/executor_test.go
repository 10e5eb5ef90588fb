package primitives_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"overlap/primitives"
)

// TestMain lets this binary be its own child process.
func TestMain(m *testing.M) {
	primitives.ServeIfChild()
	// The race detector makes every process sleep for a second before it exits;
	// the children need not.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// inProcess are the executors that take closures.
var inProcess = []string{"inline", "spawn", "pool", "threads", "loop"}

// kinds runs a test in a synctest bubble under every kind of executor. When
// the bubble ends, synctest fails the test if a goroutine is left behind.
func kinds(t *testing.T, workers int, test func(t *testing.T, x primitives.Executor)) {
	for _, kind := range inProcess {
		w := workers
		if kind == "inline" {
			w = 1
		}
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, err := newKind(kind, primitives.Config{Workers: w})
				if err != nil {
					t.Fatal(err)
				}
				test(t, x)
				if err := x.Shutdown(t.Context()); err != nil {
					t.Errorf("shutdown: %v", err)
				}
			})
		})
	}
}

func TestResultsArriveInOrder(t *testing.T) {
	kinds(t, 3, func(t *testing.T, x primitives.Executor) {
		var futures []*primitives.Future[int]
		for i := range 50 {
			futures = append(futures, primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
				time.Sleep(time.Duration(50-i) * time.Millisecond)
				if i == 7 {
					return i, fs.ErrNotExist
				}
				return i, nil
			}))
		}
		for i, f := range futures {
			v, err := f.Await(t.Context())
			if v != i || (i == 7) != errors.Is(err, fs.ErrNotExist) {
				t.Errorf("future %d: %d, %v", i, v, err)
			}
		}
	})
}

func TestAtMostWorkersAtOnce(t *testing.T) {
	kinds(t, 4, func(t *testing.T, x primitives.Executor) {
		var now, peak atomic.Int64
		start := time.Now()
		var last *primitives.Future[int]
		for range 20 {
			last = primitives.Submit(t.Context(), x, func(ctx context.Context) (int, error) {
				peak.Store(max(peak.Load(), now.Add(1)))
				defer now.Add(-1)
				return 0, primitives.Sleep(ctx, time.Millisecond)
			})
		}
		last.Await(t.Context())
		if got := int(peak.Load()); got != x.Workers() {
			t.Errorf("%d tasks at once, want %d", got, x.Workers())
		}
		want := time.Duration(20/x.Workers()) * time.Millisecond
		if got := time.Since(start); got != want {
			t.Errorf("20 tasks of 1ms on %d workers took %v, want %v", x.Workers(), got, want)
		}
	})
}

func TestPanicIsCarried(t *testing.T) {
	kinds(t, 2, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { panic(fs.ErrClosed) })
		_, err := f.Await(t.Context())
		var p *primitives.PanicError
		if !errors.As(err, &p) || !errors.Is(err, fs.ErrClosed) {
			t.Fatalf("error is %v", err)
		}
		if !strings.Contains(string(p.Stack), "TestPanicIsCarried") {
			t.Errorf("the stack is not the task's:\n%s", p.Stack)
		}
		g := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { return 1, nil })
		if v, err := g.Await(t.Context()); v != 1 || err != nil {
			t.Errorf("after a panic: %d, %v", v, err)
		}
	})
}

func TestGoexitEndsItsFuture(t *testing.T) {
	kinds(t, 1, func(t *testing.T, x primitives.Executor) {
		var f *primitives.Future[int]
		var caller sync.WaitGroup
		caller.Go(func() { // inline runs the task on this goroutine, which then ends too
			f = primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
				runtime.Goexit()
				return 1, nil
			})
		})
		caller.Wait()
		if f != nil {
			if _, err := f.Await(t.Context()); err != primitives.ErrGoexit {
				t.Errorf("error is %v", err)
			}
		}
		g := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { return 2, nil })
		if v, err := g.Await(t.Context()); v != 2 || err != nil {
			t.Errorf("the only worker is gone: %d, %v", v, err)
		}
	})
}

func TestContextFreesTheWaiterNotTheTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
		defer x.Shutdown(t.Context())
		f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
			time.Sleep(time.Hour)
			return 5, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := f.Await(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("impatient waiter got %v", err)
		}
		<-f.Done()
		if v, err := f.Await(ctx); v != 5 || err != nil {
			t.Errorf("finished future with an ended context: %d, %v", v, err)
		}
	})
}

func TestFullExecutorCanBeGivenUp(t *testing.T) {
	hour := func(context.Context) (int, error) { time.Sleep(time.Hour); return 0, nil }
	for kind, taken := range map[string]int{"spawn": 1, "pool": 3} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, err := newKind(kind, primitives.Config{Workers: 1, Queue: 2})
				if err != nil {
					t.Fatal(err)
				}
				for range taken {
					primitives.Submit(t.Context(), x, hour)
					synctest.Wait()
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				start := time.Now()
				f := primitives.Submit(ctx, x, hour)
				if waited := time.Since(start); waited != time.Minute {
					t.Errorf("Submit to a full executor returned after %v, want 1m", waited)
				}
				if _, err := f.Await(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error is %v", err)
				}
				if err := x.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
				if hours := time.Since(start).Hours(); hours < float64(taken) {
					t.Errorf("Shutdown returned after %.1f hours of %d", hours, taken)
				}
			})
		})
	}
}

func TestTaskOfAnEndedContextDoesNotStart(t *testing.T) {
	kinds(t, 1, func(t *testing.T, x primitives.Executor) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(fs.ErrPermission)
		f := primitives.Submit(ctx, x, func(context.Context) (int, error) { t.Error("it ran"); return 0, nil })
		if _, err := f.Await(t.Context()); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestShutdown(t *testing.T) {
	kinds(t, 2, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
			time.Sleep(time.Hour)
			return 1, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := x.Shutdown(ctx); x.Workers() > 1 && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("impatient shutdown: %v", err)
		}
		late := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { return 0, nil })
		if _, err := late.Await(t.Context()); err != primitives.ErrShutdown {
			t.Errorf("submitted after shutdown: %v", err)
		}
		if err := x.Shutdown(t.Context()); err != nil {
			t.Errorf("patient shutdown: %v", err)
		}
		select {
		case <-f.Done():
		default:
			t.Error("Shutdown returned before the task had finished")
		}
	})
}

// Shutdown waits for the tasks of every caller, inline's own included.
func TestInlineShutdownWaitsForOtherCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := primitives.Must(primitives.NewInline(primitives.Config{Workers: 1}))
		ended := false
		go primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
			time.Sleep(time.Hour)
			ended = true
			return 0, nil
		})
		synctest.Wait()
		if err := x.Shutdown(t.Context()); err != nil || !ended {
			t.Errorf("Shutdown returned before the task had ended: %v", err)
		}
	})
}

// A task that submits to its own busy pool blocks; Shutdown must not make that
// a deadlock.
func TestShutdownWhileATaskSubmits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1, Queue: 1}))
		outer := primitives.Submit(t.Context(), x, func(ctx context.Context) (error, error) {
			time.Sleep(time.Second) // until Shutdown has begun
			_, err := primitives.Submit(ctx, x, func(context.Context) (int, error) { return 0, nil }).Await(ctx)
			return err, nil
		})
		synctest.Wait()
		for range 2 { // one fills the queue, one blocks in Submit
			go primitives.Submit(t.Context(), x, func(context.Context) (int, error) { return 0, nil })
		}
		synctest.Wait()
		if err := x.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if inner, _ := outer.Await(t.Context()); inner != primitives.ErrShutdown {
			t.Errorf("nested submission: %v", inner)
		}
	})
}

// A future that is kept keeps its result alive, not what its task used.
func TestFinishedFutureLetsGoOfItsTask(t *testing.T) {
	x := primitives.Must(primitives.NewInline(primitives.Config{Workers: 1}))
	submit := func() (weak.Pointer[[1 << 20]byte], *primitives.Future[int]) {
		input := &[1 << 20]byte{9: 77}
		return weak.Make(input), primitives.Submit(t.Context(), x, func(context.Context) (int, error) { return int(input[9]), nil })
	}
	kept, f := submit()
	for range 10 {
		runtime.GC()
		if kept.Value() == nil {
			break
		}
	}
	if kept.Value() != nil {
		t.Error("the task's input is still reachable")
	}
	if n, err := f.Await(t.Context()); n != 77 || err != nil {
		t.Errorf("result %d, %v", n, err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		kind   string
		config primitives.Config
		want   string
	}{
		{"inline", primitives.Config{Workers: 2}, "it has 1 worker, not 2"},
		{"pool", primitives.Config{}, "needs at least 1 worker"},
		{"loop", primitives.Config{Workers: 1, Queue: -1}, "cannot have a queue of -1"},
		{"spawn", primitives.Config{Workers: 1, Queue: 1}, "leave Config.Queue 0, not 1"},
		{"threads", primitives.Config{Workers: 1, Transport: "pipe"}, `leave Config.Transport empty, not "pipe"`},
		{"pool", primitives.Config{Workers: 1, TaskTimeout: time.Second}, "leave Config.TaskTimeout 0, not 1s"},
		{"processes", primitives.Config{Workers: 1, TaskTimeout: -1}, "cannot have a task timeout of -1ns"},
		{"polo", primitives.Config{Workers: 1}, `unknown executor "polo"`},
	} {
		x, err := primitives.New(c.kind, c.config)
		if x != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New(%s, %+v): %v, %v, want %q", c.kind, c.config, x, err, c.want)
		}
	}
}

// overlapProbe fails if two tasks that overlap have the same worker. Its
// fields are not locked: the race detector checks that they need not be.
type overlapProbe struct {
	t    *testing.T
	busy []bool
	ran  []int
}

func (p *overlapProbe) TaskStart(worker int) int64 {
	if p.busy[worker] {
		p.t.Errorf("worker %d started a second task", worker)
	}
	p.busy[worker] = true
	return int64(worker) + 1
}

func (p *overlapProbe) TaskEnd(worker int, token int64) {
	if token != int64(worker)+1 {
		p.t.Errorf("worker %d ends a task with token %d", worker, token)
	}
	p.busy[worker] = false
	p.ran[worker]++
}

func TestProbeHearsEveryTaskBeforeItsWaiter(t *testing.T) {
	for _, kind := range inProcess {
		workers := 4
		if kind == "inline" {
			workers = 1
		}
		t.Run(kind, func(t *testing.T) {
			p := &overlapProbe{t: t, busy: make([]bool, workers), ran: make([]int, workers)}
			x, err := newKind(kind, primitives.Config{Workers: workers, Probe: p})
			if err != nil {
				t.Fatal(err)
			}
			var futures []*primitives.Future[int]
			for i := range 1000 {
				futures = append(futures, primitives.Submit(t.Context(), x, func(context.Context) (int, error) {
					if i%100 == 0 {
						panic("some tasks do")
					}
					return i, nil
				}))
			}
			for _, f := range futures {
				f.Await(t.Context())
			}
			total := 0
			for _, n := range p.ran { // read with no more order than the results gave
				total += n
			}
			if total != 1000 {
				t.Errorf("the probe heard of %d tasks, want 1000", total)
			}
			if err := x.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
