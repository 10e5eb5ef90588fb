package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain lets this binary be its own child process.
func TestMain(m *testing.M) {
	ServeIfChild()
	// The race detector makes every process sleep for a second before it exits;
	// the children need not.
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// Functions that the tests call in a child.
var (
	remoteEcho  = Define("remote test: echo", func(_ context.Context, b []byte) ([]byte, error) { return b, nil })
	remoteError = Define("remote test: error", func(context.Context, struct{}) (int, error) {
		return 0, errors.New("no such luck")
	})
	remotePanic = Define("remote test: panic", func(context.Context, struct{}) (int, error) { panic("boom") })
	remoteExit  = Define("remote test: goexit", func(context.Context, struct{}) (int, error) {
		runtime.Goexit()
		return 0, nil
	})
	remoteWait = Define("remote test: wait", func(ctx context.Context, _ struct{}) (int, error) {
		<-ctx.Done()
		return 0, fmt.Errorf("gave up: %w", context.Cause(ctx))
	})
	remoteDeaf  = Define("remote test: deaf", func(context.Context, struct{}) (int, error) { select {} })
	remotePrint = Define("remote test: print", func(context.Context, struct{}) (int, error) {
		fmt.Print("")
		n, err := os.Stdin.Read(make([]byte, 1))
		return n, errors.Join(err, func() error {
			if os.Stdout != os.Stderr {
				return errors.New("os.Stdout is not os.Stderr")
			}
			return nil
		}())
	})
	remoteCPUs = Define("remote test: cpus", func(context.Context, struct{}) (int, error) { return runtime.NumCPU(), nil })
)

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

func eachTransport(t *testing.T, f func(t *testing.T, transport string)) {
	for _, transport := range transports() {
		t.Run(transport, func(t *testing.T) { f(t, transport) })
	}
}

func startTestChild(t testing.TB, transport string, l limits) *Child {
	t.Helper()
	c, err := Start(Config{Transport: transport, limits: l})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// callOn is what an executor does for Call.
func callOn[A, R any](ctx context.Context, c *Child, f *Func[A, R], arg A, timeout time.Duration) (R, error) {
	var zero R
	b, err := f.Encode(nil, arg)
	if err != nil {
		return zero, err
	}
	reply, _, err := c.Call(ctx, f.Name, b, timeout)
	if err != nil {
		return zero, err
	}
	return f.Decode(reply)
}

func TestRemoteCallReturnsWhatTheFunctionReturns(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		ctx, c := context.Background(), startTestChild(t, transport, limits{})
		// Sizes around the read buffer, the ring and twice the ring.
		for _, n := range []int{0, 1, 64, frameChunk, frameChunk + 1, 256 << 10, 700 << 10, 3 << 20, 64} {
			arg := bytes.Repeat([]byte{byte(n), 7, 1}, n/3+1)[:n]
			if got, err := callOn(ctx, c, remoteEcho, arg, time.Minute); err != nil || !bytes.Equal(got, arg) {
				t.Fatalf("echo of %d bytes: %d bytes, %v", n, len(got), err)
			}
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if c.Alive() {
			t.Error("alive after close")
		}
	})
}

func TestRemoteCallCarriesErrorsPanicsAndGoexit(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		ctx, c := context.Background(), startTestChild(t, transport, limits{})
		for range 3 {
			if _, err := callOn(ctx, c, remoteError, struct{}{}, 0); err == nil || err.Error() != "no such luck" {
				t.Errorf("error: %v", err)
			}
			_, err := callOn(ctx, c, remotePanic, struct{}{}, 0)
			if p, ok := errors.AsType[*PanicError](err); !ok || p.Value != "boom" || !strings.Contains(string(p.Stack), "call_test.go") {
				t.Errorf("panic: %v", err)
			}
			if _, err := callOn(ctx, c, remoteExit, struct{}{}, 0); err != ErrGoexit {
				t.Errorf("goexit: %v", err)
			}
			if _, _, err := c.Call(ctx, "no such name", nil, 0); err == nil || !strings.Contains(err.Error(), "not defined") {
				t.Errorf("unknown function: %v", err)
			}
			if _, _, err := c.Call(ctx, remoteError.Name, []byte("x"), 0); err == nil || !strings.Contains(err.Error(), "argument of") {
				t.Errorf("bad argument: %v", err)
			}
			if _, _, err := c.Call(ctx, remoteEcho.Name, make([]byte, maxPayload), 0); err == nil || !strings.Contains(err.Error(), "the limit is") {
				t.Errorf("large argument: %v", err)
			}
			if !c.Alive() {
				t.Fatal("the child did not survive an error of its function")
			}
		}
	})
}

