//go:build unix

package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lockFile makes a file and locks it. The lock ends with the process, however it
// ends; a number of a process might be that of another by then.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return f, unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// abandoned reports whether the process that made the temporary folder has ended.
func abandoned(temp string) bool {
	f, err := os.Open(filepath.Join(temp, "lock"))
	if err != nil {
		_, err := os.Lstat(temp)
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
