package primitives_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

func TestThenAndRecover(t *testing.T) {
	plus := func(_ context.Context, v int) (string, error) { return fmt.Sprint(v, "+"), nil }
	mend := func(_ context.Context, err error) (int, error) { return -1, fmt.Errorf("mended: %w", err) }
	under(t, inProcess, primitives.Config{Workers: 1, Queue: 1}, func(t *testing.T, x primitives.Executor) {
		ctx := t.Context()
		for _, c := range []struct {
			task      func(context.Context) (int, error)
			then      string
			recovered int
			err       error
		}{
			{give(4), "4+", 4, nil},
			{fail(fs.ErrExist), "", -1, fs.ErrExist},
			{func(context.Context) (int, error) { panic(fs.ErrClosed) }, "", -1, fs.ErrClosed},
		} {
			f := primitives.Submit(ctx, x, c.task)
			g, h := primitives.Then(ctx, x, f, plus), primitives.Recover(ctx, x, f, mend)
			if v, err := soon(t, g); v != c.then || !errors.Is(err, c.err) {
				t.Errorf("Then: %q, %v", v, err)
			}
			v, err := soon(t, h)
			if v != c.recovered || !errors.Is(err, c.err) || c.err != nil && err.Error() != "mended: "+errText(f) {
				t.Errorf("Recover: %d, %v", v, err)
			}
			if s := x.Stats(); s.Queued+s.Running != 0 {
				t.Errorf("at rest: %+v", s)
			}
		}
		f := primitives.Submit(ctx, x, give(0))
		for range 50 {
			f = primitives.Then(ctx, x, f, func(_ context.Context, v int) (int, error) { return v + 1, nil })
		}
		if v, err := soon(t, f); v != 50 || err != nil {
			t.Errorf("a chain of 50: %d, %v", v, err)
		}
	})
}

func errText[T any](f *primitives.Future[T]) string {
	_, err := f.Await(context.Background())
	return err.Error()
}

func TestCancelOfAChain(t *testing.T) {
	under(t, queued, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		f := primitives.Submit(t.Context(), x, sleeping(time.Second))
		next := func(context.Context, int) (int, error) { t.Error("it ran"); return 0, nil }
		g := primitives.Then(t.Context(), x, f, next)
		h := primitives.Then(t.Context(), x, g, next)
		synctest.Wait()
		if g.State() != primitives.Pending || !g.Cancel() || h.State() != primitives.Finished || f.State() != primitives.Running {
			t.Errorf("%v, %v, %v", f.State(), g.State(), h.State())
		}
		if _, err := h.Await(t.Context()); err != primitives.ErrCancelled {
			t.Errorf("its follower: %v", err)
		}
		soon(t, f)
	})
}

// Followers that begin after Shutdown end somehow.
func TestShutdownOfAChain(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
		y := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
		f := primitives.Submit(t.Context(), y, sleeping(time.Hour))
		g := primitives.Then(t.Context(), x, f, func(_ context.Context, v int) (int, error) { return v, nil })
		shut(t, x)
		if _, err := soon(t, g); err != primitives.ErrShutdown || g.State() != primitives.Cancelled {
			t.Errorf("%v, %v", g.State(), err)
		}
		shut(t, y)
	})
}

// after returns a future of v or err in d.
func after(x primitives.Executor, d time.Duration, v int, err error) *primitives.Future[int] {
	return primitives.Submit(context.Background(), x, func(ctx context.Context) (int, error) {
		return v, firstError(primitives.Sleep(ctx, d), err)
	})
}

