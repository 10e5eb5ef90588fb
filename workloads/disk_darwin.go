package workloads

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// errNotDirect is the error of a file system that can only read through the page
// cache.
var errNotDirect = errors.New("F_NOCACHE is refused")

// openDirect opens a file for reads that bypass the page cache.
func openDirect(path string) (*os.File, error) { return uncached(os.Open(path)) }

// createDirect creates a file for openDirect. It bypasses the page cache, because
// reads would use what is there.
func createDirect(path string) (*os.File, error) { return uncached(os.Create(path)) }

func uncached(f *os.File, err error) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_NOCACHE, 1); err != nil {
		f.Close()
		return nil, errors.Join(errNotDirect, err)
	}
	return f, nil
}

// inMemory reports whether a directory is in memory, which is rare on this system.
func inMemory(string) bool { return false }
