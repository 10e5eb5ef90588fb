package primitives

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

// The race detector makes every process sleep for a second before it exits;
// the children need not.
func init() { os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0") }

// Functions that the tests call in a child.
var (
	remoteEcho   = Define("remote test: echo", func(_ context.Context, b []byte) ([]byte, error) { return b, nil })
	remoteError1 = Define("remote test: error", func(context.Context, struct{}) (int, error) {
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

// Transports are those of this system, for the tests outside of the package too.
func Transports() []string {
	switch runtime.GOOS {
	case "linux":
		return []string{"pipe", "unix", "mmap"}
	case "windows":
		return []string{"pipe"}
	}
	return []string{"pipe", "unix"}
}

func eachTransport(t *testing.T, f func(t *testing.T, transport string)) {
	for _, transport := range Transports() {
		t.Run(transport, func(t *testing.T) { f(t, transport) })
	}
}

func startTestChild(t testing.TB, transport string, l childLimits) *child {
	t.Helper()
	c, err := startChild(transport, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.close() })
	return c
}

// callOn is what an executor does for Call.
func callOn[A, R any](ctx context.Context, c *child, f *Func[A, R], arg A, timeout time.Duration) (R, error) {
	var zero R
	b, err := f.encodeArg(nil, arg)
	if err != nil {
		return zero, err
	}
	reply, err := c.call(ctx, f.name, b, timeout)
	if err != nil {
		return zero, err
	}
	return f.decodeResult(reply)
}

func TestRemoteCallReturnsWhatTheFunctionReturns(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		ctx, c := context.Background(), startTestChild(t, transport, childLimits{})
		// Sizes around the read buffer, the ring and twice the ring.
		for _, n := range []int{0, 1, 64, frameChunk, frameChunk + 1, 256 << 10, 700 << 10, 3 << 20, 64} {
			arg := bytes.Repeat([]byte{byte(n), 7, 1}, n/3+1)[:n]
			if got, err := callOn(ctx, c, remoteEcho, arg, time.Minute); err != nil || !bytes.Equal(got, arg) {
				t.Fatalf("echo of %d bytes: %d bytes, %v", n, len(got), err)
			}
		}
		if err := c.close(); err != nil {
			t.Error(err)
		}
		if c.alive() {
			t.Error("alive after close")
		}
	})
}

func TestRemoteCallCarriesErrorsPanicsAndGoexit(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		ctx, c := context.Background(), startTestChild(t, transport, childLimits{})
		for range 3 {
			if _, err := callOn(ctx, c, remoteError1, struct{}{}, 0); err == nil || err.Error() != "no such luck" {
				t.Errorf("error: %v", err)
			}
			_, err := callOn(ctx, c, remotePanic, struct{}{}, 0)
			if p, ok := errors.AsType[*PanicError](err); !ok || p.Value != "boom" || !strings.Contains(string(p.Stack), "remote_call_test.go") {
				t.Errorf("panic: %v", err)
			}
			if _, err := callOn(ctx, c, remoteExit, struct{}{}, 0); err != ErrGoexit {
				t.Errorf("goexit: %v", err)
			}
			if _, err := c.call(ctx, "no such name", nil, 0); err == nil || !strings.Contains(err.Error(), "not defined") {
				t.Errorf("unknown function: %v", err)
			}
			if _, err := c.call(ctx, remoteError1.name, []byte("x"), 0); err == nil || !strings.Contains(err.Error(), "argument of") {
				t.Errorf("bad argument: %v", err)
			}
			if _, err := c.call(ctx, remoteEcho.name, make([]byte, maxPayload), 0); err == nil || !strings.Contains(err.Error(), "the limit is") {
				t.Errorf("large argument: %v", err)
			}
			if !c.alive() {
				t.Fatal("the child did not survive an error of its function")
			}
		}
	})
}

func TestRemoteCallPassesTheEndOfItsContextOn(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		c := startTestChild(t, transport, childLimits{})
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
		if !c.alive() {
			t.Error("the child did not survive a cancel that its function obeyed")
		}
	})
}

func TestRemoteCallKillsAChildThatIgnoresItsContext(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		c := startTestChild(t, transport, childLimits{grace: 20 * time.Millisecond})
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(5*time.Millisecond, cancel)
		_, err := callOn(ctx, c, remoteDeaf, struct{}{}, 0)
		if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildHung || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if c.alive() {
			t.Error("still alive")
		}
	})
}

func TestRemoteCloseEndsACall(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		c := startTestChild(t, transport, childLimits{})
		time.AfterFunc(20*time.Millisecond, func() { c.close() })
		_, err := callOn(context.Background(), c, remoteDeaf, struct{}{}, 0)
		if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildClosed {
			t.Errorf("got %v", err)
		}
	})
}

func TestRemotePrintingDoesNoHarm(t *testing.T) {
	c := startTestChild(t, "pipe", childLimits{})
	if _, err := callOn(context.Background(), c, remotePrint, struct{}{}, 0); err == nil || err.Error() != "EOF" {
		t.Errorf("got %v", err)
	}
	if _, err := callOn(context.Background(), c, remoteEcho, nil, 0); err != nil {
		t.Error(err)
	}
}

func TestRemoteStartSaysWhatIsWrong(t *testing.T) {
	if _, err := startChild("pigeon", childLimits{}); err == nil || !strings.Contains(err.Error(), "unknown transport") {
		t.Errorf("got %v", err)
	}
	if runtime.GOOS != "linux" {
		if _, err := startChild("mmap", childLimits{}); err == nil || !strings.Contains(err.Error(), "transport mmap needs Linux") {
			t.Errorf("got %v", err)
		}
	}
	t.Setenv(childEnv, "pipe")
	_, err := startChild("pipe", childLimits{})
	if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildStartFailed || !strings.Contains(err.Error(), "itself a worker") {
		t.Errorf("in a worker: %v", err)
	}
}

func BenchmarkRemoteCall(b *testing.B) {
	for _, transport := range Transports() {
		b.Run(transport, func(b *testing.B) {
			c, arg := startTestChild(b, transport, childLimits{}), make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.call(context.Background(), remoteEcho.name, arg, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A timer that fires late must not hit the next call.
func TestRemoteKillOfAnEndedCallDoesNothing(t *testing.T) {
	c := startTestChild(t, "pipe", childLimits{})
	for range 2 {
		if _, err := callOn(context.Background(), c, remoteEcho, nil, 0); err != nil {
			t.Fatal(err)
		}
		c.killCall(c.lastID, errors.New("late"))
		if !c.alive() {
			t.Fatal("killed")
		}
	}
}

// The cancel comes by a pipe of its own and may be there before its call.
func TestRemoteCancelMayOvertakeItsCall(t *testing.T) {
	var s childServer
	s.stop(5, true)
	for id, want := range map[uint64]error{4: nil, 5: context.DeadlineExceeded, 6: nil} {
		if ctx := s.begin(id); context.Cause(ctx) != want {
			t.Errorf("call %d: %v", id, context.Cause(ctx))
		}
		s.end()
	}
}
