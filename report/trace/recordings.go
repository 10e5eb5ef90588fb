// Package trace reads the recordings beside a result file: execution traces of
// customers, and latencies between CPUs. It knows no results.
package trace

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Recordings are the files beside a result file: TIME.pairs and TIME.*.trace
// beside TIME.txt.
type Recordings struct {
	Timelines []Timeline // by their processors
	Pairs     *Pairs     // nil if there is none
}

// maxTimelines is how many traces are read; a run writes two.
const maxTimelines = 8

// ReadRecordings reads the recordings beside the last of some result files that
// has any. One that cannot be read is a warning: it is a picture, and the results
// stand without it.
func ReadRecordings(files []string) (r Recordings, warnings []error) {
	for _, path := range slices.Backward(files) {
		base, ok := strings.CutSuffix(path, ".txt")
		if !ok {
			continue
		}
		warnings = append(warnings, r.read(base)...)
		if r.Pairs != nil || r.Timelines != nil {
			break
		}
	}
	return r, warnings
}

// RecordingFiles returns the paths of the recordings beside a result file; none if its
// name does not end in .txt.
func RecordingFiles(path string) (paths []string, err error) {
	base, ok := strings.CutSuffix(path, ".txt")
	if !ok {
		return nil, nil
	}
	if exists(base + ".pairs") {
		paths = append(paths, base+".pairs")
	}
	traces, err := traceFiles(base)
	return append(paths, traces...), err
}

// traceFiles lists the directory: to Glob, a name may be a pattern.
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

// read reads the recordings of one result file; base is its path without .txt.
func (r *Recordings) read(base string) (warnings []error) {
	read := func(path string, parse func(io.Reader) error) {
		if err := readFile(path, parse); err != nil {
			warnings = append(warnings, fmt.Errorf("recording %s left out: %w; overlap run makes a new one", path, err))
		}
	}
	if path := base + ".pairs"; exists(path) {
		read(path, func(in io.Reader) (err error) {
			r.Pairs, err = ReadPairs(in, path)
			return err
		})
	}
	paths, err := traceFiles(base)
	if err != nil {
		warnings = append(warnings, err)
	}
	for _, path := range paths {
		if len(r.Timelines) == maxTimelines {
			break
		}
		read(path, func(in io.Reader) error {
			t, err := ReadTimeline(in)
			if err == nil {
				r.Timelines = append(r.Timelines, t)
			}
			return err
		})
	}
	slices.SortStableFunc(r.Timelines, func(a, b Timeline) int { return cmp.Compare(a.Procs, b.Procs) })
	return warnings
}

// readFile reads a regular file: reading a pipe could block for ever.
func readFile(path string, parse func(io.Reader) error) error {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return cmp.Or(err, fmt.Errorf("%s is not a regular file", path))
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return parse(f)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
