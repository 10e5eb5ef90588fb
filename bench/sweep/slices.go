package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
)

// Slicing says how a process times slices.
type Slicing struct {
	Ops   int           // operations in each; 0: as many as take Slice
	Slice time.Duration // how long a slice should take
	Time  time.Duration // for how long to time slices
}

// Slicer times a point in slices, in a process of its own, and of p.Copies
// copies all, in as many processes at once. The result is that of an ordinary
// run of a few slices before; of copies, the slowest's.
type Slicer interface {
	Slices(ctx context.Context, p Point, s Slicing) (*benchfmt.Result, []overlay.Slices, error)
}

// errNoSlices is why a binary without the overlay cannot be timed in slices.
var errNoSlices = errors.New("its test binary could not be built with clocks in package testing, so it cannot be timed in slices")

// Slices implements Slicer.
func (f *Foreign) Slices(ctx context.Context, p Point, s Slicing) (*benchfmt.Result, []overlay.Slices, error) {
	b, err := f.benchmark(p)
	if err != nil {
		return nil, nil, err
	}
	if !f.binaries[p.Package].hooked {
		return nil, nil, errNoSlices
	}
	l := f.launcher(p, b, func(int) []string { return append(testFlags(p, exactly(b.Name), s.benchtime()), "-test.benchmem") })
	r, slices, err := l.slices(ctx, p, s)
	if err != nil {
		return nil, nil, err
	}
	r.Name = benchfmt.Name(p.Name())
	f.configure(r, true)
	return r, slices, nil
}

// Slices implements Slicer. The command must be built with the overlay.
func (s Processes) Slices(ctx context.Context, p Point, how Slicing) (*benchfmt.Result, []overlay.Slices, error) {
	l := launcher{placement: s.Placement, limit: s.Timeout, word: overlay.Ready, prints: p.Name(), command: func(ctx context.Context, p Point, iterations int, cpus []int, _ bool) *exec.Cmd {
		cmd := s.command(ctx, p, iterations, cpus, false)
		cmd.Args = append(cmd.Args, "-test.benchmem", "-test.benchtime="+how.benchtime())
		return cmd
	}}
	return l.slices(ctx, p, how)
}

// benchtime is that of the run before the slices, which counts allocations: of
// a few slices, where one is short.
func (s Slicing) benchtime() string {
	switch s.Ops {
	case 0:
		return max(s.Slice, 20*time.Millisecond).String()
	case 1:
		return "2x"
	}
	return strconv.Itoa(4*s.Ops) + "x"
}

// slices is a sample of processes that write their slices to files.
func (l launcher) slices(ctx context.Context, p Point, s Slicing) (*benchfmt.Result, []overlay.Slices, error) {
	dir, err := os.MkdirTemp("", "overlap-slices-*")
	if err != nil {
		return nil, nil, fmt.Errorf("folder for slices: %w", err)
	}
	defer os.RemoveAll(dir)
	var files []string
	start := l.command
	l.command = func(ctx context.Context, p Point, iterations int, cpus []int, barrier bool) *exec.Cmd {
		cmd := start(ctx, p, iterations, cpus, barrier)
		files = append(files, filepath.Join(dir, strconv.Itoa(len(files))))
		cmd.Env = append(cmd.Environ(),
			overlay.SlicesVariable+"="+files[len(files)-1],
			overlay.SliceOpsVariable+"="+strconv.Itoa(s.Ops),
			overlay.SliceVariable+"="+s.Slice.String(),
			overlay.SlicesTimeVariable+"="+s.Time.String())
		if barrier {
			cmd.Env = append(cmd.Env, overlay.BarrierVariable+"=1")
		}
		return cmd
	}
	r, err := l.sample(ctx, p, 0, 1)
	if err != nil {
		return nil, nil, err
	}
	var all []overlay.Slices
	for _, file := range files {
		slices, err := overlay.ReadSlices(file)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, slices)
	}
	return r, all, nil
}
