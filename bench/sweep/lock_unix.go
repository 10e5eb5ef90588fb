//go:build unix

package sweep

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lock keeps a second run from writing to the same file. The lock ends with the
// process, however it ends.
func lock(f *os.File) error {
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == unix.EWOULDBLOCK {
		return fmt.Errorf("%s: another overlap run writes to it", f.Name())
	}
	return nil // a file system without locks is no reason not to measure
}
