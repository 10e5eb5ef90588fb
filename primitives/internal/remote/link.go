package remote

import (
	"fmt"
	"os"
)

// conn is one end of a transport: a byte stream to the child and back. One
// goroutine at a time writes a call and then reads the answer.
type conn interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error) // all of p, or an error

	// interrupt is called from another goroutine once the child has ended, and
	// makes Read and Write return. Streams need no action: the kernel closed
	// their other end.
	interrupt()

	// release frees descriptors and memory. It is not called during a Read or
	// Write.
	release()
}

// link carries frames over a conn.
type link struct {
	conn conn
	in   frameReader
	out  frameWriter
}

func newLink(c conn) link {
	return link{conn: c, in: frameReader{r: c, max: maxPayload}, out: frameWriter{w: c}}
}

// fileConn is a conn over blocking descriptors. A kill interrupts them, since
// the kernel then closes the other end unless a process that a task started
// has it too. So Go's poller has little to add, and a round trip through it
// took 1.9 times as long with pipes and 1.6 times with sockets (BenchmarkCall
// under taskset -c 0, GOMAXPROCS=1).
type fileConn struct {
	r, w  *os.File
	yield yielder
}

func newFileConn(r, w *os.File) *fileConn { return &fileConn{r: r, w: w, yield: newYielder()} }

func (c *fileConn) Read(p []byte) (int, error)  { return c.yield.read(c.r, p) }
func (c *fileConn) Write(p []byte) (int, error) { return c.w.Write(p) }
func (c *fileConn) interrupt()                  {}

func (c *fileConn) release() {
	c.r.Close()
	if c.w != c.r {
		c.w.Close()
	}
}

// wiring is a transport before its child is started.
type wiring struct {
	conn   conn
	stdin  *os.File   // the child's; nil means nothing to read
	stdout *os.File   // the child's; nil means our stderr
	extra  []*os.File // the child's, after the control pipe
	theirs []*os.File // closed once the child has them
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// openWiring makes both ends of a transport. Nothing stays open on an error.
func openWiring(transport string) (*wiring, error) {
	switch transport {
	case "pipe":
		return openPipes()
	case "unix":
		return openSockets()
	case "mmap":
		return openRings()
	}
	return nil, fmt.Errorf(`unknown transport %q: it is one of "pipe", "unix", "mmap"`, transport)
}

// openPipes gives the child its calls on standard input and takes the answers
// from standard output, the descriptors that every system can pass on.
func openPipes() (*wiring, error) {
	callR, callW, err := openPipe()
	if err != nil {
		return nil, err
	}
	replyR, replyW, err := openPipe()
	if err != nil {
		closeAll([]*os.File{callR, callW})
		return nil, err
	}
	return &wiring{
		conn:   newFileConn(replyR, callW),
		stdin:  callR,
		stdout: replyW,
		theirs: []*os.File{callR, replyW},
	}, nil
}

// childConn opens the child's end of the transport.
func childConn(transport string) (conn, error) {
	switch transport {
	case "pipe":
		// The frames keep the real standard output. A task that prints must
		// not print between them, and one that reads must not eat them.
		c := newFileConn(os.Stdin, os.Stdout)
		null, err := os.Open(os.DevNull)
		if err != nil {
			return nil, err
		}
		os.Stdin, os.Stdout = null, os.Stderr
		return c, nil
	case "unix":
		return childSocket()
	case "mmap":
		return childRings()
	}
	return nil, fmt.Errorf("unknown transport %q", transport)
}
