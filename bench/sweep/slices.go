package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
	"overlap/internal/proc"
	"overlap/internal/scratch"
)

// Slicing says how a process times slices.
type Slicing struct {
	Ops   int           // operations in each; 0: as many as take Slice
	Slice time.Duration // how long a slice should take
	Time  time.Duration // for how long to time slices
	Turn  int           // slices of a turn, where two processes take turns
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
		cmd.Env = append(cmd.Environ(),
			overlay.SlicesVariable+"="+path,
			overlay.SliceOpsVariable+"="+strconv.Itoa(s.Ops),
			overlay.SliceVariable+"="+s.Slice.String(),
			overlay.SlicesTimeVariable+"="+s.Time.String())
		if barrier {
			cmd.Env = append(cmd.Env, overlay.BarrierVariable+"=1")
		}
		return cmd
	}
	return l
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

// CanTakeTurns reports whether processes can be given a pipe to each other. On
// Windows they start with no more than their standard files.
const CanTakeTurns = runtime.GOOS != "windows"

// SideError is an error of one of two processes that take turns.
type SideError struct {
	Side int // the place of its program in the call
	Err  error
}

func (e *SideError) Error() string { return e.Err.Error() }
func (e *SideError) Unwrap() error { return e.Err }

// Turns times a point of two programs in slices: two processes on the same CPUs,
// that take turns. by[0] has the first. Both have as many turns of s.Turn slices.
// The error is a SideError if one of them is to blame.
func Turns(ctx context.Context, by [2]Slicer, p Point, s Slicing) (both [2]Sliced, err error) {
	dir, err := scratch.Make("", "slices")
	if err != nil {
		return both, err
	}
	defer dir.Remove() // if that fails, a later run does it
	var files []sliceFile
	var launchers [2]launcher
	var tidy [2]func(*benchfmt.Result)
	for i := range by {
		if launchers[i], tidy[i], err = by[i].slicing(p, s); err != nil {
			return both, &SideError{i, err}
		}
		launchers[i] = launchers[i].into(dir.Path, s, &files)
	}
	limit := launchers[0].limit
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errLate{limit})
	defer cancel()
	all, err := startTurns(ctx, launchers, p, s.Turn)
	if err != nil {
		return both, err
	}
	errs := make([]error, 2)
	var done sync.WaitGroup
	for i, c := range all {
		done.Go(func() { both[i].Result, errs[i] = c.result(ctx, p) })
	}
	done.Wait()
	if i := rootCause(errs); i >= 0 {
		return both, &SideError{i, errs[i]}
	}
	for i := range both {
		tidy[i](both[i].Result)
		if err := files[i].read(&both[i]); err != nil {
			return both, &SideError{i, err}
		}
	}
	return both, nil
}

// rootCause returns the index of the error to report, or -1. A process whose partner
// has ended gets no turn, which is not its fault.
func rootCause(errs []error) int {
	failed := -1
	for i, err := range errs {
		if err == nil {
			continue
		}
		if failed = i; !strings.Contains(err.Error(), overlay.NoTurn) {
			return i
		}
	}
	return failed
}

// startTurns starts the two processes, each with a pipe from the other as file 3 and
// a pipe to it as file 4.
func startTurns(ctx context.Context, launchers [2]launcher, p Point, turn int) (all [2]*process, err error) {
	var in, out [2]*os.File
	for i := range in {
		if in[i], out[i], err = os.Pipe(); err != nil {
			return all, fmt.Errorf("pipe for turns: %w", err)
		}
		defer in[i].Close()
		defer out[i].Close()
	}
	for i, l := range launchers {
		cpus := l.placement[:p.Cores]
		cmd := l.command(ctx, p, 0, cpus, false)
		cmd.ExtraFiles = []*os.File{in[i], out[1-i]}
		cmd.Env = append(cmd.Environ(), fmt.Sprintf("%s=%s %d", overlay.TurnsVariable, [2]string{"begin", "follow"}[i], turn))
		if all[i], err = launch(ctx, cmd, cpus, false, l.prints, l.word); err != nil {
			if i == 1 {
				_ = proc.Kill(all[0].cmd.Process)
				_ = all[0].wait()
			}
			return all, &SideError{i, err}
		}
	}
	return all, nil
}
