//go:build unix

package sweep

import (
	"errors"
	"os"
	"syscall"
)

// killGroup ends the process and its children. It may have ended before them.
func killGroup(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// quit asks a process that hangs to print its goroutines and to end.
func quit(p *os.Process) error { return p.Signal(syscall.SIGQUIT) }
