package cases

import (
	"sync"
	"sync/atomic"
)

// Flags are the switches of a program. An operator changes them while it runs.
type Flags struct {
	mu       sync.RWMutex
	on       []bool
	snapshot atomic.Pointer[[]bool]
}

func newFlags(n int) *Flags {
	f := &Flags{on: make([]bool, n)}
	f.snapshot.Store(&f.on)
	return f
}

// Enabled takes the lock as a reader.
func (f *Flags) Enabled(flag int) bool {
	f.mu.RLock()         // why: readers
	defer f.mu.RUnlock() // why: readers
	return f.on[flag]    // why: readers
}

// EnabledRepaired reads a slice that is replaced as a whole.
func (f *Flags) EnabledRepaired(flag int) bool {
	return (*f.snapshot.Load())[flag]
}
