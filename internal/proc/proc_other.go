//go:build !unix

package proc

import (
	"os"
	"syscall"
)

// leader asks for nothing here; a Ctrl-C reaches the process as well.
func leader() *syscall.SysProcAttr { return nil }

// Kill ends the process. Those that it started are beyond reach here.
func Kill(p *os.Process) error { return p.Kill() }

// Quit ends a program that hangs, without its goroutines.
func Quit(p *os.Process) error { return p.Kill() }
