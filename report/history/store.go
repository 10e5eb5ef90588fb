package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"overlap/internal/durable"
)

// File is the name of a host's history in its directory of results.
const File = "history.txt"

// Append adds an entry to the file at path, and makes the file and its directory if they
// do not exist. It returns when the entry is on disk. It blocks while another process
// appends, which is short, because each writes once. After an error the file is
// unchanged, or ends with an entry that Load skips with a warning.
func Append(path string, e Entry) (err error) {
	if err := e.check(); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = fmt.Errorf("history: %w", err)
		}
	}()
	durable.Lock(f)
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	prefix, err := prefixOf(f, info.Size())
	if err != nil {
		return err
	}
	if _, err := f.Write(append(prefix, e.encode()...)); err != nil {
		return errors.Join(err, f.Truncate(info.Size()))
	}
	return errors.Join(f.Sync(), durable.SyncDir(filepath.Dir(path)))
}

// prefixOf returns what goes before an entry: the units in a new file, and the end of a
// line that a crash has cut.
func prefixOf(f *os.File, size int64) ([]byte, error) {
	if size == 0 {
		return units(), nil
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], size-1); err != nil && err != io.EOF {
		return nil, err
	}
	if last[0] != '\n' {
		return []byte{'\n'}, nil
	}
	return nil, nil
}
