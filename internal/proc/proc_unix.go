//go:build unix

package proc

import (
	"errors"
	"os"
	"syscall"
)

// Kill ends the process and its group. The process may have ended before the
// others; the error is os.ErrProcessDone if all have.
func Kill(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// Quit asks a Go program that hangs to print its goroutines and to end.
func Quit(p *os.Process) error { return p.Signal(syscall.SIGQUIT) }
