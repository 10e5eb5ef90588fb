package remote

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// Each wait after a useless try is without one, for as long as it takes to try rarely.
func TestPatienceGrowsWithUselessTries(t *testing.T) {
	p := patience{pause: minPause}
	waits := func() (n int) {
		for !p.may() {
			n++
		}
		return n
	}
	for _, want := range []int{16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 4096} {
		p.learn(false)
		if got := waits(); got != want {
			t.Errorf("%d waits without a try, want %d", got, want)
		}
	}
	for range 4096 - 20 {
		p.learn(true)
	}
	p.learn(false)
	if got := waits(); got != 20 {
		t.Errorf("after tries that paid, %d waits without one, want 20", got)
	}
	for range 100 {
		p.learn(true)
	}
	p.learn(false)
	if got := waits(); got != minPause {
		t.Errorf("after many tries that paid, %d waits without one, want %d", got, minPause)
	}
}

// A try that finds something late has not paid: who wanted the CPU may want it again. The clock
// is not the real one, by which any try may be late.
func TestLateTriesDoNotPay(t *testing.T) { synctest.Test(t, testLateTriesDoNotPay) }

func testLateTriesDoNotPay(t *testing.T) {
	defer func(p *patience) { yields = p }(yields)
	y := yielder{on: true}
	for _, test := range []struct {
		took  time.Duration
		n     int
		err   error
		tries int
		paid  bool
	}{
		{0, 1, nil, 1, true},
		{0, 0, nil, yieldTries, false},
		{longYield, 1, nil, 1, false},
		{0, 0, io.EOF, 1, false},
	} {
		yields = &patience{pause: minPause}
		tries := 0
		n, err := y.try(func() (int, error) {
			tries++
			time.Sleep(test.took)
			return test.n, test.err
		})
		if n != test.n || err != test.err || tries != test.tries || yields.may() != test.paid {
			t.Errorf("%+v: %d, %v, %d tries", test, n, err, tries)
		}
	}
	yields, y.on = &patience{pause: minPause}, false
	if n, err := y.try(func() (int, error) { return 1, nil }); n != 0 || err != nil {
		t.Errorf("where it does nothing: %d, %v", n, err)
	}
}

// What is read without waiting is what a read would give, and an end or an error is left to
// that.
func TestReadNow(t *testing.T) {
	defer func(p *patience) { yields = p }(yields)
	pipe := func() (r, w *os.File) {
		r, w, err := openPipe()
		if err != nil {
			t.Fatal(err)
		}
		return r, w
	}
	socket := func() (r, w *os.File) {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		return os.NewFile(uintptr(fds[0]), "r"), os.NewFile(uintptr(fds[1]), "w")
	}
	for name, open := range map[string]func() (r, w *os.File){"pipe": pipe, "socket": socket} {
		r, w := open()
		defer r.Close()
		y, p := yielder{on: true}, make([]byte, 4)
		if n := y.readNow(r, p); n != 0 {
			t.Errorf("%s: %d bytes of nothing", name, n)
		}
		if !y.on {
			t.Log(name, "cannot be read without waiting on this kernel")
			continue
		}
		for _, piece := range []string{"abcdef", "g"} {
			if _, err := w.WriteString(piece); err != nil {
				t.Fatal(err)
			}
		}
		var got bytes.Buffer
		for _, want := range []int{4, 3, 0} {
			n := y.readNow(r, p)
			got.Write(p[:n])
			if n != want {
				t.Errorf("%s: %d bytes, want %d", name, n, want)
			}
		}
		if n := y.readNow(r, nil); n != 0 || got.String() != "abcdefg" {
			t.Errorf("%s: %q, and %d bytes into none", name, &got, n)
		}
		w.Close()
		yields = &patience{pause: minPause}
		if n, err := y.read(r, p); n != 0 || err != io.EOF {
			t.Errorf("%s: at the end: %d, %v", name, n, err)
		}
	}
}

// On one CPU, every transport gives it away, and calls are what they are elsewhere.
func TestCallsOnOneCPU(t *testing.T) {
	eachTransport(t, func(t *testing.T, transport string) {
		onOneCPU(t)
		c := startTestChild(t, transport, limits{})
		conn := c.link.conn
		if s, ok := conn.(*socketConn); ok {
			conn = s.fileConn
		}
		if f, ok := conn.(*fileConn); ok && !f.yield.on {
			t.Error("the parent does not give the CPU away")
		}
		if r, ok := conn.(*ringConn); ok && (!r.yield.on || r.spin) {
			t.Error("the parent does not give the CPU away, or spins")
		}
		for n := range 2000 {
			arg := bytes.Repeat([]byte{byte(n)}, n)
			if got, err := callOn(context.Background(), c, remoteEcho, arg, time.Minute); err != nil || !bytes.Equal(got, arg) {
				t.Fatalf("echo of %d bytes: %d bytes, %v", n, len(got), err)
			}
		}
	})
}
