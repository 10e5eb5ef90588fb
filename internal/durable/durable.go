// Package durable has what a file needs that several processes append to and that a
// crash must not lose: locks, and names that survive a power cut. It knows nothing of
// what is in the file.
package durable

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir writes the names in a directory to the disk, among them that of a new file.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it does not open directories
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
