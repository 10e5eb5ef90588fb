//go:build !linux

package remote

import (
	"errors"
	"os"
	"syscall"
)

func openRings() (*wiring, error) { return nil, errors.New("transport mmap needs Linux") }
func childRings() (conn, error)   { return nil, errors.New("transport mmap needs Linux") }

func ownPath() (string, error) { return os.Executable() }

// childAttr cannot tie a child to its parent here; the control pipe does it.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// callerAffinity has nothing to do: a child takes what this process has.
func callerAffinity() func() { return func() {} }
