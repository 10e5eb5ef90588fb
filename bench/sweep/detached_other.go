//go:build !linux

package sweep

import "syscall"

// detached asks for nothing here; a Ctrl-C reaches the sample as well.
func detached() *syscall.SysProcAttr { return nil }
