package remote

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ringPair is both sides of one shared memory in this process. Each has its
// own mapping, as two processes have.
func ringPair(t *testing.T) (parent, child *ringConn) {
	t.Helper()
	w, err := openRings()
	if err != nil {
		t.Fatal(err)
	}
	mapped, err := mapMemory(w.extra[0])
	if err != nil {
		t.Fatal(err)
	}
	closeAll(w.theirs)
	parent = w.conn.(*ringConn)
	child = newRingConn(mapped, 1, dupFile(t, w.extra[1]), dupFile(t, w.extra[2]))
	t.Cleanup(parent.release)
	t.Cleanup(child.release)
	return parent, child
}

func dupFile(t *testing.T, f *os.File) *os.File {
	t.Helper()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

// Random pieces go through a ring that is often full and often empty, so that
// both sides sleep and wake at every boundary.
func TestRingKeepsEveryByte(t *testing.T) {
	for _, how := range []struct{ spin, yield bool }{{true, false}, {false, false}, {false, true}} {
		w, r := ringPair(t)
		w.spin, r.spin, w.yield.on, r.yield.on = how.spin, how.spin, how.yield, how.yield
		sent := make([]byte, 8<<20)
		for i := range sent {
			sent[i] = byte(i * 31 >> 3)
		}
		go func() {
			rnd := rand.New(rand.NewPCG(1, 1))
			for rest := sent; len(rest) > 0; {
				n := min(len(rest), 1+rnd.IntN(1<<rnd.IntN(20)))
				if _, err := w.Write(rest[:n]); err != nil {
					t.Error(err)
					return
				}
				rest = rest[n:]
			}
		}()
		rnd, got := rand.New(rand.NewPCG(2, 2)), make([]byte, 0, len(sent))
		for len(got) < len(sent) {
			n, err := r.Read(got[len(got):min(len(sent), len(got)+1+rnd.IntN(1<<rnd.IntN(20)))])
			if err != nil || n == 0 {
				t.Fatal(n, err)
			}
			got = got[:len(got)+n]
		}
		if !bytes.Equal(got, sent) {
			t.Fatalf("%+v: bytes differ", how)
		}
	}
}

func TestRingHostileIndicesAreAnError(t *testing.T) {
	for _, index := range []uint64{ringSize + 1, 1 << 40, 1 << 63} {
		parent, child := ringPair(t)
		child.out.head.Store(index)
		if _, err := parent.Read(make([]byte, 8)); !isProtocol(err) {
			t.Errorf("head %d: %v", index, err)
		}
		child.in.tail.Store(index)
		if _, err := parent.Write(make([]byte, 8)); !isProtocol(err) {
			t.Errorf("tail %d: %v", index, err)
		}
	}
}

func TestRingInterruptWakesReaderAndWriter(t *testing.T) {
	parent, _ := ringPair(t)
	time.AfterFunc(5*time.Millisecond, parent.interrupt)
	if n, err := parent.Read(make([]byte, 8)); n != 0 || err != io.EOF {
		t.Errorf("read: %d, %v", n, err)
	}
	parent, child := ringPair(t)
	time.AfterFunc(5*time.Millisecond, parent.interrupt)
	if n, err := parent.Write(make([]byte, ringSize+1)); n != ringSize || err != io.ErrClosedPipe {
		t.Errorf("write: %d, %v", n, err)
	}
	// What was written before the end is still read.
	child.interrupt()
	if n, err := io.ReadFull(child, make([]byte, ringSize)); err != nil {
		t.Errorf("after the end: %d, %v", n, err)
	}
}

func TestRingMemoryCannotShrink(t *testing.T) {
	f, err := openMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Truncate(0) == nil || f.Truncate(2*ringMemory) == nil {
		t.Error("the size can be changed")
	}
}

// Useless polls stop for a while that doubles, and one that succeeds makes it short again.
func TestUselessPollsPause(t *testing.T) {
	c, _ := ringPair(t)
	c.spin = true
	polls := func(arrives int) bool {
		calls := 0
		if _, err := c.poll(func() (int, error) { calls++; return arrives * (calls / 2), nil }); err != nil {
			t.Fatal(err)
		}
		return calls > 1
	}
	expect := func(want bool, times int) {
		t.Helper()
		for i := range times {
			if got := polls(0); got != want {
				t.Fatalf("wait %d of %d polls: %v", i+1, times, got)
			}
		}
	}
	for _, pause := range []int{minPause, 2 * minPause, 4 * minPause} {
		expect(true, spinMisses)
		expect(false, pause)
	}
	for range 100 {
		expect(true, spinMisses)
		for c.paused > 0 {
			expect(false, 1)
		}
	}
	expect(true, spinMisses)
	expect(false, maxPause)
	if !polls(1) {
		t.Fatal("it does not poll again")
	}
	expect(true, spinMisses)
	expect(false, minPause)
	expect(true, 1)
}
