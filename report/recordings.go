package report

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Recordings are what lies beside a result file: TIME.pairs and TIME.*.trace
// beside TIME.txt.
type Recordings struct {
	Timelines []Timeline // by their processors
	Pairs     *Pairs     // nil if there is none
}

// mostTimelines is how many traces are read; a run writes two.
const mostTimelines = 8

// ReadRecordings reads those of the last file that has any, as Load does; Read
// does not, because it has no file. One that cannot be read is a warning: it is
// a picture, and the results stand without it.
func (d *Data) ReadRecordings() {
	for _, path := range slices.Backward(d.Files) {
		base, ok := strings.CutSuffix(path, ".txt")
		if !ok {
			continue
		}
		d.readPairs(base + ".pairs")
		d.readTimelines(base)
		if d.Pairs != nil || d.Timelines != nil {
			return
		}
	}
}

// RecordingFiles are the paths of the recordings beside a result file, none if
// its name does not end in .txt.
func RecordingFiles(path string) (paths []string, err error) {
	base, ok := strings.CutSuffix(path, ".txt")
	if !ok {
		return nil, nil
	}
	if _, err := os.Lstat(base + ".pairs"); err == nil {
		paths = append(paths, base+".pairs")
	}
	traces, err := traceFiles(base)
	return append(paths, traces...), err
}

// traceFiles looks through the folder, because a name may hold what is a
// pattern to Glob.
func traceFiles(base string) (paths []string, err error) {
	entries, err := os.ReadDir(filepath.Dir(base))
	if err != nil {
		return nil, fmt.Errorf("look for recordings: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(base)+".") && strings.HasSuffix(e.Name(), ".trace") {
			paths = append(paths, filepath.Join(filepath.Dir(base), e.Name()))
		}
	}
	return paths, nil
}

func (d *Data) readTimelines(base string) {
	paths, err := traceFiles(base)
	if err != nil {
		d.Warnings = append(d.Warnings, err)
	}
	for _, path := range paths {
		if len(d.Timelines) == mostTimelines {
			break
		}
		d.open(path, func(r io.Reader, _ string) error {
			t, err := ReadTimeline(r)
			if err == nil {
				d.Timelines = append(d.Timelines, t)
			}
			return err
		})
	}
	slices.SortStableFunc(d.Timelines, func(a, b Timeline) int { return cmp.Compare(a.Procs, b.Procs) })
}

func (d *Data) readPairs(path string) {
	if _, err := os.Lstat(path); err != nil {
		return
	}
	d.open(path, func(r io.Reader, name string) (err error) {
		d.Pairs, err = ReadPairs(r, name)
		return err
	})
}

// open reads a regular file: of a pipe one would wait for ever.
func (d *Data) open(path string, read func(r io.Reader, name string) error) {
	err := func() error {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return cmp.Or(err, fmt.Errorf("%s is no file", path))
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return read(f, path)
	}()
	if err != nil {
		d.Warnings = append(d.Warnings, fmt.Errorf("recording %s left out: %w; overlap run makes a new one", path, err))
	}
}
