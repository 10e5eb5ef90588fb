// Package durable serves files that several processes append to and that must survive a
// crash: locks, and names on the disk. It does not know what is in the files.
package durable

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir writes the names in a directory to the disk, among them the name of a new
// file.
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
