package cases

import (
	"sync"
	"sync/atomic"
)

// Registry finds handlers by name. Names are added rarely.
type Registry struct {
	mu       sync.RWMutex
	handlers map[string]int
	snapshot atomic.Pointer[map[string]int]
	_        [128]byte // else package testing's counters of goroutines share its cache line
}

func newRegistry(names []string) *Registry {
	r := &Registry{handlers: map[string]int{}}
	for i, name := range names {
		r.handlers[name] = i
	}
	r.snapshot.Store(&r.handlers)
	return r
}

// Lookup takes the lock as a reader.
func (r *Registry) Lookup(name string) int {
	r.mu.RLock() // why: readers
	handler := r.handlers[name]
	r.mu.RUnlock() // why: readers
	return handler
}

// LookupRepaired reads a map that is replaced as a whole.
func (r *Registry) LookupRepaired(name string) int {
	return (*r.snapshot.Load())[name]
}
