//go:build unix

package scratch

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lockLeft takes the lock of a directory whose process has ended. The directory for
// temporary files is open to all users, so links are not followed and pipes do not
// block. Unlike durable.TryLock, any error counts as a held lock: on a file system
// without locks, directories of living processes must stay.
func lockLeft(path string) (*os.File, bool) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, false
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		f.Close()
		return nil, false
	}
	return f, true
}

// ours reports whether path is a directory of this user.
func ours(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}
