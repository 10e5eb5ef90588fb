package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fault is a way for a child to go wrong. do runs in the child.
type fault struct {
	name       string
	transports string
	do         func(transport string)
	killAfter  time.Duration // the parent sends SIGKILL
	timeout    time.Duration
	want       Cause
	check      func(*ChildError) bool
}

var faults = []fault{
	{name: "killed by the parent", do: hang, killAfter: time.Millisecond,
		want: ChildKilled, check: func(e *ChildError) bool {
			return e.Signal == "killed" && strings.Contains(e.Error(), "memory runs out")
		}},
	{name: "killed by itself", do: func(string) { syscall.Kill(os.Getpid(), syscall.SIGTERM); select {} },
		want: ChildKilled, check: func(e *ChildError) bool { return e.Signal == "terminated" }},
	{name: "stopped", do: func(string) { syscall.Kill(os.Getpid(), syscall.SIGSTOP); select {} }, timeout: 20 * time.Millisecond,
		want: ChildHung, check: func(e *ChildError) bool { return e.ExitCode == -1 && e.Signal == "" }},
	{name: "exit 3", do: func(string) { os.Exit(3) },
		want: ChildExited, check: func(e *ChildError) bool { return e.ExitCode == 3 }},
	{name: "garbage", do: func(transport string) {
		io.WriteString(wireOf(transport), "a task printed this on the wire\n")
		select {}
	}, want: ChildProtocol, check: func(e *ChildError) bool { return isProtocol(e) }},
	{name: "half a frame", do: func(transport string) {
		wireOf(transport).Write([]byte("OV\x04\x00\x10\x00\x00\x00\x01"))
		os.Exit(0)
	}, want: ChildProtocol, check: func(e *ChildError) bool { return e.ExitCode == 0 && errors.Is(e, io.ErrUnexpectedEOF) }},
	{name: "length of 1 GiB", do: func(transport string) {
		h := []byte("OV\x04\x00....idididid....")
		binary.LittleEndian.PutUint32(h[4:], 1<<30)
		wireOf(transport).Write(h)
		select {}
	}, want: ChildProtocol, check: func(e *ChildError) bool { return strings.Contains(e.Error(), "1073741824") }},
	{name: "answer to another call", do: func(transport string) {
		w := frameWriter{w: wireOf(transport)}
		w.send(frameResult, 99, nil, nil)
		select {}
	}, want: ChildProtocol, check: func(e *ChildError) bool { return isProtocol(e) }},
	{name: "closed stream", transports: "pipe unix", do: func(transport string) {
		for _, fd := range map[string][]int{"pipe": {0, 1}, "unix": {firstFD}}[transport] {
			syscall.Close(fd)
		}
		select {}
	}, want: ChildLost, check: func(e *ChildError) bool { return errors.Is(e, io.EOF) }},
	{name: "damaged indices", transports: "mmap", do: func(string) {
		w := wireOf("mmap").(*ringConn)
		w.out.head.Store(1 << 40)
		w.ring(waitsForBytes)
		select {}
	}, want: ChildProtocol, check: func(e *ChildError) bool { return strings.Contains(e.Error(), "indices") }},
}

func hang(string) { select {} }

var remoteFault = Define("remote test: fault", func(_ context.Context, arg string) (int, error) {
	i, transport, _ := strings.Cut(arg, " ")
	n, err := strconv.Atoi(i)
	if err == nil {
		faults[n].do(transport)
	}
	return 0, err
})

// wireOf finds the child's end of the transport behind the server's back.
func wireOf(transport string) io.Writer {
	switch transport {
	case "pipe":
		return os.NewFile(1, "")
	case "unix":
		return os.NewFile(firstFD, "")
	}
	maps, _ := os.ReadFile("/proc/self/maps")
	for line := range strings.Lines(string(maps)) {
		if strings.Contains(line, "memfd:overlap") {
			start, _, _ := strings.Cut(line, "-")
			at, _ := strconv.ParseUint(start, 16, 64)
			memory := unsafe.Slice(*(**byte)(unsafe.Pointer(&at)), ringMemory)
			c := newRingConn(memory, 1, os.NewFile(firstFD+1, ""), os.NewFile(firstFD+2, ""))
			c.out.own = c.out.head.Load()
			return c
		}
	}
	panic("no shared memory")
}

// holdings is what a child could leave behind in this process.
type holdings struct {
	fds, maps, children []string
	goroutines          int
}

func takeHoldings() (h holdings) {
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, e := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			h.fds = append(h.fds, e.Name()+" "+to)
		}
	}
	maps, _ := os.ReadFile("/proc/self/maps")
	for line := range strings.Lines(string(maps)) {
		if strings.Contains(line, "memfd:") {
			h.maps = append(h.maps, line)
		}
	}
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, f := range tasks {
		b, _ := os.ReadFile(f)
		h.children = append(h.children, strings.Fields(string(b))...)
	}
	h.goroutines = runtime.NumGoroutine()
	return h
}

func (h holdings) less(than holdings) bool {
	return len(h.fds) <= len(than.fds) && len(h.maps) <= len(than.maps) &&
		len(h.children) <= len(than.children) && h.goroutines <= than.goroutines
}

// checkNothingLeft waits a little: goroutines that are done still have to end.
func checkNothingLeft(t *testing.T, before holdings) {
	t.Helper()
	var now holdings
	for range 1000 {
		if now = takeHoldings(); now.less(before) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("left behind:\nbefore %+v\nafter  %+v", before, now)
}

func rounds() int {
	switch {
	case os.Getenv("OVERLAP_SOAK") != "":
		return 1000
	case testing.Short():
		return len(faults)
	}
	return 40
}

func TestRemoteFaults(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		before := takeHoldings()
		for round := range rounds() {
			i := round % len(faults)
			if f := faults[i]; f.transports == "" || slices.Contains(strings.Fields(f.transports), transport) {
				injectFault(t, transport, i)
				checkNothingLeft(t, before)
			}
			if t.Failed() {
				return
			}
		}
	})
}

