package primitives

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// registry finds the worker of the calling goroutine. It does not go by the
// context, because a task may wait with any context, and may hand its own to
// goroutines that are not the worker.
//
// A worker stands in the slot that its goroutine's number hashes to, so that
// nearly every look is one load; those that find their slot taken are in a map.
var registry struct {
	slots    [1 << 12]atomic.Pointer[worker]
	overflow atomic.Int64 // workers in the map
	mu       sync.Mutex
	others   map[uintptr]*worker
}

func registrySlot(g uintptr) *atomic.Pointer[worker] {
	return &registry.slots[uint64(g)*0x9E3779B97F4A7C15>>52] // Fibonacci hashing (Knuth)
}

// enroll says that the calling goroutine is w, until it calls leave.
func (w *worker) enroll() {
	g := goroutine()
	w.g.Store(g)
	if registrySlot(g).CompareAndSwap(nil, w) {
		return
	}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if registry.others == nil {
		registry.others = map[uintptr]*worker{}
	}
	registry.others[g] = w
	registry.overflow.Add(1)
}

func (w *worker) leave() {
	g := w.g.Load()
	w.g.Store(0)
	if registrySlot(g).CompareAndSwap(w, nil) {
		return
	}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	delete(registry.others, g)
	registry.overflow.Add(-1)
}

// currentWorker returns the calling goroutine's worker, or nil.
func currentWorker() *worker {
	g := goroutine()
	// Another worker's record may be on its way to another goroutine while we
	// look, but only we can have written our own number into one.
	if w := registrySlot(g).Load(); w != nil && w.g.Load() == g {
		return w
	}
	if registry.overflow.Load() == 0 {
		return nil
	}
	registry.mu.Lock()
	defer registry.mu.Unlock()
	return registry.others[g]
}

// goroutineByName returns the number in the first line of the calling
// goroutine's stack, "goroutine 7 [running]:", for processors on which we
// cannot ask for less. It takes microseconds.
func goroutineByName() uintptr {
	var buf [40]byte
	line := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	number, _, _ := bytes.Cut(line, []byte(" "))
	n, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		panic("primitives: the runtime no longer names goroutines by number")
	}
	return uintptr(n)
}
