package primitives_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"overlap/primitives"
)

var leakCall = primitives.Define("leak test: call", func(_ context.Context, n int) (int, error) {
	if n%5 == 4 {
		panic("some do")
	}
	time.Sleep(time.Duration(n%3) * time.Millisecond)
	return n, nil
})

// belongings are what this process holds of the system, as far as it says.
func belongings() map[string]int {
	has := map[string]int{"goroutines": runtime.NumGoroutine()}
	for name, dir := range map[string]string{"threads": "/proc/self/task", "descriptors": "/proc/self/fd"} {
		if list, err := os.ReadDir(dir); err == nil {
			has[name] = len(list)
		}
	}
	if lists, _ := filepath.Glob("/proc/self/task/*/children"); len(lists) > 0 {
		has["children"] = 0
		for _, list := range lists {
			text, _ := os.ReadFile(list)
			has["children"] += len(strings.Fields(string(text)))
		}
	}
	if maps, err := os.ReadFile("/proc/self/maps"); err == nil {
		has["shared mappings"] = 0
		for line := range strings.Lines(string(maps)) {
			if f := strings.Fields(line); len(f) > 1 && strings.HasSuffix(f[1], "s") {
				has["shared mappings"]++
			}
		}
	}
	return has
}

// gives up after 2 s; a thread or a child takes a moment to end.
func nothingMoreThan(t *testing.T, before map[string]int) {
	t.Helper()
	var now map[string]int
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		now = belongings()
		more := false
		for what, n := range before {
			more = more || now[what] > n
		}
		if !more {
			return
		}
	}
	t.Errorf("left behind: %v, before: %v", now, before)
}

// disturb does all that could leave something behind.
func disturb(t *testing.T, x primitives.Executor) {
	ctx := context.Background()
	if _, err := primitives.Submit(ctx, x, give(1)).Await(ctx); err == primitives.ErrClosure {
		var futures []*primitives.Future[int]
		for i := range 20 {
			futures = append(futures, primitives.Call(ctx, x, leakCall, i))
		}
		futures[10].Cancel()
		for _, f := range futures {
			f.Await(ctx)
		}
		return
	}
	short, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	var futures []*primitives.Future[int]
	for i := range 40 {
		futures = append(futures, primitives.Submit(ctx, x, func(ctx context.Context) (int, error) {
			switch i % 5 {
			case 0:
				panic("some do")
			case 1:
				if !isInline(x) {
					runtime.Goexit()
				}
			case 2:
				return i, primitives.Sleep(ctx, time.Millisecond)
			case 3:
				f := primitives.Submit(ctx, x, sleeping(time.Millisecond))
				g := primitives.Submit(ctx, x, sleeping(time.Millisecond))
				f.Await(ctx)
				return g.Await(short)
			}
			d, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			var e primitives.Event
			return i, e.WaitContext(d)
		}))
	}
	futures[39].Cancel()
	futures[17].Cancel()
	primitives.ForEach(ctx, x, 10, func(context.Context, int) error { return nil })
	primitives.Any(futures...).Await(ctx)
	primitives.Wait(short, futures, primitives.AllCompleted)
	for _, f := range futures {
		f.Await(short)
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	if err := exerciseAll(t); err != nil { // what is made once is made now
		t.Fatal(err)
	}
	for _, name := range primitives.Names() {
		for _, transport := range []string{"pipe", "unix", "mmap"} {
			if name != "processes" && transport != "pipe" || transport == "mmap" && runtime.GOOS != "linux" || transport == "unix" && runtime.GOOS == "windows" {
				continue
			}
			t.Run(name+"/"+transport, func(t *testing.T) {
				// Threads are kept by the runtime in general; those of the
				// executor threads end with their goroutines.
				before := belongings()
				delete(before, "threads")
				if err := exercise(t, name, transport); err != nil {
					t.Fatal(err)
				}
				nothingMoreThan(t, before)
			})
		}
	}
}

func exerciseAll(t *testing.T) error {
	for _, name := range primitives.Names() {
		if err := exercise(t, name, "pipe"); err != nil {
			return err
		}
	}
	return nil
}

func exercise(t *testing.T, name, transport string) error {
	w := 3
	if name == "inline" {
		w = 1
	}
	x, err := newKind(name, primitives.Config{Workers: w, Queue: 100, Transport: transport})
	if err != nil {
		return err
	}
	if name == "spawn" && !submitsInside(name) {
		return x.Shutdown(context.Background()) // its tasks would wait forever
	}
	disturb(t, x)
	return x.Shutdown(context.Background())
}

// Twenty times as many workers as the runtime has threads to spare: their
// threads end with them.
func TestThreadsEnd(t *testing.T) {
	before := belongings()
	if before["threads"] == 0 {
		t.Skip("this system does not list threads")
	}
	x := primitives.Must(primitives.NewThreads(primitives.Config{Workers: 40}))
	b := primitives.SubmitN(context.Background(), x, 40, func(ctx context.Context, _ int) (int, error) { return sleeping(20 * time.Millisecond)(ctx) })
	b.Await(context.Background())
	if now := belongings(); now["threads"] < 40 {
		t.Errorf("%d threads while 40 workers rest", now["threads"])
	}
	x.Shutdown(context.Background())
	before["threads"] += 8 // the runtime's own
	nothingMoreThan(t, before)
}

// A pool at rest holds its workers and nothing else, whatever waited before.
func TestGoroutinesAtRest(t *testing.T) {
	for name, want := range map[string]int{"pool": 8, "threads": 8, "spawn": 0} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			for range 20 { // those of the last test may be on their way out
				time.Sleep(time.Millisecond)
				before = min(before, runtime.NumGoroutine())
			}
			x, err := newKind(name, primitives.Config{Workers: 8})
			if err != nil {
				t.Fatal(err)
			}
			var gate primitives.Event
			for range 8 {
				primitives.Submit(context.Background(), x, until(&gate, 0))
			}
			gate.Set()
			if name != "spawn" {
				for range 8 {
					primitives.Submit(context.Background(), x, func(ctx context.Context) (int, error) {
						return primitives.Submit(context.Background(), x, sleeping(time.Millisecond)).Await(short(ctx))
					})
				}
			}
			now := 0
			for range 400 {
				if now = runtime.NumGoroutine() - before; now == want && x.Stats().Running+x.Stats().Queued == 0 {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			if now != want {
				t.Errorf("%d goroutines at rest, want %d", now, want)
			}
			x.Shutdown(context.Background())
		})
	}
}

// short hides that ctx is a task's, so that waiting with it parks the task.
func short(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	context.AfterFunc(ctx, cancel)
	return ctx
}
