package primitives

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"time"
)

// ErrThreads is the error of a future whose task got no thread: see NewThreads.
// Wait in fewer tasks at once, use NewPool or NewSpawn, where a task that waits
// keeps no thread, or raise debug.SetMaxThreads before.
var ErrThreads = errors.New("primitives: no thread is left for the task: too many tasks of the executor threads wait (in pool and spawn, waiting tasks need no thread)")

// Threads is an executor whose workers are operating system threads; see NewThreads.
type Threads struct{ *crew }

// NewThreads returns a pool in which every worker is an operating system thread
// of its own, as in a thread pool of most languages. The kernel wakes a thread
// and puts it to sleep, where the pool's goroutines switch in user space. The
// thread of a waiting task sleeps, and another takes its place.
//
// So every task that has started keeps a thread until it ends, and Go ends a
// program that has too many (debug.SetMaxThreads: 10,000). Executors of this
// kind together never have more than nine tenths of that. When all are in use,
// pending tasks stay pending, and Submit blocks while the queue is full. If
// moreover all started tasks wait, and none goes on for 10 ms, they may be
// waiting for pending tasks, so these fail with ErrThreads.
func NewThreads(c Config) (*Threads, error) {
	c, err := c.check("threads")
	if err != nil {
		return nil, err
	}
	if err := threads.suffice(c.Workers); err != nil {
		return nil, err
	}
	x := newCrew(c)
	x.threaded = true
	return &Threads{x}, nil
}

// threads counts the threads of all executors of this kind: Go limits the
// threads of a program.
var threads threadBudget

type threadBudget struct {
	mu    sync.Mutex
	limit int // of debug.SetMaxThreads
	taken int
}

// max is how many threads executors may have. A tenth of all is left to the
// runtime, system calls and the rest of the program.
func (b *threadBudget) max() int { return b.limit - b.limit/10 }

// suffice reads the limit and returns an error if it is too low for so many
// workers.
func (b *threadBudget) suffice(workers int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = debug.SetMaxThreads(math.MaxInt32) // the only way to read it is to set it
	debug.SetMaxThreads(b.limit)
	if workers > b.max() {
		return fmt.Errorf("primitives: executor threads with %d workers: Go ends a program with more than %d threads, and %d are reserved for the rest of it; raise debug.SetMaxThreads or use pool", workers, b.limit, b.limit-b.max())
	}
	return nil
}

// take counts one more thread, if there may be one more.
func (b *threadBudget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.taken >= b.max() {
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

// takeThread reports whether a goroutine may be started; if so, the caller must
// start it. Otherwise endShortage will be called.
func (x *crew) takeThread() bool {
	if !x.threaded || threads.take() {
		return true
	}
	if !x.short {
		x.short, x.progress = true, false
		time.AfterFunc(patience, x.endShortage)
	}
	return false
}

// startPending starts the pending tasks for which there are slots and threads.
func (x *crew) startPending() {
	for len(x.free) > 0 && x.queue.n > 0 && x.takeThread() {
		slot, _ := popLast(&x.free)
		x.start(slot, x.pop())
	}
}

// endShortage is called when threads have been short for a while. If all started
// tasks wait, and none has come back meanwhile, they may be waiting for pending
// tasks, which cannot start before they go on. So the pending tasks fail.
func (x *crew) endShortage() {
	x.mu.Lock()
	x.short = false
	progress := x.progress
	x.startPending()
	var stuck deque
	if x.short && !progress && x.waiting == x.goroutines {
		stuck, x.queue = x.queue, deque{}
		x.refill()
	}
	ends := x.endsNow()
	x.unlock()
	stuck.drop(ErrThreads)
	if ends {
		close(x.ended)
	}
}
