package remote

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openRings makes the shared memory and the two doorbells.
func openRings() (*wiring, error) {
	memory, err := openMemory()
	if err != nil {
		return nil, err
	}
	mapped, err := mapMemory(memory)
	if err != nil {
		memory.Close()
		return nil, err
	}
	bell, err := openBell()
	theirBell, err2 := openBell()
	if err := errors.Join(err, err2); err != nil {
		_ = unix.Munmap(mapped)
		closeAll([]*os.File{memory, bell, theirBell}) // closing a nil file does nothing
		return nil, err
	}
	return &wiring{
		conn:   newRingConn(mapped, 0, bell, theirBell),
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
// interrupt itself, so Go's poller is not needed for that either; through it
// a round trip on one core took 2 to 4 times as long (BenchmarkCall/mmap under
// taskset -c 0, GOMAXPROCS=1).
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
	mapped, err := mapMemory(memory)
	if err != nil {
		return nil, err
	}
	return newRingConn(mapped, 1, inherited(firstFD+1, "bell"), inherited(firstFD+2, "bell")), nil
}

func mapMemory(memory *os.File) ([]byte, error) {
	mapped, err := unix.Mmap(int(memory.Fd()), 0, ringMemory, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return mapped, os.NewSyscallError("mmap", err)
}