func injectFault(t *testing.T, transport string, i int) {
	f, ctx := faults[i], context.Background()
	bounds := limits{}
	if f.want == ChildLost {
		bounds.settle = 10 * time.Millisecond // it would wait all of it
	}
	c, err := Start(Config{Transport: transport, limits: bounds})
	if err != nil {
		t.Fatal(err)
	}
	if f.killAfter > 0 {
		time.AfterFunc(f.killAfter, func() { c.proc.Kill() })
	}
	_, sent, err := c.Call(ctx, remoteFault.Name, fmt.Append(nil, i, " ", transport), f.timeout)
	if !sent && f.killAfter == 0 {
		t.Errorf("%s: the call was not sent", f.name)
	}
	e, ok := errors.AsType[*ChildError](err)
	if !ok || e.Cause != f.want || e.PID != c.proc.Pid || !f.check(e) {
		t.Errorf("%s: %+v", f.name, err)
	}
	if c.Alive() {
		t.Errorf("%s: still alive", f.name)
	}
	if _, err := callOn(ctx, c, remoteEcho, nil, 0); err == nil {
		t.Errorf("%s: a lost child answered", f.name)
	}
	c.Close()
	next, err := Start(Config{Transport: transport, limits: bounds})
	if err != nil {
		t.Fatalf("after %s: %v", f.name, err)
	}
	if got, err := callOn(ctx, next, remoteEcho, []byte("hi"), time.Minute); string(got) != "hi" {
		t.Errorf("after %s: %q, %v", f.name, got, err)
	}
	if err := next.Close(); err != nil {
		t.Errorf("after %s: %v", f.name, err)
	}
}

// A child that dies between calls is noticed without a call, and its call is
// known not to have started.
func TestRemoteDeathBetweenCalls(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		before := takeHoldings()
		c := startTestChild(t, transport, limits{})
		c.proc.Kill()
		for c.Alive() {
			time.Sleep(time.Millisecond)
		}
		_, sent, err := c.Call(context.Background(), remoteEcho.Name, nil, 0)
		if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildKilled || sent {
			t.Errorf("got %v", err)
		}
		checkNothingLeft(t, before)
	})
}

// stop waits until the child stands still: until one of its threads has taken
// the signal, the others go on.
func stop(t *testing.T, c *Child) {
	t.Helper()
	syscall.Kill(c.proc.Pid, syscall.SIGSTOP)
	for range 1000 {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.proc.Pid))
		if _, after, _ := strings.Cut(string(stat), ") "); strings.HasPrefix(after, "T") {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the child does not stop")
}

// The large argument fills the stream; the child does not read it.
func TestRemoteTimeoutWhileSending(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		before := takeHoldings()
		c := startTestChild(t, transport, limits{})
		stop(t, c)
		_, sent, err := c.Call(context.Background(), remoteEcho.Name, make([]byte, 4<<20), 20*time.Millisecond)
		if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildHung || sent {
			t.Errorf("got %v", err)
		}
		checkNothingLeft(t, before)
	})
}

func TestRemoteCloseKillsAStoppedChild(t *testing.T) {
	before := takeHoldings()
	c := startTestChild(t, "pipe", limits{quit: 10 * time.Millisecond})
	stop(t, c)
	if err := c.Close(); err == nil {
		t.Error("close says that a stopped child ended when asked")
	}
	checkNothingLeft(t, before)
}

func TestRemoteStartWithoutDescriptors(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		var old unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
			t.Fatal(err)
		}
		defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
		before, started := takeHoldings(), false
		for room := uint64(0); room < 20 && !started; room++ {
			highest := 0
			for _, fd := range before.fds {
				n, _, _ := strings.Cut(fd, " ")
				i, _ := strconv.Atoi(n)
				highest = max(highest, i)
			}
			unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(highest) + room, Max: old.Max})
			c, err := Start(Config{Transport: transport})
			unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
			if started = err == nil; started {
				c.Close()
			} else if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildStartFailed || !errors.Is(err, syscall.EMFILE) {
				t.Errorf("room for %d: %v", room, err)
			}
			checkNothingLeft(t, before)
		}
		if !started {
			t.Error("never started")
		}
	})
}

// silentEnv makes a child that is not a worker: package variables are made before
// TestMain can serve.
const silentEnv = "OVERLAP_TEST_SILENT"

var _ = func() bool {
	switch os.Getenv(silentEnv) {
	case "sleep":
		time.Sleep(time.Minute)
	case "print":
		fmt.Fprintln(os.Stdout, "this program does not serve")
		os.Exit(0)
	}
	return true
}()

func TestRemoteStartOfAProgramThatDoesNotServe(t *testing.T) {
	for _, how := range []string{"sleep", "print"} {
		t.Setenv(silentEnv, how)
		bounds := limits{}
		if how == "sleep" {
			bounds.hello = 20 * time.Millisecond
		}
		eachTransport(t, func(t *testing.T, transport string) {
			before := takeHoldings()
			_, err := Start(Config{Transport: transport, limits: bounds})
			if e, ok := errors.AsType[*ChildError](err); !ok || e.Cause != ChildStartFailed || !strings.Contains(err.Error(), remedy) {
				t.Errorf("%s: got %v", how, err)
			}
			checkNothingLeft(t, before)
		})
	}
}
