package workloads

import (
	"os"

	"golang.org/x/sys/unix"
)

// errNotDirect is the error of a file system that reads through the page cache
// only: EINVAL, from open or from the first read.
var errNotDirect error = unix.EINVAL

// openDirect opens a file for reads past the page cache.
func openDirect(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_DIRECT, 0)
}

// createDirect makes the file for openDirect. Direct reads wait until what was
// written to the page cache is on the disk, so any file will do.
func createDirect(path string) (*os.File, error) { return os.Create(path) }

// inMemory reports whether a folder is in memory. Such a folder takes O_DIRECT
// since Linux 6.6, and makes nothing durable.
func inMemory(dir string) bool {
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) != nil {
		return false
	}
	kind := uint32(fs.Type) // which is signed and has 32 bits on some systems, too few for RAMFS_MAGIC
	return kind == unix.TMPFS_MAGIC || kind == unix.RAMFS_MAGIC
}
