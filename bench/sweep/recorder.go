package sweep

import (
	"context"
	"fmt"
	"os/exec"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
)

// Recorder is a Sampler that can take a sample in which something is recorded, which
// slows it down: see package recording for the kinds of recordings, of which the empty
// one is none.
type Recorder interface {
	Sampler

	// Code is the import paths, or what these begin with, of the code that is measured.
	Code(p Point) []string

	// Record takes a sample as Sample does, and writes the recording to files whose paths
	// begin with prefix.
	Record(ctx context.Context, p Point, iterations int, kind, prefix string) (*benchfmt.Result, error)
}

// Code implements Recorder: how workloads are timed is no part of them.
func (s Processes) Code(Point) []string {
	return []string{"overlap/workloads", "overlap/primitives"}
}

// Code implements Recorder: the module of the benchmark.
func (f *Foreign) Code(p Point) []string {
	for _, pkg := range f.packages {
		if pkg.ImportPath == p.Package && pkg.Module != nil {
			return []string{pkg.Module.Path}
		}
	}
	return []string{p.Package}
}

// Record implements Recorder.
func (s Processes) Record(ctx context.Context, p Point, iterations int, kind, prefix string) (*benchfmt.Result, error) {
	l := launcher{placement: s.Placement, limit: s.Timeout, word: "ready", prints: p.Name(), counted: kind == CountersKind}
	l.command = func(ctx context.Context, p Point, iterations int, cpus []int, barrier bool) *exec.Cmd {
		cmd := s.command(ctx, p, iterations, cpus, barrier)
		cmd.Args = append(cmd.Args, "-record="+kind, "-record-files="+prefix)
		return cmd
	}
	return l.sample(ctx, p, iterations, 1)
}

// Record implements Recorder.
func (f *Foreign) Record(ctx context.Context, p Point, iterations int, kind, prefix string) (*benchfmt.Result, error) {
	b, err := f.benchmark(p)
	if err != nil {
		return nil, err
	}
	if !f.binaries[p.Package].hooked {
		return nil, fmt.Errorf("%s: its test binary could not be built with clocks in package testing, so nothing can be recorded", p.Package)
	}
	l := f.samples(p, b).with(append(askForParts(), overlay.RecordVariable+"="+kind, overlay.FilesVariable+"="+prefix)...)
	l.counted = kind == CountersKind
	r, err := l.sample(ctx, p, iterations, 1)
	if err != nil {
		return nil, f.unfit(p, err)
	}
	f.configure(r, p)
	return r, nil
}