func TestRemoteCallPassesTheEndOfItsContextOn(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		c := startTestChild(t, transport, limits{})
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(5*time.Millisecond, cancel)
		_, err := callOn(ctx, c, remoteWait, struct{}{}, 0)
		if !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "gave up") {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := callOn(ctx, c, remoteWait, struct{}{}, 0); err != context.Canceled {
			t.Errorf("cancelled before: %v", err)
		}
		ctx, cancel = context.WithTimeout(context.Background(), 5*time.Millisecond)
		defer cancel()
		if _, err := callOn(ctx, c, remoteWait, struct{}{}, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("deadline: %v", err)
		}
		if !c.Alive() {
			t.Error("the child did not survive a cancel that its function obeyed")
		}
	})
}

func TestRemoteCallKillsAChildThatIgnoresItsContext(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		c := startTestChild(t, transport, limits{grace: 20 * time.Millisecond})
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(5*time.Millisecond, cancel)
		_, err := callOn(ctx, c, remoteDeaf, struct{}{}, 0)
		if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildHung || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if c.Alive() {
			t.Error("still alive")
		}
	})
}

func TestRemoteCloseEndsACall(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		c := startTestChild(t, transport, limits{})
		time.AfterFunc(20*time.Millisecond, func() { c.Close() })
		_, err := callOn(context.Background(), c, remoteDeaf, struct{}{}, 0)
		if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildClosed {
			t.Errorf("got %v", err)
		}
	})
}

func TestRemotePrintingDoesNoHarm(t *testing.T) {
	c := startTestChild(t, "pipe", limits{})
	if _, err := callOn(context.Background(), c, remotePrint, struct{}{}, 0); err == nil || err.Error() != "EOF" {
		t.Errorf("got %v", err)
	}
	if _, err := callOn(context.Background(), c, remoteEcho, nil, 0); err != nil {
		t.Error(err)
	}
}

func TestRemoteStartSaysWhatIsWrong(t *testing.T) {
	if _, err := Start(Config{Transport: "pigeon"}); err == nil || !strings.Contains(err.Error(), "unknown transport") {
		t.Errorf("got %v", err)
	}
	if runtime.GOOS != "linux" {
		if _, err := Start(Config{Transport: "mmap"}); err == nil || !strings.Contains(err.Error(), "transport mmap needs Linux") {
			t.Errorf("got %v", err)
		}
	}
	t.Setenv(childEnv, "pipe")
	_, err := Start(Config{Transport: "pipe"})
	if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildStartFailed || !strings.Contains(err.Error(), "itself a worker") {
		t.Errorf("in a worker: %v", err)
	}
}

func BenchmarkCall(b *testing.B) {
	for _, transport := range transports() {
		b.Run(transport, func(b *testing.B) {
			c, arg := startTestChild(b, transport, limits{}), make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := c.Call(context.Background(), remoteEcho.Name, arg, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A timer that fires late must not hit the next call.
func TestRemoteKillOfAnEndedCallDoesNothing(t *testing.T) {
	c := startTestChild(t, "pipe", limits{})
	for range 2 {
		if _, err := callOn(context.Background(), c, remoteEcho, nil, 0); err != nil {
			t.Fatal(err)
		}
		c.kill(c.lastID, ChildHung, errors.New("late"))
		if !c.Alive() {
			t.Fatal("killed")
		}
	}
}

// The cancel comes by a pipe of its own and may be there before its call.
func TestRemoteCancelMayOvertakeItsCall(t *testing.T) {
	var s server
	s.stop(5, true)
	for id, want := range map[uint64]error{4: nil, 5: context.DeadlineExceeded, 6: nil} {
		if ctx := s.begin(id); context.Cause(ctx) != want {
			t.Errorf("call %d: %v", id, context.Cause(ctx))
		}
		s.end()
	}
}
