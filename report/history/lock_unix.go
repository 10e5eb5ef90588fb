//go:build unix

package history

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock waits until no other process appends to the file. The lock ends with the
// process, however it ends.
func lock(f *os.File) error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != unix.EINTR {
			return nil // a file system without locks is no reason to lose a comparison
		}
	}
}
