package primitives

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

// registry finds the worker of the calling goroutine. The context would not do:
// a task may wait with any context, and may pass its own to goroutines that are
// not the worker.
//
// A worker is in the entry that its goroutine's number hashes to, so that nearly
// every look-up is one load. If that entry is taken, it is in a map.
var registry struct {
	entries  [1 << 12]atomic.Pointer[worker]
	overflow atomic.Int64 // workers in the map
	mu       sync.Mutex
	others   map[uintptr]*worker
}

func registryEntry(g uintptr) *atomic.Pointer[worker] {
	return &registry.entries[uint64(g)*0x9E3779B97F4A7C15>>52] // Fibonacci hashing (Knuth)
}

// enroll registers w as the worker of the calling goroutine, until leave.
func (w *worker) enroll() {
	g := goroutine()
	w.g.Store(g)
	if registryEntry(g).CompareAndSwap(nil, w) {
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
	if registryEntry(g).CompareAndSwap(w, nil) {
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
	// Another worker may move to another goroutine while we look, but only this
	// goroutine can have stored its own number.
	if w := registryEntry(g).Load(); w != nil && w.g.Load() == g {
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
// goroutine's stack, "goroutine 7 [running]:". It is for processors without a faster way,
// and for the build tag purego: to submit a task and await it takes 16 times as long with
// it, and 23 times with two cores (make peers).
func goroutineByName() uintptr {
	buf := firstLines.Get().(*[40]byte)
	defer firstLines.Put(buf)
	line := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	number, _, _ := bytes.Cut(line, []byte(" "))
	n, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		panic("primitives: the runtime no longer names goroutines by number")
	}
	return uintptr(n)
}

var firstLines = sync.Pool{New: func() any { return new([40]byte) }}
