package main

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a sample and the processes that it starts into a group of their own:
// Ctrl-C reaches only this program, which then ends the group.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
