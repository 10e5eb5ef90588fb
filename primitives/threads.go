package primitives

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"time"
)

// ErrThreads is the error of a future whose task no thread was left for: see
// NewThreads. Wait in fewer tasks at once, use NewPool or NewSpawn, where a
// task that waits keeps no thread, or raise debug.SetMaxThreads before.
var ErrThreads = errors.New("primitives: no thread is left for the task: too many tasks of the executor threads wait (those of pool and spawn need none)")

// threads counts those of the executors threads: Go limits the threads of a
// program, not those of an executor.
var threads threadBudget

type threadBudget struct {
	mu    sync.Mutex
	limit int // what debug.SetMaxThreads says
	taken int
}

// most is how many threads executors may have. A tenth of all is left to the
// runtime, to system calls and to the program's own.
func (b *threadBudget) most() int { return b.limit - b.limit/10 }

// suffice reads the limit and returns an error if no executor can have so many
// workers.
func (b *threadBudget) suffice(workers int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = debug.SetMaxThreads(math.MaxInt32) // only whoever sets it hears what it was
	debug.SetMaxThreads(b.limit)
	if workers > b.most() {
		return fmt.Errorf("executor threads with %d workers: Go ends a program with more than %d threads, of which %d are left to the rest of it; raise debug.SetMaxThreads or use pool", workers, b.limit, b.limit-b.most())
	}
	return nil
}

// take counts a thread in, if there may be one more.
func (b *threadBudget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken >= b.most() {
		return false
	}
	b.taken++
	return true
}

func (b *threadBudget) giveBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken--
}

// thread reports whether a goroutine may be started, which the caller must do
// then. Otherwise it sees to what is pending later.
func (x *crew) thread() bool {
	if !x.threaded || threads.take() {
		return true
	}
	if !x.short {
		x.short, x.progress = true, false
		time.AfterFunc(patience, x.relieve)
	}
	return false
}

// startPending starts what is pending for want of threads. The rest of what is
// pending waits for a worker.
func (x *crew) startPending() {
	for n := len(x.free); n > 0 && x.queue.len() > 0 && x.thread(); n-- {
		slot := x.free[n-1]
		x.free = x.free[:n-1]
		x.start(slot, x.pop())
	}
}

// relieve is called when threads have been short for a while. If all tasks that
// have started wait, and none has come back meanwhile, they may be waiting for
// those that are pending, which cannot start before they go on. So these fail.
func (x *crew) relieve() {
	x.mu.Lock()
	x.short = false
	progress := x.progress
	x.startPending()
	var stuck deque
	if x.short && !progress && x.waiting == x.goroutines {
		stuck, x.queue = x.queue, deque{}
		x.refill()
	}
	over := x.over()
	x.unlock()
	stuck.drop(ErrThreads)
	if over {
		close(x.ended)
	}
}
