package primitives

import (
	"context"
	"log"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// core is what every executor has and what its futures refer to: counters,
// probe, recycled waiters. It does not refer to the queue, so a future that is
// kept does not keep its executor alive.
type core struct {
	probe         Probe
	callbackPanic func(*PanicError)
	helpable      bool // Future.RunOrAwait may run the tasks

	perTask bool                   // a goroutine runs one task (spawn)
	wanted  atomic.Int64           // tasks that have finished waiting and need a slot
	resumed atomic.Pointer[worker] // the coroutine that an event loop resumed last

	lanes    []lane // by slot
	helper   worker // for callers who run tasks themselves
	slotless lane
	pool     waiterPool

	_         [128]byte // submitters write below, workers read above
	submitted atomic.Uint64
	cancelled atomic.Uint64
	helpers   helpers

	withdrawals atomic.Uint64 // tasks that were cancelled, perhaps in the queue

	batchMu sync.Mutex
	batches map[batch]struct{} // may have unclaimed tasks; for ShutdownNow
}

// lane is one worker's counters, padded so that no two workers write to the
// same cache line or to neighbouring ones, which are fetched together.
type lane struct {
	// tally holds the number of running tasks in its low bits and of finished
	// ones above, so that starting and finishing are one addition each. A task
	// may start in one lane and finish in another: only sums mean something.
	tally atomic.Uint64
	_     [128 - 8]byte
}

const (
	runningBits = 24
	oneStarted  = 1
	oneFinished = 1 << runningBits // minus oneStarted, if that was counted
)

func newCore(c Config) *core {
	k := &core{probe: c.Probe, callbackPanic: c.CallbackPanic, lanes: make([]lane, c.Workers), batches: map[batch]struct{}{}}
	k.helper = worker{core: k, slot: -1}
	return k
}

func (k *core) base() *core { return k }

func (k *core) Workers() int { return len(k.lanes) }

func (k *core) Stats() Stats {
	tally := k.slotless.tally.Load()
	for i := range k.lanes {
		tally += k.lanes[i].tally.Load()
	}
	cancelled := int(k.cancelled.Load())
	submitted := int(k.submitted.Load()) // last, so that no task is counted before it is submitted
	// The lanes are read one after the other. A task that changes lanes
	// meanwhile may count as ended and not as started: hence the max below.
	running := int64(tally<<(64-runningBits)) >> (64 - runningBits)
	s := Stats{
		Running:   int(max(running, 0)),
		Finished:  int(int64(tally-uint64(running)) >> runningBits),
		Cancelled: cancelled,
	}
	s.Queued = max(submitted-s.Running-s.Finished-s.Cancelled, 0)
	return s
}

// expect counts n tasks as submitted.
func (k *core) expect(n int) { k.submitted.Add(uint64(n)) }

// dropped counts a task as cancelled.
func (k *core) dropped() {
	if k != nil {
		k.cancelled.Add(1)
	}
}

// dropBatches cancels the unclaimed tasks of all batches.
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

// caller returns the calling goroutine's worker, or nil. A loop has more
// coroutines than the registry finds quickly, but only one of them runs.
func (k *core) caller() *worker {
	if k != nil {
		if w := k.resumed.Load(); w != nil && w.g.Load() == goroutine() {
			return w
		}
	}
	return currentWorker()
}

// waiters returns the executor's recycled waiters; nil makes new ones.
func (k *core) waiters() *waiterPool {
	if k == nil {
		return nil
	}
	return &k.pool
}

// guard runs a callback and reports its panic: that must not end the goroutine,
// which has other callbacks to run and may be a worker.
func (k *core) guard(callback func()) {
	defer func() {
		r := recover()
		if r == nil { // it has returned, or called runtime.Goexit, which cannot be stopped
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
}

// helpers counts the callers that run tasks themselves.
type helpers struct {
	n     atomic.Int64
	shut  sync.Once
	ended sync.Once
	idle  chan struct{} // made by the first wait
}

const helpersShut = 1 << 62

// enter counts the caller in. It returns false if wait was called.
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

// wait makes enter return false, and waits for those who have entered.
func (h *helpers) wait(ctx context.Context) error {
	h.shut.Do(func() {
		h.idle = make(chan struct{})
		h.n.Add(1)
		h.n.Add(helpersShut)
		h.leave()
	})
	return waitFor(ctx, h.idle)
}

// waitFor waits until done is closed, or returns ctx's cause. A closed done wins
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

// requireContext panics in the caller, who made the mistake: later the panic
// would end a worker.
func requireContext(ctx context.Context) {
	if ctx == nil {
		panic("primitives: nil context")
	}
}
