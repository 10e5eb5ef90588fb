package primitives

import (
	"os"

	"golang.org/x/sys/unix"
)

// openRings makes the shared memory and the two doorbells.
func openRings() (*wiring, error) {
	memory, err := openMemory()
	if err != nil {
		return nil, err
	}
	bell, err := openBell()
	if err != nil {
		memory.Close()
		return nil, err
	}
	theirBell, err := openBell()
	if err != nil {
		closeAll([]*os.File{memory, bell})
		return nil, err
	}
	c, err := newRingConn(int(memory.Fd()), 0, bell, theirBell)
	if err != nil {
		closeAll([]*os.File{memory, bell, theirBell})
		return nil, err
	}
	return &wiring{
		conn:   c,
		extra:  []*os.File{memory, theirBell, bell},
		theirs: []*os.File{memory}, // a mapping needs no descriptor; both sides keep both bells
	}, nil
}

// openMemory makes the memory and seals its size: a peer that could shrink it
// could end us with SIGBUS.
func openMemory() (*os.File, error) {
	fd, err := unix.MemfdCreate("overlap", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "memory")
	if err := f.Truncate(ringMemory); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL); err != nil {
		f.Close()
		return nil, os.NewSyscallError("fcntl", err)
	}
	return f, nil
}

// openBell makes an eventfd that blocks. The parent can ring its own bell to
// interrupt itself, so Go's poller is not needed for that either.
func openBell() (*os.File, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	return os.NewFile(uintptr(fd), "bell"), nil
}

func childRings() (conn, error) {
	memory := inherited(firstFD, "memory")
	defer memory.Close()
	return newRingConn(int(memory.Fd()), 1, inherited(firstFD+1, "bell"), inherited(firstFD+2, "bell"))
}
