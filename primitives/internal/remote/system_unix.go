//go:build unix

package remote

import (
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Descriptors that a child inherits after the standard ones.
const (
	controlFD = 3
	firstFD   = 4 // of the transport
)

func openPipe() (r, w *os.File, err error) {
	return openPair("pipe", func() (fds [2]int, err error) {
		err = unix.Pipe(fds[:])
		return fds, err
	})
}

func openSockets() (*wiring, error) {
	ours, theirs, err := openPair("socketpair", func() ([2]int, error) {
		return unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	})
	if err != nil {
		return nil, err
	}
	return &wiring{
		conn:   &socketConn{newFileConn(ours, ours)},
		extra:  []*os.File{theirs},
		theirs: []*os.File{theirs},
	}, nil
}

// openPair opens two descriptors that block, outside of Go's poller. The lock
// keeps a fork in another goroutine from passing them on before they are
// marked, on systems that cannot open and mark them at once.
func openPair(call string, open func() ([2]int, error)) (a, b *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := open()
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError(call, err)
	}
	return os.NewFile(uintptr(fds[0]), call), os.NewFile(uintptr(fds[1]), call), nil
}

// socketConn is the parent's end of a pair of sockets.
type socketConn struct{ *fileConn }

// interrupt ends a read although a process that a task has started still has
// the child's end open.
func (c *socketConn) interrupt() {
	raw, err := c.r.SyscallConn()
	if err != nil {
		return // closed, so nobody reads
	}
	_ = raw.Control(func(fd uintptr) { _ = unix.Shutdown(int(fd), unix.SHUT_RDWR) })
}

func childSocket() (conn, error) {
	f := inherited(firstFD, "socket")
	return newFileConn(f, f), nil
}

// inherited opens a descriptor that the parent passed on. Programs that a task
// starts must not get it: they would hold the parent's stream open.
func inherited(fd int, name string) *os.File {
	unix.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), name)
}

// passOn adds the descriptors after the standard ones to attr and returns the
// name under which the child finds the control pipe.
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
