package primitives

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

func isProtocol(err error) bool {
	_, ok := errors.AsType[*protocolError](err)
	return ok
}

// kill ends the child and records why, if nothing has ended it before.
func (c *child) kill(why Cause, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.killLocked(why, err)
}

func (c *child) killLocked(why Cause, err error) {
	select {
	case <-c.exited:
		return
	default:
	}
	if c.doom == 0 {
		c.doom, c.doomErr = why, err
		_ = c.proc.Kill() // fails only if it has ended
	}
}

// killCall is kill for the call with that id only.
func (c *child) killCall(id uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == id {
		c.killLocked(ChildHung, err)
	}
}

// fail ends and frees the child after err and says what happened. The caller
// holds calling.
func (c *child) fail(err error, sent bool) *ChildError {
	c.mu.Lock()
	fault := c.fault
	c.mu.Unlock()
	if fault != nil {
		again := *fault
		again.sent = false
		return &again
	}
	cause := ChildLost
	if isProtocol(err) {
		c.kill(ChildProtocol, err)
	} else if errors.Is(err, io.ErrUnexpectedEOF) {
		cause = ChildProtocol
	}
	// The streams of a process that ends close a moment before it can be
	// reaped. Its own way to end says more than our kill would.
	if !c.waitExit(c.limits.settle) {
		c.kill(cause, err)
		<-c.exited
	}
	fault = c.diagnose(cause, err)
	fault.sent = sent
	c.mu.Lock()
	c.fault = fault
	c.mu.Unlock()
	c.free()
	return fault
}

func (c *child) waitExit(d time.Duration) bool {
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-c.exited:
		return true
	case <-late.C:
		return false
	}
}

// diagnose puts together what we did, how the process ended and what the
// stream said, in this order of weight.
func (c *child) diagnose(cause Cause, err error) *ChildError {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &ChildError{Cause: cause, PID: c.proc.Pid, ExitCode: -1, Err: err}
	if c.doom != 0 {
		f.Cause, f.Err = c.doom, c.doomErr
		return f
	}
	if c.state == nil {
		return f
	}
	status := c.state.Sys().(syscall.WaitStatus)
	switch {
	case status.Signaled():
		f.Cause, f.Signal, f.Err = ChildKilled, status.Signal().String(), nil
		if status.Signal() == syscall.SIGKILL {
			f.Memory = readOOMKills("/").since(c.memory)
		}
	case cause == ChildProtocol:
		f.ExitCode = status.ExitStatus()
	default:
		f.Cause, f.ExitCode, f.Err = ChildExited, status.ExitStatus(), nil
	}
	return f
}

// close asks the child to end, kills it if it does not, and frees everything.
// A call in progress ends with ChildClosed. It blocks until the process is
// reaped, and may be called again. The error says that the child had to be
// killed.
func (c *child) close() error {
	c.mu.Lock()
	again := c.closing || c.fault != nil
	c.closing = true
	if !again && c.doom == 0 {
		c.doom = ChildClosed
	}
	c.mu.Unlock()
	forced := false
	if !again {
		c.control.Close() // the end of this pipe is the order to exit
		if forced = !c.waitExit(c.limits.quit); forced {
			_ = c.proc.Kill()
		}
	}
	<-c.exited
	c.calling.Lock()
	defer c.calling.Unlock()
	c.free()
	if forced {
		return &ChildError{Cause: ChildHung, PID: c.proc.Pid, ExitCode: -1,
			Err: fmt.Errorf("did not exit within %v of being asked to", c.limits.quit)}
	}
	return nil
}

// free gives back what the child held here. The process is reaped, and the
// caller holds calling.
func (c *child) free() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.freed {
		return
	}
	c.freed = true
	c.control.Close()
	c.link.conn.release()
	childStarter.release()
}
