//go:build unix

package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// Lock blocks until no other process holds the lock of the file, and takes it. The
// lock ends when f is closed or the process ends, however it ends. On a file system
// without locks it does nothing.
func Lock(f *os.File) {
	for unix.Flock(int(f.Fd()), unix.LOCK_EX) == unix.EINTR {
	}
}

// TryLock takes the lock of the file, and reports false if another process holds it.
// On a file system without locks it reports true.
func TryLock(f *os.File) bool {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != unix.EWOULDBLOCK
}

// Locked reports whether another process holds the lock of the file. On a file
// system without locks that is not known.
func Locked(f *os.File) (held, known bool) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	return err == unix.EWOULDBLOCK, err == nil || err == unix.EWOULDBLOCK
}
