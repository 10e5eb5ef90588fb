package remote

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// openPipe makes a pipe. passOn says which end a child inherits.
func openPipe() (r, w *os.File, err error) { return os.Pipe() }

func openSockets() (*wiring, error) {
	return nil, errors.New("transport unix needs a Unix system")
}

func childSocket() (conn, error) { return nil, errors.New("transport unix needs a Unix system") }

// passOn adds the control pipe to attr and returns its handle, which has the
// same number in the child.
func passOn(attr *os.ProcAttr, control *os.File, _ []*os.File) string {
	handle := control.Fd()
	attr.Sys.AdditionalInheritedHandles = []syscall.Handle{syscall.Handle(handle)}
	return strconv.FormatUint(uint64(handle), 10)
}

func openControl(name uintptr) *os.File { return os.NewFile(name, "control") }
