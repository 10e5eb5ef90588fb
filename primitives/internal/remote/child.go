package remote

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Child is the parent's handle of one child process. Calls go over the link; a
// pipe of its own carries cancels and, by its end, the order to exit. With one
// stream for both, the child would need a goroutine that reads ahead while a
// function runs, and every call would pay for waking a second one.
type Child struct {
	config  Config
	proc    *os.Process
	control *os.File
	calling sync.Mutex // held during a call, and while the link is freed
	link    link
	lastID  uint64
	name    []byte // scratch
	cancels frameWriter

	memory oomKills      // when it started
	exited chan struct{} // closed when the process is reaped
	state  *os.ProcessState

	mu       sync.Mutex
	current  uint64 // id of the call in progress, or 0
	ended    Cause  // why we ended it, or 0
	endedErr error
	fault    *ChildError
	closing  bool
	freed    bool
}

func newChild(proc *os.Process, cn conn, control *os.File, c Config) *Child {
	child := &Child{
		config:  c,
		proc:    proc,
		control: control,
		link:    newLink(cn),
		cancels: frameWriter{w: control},
		memory:  readOOMKills("/"),
		exited:  make(chan struct{}),
	}
	// Waiting from the start makes the end of the child an event, reaps it at
	// once, and wakes a reader of shared memory, which has no end of stream.
	go func() {
		child.state, _ = proc.Wait()
		cn.interrupt()
		close(child.exited)
	}()
	return child
}

// greet waits for the hello.
func (c *Child) greet() (*Child, error) {
	late := time.AfterFunc(c.config.hello, func() {
		c.kill(anyCall, ChildHung, fmt.Errorf("nothing came within %v", c.config.hello))
	})
	defer late.Stop()
	c.calling.Lock()
	defer c.calling.Unlock()
	f, err := c.link.in.next()
	if err == nil && (f.kind != frameHello || string(f.payload) != protocolName) {
		err = &protocolError{"the first frame is not a hello"}
	}
	if err == nil {
		return c, nil
	}
	fault := c.fail(err)
	why := fault.Cause.String()
	if fault.Err != nil {
		why = fault.Err.Error()
	}
	fault.Err = fmt.Errorf("no hello (%s): %s", why, remedy)
	fault.Cause = ChildStartFailed
	return nil, fault
}

// Alive reports whether the next call has a chance. It stays false after a
// fault.
func (c *Child) Alive() bool {
	if c.hasExited() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended == 0 && c.fault == nil && !c.closing
}

// Call runs the function called name in the child and blocks until it has
// answered. The reply is valid until the next call. One call runs at a time;
// others wait for it.
//
// When ctx ends, the function's context ends, and Call still waits for its
// answer. A child that does not answer within a second of that is killed, and
// so is one that takes longer than timeout, if that is positive. If ctx has
// ended already, Call returns its cause.
//
// A *ChildError means that the child is lost and freed; sent then says that the
// call was on its way, so the function may have started. Other errors come from
// the function or from ctx, and the child lives on.
func (c *Child) Call(ctx context.Context, name string, arg []byte, timeout time.Duration) (reply []byte, sent bool, err error) {
	c.calling.Lock()
	defer c.calling.Unlock()
	if ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	if !c.Alive() {
		return nil, false, c.fail(io.EOF)
	}
	c.name = append(binary.LittleEndian.AppendUint16(c.name[:0], uint16(len(name))), name...)
	if err := fits(len(c.name) + len(arg)); err != nil {
		return nil, false, err
	}
	f, sent, err := c.exchange(ctx, arg, timeout)
	if err == nil {
		reply, err = f.reply()
		if !isProtocol(err) {
			return reply, sent, err
		}
	}
	return nil, sent, c.fail(err)
}

// exchange sends the call and waits for its answer.
func (c *Child) exchange(ctx context.Context, arg []byte, timeout time.Duration) (f frame, sent bool, err error) {
	id := c.begin()
	unwatch := c.watch(ctx, id, timeout)
	err = c.link.out.send(frameCall, id, c.name, arg)
	if sent = err == nil; sent {
		f, err = c.link.in.next()
	}
	c.end()
	unwatch()
	if err == nil && f.id != id {
		err = &protocolError{fmt.Sprintf("answer to call %d during call %d", f.id, id)}
	}
	return f, sent, err
}

func (c *Child) begin() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastID++
	c.current = c.lastID
	return c.current
}

func (c *Child) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = 0
}

// watch ends the call from outside, after timeout or when ctx ends. unwatch
// stops the timers; one that has fired already finds that its call is over.
func (c *Child) watch(ctx context.Context, id uint64, timeout time.Duration) (unwatch func()) {
	if timeout <= 0 && !c.config.CanEnd(ctx) {
		return func() {}
	}
	return c.watchBoth(ctx, id, timeout)
}

func (c *Child) watchBoth(ctx context.Context, id uint64, timeout time.Duration) (unwatch func()) {
	var deadline, grace *time.Timer
	if timeout > 0 {
		deadline = time.AfterFunc(timeout, func() {
			c.kill(id, ChildHung, fmt.Errorf("no answer within %v", timeout))
		})
	}
	var mu sync.Mutex // grace is set on another goroutine
	stop := c.config.AfterFunc(ctx, func() {
		c.cancelCall(id, ctx)
		mu.Lock()
		defer mu.Unlock()
		grace = time.AfterFunc(c.config.grace, func() {
			c.kill(id, ChildHung, fmt.Errorf("no answer %v after its context ended: %w", c.config.grace, context.Cause(ctx)))
		})
	})
	return func() {
		if deadline != nil {
			deadline.Stop()
		}
		if stop() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if grace != nil {
			grace.Stop()
		}
	}
}

func (c *Child) cancelCall(id uint64, ctx context.Context) {
	var why byte
	if ctx.Err() == context.DeadlineExceeded {
		why = 1
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == id && !c.closing {
		// A child that does not take it is killed after the grace period.
		_ = c.cancels.send(frameCancel, id, []byte{why}, nil)
	}
}
