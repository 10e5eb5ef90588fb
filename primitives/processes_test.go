package primitives_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"overlap/internal/racing"
	"overlap/primitives"
)

// order tells a child what to do, and where to note that it did.
type order struct {
	Log  string
	ID   int
	Deed string
}

// obey notes the order's number in one write, so that the log shows what ran,
// and how often, whatever happens to the process then.
var obey = primitives.Define("processes test: obey", func(ctx context.Context, o order) (int, error) {
	log, err := os.OpenFile(o.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	_, err = fmt.Fprintln(log, o.ID)
	if err = errors.Join(err, log.Close()); err != nil {
		return 0, err
	}
	switch o.Deed {
	case "exit":
		os.Exit(3)
	case "hang":
		select {}
	case "panic":
		panic("as told")
	case "goexit":
		runtime.Goexit()
	case "error":
		return 0, errors.New("as told")
	case "wait":
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	return o.ID, nil
})

// runs returns how often each order was carried out.
func runs(t *testing.T, log string) map[int]int {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	count := map[int]int{}
	for _, field := range strings.Fields(string(text)) {
		id, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		count[id]++
	}
	return count
}

// transports returns those of this system.
func transports() []string {
	switch runtime.GOOS {
	case "linux":
		return []string{"pipe", "unix", "mmap"}
	case "windows":
		return []string{"pipe"}
	}
	return []string{"pipe", "unix"}
}

func newProcesses(t *testing.T, c primitives.Config) primitives.Executor {
	t.Helper()
	x, err := primitives.NewProcesses(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return x
}

// Tasks that end their processes fail alone: every other task runs exactly
// once and returns its own result. OVERLAP_SOAK=1 does it for 1,000 tasks that
// go wrong.
func TestProcessesLoseNoTask(t *testing.T) {
	tasks := 60
	if os.Getenv("OVERLAP_SOAK") != "" {
		tasks = 4000
	}
	for _, transport := range transports() {
		t.Run(transport, func(t *testing.T) {
			x := newProcesses(t, primitives.Config{Workers: 3, Transport: transport, TaskTimeout: time.Second})
			log := filepath.Join(t.TempDir(), "log")
			random := rand.New(rand.NewPCG(1, 2))
			deeds := make([]string, tasks)
			values, errs := make([]int, tasks), make([]error, tasks)
			var all sync.WaitGroup
			for i := range tasks {
				if random.IntN(4) == 0 {
					deeds[i] = []string{"exit", "exit", "hang", "panic", "error", "goexit"}[random.IntN(6)]
				}
				what := order{Log: log, ID: i, Deed: deeds[i]}
				if i%2 == 0 {
					f := primitives.Call(t.Context(), x, obey, what)
					all.Go(func() { values[i], errs[i] = f.Await(t.Context()) })
				} else {
					all.Go(func() { values[i], errs[i] = primitives.Do(t.Context(), x, obey, what) })
				}
			}
			all.Wait()
			want := map[string]primitives.Cause{"exit": primitives.ChildExited, "hang": primitives.ChildHung}
			for i, v := range values {
				err := errs[i]
				var fault *primitives.ChildError
				var panicked *primitives.PanicError
				switch errors.As(err, &fault); {
				case want[deeds[i]] != 0:
					if fault == nil || fault.Cause != want[deeds[i]] {
						t.Errorf("task %d, told to %s: %v", i, deeds[i], err)
					}
				case deeds[i] == "panic":
					if !errors.As(err, &panicked) || panicked.Value != "as told" || !strings.Contains(string(panicked.Stack), "processes_test.go") {
						t.Errorf("task %d, told to panic: %v", i, err)
					}
				case deeds[i] == "goexit":
					if err != primitives.ErrGoexit {
						t.Errorf("task %d, told to call Goexit: %v", i, err)
					}
				case deeds[i] == "error":
					if fault != nil || err == nil || !strings.Contains(err.Error(), "as told") {
						t.Errorf("task %d, told to fail: %v", i, err)
					}
				case v != i || err != nil:
					t.Errorf("task %d: %d, %v", i, v, err)
				}
			}
			count := runs(t, log)
			for i := range tasks {
				if count[i] != 1 {
					t.Errorf("task %d (%s) ran %d times", i, deeds[i], count[i])
				}
			}
			if s := x.Stats(); s != (primitives.Stats{Finished: tasks}) {
				t.Errorf("stats: %+v", s)
			}
		})
	}
}

func TestRetryableRunsAgain(t *testing.T) {
	x := newProcesses(t, primitives.Config{Workers: 1})
	log := filepath.Join(t.TempDir(), "log")
	_, err := primitives.Call(t.Context(), x, obey.Retryable(), order{Log: log, ID: 7, Deed: "exit"}).Await(t.Context())
	var fault *primitives.ChildError
	if !errors.As(err, &fault) || fault.ExitCode != 3 {
		t.Errorf("error is %v", err)
	}
	if n := runs(t, log)[7]; n != 3 {
		t.Errorf("a function that kills its process ran %d times, want 3", n)
	}
}

func TestCancelReachesTheChild(t *testing.T) {
	x := newProcesses(t, primitives.Config{Workers: 1})
	log := filepath.Join(t.TempDir(), "log")
	f := primitives.Call(t.Context(), x, obey, order{Log: log, ID: 1, Deed: "wait"})
	pending := primitives.Call(t.Context(), x, obey, order{Log: log, ID: 2, Deed: ""})
	for len(runs(t, log)) == 0 {
		time.Sleep(time.Millisecond)
	}
	if !pending.Cancel() || f.Cancel() {
		t.Error("a pending task was not cancelled, or a running one was")
	}
	if _, err := f.Await(t.Context()); !errors.Is(err, context.Canceled) {
		t.Errorf("error of the running task: %v", err)
	}
	if v, err := primitives.Call(t.Context(), x, obey, order{Log: log, ID: 3, Deed: ""}).Await(t.Context()); v != 3 || err != nil {
		t.Errorf("the child did not live on: %d, %v", v, err)
	}
	if count := runs(t, log); count[2] != 0 {
		t.Error("the cancelled task ran")
	}
}

// Do talks to the child on the caller's goroutine: it allocates nothing but the result,
// and what ends the wait ends the call.
func TestDo(t *testing.T) {
	x := newProcesses(t, primitives.Config{Workers: 1})
	log := filepath.Join(t.TempDir(), "log")
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	ended := make(chan error)
	go func() {
		_, err := primitives.Do(ctx, x, obey, order{Log: log, ID: 1, Deed: "wait"})
		ended <- err
	}()
	for len(runs(t, log)) == 0 {
		time.Sleep(time.Millisecond)
	}
	if s := x.Stats(); s != (primitives.Stats{Running: 1}) {
		t.Errorf("during the call: %+v", s)
	}
	behind := primitives.Call(t.Context(), x, obey, order{Log: log, ID: 2})
	cancel(why)
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	if v, err := behind.Await(t.Context()); v != 2 || err != nil {
		t.Errorf("the task that waited for the process: %d, %v", v, err)
	}
	if _, err := primitives.Do(ctx, x, obey, order{Log: log, ID: 3}); err != why {
		t.Errorf("with a context that has ended: %v", err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if v, err := primitives.Do(context.Background(), x, shout, "again"); v != "AGAIN" || err != nil {
			t.Errorf("%q, %v", v, err)
		}
	}); n > 1 && !racing.On {
		t.Errorf("%v allocations a call, want that of the result", n)
	}
	if s := x.Stats(); s.Cancelled != 1 || s.Queued+s.Running != 0 {
		t.Errorf("at the end: %+v", s)
	}
}

func TestProcessesTakeNoClosures(t *testing.T) {
	x := newProcesses(t, primitives.Config{Workers: 1})
	f := primitives.Submit(t.Context(), x, func(context.Context) (int, error) { return 1, nil })
	if _, err := f.Await(t.Context()); err != primitives.ErrClosure {
		t.Errorf("Submit: %v", err)
	}
	if _, err := primitives.SubmitN(t.Context(), x, 3, func(context.Context, int) (int, error) { return 1, nil }).Await(t.Context()); err != primitives.ErrClosure {
		t.Errorf("SubmitN: %v", err)
	}
	done := primitives.Call(t.Context(), x, obey, order{Log: filepath.Join(t.TempDir(), "log"), ID: 1, Deed: ""})
	g := primitives.Then(t.Context(), x, done, func(context.Context, int) (int, error) { return 1, nil })
	if _, err := g.Await(t.Context()); err != primitives.ErrClosure {
		t.Errorf("Then: %v", err)
	}
}

// Call is the same on every executor, so a program need not know which it has.
func TestCallOnEveryExecutor(t *testing.T) {
	for _, kind := range primitives.Names() {
		x, err := newKind(kind, primitives.Config{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := primitives.Call(t.Context(), x, shout, "again").Await(t.Context()); v != "AGAIN" || err != nil {
			t.Errorf("%s: %q, %v", kind, v, err)
		}
		if v, err := primitives.Do(t.Context(), x, shout, "more"); v != "MORE" || err != nil {
			t.Errorf("%s: Do: %q, %v", kind, v, err)
		}
		if err := x.Shutdown(t.Context()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := primitives.Call(t.Context(), x, shout, "late").Await(t.Context()); err != primitives.ErrShutdown {
			t.Errorf("%s after shutdown: %v", kind, err)
		}
		if _, err := primitives.Do(t.Context(), x, shout, "late"); err != primitives.ErrShutdown {
			t.Errorf("%s: Do after shutdown: %v", kind, err)
		}
	}
}

func TestNewProcessesRefuses(t *testing.T) {
	if _, err := primitives.NewProcesses(primitives.Config{Workers: 2, Transport: "pigeon"}); err == nil || !strings.Contains(err.Error(), `unknown transport "pigeon"`) {
		t.Errorf("error is %v", err)
	}
}

func TestShutdownNowOfProcesses(t *testing.T) {
	x := newProcesses(t, primitives.Config{Workers: 1})
	log := filepath.Join(t.TempDir(), "log")
	var futures []*primitives.Future[int]
	for i := range 300 {
		futures = append(futures, primitives.Call(t.Context(), x, obey, order{Log: log, ID: i, Deed: ""}))
	}
	if err := x.ShutdownNow(t.Context()); err != nil {
		t.Fatal(err)
	}
	count, cancelled := runs(t, log), 0
	for i, f := range futures {
		_, err := f.Await(t.Context())
		if errors.Is(err, primitives.ErrShutdown) != (count[i] == 0) {
			t.Errorf("task %d ran %d times and ended with %v", i, count[i], err)
		}
		if f.State() == primitives.Cancelled {
			cancelled++
		}
	}
	if s := x.Stats(); cancelled == 0 || s.Cancelled != cancelled || s.Queued != 0 || s.Running != 0 {
		t.Errorf("%d tasks were cancelled, stats say %+v", cancelled, s)
	}
}
