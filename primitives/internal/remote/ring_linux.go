package remote

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Shared memory of the transport mmap: a page of indices, then one ring for
// each direction. Each index has cache lines of its own (two, since CPUs fetch
// them in pairs), or the two sides would take the line from each other.
const (
	ringSize   = 256 << 10
	ringHeader = 4096
	ringLine   = 128
	ringMemory = ringHeader + 2*ringSize
)

// Values of a side's waiting word.
const (
	notWaiting = iota
	waitsForBytes
	waitsForSpace
)

// A reader polls for spinTime before it sleeps: about as long as it takes to wake a sleeper
// on another CPU, so that it never loses more than twice what the better choice would have
// cost (Karlin et al., 1991). After a tenth of that, an interrupt of the peer was enough to
// put both to sleep, and a round trip took eight times as long.
//
// Polling only pays while the peer runs at the same time; on a busy machine it moves the two
// apart. So after spinMisses useless polls in a row there are none for minPause waits, and
// for twice as many after each further try that fails, up to maxPause.
const (
	spinTime   = 50 * time.Microsecond
	spinMisses = 4
	minPause   = 16
	maxPause   = 512
)

// shmRing is one direction. Indices count all bytes since the start. The peer's
// index is read from memory that the peer may have damaged; our own is kept here.
type shmRing struct {
	head *atomic.Uint64 // bytes written
	tail *atomic.Uint64 // bytes read
	data []byte
	own  uint64 // our index: head of the ring we write, tail of the one we read
}

// used returns the number of bytes in the ring, or an error if the indices are
// impossible.
func (r *shmRing) used(head, tail uint64) (int, error) {
	if n := head - tail; n <= ringSize {
		return int(n), nil
	}
	return 0, &protocolError{fmt.Sprintf("ring indices %d and %d are more than %d apart", head, tail, ringSize)}
}

// ringConn is one side of the shared memory. One goroutine at a time reads or
// writes, so one waiting word and one doorbell serve both directions.
type ringConn struct {
	memory      []byte
	in, out     shmRing
	waiting     *atomic.Uint32 // what we wait for; the peer rings only if it must
	peerWaiting *atomic.Uint32
	bell        *os.File // eventfd that wakes us
	peerBell    *os.File
	peerGone    atomic.Bool
	yield       yielder
	spin        bool
	misses      int // useless polls in a row
	pause       int // waits without a poll, after the next misses
	paused      int // waits that are left of it
	token       [8]byte
}

// newRingConn takes over the memory and the bells. The parent is side 0 and
// writes ring 0.
func newRingConn(memory []byte, side int, bell, peerBell *os.File) *ringConn {
	at := func(line int) unsafe.Pointer { return unsafe.Pointer(&memory[line*ringLine]) }
	open := func(i int) shmRing {
		start := ringHeader + i*ringSize
		return shmRing{
			head: (*atomic.Uint64)(at(2 * i)),
			tail: (*atomic.Uint64)(at(2*i + 1)),
			data: memory[start : start+ringSize : start+ringSize],
		}
	}
	c := &ringConn{
		memory:      memory,
		out:         open(side),
		in:          open(1 - side),
		waiting:     (*atomic.Uint32)(at(4 + side)),
		peerWaiting: (*atomic.Uint32)(at(4 + 1 - side)),
		bell:        bell,
		peerBell:    peerBell,
	}
	// Polling for a peer that needs this CPU to answer only makes it wait.
	c.spin, c.yield = runtime.GOMAXPROCS(0) > 1 && cpuCount() > 1, newYielder()
	return c
}

// Read copies out what has arrived, and blocks while nothing has.
func (c *ringConn) Read(p []byte) (int, error) {
	r := &c.in
	n, err := c.await(waitsForBytes, func() (int, error) { return r.used(r.head.Load(), r.own) })
	if err != nil {
		return 0, err
	}
	n = min(n, len(p))
	at := int(r.own % ringSize)
	copied := copy(p[:n], r.data[at:])
	copy(p[copied:n], r.data)
	r.own += uint64(n)
	r.tail.Store(r.own)
	c.ring(waitsForSpace)
	return n, nil
}

// Write copies p in, and blocks while the ring is full. A p that is larger than
// the ring streams through it.
func (c *ringConn) Write(p []byte) (written int, err error) {
	r := &c.out
	for written < len(p) {
		n, err := c.await(waitsForSpace, func() (int, error) {
			used, err := r.used(r.own, r.tail.Load())
			return ringSize - used, err
		})
		if err == io.EOF {
			err = io.ErrClosedPipe
		}
		if err != nil {
			return written, err
		}
		at := int(r.own % ringSize)
		n = min(n, len(p)-written, ringSize-at)
		written += copy(r.data[at:at+n], p[written:])
		r.own += uint64(n)
		r.head.Store(r.own)
		c.ring(waitsForBytes)
	}
	return written, nil
}

// await returns ready's number once it is positive. It stores what it waits for,
// then looks again, and only then sleeps; the peer changes its index, then
// looks whether we wait. Whichever comes second sees the other, because Go's
// atomics have one order that both sides agree on.
func (c *ringConn) await(what uint32, ready func() (int, error)) (int, error) {
	if n, err := c.poll(ready); n > 0 || err != nil {
		return n, err
	}
	for {
		c.waiting.Store(what)
		gone := c.peerGone.Load() // before ready: what the peer wrote last counts
		n, err := ready()
		if n > 0 || err != nil {
			c.waiting.Store(notWaiting)
			return n, err
		}
		if gone {
			return 0, io.EOF
		}
		if _, err := c.bell.Read(c.token[:]); err != nil {
			return 0, err
		}
	}
}

// poll calls ready once, or for a short time if that can pay.
func (c *ringConn) poll(ready func() (int, error)) (int, error) {
	n, err := ready()
	if n > 0 || err != nil {
		return n, err
	}
	if !c.spin {
		return c.yield.try(ready)
	}
	if c.paused > 0 {
		c.paused--
		return 0, nil
	}
	for start := time.Now(); ; {
		for range 32 { // reading the clock costs as much
			if n, err = ready(); n > 0 || err != nil {
				c.misses, c.pause = 0, minPause
				return n, err
			}
		}
		if time.Since(start) >= spinTime {
			break
		}
	}
	if c.misses++; c.misses == spinMisses {
		c.misses = 0
		c.paused = max(c.pause, minPause)
		c.pause = min(2*c.paused, maxPause)
	}
	return 0, nil
}

// ring wakes the peer if it sleeps until what has just happened.
func (c *ringConn) ring(what uint32) {
	if c.peerWaiting.Load() == what && c.peerWaiting.CompareAndSwap(what, notWaiting) {
		_, _ = c.peerBell.Write(bellToken[:]) // our end of the eventfd cannot fail while it is open
	}
}

var bellToken = [8]byte{0: 1}

func (c *ringConn) interrupt() {
	c.peerGone.Store(true)
	_, _ = c.bell.Write(bellToken[:])
}

func (c *ringConn) release() {
	c.bell.Close()
	c.peerBell.Close()
	_ = unix.Munmap(c.memory)
}
