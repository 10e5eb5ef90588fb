package workloads

import (
	"os"

	"golang.org/x/sys/unix"
)

// errNotDirect is the error of a file system that can only read through the page
// cache: EINVAL, from open or from the first read.
var errNotDirect error = unix.EINVAL

// openDirect opens a file for reads that bypass the page cache.
func openDirect(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_DIRECT, 0)
}

// createDirect creates a file for openDirect. Direct reads wait until the page
// cache is written to the disk, so any file will do.
func createDirect(path string) (*os.File, error) { return os.Create(path) }

// inMemory reports whether a directory is in memory. Such a directory accepts
// O_DIRECT since Linux 6.6, but makes nothing durable.
func inMemory(dir string) bool {
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) != nil {
		return false
	}
	kind := uint32(fs.Type) // signed, with 32 bits on some systems: too few for RAMFS_MAGIC
	return kind == unix.TMPFS_MAGIC || kind == unix.RAMFS_MAGIC
}
