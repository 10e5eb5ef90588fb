//go:build !linux

package remote

import "os"

// yielder does nothing here: how many CPUs a thread may use, and a read that does not wait, are
// asked for in ways that only Linux has.
type yielder struct{}

func newYielder() yielder { return yielder{} }

func (*yielder) read(f *os.File, p []byte) (int, error) { return f.Read(p) }
