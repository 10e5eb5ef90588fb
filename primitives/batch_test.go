package primitives_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"overlap/primitives"
)

func TestSubmitN(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100} {
		under(t, inProcess, primitives.Config{Workers: 3, Queue: 4}, func(t *testing.T, x primitives.Executor) {
			var order []int
			var mu sync.Mutex
			b := primitives.SubmitN(t.Context(), x, n, func(ctx context.Context, i int) (int, error) {
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				switch i {
				case 60:
					return -1, fs.ErrExist
				case 50:
					panic(fs.ErrClosed)
				case 70:
					if !isInline(x) {
						runtime.Goexit() // inline's caller would go too
					}
				}
				return i, primitives.Sleep(ctx, time.Millisecond)
			})
			vs, err := b.Await(t.Context())
			if (n == 100) != errors.Is(err, fs.ErrClosed) || len(vs) != n || b.Len() != n {
				t.Errorf("%d of %d results, %v", len(vs), n, err)
			}
			for i, v := range vs {
				if want := i; v != want && i != 50 && i != 60 && i != 70 {
					t.Errorf("result %d is %d", i, v)
				}
			}
			if x.Workers() == 1 && !slices.IsSorted(order) || len(order) != n {
				t.Errorf("%d tasks started in the order %v", len(order), order)
			}
		})
	}
}

// A task that exits takes its worker along; the only one.
func TestBatchSurvivesGoexit(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		b := primitives.SubmitN(t.Context(), x, 5, func(_ context.Context, i int) (int, error) {
			if i == 1 || i == 4 {
				runtime.Goexit()
			}
			return i, nil
		})
		for i := range 5 {
			if v, err := soon(t, b.At(i)); (i == 1 || i == 4) != (err == primitives.ErrGoexit) || err == nil && v != i {
				t.Errorf("task %d: %d, %v", i, v, err)
			}
		}
	})
}

func TestBatchCancelAndImpatience(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		b := primitives.SubmitN(t.Context(), x, 5, func(ctx context.Context, _ int) (int, error) { return sleeping(time.Hour)(ctx) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if vs, err := b.Await(ctx); vs != nil || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("impatient: %v, %v after %v", vs, err, time.Since(start))
		}
		for i := 4; i > 1; i-- { // those that run last: they would make room
			if !b.At(i).Cancel() {
				t.Errorf("task %d is not pending", i)
			}
		}
		b.Cancel()
		synctest.Wait()
		for i := range 5 {
			want := map[bool]primitives.State{true: primitives.Finished, false: primitives.Cancelled}[i < 2]
			if f := b.At(i); f.State() != want {
				t.Errorf("task %d is %v", i, f.State())
			} else if _, err := f.Await(ctx); err != primitives.ErrCancelled {
				t.Errorf("task %d: %v", i, err)
			}
		}
		if s := x.Stats(); time.Since(start) != time.Minute || s != (primitives.Stats{Finished: 2, Cancelled: 3}) {
			t.Errorf("after %v: %+v", time.Since(start), s)
		}
	})
}

func TestForEach(t *testing.T) {
	boom := errors.New("boom")
	for _, end := range []string{"none", "error", "panic", "exit", "later first"} {
		t.Run(end, func(t *testing.T) {
			under(t, concurrent, primitives.Config{Workers: 3}, func(t *testing.T, x primitives.Executor) {
				var calls, now atomic.Int64
				err := primitives.ForEach(t.Context(), x, 100, func(ctx context.Context, i int) error {
					calls.Add(1)
					now.Add(1)
					defer now.Add(-1)
					if i == 10 && end == "later first" { // a higher index fails before
						primitives.Sleep(ctx, time.Minute)
						return boom
					}
					primitives.Sleep(ctx, time.Millisecond)
					if i == 20 {
						switch end {
						case "error", "later first":
							return fmt.Errorf("%d", i)
						case "panic":
							panic(boom)
						case "exit":
							runtime.Goexit()
						}
					}
					return nil
				})
				switch {
				case end == "none" && (err != nil || calls.Load() != 100),
					end == "error" && err.Error() != "20",
					(end == "panic" || end == "later first") && !errors.Is(err, boom),
					end == "exit" && err != primitives.ErrGoexit,
					end != "none" && end != "later first" && calls.Load() > 99, // of 100, when the others stop too late
					end == "error" && calls.Load() > 70,
					now.Load() != 0:
					t.Errorf("%v after %d calls, of which %d go on", err, calls.Load(), now.Load())
				}
			})
		})
	}
}

// After the end of its context ForEach begins no further call, whether its
// function looks at the context or not, and says why.
func TestForEachObeysItsContext(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(1500*time.Millisecond, func() { cancel(fs.ErrClosed) })
		var calls atomic.Int64
		err := primitives.ForEach(ctx, x, 1000, func(context.Context, int) error {
			calls.Add(1)
			return primitives.Sleep(context.Background(), time.Second)
		})
		if calls.Load() != int64(2*x.Workers()) || err != fs.ErrClosed {
			t.Errorf("%d calls, %v", calls.Load(), err)
		}
		if err := primitives.ForEach(ctx, x, 0, nil); err != fs.ErrClosed {
			t.Errorf("of nothing: %v", err)
		}
	})
}

