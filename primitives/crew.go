package primitives

import (
	"context"
	"runtime"
)

// crew implements the executors spawn, pool, threads and processes: goroutines
// that take tasks from one bounded queue under one lock, which is held for tens
// of instructions. Taking several tasks at a time from a long queue would save a
// tenth of the time of 1 µs tasks on two cores (0.66 instead of 0.73 of a plain
// loop, make peers). But then two neighbours that wait for each other could
// deadlock on one worker; with one task at a time, any Workers consecutive tasks
// may wait for each other.
//
// A goroutine needs a slot to run tasks, and there are Workers slots. A task that
// waits for a future releases its slot and gets one back, before any new task,
// when the wait is over. So waiting tasks never hold up the pending ones that
// they wait for. Letting the waiting goroutine run other tasks on its own stack
// instead would deadlock when one of those waits for a task further down the
// same stack.
//
// The tasks that have all the slots may in turn wait for the task that needs one
// back, to be cancelled for example. The executor cannot detect this, so the
// patience of that task is limited: then it goes on without a slot, and more than
// Workers run for a while.
type crew struct {
	*core
	intake

	idle       []*worker  // with a slot and nothing to do; the last was busy last, and its stack is warm
	free       []int      // slots that no goroutine has
	returning  returnLine // have finished waiting and need a slot
	spare      []*worker  // records for new goroutines
	goroutines int
	waiting    int           // goroutines whose tasks wait
	ended      chan struct{} // closed when the intake is, nothing is pending and no goroutine is left
	hasEnded   bool

	threaded bool // the goroutines are operating system threads
	short    bool // threads are short, and endShortage will be called
	progress bool // since short was set: a task has ended, or has finished waiting
}

// Pool is an executor with long-lived workers; see NewPool.
type Pool struct{ *crew }

// NewPool returns an executor with at most Workers goroutines, which are
// started when they are first needed, live until Shutdown and take tasks from
// a queue in order of submission. Submit blocks while the queue is full.
func NewPool(c Config) (*Pool, error) {
	c, err := c.check("pool")
	if err != nil {
		return nil, err
	}
	x := newCrew(c)
	x.helpable = true
	return &Pool{x}, nil
}

// Spawn is an executor with a goroutine per task; see NewSpawn.
type Spawn struct{ *crew }

// NewSpawn returns an executor that starts a goroutine per task, at most
// Workers at once; Submit blocks until one of them is free.
func NewSpawn(c Config) (*Spawn, error) {
	c, err := c.check("spawn")
	if err != nil {
		return nil, err
	}
	x := newCrew(c)
	x.limit, x.perTask, x.helpable = 0, true, true
	return &Spawn{x}, nil
}

func newCrew(c Config) *crew {
	x := &crew{core: newCore(c), intake: intake{limit: c.Queue, quantum: 1}, ended: make(chan struct{})}
	x.returning.hurry = x.hurry
	for i := range c.Workers {
		x.free = append(x.free, c.Workers-1-i) // the last is taken first
	}
	return x
}

func (x *crew) submit(ctx context.Context, t task) error {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return ErrShutdown
	}
	if x.handOver(t) {
		return nil
	}
	if x.accept(t, &x.withdrawals) {
		x.unlock()
		return nil
	}
	if x.perTask {
		if w := currentWorker(); w != nil && w.core == x.core && w.slot >= 0 {
			x.giveSlot(w, t)
			return nil
		}
	}
	return x.waitForRoom(ctx, t, x.core)
}

func (x *crew) follow(t task) error {
	x.mu.Lock()
	if x.aborted || x.closed && x.goroutines == 0 {
		x.mu.Unlock()
		return ErrShutdown
	}
	if !x.handOver(t) {
		x.queue.push(t)
		x.mu.Unlock()
	}
	return nil
}

// handOver gives t to an idle worker or to a new one, and unlocks; or returns
// false, still locked.
func (x *crew) handOver(t task) bool {
	if w, ok := popLast(&x.idle); ok {
		x.mu.Unlock()
		w.hand <- t
		return true
	}
	if len(x.free) == 0 || x.queue.n > 0 || !x.takeThread() {
		return false
	}
	slot, _ := popLast(&x.free)
	x.start(slot, t)
	x.mu.Unlock()
	return true
}

// start starts a goroutine with that slot and first task.
func (x *crew) start(slot int, t task) { go x.work(x.record(slot), t) }

// record counts a goroutine in and returns its record, with that slot.
func (x *crew) record(slot int) *worker {
	w, ok := popLast(&x.spare)
	if !ok {
		w = &worker{core: x.core, host: x, hand: make(chan task, 1)}
	}
	w.slot = slot
	x.goroutines++
	return w
}

// work is a worker's goroutine.
func (x *crew) work(w *worker, t task) {
	if x.threaded {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
	}
	w.enroll()
	dismissed := false
	defer func() {
		w.leave()
		x.mu.Lock()
		if !dismissed { // a task called runtime.Goexit, which ends the goroutine
			x.vacate(w)
		}
		x.leave(w)
	}()
	for t != nil {
		t.run(w)
		t = x.next(w)
	}
	dismissed = true
}

// leave counts the worker out, and unlocks.
func (x *crew) leave(w *worker) {
	x.goroutines--
	if len(x.spare) < len(x.lanes) {
		x.spare = append(x.spare, w)
	}
	if x.threaded {
		x.progress = true
		threads.giveBack()
		x.startPending()
	}
	ends := x.endsNow()
	x.unlock()
	if ends {
		close(x.ended)
	}
}

// endsNow reports, once, that the executor is shut down and has nothing left to
// do. The caller must then close ended.
func (x *crew) endsNow() bool {
	if x.hasEnded || !x.closed || x.goroutines > 0 || x.queue.n > 0 {
		return false
	}
	x.hasEnded = true
	return true
}

// next returns w's next task, or nil when its goroutine must end; it then has no
// slot.
func (x *crew) next(w *worker) task {
	x.mu.Lock()
	if x.short {
		x.progress = true
	}
	if x.returning.empty() && !x.perTask && w.slot >= 0 {
		if t := x.pop(); t != nil {
			x.unlock()
			return t
		}
		if !x.closed {
			x.idle = append(x.idle, w)
			x.mu.Unlock()
			// A goroutine that the last result woke often submits the next task at once.
			// Letting it run first costs less than being parked and woken.
			runtime.Gosched()
			return <-w.hand
		}
	}
	x.vacate(w)
	x.unlock()
	return nil
}

func (x *crew) Shutdown(ctx context.Context) error {
	x.close()
	if err := waitFor(ctx, x.ended); err != nil {
		return err
	}
	return x.helpers.wait(ctx)
}

func (x *crew) ShutdownNow(ctx context.Context) error {
	x.close()
	x.dropAll()
	x.dropBatches()
	return x.Shutdown(ctx)
}

// close stops the intake and ends the idle workers.
func (x *crew) close() {
	x.mu.Lock()
	if x.closed {
		x.mu.Unlock()
		return
	}
	x.closed = true
	idle := x.idle
	x.idle = nil
	for _, w := range idle {
		x.free = append(x.free, w.slot)
		w.slot = -1
	}
	chain := x.blocked.take()
	ends := x.endsNow()
	x.mu.Unlock()
	for _, w := range idle {
		w.hand <- nil
	}
	wakeAll(chain)
	if ends {
		close(x.ended)
	}
}
