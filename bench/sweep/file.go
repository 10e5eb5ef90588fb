package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/internal/durable"
)

// File is a result file that grows by one sample at a time: of a sweep, which
// Create makes, or of another kind of run, from CreateIn. Whatever happens
// to the process, the file holds whole lines of every sample appended so far.
type File struct {
	f      *os.File
	buf    bytes.Buffer
	writer *benchfmt.Writer // to buf; it knows which configuration lines are out
	size   int64            // of what is known to be on disk
	empty  bool             // was made for this run and holds no sample yet
	torn   bool             // may hold more than size, of a run that was killed
}

// Create makes DIR/HOST/TIME.txt and writes the header and the Unit lines. It never
// opens a file that exists.
func Create(dir, host string, h Header, now time.Time) (*File, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return CreateIn(HostDir(dir, host), planLine+string(text)+"\n", now)
}

// HostDir is where in dir the results of a host are.
func HostDir(dir, host string) string { return filepath.Join(dir, safeName(host)) }

// CreateIn makes DIR/TIME.txt and writes the lines of head, which readers of the
// benchmark format must skip, and the Unit lines. It never opens a file that
// exists.
func CreateIn(dir, head string, now time.Time) (*File, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("results directory: %w", err)
	}
	stamp := now.UTC().Format("2006-01-02T15-04-05Z")
	for n := 1; ; n++ {
		name := stamp
		if n > 1 {
			name = fmt.Sprintf("%s.%d", stamp, n)
		}
		f, err := os.OpenFile(filepath.Join(dir, name+".txt"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("results directory: %w", err)
		}
		file := &File{f: f, empty: true}
		file.writer = benchfmt.NewWriter(&file.buf)
		file.buf.WriteString(head)
		bench.WriteUnits(&file.buf)
		if err := errors.Join(claim(f), file.flush(), durable.SyncDir(dir)); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return file, nil
	}
}

// Path is the name of the file.
func (f *File) Path() string { return f.f.Name() }

// Append writes entries and returns when they are on disk. After an error the
// file still ends with the last whole entry before them.
func (f *File) Append(entries ...Entry) error {
	samples := false
	for _, e := range entries {
		f.buf.WriteString(e.line())
		if e.Err != nil {
			continue
		}
		samples = true
		if err := f.writer.Write(e.Result); err != nil {
			return fmt.Errorf("%s: %w", f.Path(), err)
		}
	}
	err := f.flush()
	f.empty = f.empty && (err != nil || !samples)
	return err
}

// Add writes lines that readers of the benchmark format skip, and a sample
// unless it is nil, as Append does.
func (f *File) Add(lines string, sample *benchfmt.Result) error {
	f.buf.WriteString(lines)
	if sample != nil {
		if err := f.writer.Write(sample); err != nil {
			return fmt.Errorf("%s: %w", f.Path(), err)
		}
	}
	if err := f.flush(); err != nil {
		return err
	}
	f.empty = f.empty && sample == nil
	return nil
}

// claim keeps a second run from writing to the same file. A run that was killed while it
// started a process leaves the lock with that for some milliseconds, until it has
// become the other program.
func claim(f *os.File) error {
	for tries := 20; !durable.TryLock(f); tries-- {
		if tries == 0 {
			return fmt.Errorf("%s: another overlap run writes to it", f.Name())
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil
}

func (f *File) flush() error {
	defer f.buf.Reset()
	if f.torn {
		_, seek := f.f.Seek(f.size, io.SeekStart)
		if err := errors.Join(f.f.Truncate(f.size), seek); err != nil {
			return err
		}
		f.torn = false
	}
	n := int64(f.buf.Len())
	_, err := f.f.Write(f.buf.Bytes())
	if err == nil {
		err = f.f.Sync()
	}
	if err != nil {
		_, seek := f.f.Seek(f.size, io.SeekStart)
		f.writer = benchfmt.NewWriter(&f.buf)               // repeats the configuration, which may be lost
		return errors.Join(err, f.f.Truncate(f.size), seek) // all name the file
	}
	f.size += n
	return nil
}

// Close closes the file. One that Create made is removed if it holds no sample.
func (f *File) Close() error {
	err := f.f.Close()
	if f.empty {
		err = errors.Join(err, os.Remove(f.Path()))
	}
	return err
}

// safeName makes one path element of a host's name.
func safeName(host string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, host)
	if strings.Trim(name, ".") == "" {
		return "unnamed"
	}
	return name
}
