// Package scratch makes temporary directories that outlive this program only if it
// is killed, and finds those of programs that were. Each holds a locked file: the
// lock ends with the process that made the directory, however it ends, so whoever
// can take the lock knows that nobody uses the directory any more. The number of a
// process in its place might be that of another by then.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// Dir is a temporary directory of this process. Remove must be called.
type Dir struct {
	Path string

	lock *os.File // nil where the lock needs no open file
}

// prefix begins the names of all directories, before their purpose, and suffix ends
// them: neither people nor earlier versions of this program, which locked nothing,
// name theirs so.
const (
	prefix = "overlap-"
	suffix = ".tmp"
)

// lockName is that of the locked file in a directory.
const lockName = "lock"

// errTaken says that another process took a directory for one that was left behind,
// in the moment in which it was not locked yet.
var errTaken = errors.New("another process took it away")

// held has the locked files of this process. A directory is used by its path: without
// this, the garbage collector would close the file, and end the lock, of one whose
// Dir nobody looks at until it is removed.
var held sync.Map

// attempts is how often Make tries before it gives up: a directory is taken away only
// if somebody tidies up in the microseconds before it is locked.
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

// Mark is a variable for the environment of processes that work in the directory, by
// which whoever takes the directory finds those that outlive the process that made it.
func (f *Dir) Mark() string { return "OVERLAP_FOLDER=" + f.Path }

// Remove removes the directory and what is in it.
func (f *Dir) Remove() error {
	err := os.RemoveAll(f.Path)
	if f.lock != nil {
		held.Delete(f.lock)
		f.lock.Close() // later, or another process might take the directory meanwhile; it was never written to
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

// Purpose is what a directory of this name was made for, or empty if it is none.
func Purpose(name string) string {
	if m := names.FindStringSubmatch(filepath.Base(name)); m != nil {
		return m[1]
	}
	return ""
}

// Abandoned finds the directories in parent whose processes have ended without removing
// them. They are the caller's from then on, who removes them. Dirs of other users
// stay.
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

// Take makes a directory that was left behind this process's own. ok is false if its
// process lives, if it is another user's, and if it is no directory of this package.
func Take(path string) (f *Dir, ok bool) {
	if !ours(path) {
		return nil, false
	}
	// Its process was ended before it could lock it, or is about to, and then makes
	// another. A directory with anything in it cannot be removed in this way.
	if os.Remove(path) == nil {
		return &Dir{Path: path}, true
	}
	lock, ok := lockLeft(filepath.Join(path, lockName))
	if !ok {
		return nil, false
	}
	return &Dir{Path: path, lock: lock}, true
}
