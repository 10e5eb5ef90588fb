//go:build unix && !linux

package sweep

import "syscall"

// detached puts a sample into a process group of its own, so that Ctrl-C
// reaches the sweep alone, which then ends the sample.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
