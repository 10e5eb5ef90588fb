package sweep

import (
	"os"
	"syscall"
)

// detached asks for nothing here; a Ctrl-C reaches the sample as well.
func detached() *syscall.SysProcAttr { return nil }

// killGroup ends the process. Its children are beyond reach here.
func killGroup(p *os.Process) error { return p.Kill() }

// quit ends a process that hangs. It cannot be asked where, here.
func quit(p *os.Process) error { return p.Kill() }
