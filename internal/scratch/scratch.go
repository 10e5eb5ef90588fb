// Package scratch makes temporary directories that outlive this program only if it is
// killed, and finds those of killed programs. Each has a locked file. The lock ends with
// the process that made the directory, however it ends, so that whoever can take the
// lock knows that the directory is abandoned. A process id instead of a lock might
// belong to another process by then.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"overlap/internal/durable"
)

// Dir is a temporary directory of this process. Remove must be called.
type Dir struct {
	Path string

	lock *os.File // nil where the lock needs no open file
}

// All names have this prefix, before their purpose, and this suffix. Neither people nor
// earlier versions of this program, which locked nothing, use such names.
const (
	prefix = "overlap-"
	suffix = ".tmp"
)

// lockName is the name of the locked file in a directory.
const lockName = "lock"

// errTaken says that another process took a directory for an abandoned one before it was
// locked.
var errTaken = errors.New("another process took it away")

// held has the locked files of this process. Without it, the garbage collector would
// close the file, and end the lock, of a directory that is used by its path only.
var held sync.Map

// attempts is how often Make tries: a directory is taken away only if a process tidies up
// in the microseconds before it is locked.
const attempts = 100

// Make makes a directory in parent, or in the directory for temporary files if parent is
// empty. The purpose, a word of lower-case letters, is part of its name.
func Make(parent, purpose string) (*Dir, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	var err error
	for range attempts {
		var f *Dir
		if f, err = try(parent, purpose); err == nil {
			return f, nil
		}
		if !errors.Is(err, errTaken) && !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return nil, fmt.Errorf("make a temporary directory: %w", err)
}

func try(parent, purpose string) (*Dir, error) {
	path, err := os.MkdirTemp(parent, prefix+purpose+"-*"+suffix)
	if err != nil {
		return nil, err
	}
	f := &Dir{Path: path}
	if f.lock, err = lockNew(filepath.Join(path, lockName)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	held.Store(f.lock, true)
	return f, nil
}

// lockNew makes a file and locks it. On a file system without locks, the directory is
// never taken for an abandoned one, because that takes a lock, too.
func lockNew(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if !durable.TryLock(f) || !isAt(f, path) {
		f.Close()
		return nil, errTaken
	}
	return f, nil
}

// isAt reports whether the file is still at the path: whoever took the directory may
// have released its lock already.
func isAt(f *os.File, path string) bool {
	have, err1 := f.Stat()
	there, err2 := os.Lstat(path)
	return err1 == nil && err2 == nil && os.SameFile(have, there)
}

// Mark is a variable for the environment of processes that work in the directory.
// Whoever takes the directory finds by it the processes that outlive its maker.
func (f *Dir) Mark() string { return "OVERLAP_FOLDER=" + f.Path }

// Remove removes the directory and what is in it.
func (f *Dir) Remove() error {
	err := os.RemoveAll(f.Path)
	if f.lock != nil {
		held.Delete(f.lock)
		f.lock.Close() // not before: another process might take the directory
	}
	if err != nil { // Windows does not remove a file that is open
		err = os.RemoveAll(f.Path)
	}
	if err != nil {
		return fmt.Errorf("a temporary directory is left behind: %w", err)
	}
	return nil
}

// names finds the purpose in the name of a directory.
var names = regexp.MustCompile(`^` + prefix + `([a-z]+)-[0-9]+` + regexp.QuoteMeta(suffix) + `$`)

// Purpose returns the purpose in the name of a directory, or "" if it has another
// maker.
func Purpose(name string) string {
	if m := names.FindStringSubmatch(filepath.Base(name)); m != nil {
		return m[1]
	}
	return ""
}

// Abandoned takes the directories in parent whose processes have ended without removing
// them. The caller must remove them. Directories of other users stay.
func Abandoned(parent string) (list []*Dir) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if path := filepath.Join(parent, e.Name()); e.IsDir() && Purpose(e.Name()) != "" {
			if f, ok := Take(path); ok {
				list = append(list, f)
			}
		}
	}
	return list
}

// Take makes an abandoned directory this process's own. ok is false if its process
// lives, if it is another user's, or if this package did not make it.
func Take(path string) (f *Dir, ok bool) {
	if !ours(path) {
		return nil, false
	}
	// An empty one is not locked yet: its process was ended, or makes another. A
	// directory with anything in it cannot be removed in this way.
	if os.Remove(path) == nil {
		return &Dir{Path: path}, true
	}
	lock, ok := lockLeft(filepath.Join(path, lockName))
	if !ok {
		return nil, false
	}
	return &Dir{Path: path, lock: lock}, true
}
