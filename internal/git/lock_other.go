//go:build !unix

package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// lockFile makes a file, which nobody can remove as long as it is open.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// abandoned reports whether the process that made the temporary folder has ended.
func abandoned(temp string) bool {
	if err := os.Remove(filepath.Join(temp, "lock")); err == nil {
		return true
	}
	_, err := os.Lstat(temp)
	return errors.Is(err, fs.ErrNotExist)
}
