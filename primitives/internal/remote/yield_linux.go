package remote

import (
	"os"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A reader that has one CPU together with its peer gives that away before it sleeps, up to
// yieldTries times. If the peer then answers, neither has slept. To sleep and be woken takes
// system calls on both sides, and with GOMAXPROCS=1 Go's monitor takes the processor from a
// goroutine that has slept in one for 20 µs, which costs both processes more switches: a round
// trip took twice as long.
//
// Who gives a CPU away gets it back last, and here keeps Go's processor meanwhile. So after a
// try that failed, or took longYield because others wanted the CPU, there is none for minPause
// waits, and for twice as many after each further one, up to maxYieldPause. Each that succeeds
// makes that one less.
const (
	yieldTries    = 2
	longYield     = 500 * time.Microsecond // others have slices of a millisecond and more
	maxYieldPause = 4096
)

// patience says when to try. All peers have the same: where each learned for itself, 64 peers
// that sleep cost the tries of 64, and a pool of them took a quarter longer.
type patience struct {
	mu     sync.Mutex
	pause  int // waits without a try, after the next that fails
	paused int // waits that are left of it
}

var yields = &patience{pause: minPause}

// may reports whether the next wait is to begin with a try.
func (p *patience) may() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paused == 0 {
		return true
	}
	p.paused--
	return false
}

// learn notes whether a try paid.
func (p *patience) learn(paid bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if paid {
		p.pause = max(minPause, p.pause-1)
		return
	}
	p.paused = p.pause
	p.pause = min(2*p.pause, maxYieldPause)
}

// yielder lets the peer of a connection run before a wait sleeps, if it is on.
type yielder struct{ on bool }

func newYielder() yielder { return yielder{cpuCount() == 1} }

// cpuCount is the number of CPUs that the thread may use, 0 if unknown.
func cpuCount() int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return 0
	}
	return set.Count()
}

// try calls ready after each time that it has given the CPU away, until that has a positive
// number or an error.
func (y *yielder) try(ready func() (int, error)) (n int, err error) {
	if !y.on || !yields.may() {
		return 0, nil
	}
	start := time.Now()
	for range yieldTries {
		// Raw, so that the runtime does not count it as a sleep.
		unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
		if n, err = ready(); n > 0 || err != nil {
			break
		}
	}
	yields.learn(n > 0 && time.Since(start) < longYield)
	return n, err
}

// read is f.Read, of a file that blocks.
func (y *yielder) read(f *os.File, p []byte) (int, error) {
	if n, _ := y.try(func() (int, error) { return y.readNow(f, p), nil }); n > 0 {
		return n, nil
	}
	return f.Read(p)
}

// readNow reads what has come, if that is anything. Errors and the end are left to a read that
// blocks.
func (y *yielder) readNow(f *os.File, p []byte) int {
	if len(p) == 0 {
		return 0
	}
	part := unix.Iovec{Base: &p[0]}
	part.SetLen(len(p))
	// No position in the file: -1, in two halves.
	n, _, errno := unix.RawSyscall6(unix.SYS_PREADV2, f.Fd(), uintptr(unsafe.Pointer(&part)), 1, ^uintptr(0), ^uintptr(0), unix.RWF_NOWAIT)
	runtime.KeepAlive(p)
	if errno == unix.EOPNOTSUPP || errno == unix.ENOSYS { // pipes and sockets before Linux 6.4
		y.on = false
	}
	if errno != 0 {
		return 0
	}
	return int(n)
}
