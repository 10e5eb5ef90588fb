package primitives

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

// childEnv tells a process that it is a worker, and how to reach its parent:
// "transport,limit,control".
const childEnv = "OVERLAP_CHILD"

// protocolName is the payload of the hello. Both ends are the same program, so
// it needs no negotiation; it tells a worker from a program that prints.
const protocolName = "overlap/1"

const remedy = "call primitives.ServeIfChild first in main, or in TestMain"

// childLimits bounds a child. Zero fields mean the defaults.
type childLimits struct {
	payload int           // largest argument or result; 64 MiB
	hello   time.Duration // from the start to the hello; 10 s
	grace   time.Duration // from the end of a call's context to its answer; 1 s
	settle  time.Duration // from the end of the stream to the end of the process; 500 ms
	quit    time.Duration // from close to the end of the process; 2 s, as -race makes an exit take 1 s
}

func (l childLimits) withDefaults() childLimits {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	if l.payload == 0 {
		l.payload = maxPayload
	}
	l.payload = max(l.payload, 4*maxText) // errors and panics must fit
	def(&l.hello, 10*time.Second)
	def(&l.grace, time.Second)
	def(&l.settle, 500*time.Millisecond)
	def(&l.quit, 2*time.Second)
	return l
}

// startChild starts this program again as a worker and waits for its hello.
// Every error is a *ChildError with ChildStartFailed, and then nothing is
// left of the child.
func startChild(transport string, limits childLimits) (*child, error) {
	failed := func(err error) (*child, error) {
		return nil, &ChildError{Cause: ChildStartFailed, ExitCode: -1, Err: err}
	}
	if os.Getenv(childEnv) != "" {
		// Without this, a program that forgot to serve would start children
		// that start children.
		return failed(errors.New("this process is itself a worker that does not serve: " + remedy))
	}
	w, err := openWiring(transport)
	if err != nil {
		return failed(err)
	}
	controlR, controlW, err := openPipe()
	if err != nil {
		w.closeTheirs()
		w.conn.release()
		return failed(err)
	}
	limits = limits.withDefaults()
	childStarter.acquire()
	proc, err := startProcess(transport, limits.payload, w, controlR)
	w.closeTheirs()
	controlR.Close()
	if err != nil {
		childStarter.release()
		controlW.Close()
		w.conn.release()
		return failed(err)
	}
	return newChild(proc, w.conn, controlW, limits).greet()
}

// startProcess runs on the starter's thread.
func startProcess(transport string, payload int, w *wiring, control *os.File) (proc *os.Process, err error) {
	path, err := ownPath()
	if err != nil {
		return nil, err
	}
	stdin, stdout := w.stdin, w.stdout
	if stdin == nil {
		if stdin, err = os.Open(os.DevNull); err != nil {
			return nil, err
		}
		defer stdin.Close()
	}
	if stdout == nil {
		stdout = os.Stderr
	}
	attr := &os.ProcAttr{Files: []*os.File{stdin, stdout, os.Stderr}, Sys: childAttr()}
	control0 := passOn(attr, control, w.extra)
	attr.Env = append(os.Environ(), fmt.Sprintf("%s=%s,%d,%s", childEnv, transport, payload, control0))
	pin := callerAffinity()
	childStarter.do(func() {
		pin()
		// No arguments: a program that forgot to serve should do as little
		// as it can.
		proc, err = os.StartProcess(path, os.Args[:1], attr)
	})
	return proc, err
}

// childStarter is the thread that forks. On Linux a child dies with the thread
// that started it, and a goroutine's thread may end at any time, so one thread
// starts all children and lives until the last one is freed.
var childStarter starterThread

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
		// callerAffinity it was given.
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
