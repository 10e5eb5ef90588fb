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

// recordings reads those of the last file that has any. One that cannot be read
// is a warning: it is a picture, and the results stand without it.
func (d *Data) recordings() {
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

// readTimelines looks through the folder, because a name may hold what is a
// pattern to Glob.
func (d *Data) readTimelines(base string) {
	entries, err := os.ReadDir(filepath.Dir(base))
	if err != nil {
		d.Warnings = append(d.Warnings, fmt.Errorf("look for recordings: %w", err))
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), filepath.Base(base)+".") || !strings.HasSuffix(e.Name(), ".trace") || len(d.Timelines) == mostTimelines {
			continue
		}
		d.open(filepath.Join(filepath.Dir(base), e.Name()), func(r io.Reader, _ string) error {
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
