//go:build unix

package primitives

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// What a child inherits beside the standard descriptors.
const (
	controlFD = 3
	firstFD   = 4 // of the transport's own
)

// openPipe is os.Pipe without Go's poller: the descriptors block. The lock
// keeps a fork in another goroutine from taking them along before they are
// marked, on systems that cannot make and mark them at once.
func openPipe() (r, w *os.File, err error) {
	var fds [2]int
	syscall.ForkLock.RLock()
	err = unix.Pipe(fds[:])
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("pipe", err)
	}
	return os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe"), nil
}

func openSockets() (*wiring, error) {
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "socket"), os.NewFile(uintptr(fds[1]), "socket")
	return &wiring{
		conn:   &socketConn{fileConn{r: ours, w: ours}},
		extra:  []*os.File{theirs},
		theirs: []*os.File{theirs},
	}, nil
}

// socketConn is the parent's end of a pair of sockets.
type socketConn struct{ fileConn }

// interrupt ends a read although a process that a task has started, and left
// the socket to, lives on.
func (c *socketConn) interrupt() {
	raw, err := c.r.SyscallConn()
	if err != nil {
		return // it is closed, and nobody reads
	}
	_ = raw.Control(func(fd uintptr) { _ = unix.Shutdown(int(fd), unix.SHUT_RDWR) }) // likewise
}

func childSocket() (conn, error) {
	f := inherited(firstFD, "socket")
	return &fileConn{r: f, w: f}, nil
}

// inherited opens a descriptor that the parent passed on. Programs that a task
// starts must not get it: they would hold the parent's stream open.
func inherited(fd int, name string) *os.File {
	unix.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), name)
}

// passOn adds the descriptors beyond the standard ones to attr and returns
// what the child must be told to find the control pipe.
func passOn(attr *os.ProcAttr, control *os.File, extra []*os.File) string {
	attr.Files = append(append(attr.Files, control), extra...)
	return strconv.Itoa(controlFD)
}

func openControl(name uintptr) *os.File {
	for fd := range 2 {
		unix.CloseOnExec(fd)
	}
	return inherited(int(name), "control")
}
