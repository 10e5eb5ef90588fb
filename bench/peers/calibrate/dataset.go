// Package calibrate finds out how good the gate is on a machine: how often it
// cries wolf, and which slowdowns it finds, next to what people use.
//
// It measures first and analyses later. Measure takes slots of the benchmarks
// of package knob and stores them; Analyse judges trials that it makes of what
// is stored, as often as one likes. Both sides of nearly all of it are the same
// binary. There the names base and head mean nothing, so a trial may give them
// out anew by coins, and because the knob's slowdown is a factor, a slower head
// is the same slots multiplied by it. What was measured with the knob turned
// checks that.
package calibrate

import (
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"overlap/bench/gate"
	"overlap/bench/sweep"
)

// Block is a block and what it cost.
type Block struct {
	gate.Block
	Took time.Duration // wall time of its four slots, with all that a process costs
}

// Series are the blocks of a point, in the order of time.
type Series struct {
	Point  sweep.Point
	Blocks []Block
}

// Suite is one run over all benchmarks of a part.
type Suite struct {
	Part   string
	Number int // from 1
	Began  time.Time
	Took   time.Duration
	Series []Series // of parts that take slots
	Usual  []Usual  // of the usual practice
}

// Usual are the results of one benchmark, of two runs of go test -count=10.
type Usual struct {
	Name       string
	Base, Head []float64 // ns/op
}

// save stores the suite as a file of its own, so that the complete suites of an
// interrupted calibration remain.
func (s Suite) save(dir string) (err error) {
	path := filepath.Join(dir, fmt.Sprintf("%s-%03d.gob.gz", s.Part, s.Number))
	f, err := os.Create(path + ".part")
	if err != nil {
		return fmt.Errorf("store a suite: %w", err)
	}
	defer func() { err = errors.Join(err, ignoreClosed(f.Close())) }()
	z := gzip.NewWriter(f)
	if err := gob.NewEncoder(z).Encode(s); err != nil {
		return fmt.Errorf("store a suite in %s: %w", path, err)
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		return fmt.Errorf("store a suite in %s: %w", path, err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("store a suite: %w", err)
	}
	return nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	return err
}

// Load reads the suites that Measure stored in dir, in the order of time.
func Load(dir string) ([]Suite, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.gob.gz"))
	if err != nil {
		return nil, fmt.Errorf("look for suites in %s: %w", dir, err)
	}
	var suites []Suite
	for _, path := range paths {
		s, err := load(path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		suites = append(suites, s)
	}
	slices.SortStableFunc(suites, func(a, b Suite) int { return a.Began.Compare(b.Began) })
	return suites, nil
}

func load(path string) (s Suite, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return s, err
	}
	return s, gob.NewDecoder(z).Decode(&s)
}

// of are the suites of a part.
func of(part string, all []Suite) (suites []Suite) {
	for _, s := range all {
		if s.Part == part {
			suites = append(suites, s)
		}
	}
	return suites
}

// join concatenates the blocks of several suites, point by point.
func join(suites []Suite) (all []Series) {
	for _, s := range suites {
		for _, one := range s.Series {
			i := slices.IndexFunc(all, func(t Series) bool { return t.Point == one.Point })
			if i < 0 {
				all = append(all, Series{Point: one.Point})
				i = len(all) - 1
			}
			all[i].Blocks = append(all[i].Blocks, one.Blocks...)
		}
	}
	return all
}
