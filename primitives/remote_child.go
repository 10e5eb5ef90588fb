package primitives

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// child is the parent's handle of one worker process. Calls go over the link;
// a pipe of its own carries cancels and, by its end, the order to exit. With
// one stream for both, the child would need a goroutine that reads ahead while
// a function runs, and every call would pay for waking a second one.
type child struct {
	limits  childLimits
	proc    *os.Process
	control *os.File
	calling sync.Mutex // held by a call, and by whoever frees the link
	link    link
	lastID  uint64
	name    []byte // scratch
	cancels frameWriter

	memory oomKills      // when it started
	exited chan struct{} // closed when the process is reaped
	state  *os.ProcessState

	mu      sync.Mutex
	current uint64 // id of the call in progress, or 0
	doom    Cause  // why we ended it, or 0
	doomErr error
	fault   *ChildError
	closing bool
	freed   bool
}

func newChild(proc *os.Process, cn conn, control *os.File, limits childLimits) *child {
	c := &child{
		limits:  limits,
		proc:    proc,
		control: control,
		link:    newLink(cn, limits.payload),
		cancels: frameWriter{w: control, max: maxPayload},
		memory:  readOOMKills("/"),
		exited:  make(chan struct{}),
	}
	// Waiting from the start makes the end of the child an event, reaps it at
	// once, and wakes a reader of shared memory, which has no end of stream.
	go func() {
		c.state, _ = proc.Wait()
		cn.interrupt()
		close(c.exited)
	}()
	return c
}

// greet waits for the hello.
func (c *child) greet() (*child, error) {
	late := time.AfterFunc(c.limits.hello, func() {
		c.kill(ChildHung, fmt.Errorf("nothing came within %v", c.limits.hello))
	})
	defer late.Stop()
	c.calling.Lock()
	defer c.calling.Unlock()
	f, err := c.link.in.next()
	if err == nil && (f.kind != frameHello || string(f.payload) != protocolName) {
		err = &protocolError{"the first frame is no hello"}
	}
	if err == nil {
		return c, nil
	}
	fault := c.fail(err, false)
	why := fault.Cause.String()
	if fault.Err != nil {
		why = fault.Err.Error()
	}
	fault.Err = fmt.Errorf("no hello (%s): %s", why, remedy)
	fault.Cause = ChildStartFailed
	return nil, fault
}

// alive reports whether the next call has a chance. It is false for ever after
// a fault.
func (c *child) alive() bool {
	select {
	case <-c.exited:
		return false
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.doom == 0 && c.fault == nil && !c.closing
}

// call runs the function called name in the child and blocks until it has
// answered. The reply is valid until the next call. One call runs at a time;
// others wait for it.
//
// When ctx ends, the function's context ends, and call goes on waiting for its
// answer; a child that gives none within the grace period is killed, and so is
// one that takes longer than timeout, if that is positive. A ctx that has
// ended already is returned as its cause.
//
// A *ChildError means that the child is lost and freed; other errors come from
// the function or from ctx, and the child lives on.
func (c *child) call(ctx context.Context, name string, arg []byte, timeout time.Duration) ([]byte, error) {
	c.calling.Lock()
	defer c.calling.Unlock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !c.alive() {
		return nil, c.fail(io.EOF, false)
	}
	c.name = append(binary.LittleEndian.AppendUint16(c.name[:0], uint16(len(name))), name...)
	if err := c.link.out.fits(len(c.name) + len(arg)); err != nil {
		return nil, err
	}
	id := c.begin()
	unwatch := c.watch(ctx, id, timeout)
	sent := false
	err := c.link.out.send(frameCall, id, c.name, arg)
	var f frame
	if err == nil {
		sent = true
		f, err = c.link.in.next()
	}
	c.end()
	unwatch()
	if err == nil && f.id != id {
		err = &protocolError{fmt.Sprintf("answer to call %d during call %d", f.id, id)}
	}
	if err == nil {
		var reply []byte
		if reply, err = f.reply(); !isProtocol(err) {
			return reply, err
		}
	}
	return nil, c.fail(err, sent)
}

func (c *child) begin() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastID++
	c.current = c.lastID
	return c.current
}

func (c *child) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = 0
}

// watch ends the call from outside. What it returns takes the timers back; one
// that has fired already finds another call, or none, in progress.
func (c *child) watch(ctx context.Context, id uint64, timeout time.Duration) (unwatch func()) {
	var deadline, grace *time.Timer
	if timeout > 0 {
		deadline = time.AfterFunc(timeout, func() {
			c.killCall(id, fmt.Errorf("no answer within %v", timeout))
		})
	}
	var mu sync.Mutex // grace is set on another goroutine
	stop := afterFunc(ctx, func() {
		c.cancelCall(id, ctx)
		mu.Lock()
		defer mu.Unlock()
		grace = time.AfterFunc(c.limits.grace, func() {
			c.killCall(id, fmt.Errorf("no answer %v after its context ended: %w", c.limits.grace, context.Cause(ctx)))
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

func (c *child) cancelCall(id uint64, ctx context.Context) {
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