func TestCompositions(t *testing.T) {
	type outcomes = []primitives.Outcome[int]
	a, b := errors.New("a"), errors.New("b")
	type futures = []*primitives.Future[int]
	anyOf := func(f *primitives.Future[int]) (any, error) { return f.Await(context.Background()) }
	all := func(f *primitives.Future[[]int]) (any, error) { return f.Await(context.Background()) }
	cases := map[string]struct {
		make    func(x primitives.Executor) futures
		combine func(futures) (any, error)
		value   any
		err     error
		took    time.Duration
	}{
		"all":          {made(0, 3, 2, 1), func(f futures) (any, error) { return all(primitives.All(f...)) }, []int{0, 3, 2, 1}, nil, 3},
		"all fails":    {failing(a, 3, -2, 1), func(f futures) (any, error) { return all(primitives.All(f...)) }, []int(nil), a, 2},
		"all or":       {failing(a, 3, -2, 1), func(f futures) (any, error) { return all(primitives.AllOrCancel(f...)) }, []int(nil), a, 2},
		"all of none":  {made(), func(f futures) (any, error) { return all(primitives.All(f...)) }, []int{}, nil, 0},
		"any":          {failing(a, 3, -1, 2), func(f futures) (any, error) { return anyOf(primitives.Any(f...)) }, 2, nil, 2},
		"any of none":  {made(), func(f futures) (any, error) { return anyOf(primitives.Any(f...)) }, 0, primitives.ErrNoFutures, 0},
		"any fails":    {failing(b, -3, -1), func(f futures) (any, error) { return anyOf(primitives.Any(f...)) }, 0, b, 3},
		"race":         {failing(a, 3, -1, 2), func(f futures) (any, error) { return anyOf(primitives.Race(f...)) }, -1, a, 1},
		"race won":     {failing(a, -3, 1, 2), func(f futures) (any, error) { return anyOf(primitives.Race(f...)) }, 1, nil, 1},
		"race of none": {made(), func(f futures) (any, error) { return anyOf(primitives.Race(f...)) }, 0, primitives.ErrNoFutures, 0},
		"settled": {failing(a, 3, -1), func(f futures) (any, error) {
			return primitives.AllSettled(f...).Await(context.Background())
		}, outcomes{{Value: 3}, {Value: -1, Err: a}}, nil, 3},
		"settled none": {made(), func(f futures) (any, error) {
			return primitives.AllSettled(f...).Await(context.Background())
		}, outcomes{}, nil, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			under(t, concurrent, primitives.Config{Workers: 4}, func(t *testing.T, x primitives.Executor) {
				start, fs := time.Now(), c.make(x)
				v, err := c.combine(fs)
				if d := time.Since(start); !reflect.DeepEqual(v, c.value) || !errors.Is(err, c.err) || d != c.took*time.Second {
					t.Errorf("%v, %v after %v", v, err, d)
				}
				shut(t, x)
				if d := time.Since(start); (name == "all or") != (d == 2*time.Second) && len(fs) > 0 {
					t.Errorf("the others went on until %v", d)
				}
			})
		})
	}
}

func TestAnyJoinsErrorsInOrder(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 2}, func(t *testing.T, x primitives.Executor) {
		late, early := errors.New("late"), errors.New("early")
		f := primitives.Any(after(x, 2*time.Second, 0, late), after(x, time.Second, 0, early))
		if _, err := soon(t, f); err == nil || err.Error() != "late\nearly" {
			t.Errorf("error %q", err)
		}
	})
}

// made returns futures that take so many seconds; failing, those of which the
// negative ones fail with err.
func made(seconds ...int) func(primitives.Executor) []*primitives.Future[int] {
	return failing(nil, seconds...)
}

func failing(err error, seconds ...int) func(primitives.Executor) []*primitives.Future[int] {
	return func(x primitives.Executor) (fs []*primitives.Future[int]) {
		for _, s := range seconds {
			e := err
			if s >= 0 {
				e = nil
			}
			fs = append(fs, after(x, time.Duration(max(s, -s))*time.Second, s, e))
		}
		return fs
	}
}

// The cancellation of many pending futures must not take their square.
func TestAllOrCancelOfMany(t *testing.T) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1, Queue: 1 << 20}))
	var gate primitives.Event
	first := primitives.Submit(context.Background(), x, func(context.Context) (int, error) { gate.Wait(); return 0, fs.ErrExist })
	futures := []*primitives.Future[int]{first}
	for range 20_000 {
		futures = append(futures, primitives.Submit(context.Background(), x, give(1)))
	}
	whole := primitives.AllOrCancel(futures...)
	start := time.Now()
	gate.Set()
	if err := x.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := whole.Await(context.Background()); err != fs.ErrExist || time.Since(start) > time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestWait(t *testing.T) {
	for _, c := range []struct {
		until         primitives.Until
		done, pending []int
		took          time.Duration
		err           error
	}{
		{primitives.AllCompleted, []int{4, -2, 1, 3}, nil, 4, nil},
		{primitives.FirstCompleted, []int{1}, []int{4, -2, 3}, 1, nil},
		{primitives.FirstError, []int{-2, 1}, []int{4, 3}, 2, nil},
		{primitives.AllCompleted, []int{-2, 1, 3}, []int{4}, 3500 * time.Millisecond / time.Second, context.DeadlineExceeded},
	} {
		under(t, concurrent, primitives.Config{Workers: 5}, func(t *testing.T, x primitives.Executor) {
			ctx := t.Context()
			if c.err != nil {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 3*time.Second+1)
				defer cancel()
			}
			start, fs := time.Now(), failing(fs.ErrExist, 4, -2, 1, 3)(x)
			of := func(part []*primitives.Future[int]) (seconds []int) {
				for _, f := range part {
					seconds = append(seconds, []int{4, -2, 1, 3}[slices.Index(fs, f)])
				}
				return seconds
			}
			done, pending, err := primitives.Wait(ctx, fs, c.until)
			if d := time.Since(start).Truncate(time.Second); !slices.Equal(of(done), c.done) || !slices.Equal(of(pending), c.pending) || !errors.Is(err, c.err) || d != c.took*time.Second {
				t.Errorf("%v: done %v, pending %v, %v after %v", c.until, of(done), of(pending), err, d)
			}
		})
	}
}