// count yields 0, 1, … and counts how far it was read.
func count(n int, read *int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			*read = i + 1
			if !yield(i) {
				return
			}
		}
	}
}

func TestMap(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 2, Queue: 1}, func(t *testing.T, x primitives.Executor) {
		read, next := 0, 0
		for v, err := range primitives.Map(t.Context(), x, count(50, &read), func(ctx context.Context, i int) (int, error) {
			if i == 20 {
				return i, fs.ErrExist
			}
			return i, primitives.Sleep(ctx, time.Duration(50-i)*time.Millisecond)
		}) {
			if v != next || (v == 20) != (err == fs.ErrExist) {
				t.Errorf("element %d is %d, %v", next, v, err)
			}
			next++
			if ahead := read - next; ahead > 2*x.Workers() {
				t.Errorf("%d tasks ahead", ahead)
			}
		}
		if next != 50 || read != 50 {
			t.Errorf("%d elements of %d", next, read)
		}
	})
}

func TestMapStopsEarly(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		start, read := time.Now(), 0
		var ran atomic.Int64
		for v := range primitives.Map(t.Context(), x, count(1<<30, &read), func(ctx context.Context, i int) (int, error) {
			ran.Add(1)
			return i, primitives.Sleep(ctx, time.Duration(i)*time.Minute)
		}) {
			if v == 1 {
				break
			}
		}
		shut(t, x)
		if d := time.Since(start); read > 2+2*x.Workers() || x.Workers() > 1 && (d > 2*time.Minute || ran.Load() > 5) {
			t.Errorf("%d read, %d ran, over after %v", read, ran.Load(), d)
		}
	})
}

// When the context ends, Map yields its cause, once, and takes no more.
func TestMapObeysItsContext(t *testing.T) {
	under(t, inProcess, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		read, errs, atEnd := 0, 0, 0
		for v, err := range primitives.Map(ctx, x, count(1000, &read), func(ctx context.Context, i int) (int, error) {
			return i, primitives.Sleep(ctx, time.Minute)
		}) {
			if v == 5 && err == nil {
				cancel(fs.ErrClosed)
				synctest.Wait()
				atEnd = read
			}
			if err != nil {
				errs++
				if !errors.Is(err, fs.ErrClosed) {
					t.Errorf("error %v", err)
				}
			}
		}
		// One of those that ran may have been due.
		if read > atEnd+1 || errs < 1 || errs > 2*x.Workers() {
			t.Errorf("%d elements were read after the end, %d errors yielded", read-atEnd, errs)
		}
	})
}

// ShutdownNow may come while a batch is being submitted, and its context may
// have ended before: every future ends all the same.
func TestBatchAtTheMomentOfTheEnd(t *testing.T) {
	for _, name := range inProcess {
		for i := range 100 {
			x, err := newKind(name, primitives.Config{Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			var ender sync.WaitGroup
			switch i % 3 {
			case 0:
				cancel()
			case 1:
				ender.Go(func() { x.ShutdownNow(t.Context()) })
			case 2:
				ender.Go(func() { x.Shutdown(t.Context()) })
			}
			b := primitives.SubmitN(ctx, x, 500, func(context.Context, int) (int, error) { return 1, nil })
			patience, stop := context.WithTimeout(t.Context(), 10*time.Second)
			b.Await(patience)
			if patience.Err() != nil {
				t.Fatalf("%s: a batch that ended in way %d hangs", name, i%3)
			}
			err = primitives.ForEach(ctx, x, 5, func(context.Context, int) error { return nil })
			if i%3 == 0 && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: ForEach with an ended context: %v", name, err)
			}
			ender.Wait()
			stop()
			cancel()
			shut(t, x)
			if s := x.Stats(); s.Queued != 0 || s.Running != 0 || s.Finished+s.Cancelled < 500 {
				t.Fatalf("%s, way %d: %+v", name, i%3, s)
			}
		}
	}
}

// An empty batch keeps nothing, and a negative one is a mistake.
func TestBatchOfNothing(t *testing.T) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	input := &[1 << 20]byte{}
	kept := weak.Make(input)
	b := primitives.SubmitN(t.Context(), x, 0, func(context.Context, int) (byte, error) { return input[1], nil })
	if v, err := b.Await(t.Context()); len(v) != 0 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	input = nil
	for range 20 {
		runtime.GC()
		if kept.Value() == nil {
			break
		}
	}
	if kept.Value() != nil {
		t.Error("the executor keeps the function of an empty batch")
	}
	defer func() {
		if r := recover(); r != "primitives: SubmitN of -1 tasks" {
			t.Errorf("panic %v", r)
		}
		shut(t, x)
	}()
	primitives.SubmitN(t.Context(), x, -1, func(context.Context, int) (int, error) { return 0, nil })
}
