package remote

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

func (c *Child) hasExited() bool {
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

// anyCall makes kill end the child whatever it does.
const anyCall = 0

// kill ends the child and records why, if nothing has ended it before. If the
// call with that id is over, it does nothing.
func (c *Child) kill(id uint64, why Cause, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id != anyCall && id != c.current || c.hasExited() || c.ended != 0 {
		return
	}
	c.ended, c.endedErr = why, err
	_ = c.proc.Kill() // fails only if it has ended
}

// fail ends and frees the child after err and says what happened. The caller
// holds calling.
func (c *Child) fail(err error) *ChildError {
	c.mu.Lock()
	fault := c.fault
	c.mu.Unlock()
	if fault != nil {
		return fault
	}
	cause := ChildLost
	if isProtocol(err) {
		c.kill(anyCall, ChildProtocol, err)
	} else if errors.Is(err, io.ErrUnexpectedEOF) {
		cause = ChildProtocol
	}
	// The streams of a process that ends close a moment before it can be
	// reaped. How it ended says more than our kill would.
	if !c.waitExit(c.config.settle) {
		c.kill(anyCall, cause, err)
		<-c.exited
	}
	c.mu.Lock()
	fault = c.diagnose(cause, err)
	c.fault = fault
	c.mu.Unlock()
	c.free()
	return fault
}

func (c *Child) waitExit(d time.Duration) bool {
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-c.exited:
		return true
	case <-late.C:
		return false
	}
}

// diagnose weighs what we did before how the process ended, and that before
// what the stream said. The caller holds mu.
func (c *Child) diagnose(cause Cause, err error) *ChildError {
	f := &ChildError{Cause: cause, PID: c.proc.Pid, ExitCode: -1, Err: err}
	if c.ended != 0 {
		f.Cause, f.Err = c.ended, c.endedErr
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

// Close asks the child to end, kills it if it does not, and frees everything.
// A call in progress ends with ChildClosed. Close blocks until the process is
// reaped, and may be called again. The error says that the child had to be
// killed.
func (c *Child) Close() error {
	c.mu.Lock()
	again := c.closing || c.fault != nil
	c.closing = true
	if !again && c.ended == 0 {
		c.ended = ChildClosed
	}
	c.mu.Unlock()
	forced := false
	if !again {
		c.control.Close() // the end of this pipe is the order to exit
		if forced = !c.waitExit(c.config.quit); forced {
			_ = c.proc.Kill()
		}
	}
	<-c.exited
	c.calling.Lock()
	defer c.calling.Unlock()
	c.free()
	if forced {
		return &ChildError{Cause: ChildHung, PID: c.proc.Pid, ExitCode: -1,
			Err: fmt.Errorf("did not exit within %v of being asked to", c.config.quit)}
	}
	return nil
}

// free releases what the child held in this process. The child is reaped, and
// the caller holds calling.
func (c *Child) free() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.freed {
		return
	}
	c.freed = true
	c.control.Close()
	c.link.conn.release()
	starter.release()
}