func TestAsCompleted(t *testing.T) {
	under(t, concurrent, primitives.Config{Workers: 4}, func(t *testing.T, x primitives.Executor) {
		fs := made(3, 1, 0, 2)(x)
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		var order []int
		for i, f := range primitives.AsCompleted(ctx, fs) {
			if f != fs[i] || !isDone(f) {
				t.Errorf("future %d is another or not done", i)
			}
			order = append(order, i)
		}
		for i := range primitives.AsCompleted(t.Context(), fs) {
			order = append(order, i)
			break
		}
		if !slices.Equal(order, []int{2, 1, 3, 1}) {
			t.Errorf("order %v", order)
		}
	})
}

// A chain may be longer than any stack, whether its links run or pass an error
// on.
func TestLongChains(t *testing.T) {
	const links = 30_000
	defer debug.SetMaxStack(debug.SetMaxStack(4 << 20))
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	for _, kind := range inProcess {
		y, err := newKind(kind, primitives.Config{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, failure := range []error{nil, fs.ErrExist} {
			var gate primitives.Event
			f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { gate.Wait(); return 0, failure })
			for range links {
				f = primitives.Then(t.Context(), y, f, func(_ context.Context, v int) (int, error) { return v + 1, nil })
			}
			gate.Set()
			if v, err := f.Await(t.Context()); err != failure || err == nil && v != links {
				t.Errorf("%s: %d, %v", kind, v, err)
			}
		}
		shut(t, y)
	}
	shut(t, x)
}

// A callback that exits takes neither the callbacks along that were put off
// because the stack was deep, nor the next.
func TestGoexitDeepInAChain(t *testing.T) {
	var head primitives.Event
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { head.Wait(); return 0, fs.ErrExist })
	var all []*primitives.Future[int]
	for i := range 500 {
		f = primitives.Then(t.Context(), x, f, func(_ context.Context, v int) (int, error) { return v, nil })
		if i%50 == 0 {
			f.OnDone(func(int, error) { runtime.Goexit() })
		}
		all = append(all, f)
	}
	head.Set()
	for i, f := range all {
		if _, err := soon(t, f); err != fs.ErrExist {
			t.Fatalf("link %d: %v", i, err)
		}
	}
	shut(t, x)
}

// An empty input yields nothing, and the cause if the context has ended.
func TestMapOfNothing(t *testing.T) {
	x := primitives.Must(primitives.NewInline(primitives.Config{Workers: 1}))
	nothing := func(func(int) bool) {}
	double := func(_ context.Context, v int) (int, error) { return 2 * v, nil }
	for v, err := range primitives.Map(t.Context(), x, nothing, double) {
		t.Errorf("yielded %v, %v", v, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(io.EOF)
	var got []error
	for _, err := range primitives.Map(ctx, x, nothing, double) {
		got = append(got, err)
	}
	if len(got) != 1 || got[0] != io.EOF {
		t.Errorf("with an ended context: %v", got)
	}
}

// A future of Then is its executor's, which does not wait for that before it.
func TestShutdownBeforeThen(t *testing.T) {
	x, y := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1})), primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	f := newGated(x, 1, false)
	g := primitives.Then(context.Background(), y, f.Future, func(_ context.Context, v int) (int, error) { return v, nil })
	if err := y.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	close(f.gate)
	if _, err := g.Await(context.Background()); err != primitives.ErrShutdown || g.State() != primitives.Cancelled {
		t.Errorf("%v, %v", g.State(), err)
	}
	x.Shutdown(context.Background())
}

// A cancelled future ends with an error, for FirstError too.
func TestFirstErrorSeesCancelled(t *testing.T) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	f := newGated(x, 1, false)
	g := primitives.Submit(context.Background(), x, give(2))
	g.Cancel()
	done, pending, err := primitives.Wait(context.Background(), []*primitives.Future[int]{f.Future, g}, primitives.FirstError)
	if len(done) != 1 || done[0] != g || len(pending) != 1 || err != nil {
		t.Errorf("done %v, pending %v, %v", done, pending, err)
	}
	close(f.gate)
	x.Shutdown(context.Background())
}
