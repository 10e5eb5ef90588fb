package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// ServeIfChild returns at once if this process is not a child. In a child it
// answers calls until the parent closes the child or dies, then exits.
func ServeIfChild() {
	spec, ok := os.LookupEnv(childEnv)
	if !ok {
		return
	}
	os.Unsetenv(childEnv) // the programs that a task starts are not our parent's children
	s, err := newServer(spec)
	if err != nil {
		exitWith(err)
	}
	s.loop()
}

func exitWith(err error) {
	fmt.Fprintln(os.Stderr, "primitives: worker:", err)
	os.Exit(2)
}

// server is the child's side of a Child.
type server struct {
	link    link
	control frameReader
	out     []byte // scratch for results

	mu        sync.Mutex
	running   uint64       // id of the call in progress, or 0
	context   *callContext // of that call
	cancelled uint64       // last id that was cancelled; its call may be yet to come
	cause     error
}

// callContext is the context of one call. The standard library's context behind it is
// made when somebody asks for it: most functions never do.
type callContext struct {
	mu     sync.Mutex
	live   context.Context
	cancel context.CancelCauseFunc
	cause  error
	ended  atomic.Bool // set under mu
}

// end ends the context with that cause; nil means context.Canceled.
func (c *callContext) end(cause error) {
	c.mu.Lock()
	if !c.ended.Load() {
		c.cause = cause
		c.ended.Store(true)
	}
	cancel := c.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
}

func (c *callContext) current() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live == nil {
		c.live, c.cancel = context.WithCancelCause(context.Background())
		if c.ended.Load() {
			c.cancel(c.cause)
		}
	}
	return c.live
}

func (c *callContext) Deadline() (time.Time, bool) { return time.Time{}, false }
func (c *callContext) Done() <-chan struct{}       { return c.current().Done() }
func (c *callContext) Value(key any) any           { return c.current().Value(key) }

func (c *callContext) Err() error {
	if !c.ended.Load() {
		return nil
	}
	return c.current().Err()
}

func newServer(spec string) (*server, error) {
	transport, controlName, _ := strings.Cut(spec, ",")
	control, err := strconv.ParseUint(controlName, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%s=%q: want transport,control", childEnv, spec)
	}
	c, err := childConn(transport)
	if err != nil {
		return nil, err
	}
	s := &server{link: newLink(c)}
	s.control = frameReader{r: openControl(uintptr(control)), max: frameChunk}
	// Ctrl-C goes to parent and children alike. The parent decides what it
	// means; a child that died of it first would look like a fault. (Ignoring
	// the signal would pass on to programs that a task starts.)
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	go s.watch()
	return s, s.link.out.send(frameHello, 0, []byte(protocolName), nil)
}

// watch takes cancels until the control pipe ends, which means that the parent
// has closed it or is dead, and then ends the process even if a task runs.
func (s *server) watch() {
	for {
		f, err := s.control.next()
		if err != nil {
			os.Exit(0)
		}
		if f.kind == frameCancel && len(f.payload) == 1 {
			s.stop(f.id, f.payload[0] == 1)
		}
	}
}

// stop ends the context of call id, which may not have been read yet: calls
// and cancels come through different pipes.
func (s *server) stop(id uint64, deadline bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancelled, s.cause = id, context.Canceled
	if deadline {
		s.cause = context.DeadlineExceeded
	}
	if s.running == id {
		s.context.end(s.cause)
	}
}

func (s *server) begin(id uint64) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.context = id, &callContext{}
	if s.cancelled == id {
		s.context.end(s.cause)
	}
	return s.context
}

func (s *server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = 0
	s.context.end(nil)
	s.context = nil
}

// loop answers calls until the parent is gone. Functions run on this
// goroutine: handing them to another would add a wake to every call.
func (s *server) loop() {
	for {
		f, err := s.link.in.next()
		if err == nil && f.kind != frameCall {
			err = &protocolError{fmt.Sprintf("kind %d is not a call", f.kind)}
		}
		if err == nil {
			err = s.answer(f)
		}
		if errors.Is(err, io.EOF) {
			os.Exit(0)
		}
		if err != nil {
			exitWith(err)
		}
	}
}

// answer runs one call and sends what came of it. The deferred part also runs
// when the function called runtime.Goexit; this goroutine is then lost and
// another one goes on with the loop.
func (s *server) answer(f frame) (err error) {
	kind, out, returned := frameGoexit, s.out[:0], false
	defer func() {
		if r := recover(); r != nil {
			kind, out = framePanic, appendPanic(s.out[:0], r, debug.Stack())
			returned = true
		}
		s.end()
		if tooLong := fits(len(out)); tooLong != nil {
			kind, out = frameError, appendError(s.out[:0], tooLong)
		}
		err = s.link.out.send(kind, f.id, nil, out)
		if s.out = out; cap(out) > frameKeep {
			s.out = nil
		}
		if !returned {
			go s.loop()
		}
	}()
	kind, out = s.run(s.begin(f.id), f.payload, out)
	returned = true
	return nil
}

func (s *server) run(ctx context.Context, call, out []byte) (frameKind, []byte) {
	if len(call) < 2 || len(call) < 2+int(binary.LittleEndian.Uint16(call)) {
		return frameError, appendError(out, &protocolError{"call without a name"})
	}
	n := 2 + int(binary.LittleEndian.Uint16(call))
	fn := lookUp(call[2:n])
	if fn == nil {
		return frameError, appendError(out, fmt.Errorf(
			"primitives: function %q is not defined in the worker; Define it in a package-level variable", call[2:n]))
	}
	reply, err := fn(ctx, call[n:], out)
	if err != nil {
		return frameError, appendError(out[:0], err)
	}
	return frameResult, reply
}
