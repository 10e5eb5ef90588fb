//go:build unix && !linux

package proc

import "syscall"

func leader() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
