//go:build !linux

package primitives

import (
	"errors"
	"os"
	"syscall"
)

func openRings() (*wiring, error) { return nil, errors.New("transport mmap needs Linux") }
func childRings() (conn, error)   { return nil, errors.New("transport mmap needs Linux") }

func ownPath() (string, error) { return os.Executable() }

// childAttr has no way to tie a child to its parent here; the control pipe
// does it.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// callerAffinity has nothing to hand over: a fork or a new process takes what the
// process has.
func callerAffinity() func() { return func() {} }
