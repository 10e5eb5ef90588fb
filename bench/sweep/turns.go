package sweep

import (
	"context"
	"os/exec"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
	"overlap/internal/scratch"
)

// SideError is an error of one of two processes that take turns.
type SideError struct {
	Side int // the place of its program in the call
	Err  error
}

func (e *SideError) Error() string { return e.Err.Error() }
func (e *SideError) Unwrap() error { return e.Err }

// Turns times a point of two programs in slices: two processes on the same CPUs,
// that take turns of one slice. by[0] has the first. Both have as many turns.
// The error is a SideError if one of them is to blame.
func Turns(ctx context.Context, by [2]Slicer, p Point, s Slicing) (both [2]Sliced, err error) {
	dir, err := scratch.Make("", "slices")
	if err != nil {
		return both, err
	}
	defer dir.Remove() // if that fails, a later run does it
	t := &sitting{dir: dir.Path}
	defer t.close()
	for _, slicer := range by {
		t.parts = append(t.parts, &part{point: p, players: []*player{t.seat(ctx, oneSlice{slicer, s}, p, 0, s.Ops)}})
	}
	t.await()
	if rootErr(t.players) == nil {
		t.alternate(s.Time)
	}
	t.end()
	if ctx.Err() != nil {
		return both, context.Cause(ctx)
	}
	for _, blame := range []bool{true, false} {
		for i, q := range t.players {
			if q.err != nil && (!blame || !follows(q.err)) {
				return both, &SideError{i, q.err}
			}
		}
	}
	for i, q := range t.players {
		both[i] = Sliced{q.result, []overlay.Slices{q.slices}, [][]int{q.proc.cpus}}
	}
	return both, nil
}

// alternate gives turns to one part after the other, until the time is over or one has
// failed. One timer watches all: turns are short, and a timer for each keeps a CPU of the
// dealer busy.
func (t *sitting) alternate(d time.Duration) {
	late := watch(t.players...)
	defer late.Stop()
	until := time.Now().Add(d)
	for n := 0; n == 0 || n < maxSlices && time.Now().Before(until); n++ {
		for _, p := range t.parts {
			if !t.play(p, p.players, 0) {
				return
			}
		}
	}
}

// maxSlices bounds the memory and the file of a process.
const maxSlices = 1 << 16

// oneSlice starts processes of a program that time one slice in a turn.
type oneSlice struct {
	by Slicer
	s  Slicing
}

// turning implements launchers.
func (o oneSlice) turning(p Point, _ int, _ time.Duration, file string) (launcher, func(*benchfmt.Result), error) {
	return inTurns(o.by, p, o.s, 0, file)
}

// inTurns returns a launcher for processes of a program whose turns last so long.
func inTurns(by Slicer, p Point, s Slicing, length time.Duration, file string) (launcher, func(*benchfmt.Result), error) {
	l, tidy, err := by.slicing(p, s)
	if err != nil {
		return l, nil, err
	}
	start := l.command
	l.fits = s.Ops < 1
	l.command = func(ctx context.Context, p Point, iterations int, cpus []int, _ bool) *exec.Cmd {
		cmd := start(ctx, p, iterations, cpus, false)
		cmd.Env = append(s.environ(cmd, file), overlay.TurnsVariable+"="+length.String())
		return cmd
	}
	return l, tidy, nil
}
