package primitives_test

import (
	"context"
	"io"
	"runtime"
	"testing"
	"time"
	"weak"

	"overlap/primitives"
)

type ballast [1 << 16]byte

func gone(p weak.Pointer[ballast]) bool {
	for range 100 {
		runtime.GC()
		if p.Value() == nil {
			return true
		}
		time.Sleep(time.Millisecond) // a worker may be on its way out of the task
	}
	return false
}

// What a task used is free when it has ended, although its future, its batch,
// its context and its executor are kept.
func TestNothingIsKeptAlive(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	type kept = any
	submits := map[string]func(ctx context.Context, x primitives.Executor, use func()) (kept, func()){
		"input": func(_ context.Context, x primitives.Executor, use func()) (kept, func()) {
			f := primitives.Submit(context.Background(), x, func(context.Context) (int, error) { use(); return 0, nil })
			return f, func() { f.Await(context.Background()) }
		},
		"context": func(ctx context.Context, x primitives.Executor, _ func()) (kept, func()) {
			var inner context.Context
			f := primitives.Submit(ctx, x, func(ctx context.Context) (int, error) { inner = ctx; return 0, nil })
			return []any{f, &inner}, func() { f.Await(context.Background()) }
		},
		"context asked for Done": func(ctx context.Context, x primitives.Executor, _ func()) (kept, func()) {
			var inner context.Context
			f := primitives.Submit(ctx, x, func(ctx context.Context) (int, error) { inner = ctx; ctx.Done(); return 0, nil })
			return []any{f, &inner}, func() { f.Await(context.Background()) }
		},
		"panic": func(_ context.Context, x primitives.Executor, use func()) (kept, func()) {
			f := primitives.Submit(context.Background(), x, func(context.Context) (int, error) { use(); panic("x") })
			return f, func() { f.Await(context.Background()) }
		},
		"cancelled": func(_ context.Context, x primitives.Executor, use func()) (kept, func()) {
			f := primitives.Submit(ended, x, func(context.Context) (int, error) { use(); return 0, nil })
			return f, func() { f.Await(context.Background()) }
		},
		"callback": func(_ context.Context, x primitives.Executor, use func()) (kept, func()) {
			f := primitives.Submit(context.Background(), x, give(1))
			f.OnDone(func(int, error) { use() })
			return f, func() { f.Await(context.Background()) }
		},
		"then": func(ctx context.Context, x primitives.Executor, use func()) (kept, func()) {
			f := primitives.Submit(context.Background(), x, give(1))
			g := primitives.Then(ctx, x, f, func(context.Context, int) (int, error) { use(); return 0, nil })
			return []any{f, g}, func() { g.Await(context.Background()) }
		},
		"future of a batch": func(ctx context.Context, x primitives.Executor, use func()) (kept, func()) {
			b := primitives.SubmitN(ctx, x, 3, func(context.Context, int) (int, error) { use(); return 0, nil })
			return b.At(1), func() { b.Await(context.Background()) }
		},
		"batch": func(ctx context.Context, x primitives.Executor, use func()) (kept, func()) {
			b := primitives.SubmitN(ctx, x, 3, func(context.Context, int) (int, error) { use(); return 0, nil })
			return b, func() { b.Await(context.Background()) }
		},
	}
	for what, submit := range submits {
		for _, name := range inProcess {
			t.Run(what+"/"+name, func(t *testing.T) {
				x, err := newKind(name, primitives.Config{Workers: 1})
				if err != nil {
					t.Fatal(err)
				}
				begin := func() (weak.Pointer[ballast], any, func()) {
					b := &ballast{}
					kept, wait := submit(context.WithValue(context.Background(), key{}, b), x, func() { b[7]++ })
					return weak.Make(b), kept, wait
				}
				b, kept, wait := begin()
				wait()
				if !gone(b) {
					t.Error("it is still reachable")
				}
				runtime.KeepAlive(kept)
				if err := x.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// Whoever waits for a slow future and gives up leaves nothing behind, and so
// does a composition that has ended.
func TestPollingLeavesNothingBehind(t *testing.T) {
	x := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	var gate, other primitives.Event
	f := primitives.Submit(context.Background(), x, until(&gate, 0))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	in := primitives.Must(primitives.NewInline(primitives.Config{Workers: 1}))
	done := primitives.Submit(context.Background(), in, give(1))
	failed := primitives.Submit(context.Background(), in, func(context.Context) (int, error) { return 0, io.EOF })
	same := func(_ context.Context, v int) (int, error) { return v, nil }
	polls := map[string]func(){
		"Result": func() { f.Await(ctx) },
		"Done":   func() { f.Done() },
		"Wait":   func() { primitives.Wait(ctx, []*primitives.Future[int]{f, f}, primitives.FirstCompleted) },
		"AsCompleted": func() {
			for range primitives.AsCompleted(ctx, []*primitives.Future[int]{f}) {
			}
		},
		"Event":              func() { other.WaitContext(ctx) },
		"Race with one done": func() { primitives.Race(f, done) },
		"Race, done first":   func() { primitives.Race(done, f) },
		"Any":                func() { primitives.Any(f, done) },
		"All with an error":  func() { primitives.All(f, failed) },
		"All, cancelled":     func() { primitives.All(f, done).Cancel() },
		"AllSettled":         func() { primitives.AllSettled(f, done).Cancel() },
		"Then, cancelled":    func() { primitives.Then(context.Background(), x, f, same).Cancel() },
		"Race that ends later": func() {
			g := primitives.Submit(context.Background(), x, give(1))
			primitives.Race(f, g)
			g.Cancel()
		},
	}
	for name, poll := range polls {
		before := heap()
		for range 100_000 {
			poll()
		}
		if grown := heap() - before; grown > 1<<20 {
			t.Errorf("100,000 times %s: the heap grew by %d bytes", name, grown)
		}
	}
	gate.Set()
	if err := x.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
