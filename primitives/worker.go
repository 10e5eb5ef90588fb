package primitives

import (
	"bytes"
	"context"
	"log"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// core is what every executor has and what its futures keep: counters, probe,
// recycled waiters. It does not lead to the queue, so a kept future does not
// keep its executor.
type core struct {
	probe         Probe
	callbackPanic func(*PanicError)
	helpable      bool // whoever asks may run the tasks

	perTask bool         // a goroutine runs one task (spawn)
	wanted  atomic.Int64 // tasks that have finished waiting and want a worker

	lanes     []lane // by worker number
	outside   worker // for those who help
	outsiders lane
	pool      waiterPool

	_         [128]byte // submitters write below, workers read above
	submitted atomic.Uint64
	cancelled atomic.Uint64
	helpers   helpers

	batchMu sync.Mutex
	batches map[batch]struct{} // that may have tasks nobody has claimed, for ShutdownNow
}

// lane is one worker's counters, padded so that no two workers write to the
// same cache line or to neighbouring ones, which are fetched together.
type lane struct {
	// tally holds the tasks that run in its low bits and those that have
	// finished above, so that starting and finishing are one addition each. A
	// task may start in one lane and finish in another: only sums mean
	// something.
	tally atomic.Uint64
	_     [128 - 8]byte
}

const (
	runningBits = 24
	oneStarted  = 1
	oneFinished = 1 << runningBits // and oneStarted less, if it was counted
)

func newCore(c Config) *core {
	k := &core{probe: c.Probe, callbackPanic: c.CallbackPanic, lanes: make([]lane, c.Workers), batches: map[batch]struct{}{}}
	k.outside = worker{core: k, slot: -1}
	return k
}

func (k *core) base() *core { return k }

// Workers implements Executor.
func (k *core) Workers() int { return len(k.lanes) }

// Stats implements Executor.
func (k *core) Stats() Stats {
	tally := k.outsiders.tally.Load()
	for i := range k.lanes {
		tally += k.lanes[i].tally.Load()
	}
	cancelled := int(k.cancelled.Load())
	submitted := int(k.submitted.Load()) // last, so that no task is counted before it is submitted
	// The lanes are read one after the other. A task that changes lanes
	// meanwhile may be seen to end and not to start: below zero is zero.
	running := int64(tally<<(64-runningBits)) >> (64 - runningBits)
	s := Stats{
		Running:   int(max(running, 0)),
		Finished:  int(int64(tally-uint64(running)) >> runningBits),
		Cancelled: cancelled,
	}
	s.Queued = max(submitted-s.Running-s.Finished-s.Cancelled, 0)
	return s
}

// expect counts n tasks in.
func (k *core) expect(n int) { k.submitted.Add(uint64(n)) }

// dropped counts a task that will not run.
func (k *core) dropped() {
	if k != nil {
		k.cancelled.Add(1)
	}
}

// dropBatches cancels the tasks of batches that nobody has claimed.
func (k *core) dropBatches() {
	k.batchMu.Lock()
	batches := slices.Collect(maps.Keys(k.batches))
	k.batchMu.Unlock()
	for _, b := range batches {
		b.dropFrom(0, ErrShutdown)
	}
}

// batch is a Batch of any result type.
type batch interface{ dropFrom(i int, err error) }

func (k *core) keepBatch(b batch) {
	k.batchMu.Lock()
	k.batches[b] = struct{}{}
	k.batchMu.Unlock()
}

func (k *core) forgetBatch(b batch) {
	k.batchMu.Lock()
	delete(k.batches, b)
	k.batchMu.Unlock()
}

// waiters returns the executor's recycled waiters; nil makes new ones.
func (k *core) waiters() *waiterPool {
	if k == nil {
		return nil
	}
	return &k.pool
}

// guard runs a callback. What it does must not end the goroutine, which has
// other callbacks to run and may be a worker.
func (k *core) guard(callback func()) {
	returned := false
	defer func() {
		if returned {
			return
		}
		r := recover()
		if r == nil { // runtime.Goexit cannot be stopped, but runs this first
			return
		}
		p := &PanicError{Value: r, Stack: debug.Stack()}
		if k == nil || k.callbackPanic == nil {
			log.Printf("%v in a callback\n%s", p, p.Stack)
			return
		}
		k.callbackPanic(p)
	}()
	callback()
	returned = true
}

// worker is one goroutine, or coroutine, that runs an executor's tasks.
type worker struct {
	core *core
	host host
	g    atomic.Uintptr // the number of its goroutine
	slot int            // the worker number that it has now, -1 while it has none
	hand chan task      // wakes it when it is idle, or waits for a worker number
	co   *coroutine     // of an event loop's coroutine
}

// host is the executor that a worker belongs to, as the worker's waits see it.
type host interface {
	// mayStart reports whether a worker that is about to wait for t, which is
	// pending, may run it now, on its own stack. It must then try.
	mayStart(t task) bool
	// putBack makes a task pending again that mayStart may have taken out.
	putBack(t task)
	// await parks w until l is signalled (true) or ctx ends (false), and keeps
	// the executor going meanwhile.
	await(ctx context.Context, w *worker, l *waiter) bool
}

func (w *worker) lane() *lane {
	if w.slot < 0 {
		return &w.core.outsiders
	}
	return &w.core.lanes[w.slot]
}

// begin and end count a task and tell the probe.
func (w *worker) begin() int64 {
	w.lane().tally.Add(oneStarted)
	return w.started()
}

func (w *worker) end(token int64) {
	w.ended(token)
	w.lane().tally.Add(oneFinished - oneStarted)
}

func (w *worker) started() int64 {
	if p := w.core.probe; p != nil {
		return p.TaskStart(w.slot)
	}
	return 0
}

func (w *worker) ended(token int64) {
	if p := w.core.probe; p != nil {
		p.TaskEnd(w.slot, token)
	}
}

// park blocks until l is signalled (true) or ctx ends (false); it may also
// return false when both happened. w is the calling goroutine's worker, nil if
// it is none; others take its place meanwhile.
func (w *worker) park(ctx context.Context, l *waiter) bool {
	if w == nil {
		return l.park(ctx)
	}
	return w.host.await(ctx, w, l)
}

// hold is park for waits that are part of the work, such as sleeping: nobody
// takes the worker's place.
func (w *worker) hold(ctx context.Context, l *waiter) bool {
	if w == nil || w.co == nil {
		return l.park(ctx)
	}
	return w.co.loop.pause(ctx, w.co, l, false)
}

// helpers counts the callers that are running tasks themselves.
type helpers struct {
	n     atomic.Int64
	shut  sync.Once
	ended sync.Once
	idle  chan struct{} // made by the first wait
}

const helpersShut = 1 << 62

// enter counts the caller in, unless wait was called.
func (h *helpers) enter() bool {
	if h.n.Add(1)&helpersShut != 0 {
		h.leave()
		return false
	}
	return true
}

func (h *helpers) leave() {
	if h.n.Add(-1) == helpersShut {
		h.ended.Do(func() { close(h.idle) })
	}
}

// wait lets nobody in any more, and waits for those who are inside.
func (h *helpers) wait(ctx context.Context) error {
	h.shut.Do(func() {
		h.idle = make(chan struct{})
		h.n.Add(1)
		h.n.Add(helpersShut)
		h.leave()
	})
	return waitFor(ctx, h.idle)
}

// waitFor waits until done is closed, or returns ctx's cause. What is done wins
// over a context that has ended.
func waitFor(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	default:
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// mustHave panics where the mistake is made: later it would end a worker.
func mustHave(ctx context.Context) {
	if ctx == nil {
		panic("primitives: nil context")
	}
}

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
