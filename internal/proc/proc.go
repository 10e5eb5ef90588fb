// Package proc ends a process together with those that it started. A Ctrl-C does not
// reach a process with a group of its own; its parent turns it into an end of the
// context.
package proc

import (
	"errors"
	"os"
	"os/exec"
	"time"
)

// grace is how long killed processes may take to be gone.
const grace = time.Second

// Lead makes the process that cmd will start the leader of a group, and has it
// killed with this one where the kernel offers that. The end of cmd's context ends
// the group. Call End when cmd has been waited for, or use Run.
func Lead(cmd *exec.Cmd) {
	cmd.SysProcAttr = leader()
	cmd.Cancel = func() error { return Kill(cmd.Process) }
	// A process that has left the group may hold the output forever.
	cmd.WaitDelay = grace
}

// Run runs cmd as the leader of a group and returns, with the error of cmd, when
// the group is gone.
func Run(cmd *exec.Cmd) error {
	Lead(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	err := cmd.Wait()
	End(cmd.Process)
	return err
}

// End kills what is left of the group of a process that has ended, and waits until it
// is gone, for grace at most, so that nothing writes to a directory that is about to be
// removed.
func End(p *os.Process) {
	for deadline := time.Now().Add(grace); !errors.Is(Kill(p), os.ErrProcessDone) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
}
