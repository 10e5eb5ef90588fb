package workloads

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// errNotDirect is the error of a file system that reads through the page cache
// only.
var errNotDirect = errors.New("F_NOCACHE is refused")

// openDirect opens a file for reads past the page cache.
func openDirect(path string) (*os.File, error) { return uncached(os.Open(path)) }

// createDirect makes the file for openDirect. It writes past the page cache,
// because reads take from there what is there.
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

// inMemory reports whether a folder is in memory, which is rare on this system.
func inMemory(string) bool { return false }
