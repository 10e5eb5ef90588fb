package sweep

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
	"overlap/internal/scratch"
)

// Slicing says how a process times slices.
type Slicing struct {
	Ops   int           // operations in each; 0: as many as take Slice
	Slice time.Duration // how long a slice should take
	Time  time.Duration // for how long to time slices
}

// Slicer is a program whose benchmarks can be timed in slices.
type Slicer interface {
	// slicing returns a launcher for the program's processes, and a function that labels
	// their printed result as the result of the point.
	slicing(p Point, s Slicing) (launcher, func(*benchfmt.Result), error)
}

// Sliced is what a process measured.
type Sliced struct {
	Result *benchfmt.Result // of an ordinary run of a few slices before; of copies, the slowest's
	Slices []overlay.Slices // one, or one of every copy
	CPUs   [][]int          // that the process of each was bound to
}

// errNoSlices is why a binary without the overlay cannot be timed in slices.
var errNoSlices = errors.New("its test binary could not be built with clocks in package testing, so it cannot be timed in slices")

func (f *Foreign) slicing(p Point, s Slicing) (launcher, func(*benchfmt.Result), error) {
	b, err := f.benchmark(p)
	if err != nil {
		return launcher{}, nil, err
	}
	if !f.binaries[p.Package].hooked {
		return launcher{}, nil, errNoSlices
	}
	l := f.launcher(p, b, func(int) []string {
		return append(testFlags(p.Procs, exactPattern(b.Name), s.benchtime()), "-test.benchmem")
	})
	return l, func(r *benchfmt.Result) { f.configure(r, p) }, nil
}

// The command must be built with the overlay.
func (s Processes) slicing(p Point, how Slicing) (launcher, func(*benchfmt.Result), error) {
	l := launcher{placement: s.Placement, limit: s.Timeout, word: overlay.Ready, prints: p.Name()}
	l.command = func(ctx context.Context, p Point, iterations int, cpus []int, _ bool) *exec.Cmd {
		cmd := s.command(ctx, p, iterations, cpus, false)
		cmd.Args = append(cmd.Args, "-test.benchmem", "-test.benchtime="+how.benchtime())
		return cmd
	}
	return l, func(*benchfmt.Result) {}, nil
}

// benchtime is the length of the ordinary run before the slices, which counts
// allocations. It is a few slices long if a slice is short.
func (s Slicing) benchtime() string {
	switch s.Ops {
	case 0:
		return max(s.Slice, 20*time.Millisecond).String()
	case 1:
		return "2x"
	}
	return strconv.Itoa(4*s.Ops) + "x"
}

// sliceFile is a file that a process writes its slices to.
type sliceFile struct {
	path string
	cpus []int // of the process
}

// read adds what the process wrote.
func (f sliceFile) read(s *Sliced) error {
	slices, err := overlay.ReadSlices(f.path)
	if err != nil {
		return err
	}
	s.Slices, s.CPUs = append(s.Slices, slices), append(s.CPUs, f.cpus)
	return nil
}

// into makes the processes of the launcher write their slices to files in dir, and
// appends these to files.
func (l launcher) into(dir string, s Slicing, files *[]sliceFile) launcher {
	start := l.command
	l.command = func(ctx context.Context, p Point, iterations int, cpus []int, barrier bool) *exec.Cmd {
		cmd := start(ctx, p, iterations, cpus, barrier)
		path := filepath.Join(dir, strconv.Itoa(len(*files)))
		*files = append(*files, sliceFile{path, cpus})
		cmd.Env = s.environ(cmd, path)
		if barrier {
			cmd.Env = append(cmd.Env, overlay.BarrierVariable+"=1")
		}
		return cmd
	}
	return l
}

// environ is the environment of a process that writes its slices to a file.
func (s Slicing) environ(cmd *exec.Cmd, path string) []string {
	return append(cmd.Environ(),
		overlay.SlicesVariable+"="+path,
		overlay.SliceOpsVariable+"="+strconv.Itoa(s.Ops),
		overlay.SliceVariable+"="+s.Slice.String(),
		overlay.SlicesTimeVariable+"="+s.Time.String())
}

// Slices times a point in slices, in a process of its own, or p.Copies copies in as
// many processes at once.
func Slices(ctx context.Context, by Slicer, p Point, s Slicing) (Sliced, error) {
	l, tidy, err := by.slicing(p, s)
	if err != nil {
		return Sliced{}, err
	}
	dir, err := scratch.Make("", "slices")
	if err != nil {
		return Sliced{}, err
	}
	defer dir.Remove() // if that fails, a later run does it
	var files []sliceFile
	r, err := l.into(dir.Path, s, &files).sample(ctx, p, 0, 1)
	if err != nil {
		return Sliced{}, err
	}
	tidy(r)
	sliced := Sliced{Result: r}
	for _, file := range files {
		if err := file.read(&sliced); err != nil {
			return Sliced{}, err
		}
	}
	return sliced, nil
}
