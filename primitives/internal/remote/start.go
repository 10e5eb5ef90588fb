package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

// childEnv tells a process that it is a child, and how to reach its parent:
// "transport,control".
const childEnv = "OVERLAP_CHILD"

// protocolName is the payload of the hello. Both ends are the same program, so
// it needs no negotiation; it distinguishes a child that serves from a program
// that prints.
const protocolName = "overlap/1"

const remedy = "call primitives.ServeIfChild first in main, or in TestMain"

// Config says how a child is started.
type Config struct {
	// Transport is "pipe", which is the default, "unix", or "mmap" (Linux).
	Transport string

	// AfterFunc is used in place of context.AfterFunc. It may call f twice.
	AfterFunc func(ctx context.Context, f func()) (stop func() bool)

	// CanEnd reports whether ctx can end. It is asked before AfterFunc, and used in
	// place of ctx.Done() != nil, which may make something.
	CanEnd func(ctx context.Context) bool

	limits // set by tests only
}

// limits bounds a child. Zero fields mean the defaults.
type limits struct {
	hello  time.Duration // from the start to the hello; 10 s
	grace  time.Duration // from the end of a call's context to its answer; 1 s
	settle time.Duration // from the end of the stream to the end of the process; 500 ms
	quit   time.Duration // from Close to the end of the process; 2 s, as -race makes an exit take 1 s
}

func (c Config) withDefaults() Config {
	c.Transport = cmp.Or(c.Transport, "pipe")
	if c.AfterFunc == nil {
		c.AfterFunc = context.AfterFunc
	}
	if c.CanEnd == nil {
		c.CanEnd = func(ctx context.Context) bool { return ctx.Done() != nil }
	}
	c.hello = cmp.Or(c.hello, 10*time.Second)
	c.grace = cmp.Or(c.grace, time.Second)
	c.settle = cmp.Or(c.settle, 500*time.Millisecond)
	c.quit = cmp.Or(c.quit, 2*time.Second)
	return c
}

// Start starts this program again as a child and waits for its hello. Every
// error is a *ChildError with ChildStartFailed, and then nothing is left of the
// child.
func Start(c Config) (*Child, error) {
	failed := func(err error) (*Child, error) {
		return nil, &ChildError{Cause: ChildStartFailed, ExitCode: -1, Err: err}
	}
	if os.Getenv(childEnv) != "" {
		// Without this, a program that forgot to serve would start children
		// that start children.
		return failed(errors.New("this process is itself a worker that does not serve: " + remedy))
	}
	c = c.withDefaults()
	w, err := openWiring(c.Transport)
	if err != nil {
		return failed(err)
	}
	controlR, controlW, err := openPipe()
	if err != nil {
		closeAll(w.theirs)
		w.conn.release()
		return failed(err)
	}
	starter.acquire()
	proc, err := startProcess(c, w, controlR)
	closeAll(w.theirs)
	controlR.Close()
	if err != nil {
		starter.release()
		controlW.Close()
		w.conn.release()
		return failed(err)
	}
	return newChild(proc, w.conn, controlW, c).greet()
}

// startProcess runs this program with the child's end of the wiring. The caller
// has acquired the starter.
func startProcess(c Config, w *wiring, control *os.File) (proc *os.Process, err error) {
	path, err := ownPath()
	if err != nil {
		return nil, err
	}
	stdin, stdout := w.stdin, cmp.Or(w.stdout, os.Stderr)
	if stdin == nil {
		if stdin, err = os.Open(os.DevNull); err != nil {
			return nil, err
		}
		defer stdin.Close()
	}
	attr := &os.ProcAttr{Files: []*os.File{stdin, stdout, os.Stderr}, Sys: childAttr()}
	controlName := passOn(attr, control, w.extra)
	attr.Env = append(os.Environ(), fmt.Sprintf("%s=%s,%s", childEnv, c.Transport, controlName))
	pin := callerAffinity()
	starter.do(func() {
		pin()
		// No arguments: a program that forgot to serve should do as little
		// as it can.
		proc, err = os.StartProcess(path, os.Args[:1], attr)
	})
	return proc, err
}

// starter is the thread that starts processes. On Linux a child dies with the
// thread that started it, and a goroutine's thread may end at any time, so one
// thread starts all children and lives until the last one is freed.
var starter starterThread

type starterThread struct {
	mu    sync.Mutex
	users int
	jobs  chan func()
}

func (s *starterThread) acquire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users++; s.users > 1 {
		return
	}
	s.jobs = make(chan func())
	go func(jobs <-chan func()) {
		// Never unlocked: the thread ends with its goroutine, and with it the
		// affinity that pin gave it.
		runtime.LockOSThread()
		for job := range jobs {
			job()
		}
	}(s.jobs)
}

// do runs fn on the thread and waits for it. The caller has acquired it.
func (s *starterThread) do(fn func()) {
	s.mu.Lock()
	jobs := s.jobs
	s.mu.Unlock()
	done := make(chan struct{})
	jobs <- func() {
		defer close(done)
		fn()
	}
	<-done
}

func (s *starterThread) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users == 0 {
		close(s.jobs)
	}
}
