package sweep

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
	"overlap/bench/turns"
	"overlap/internal/proc"
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
	var table players
	defer table.close()
	for i, l := range launchers {
		if err := table.seat(ctx, l, p); err != nil {
			return both, &SideError{i, err}
		}
	}
	table.alternate(s)
	errs := table.leave(ctx, p, func(i int, r *benchfmt.Result) { both[i].Result = r })
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

// players are processes that take turns.
type players struct {
	all   []*process
	seats []*turns.Seat
}

// seat starts a process that takes turns.
func (t *players) seat(ctx context.Context, l launcher, p Point) error {
	s, err := turns.NewSeat()
	if err != nil {
		return err
	}
	defer s.Sit()
	t.seats = append(t.seats, s)
	cpus := l.placement[:p.Cores]
	cmd := l.command(ctx, p, 0, cpus, false)
	cmd.ExtraFiles = s.Files()
	cmd.Env = append(cmd.Environ(), pace{}.environ())
	c, err := launch(ctx, cmd, cpus, false, l.prints, l.word)
	if err == nil {
		t.all = append(t.all, c)
	}
	return err
}

// alternate gives turns to one after the other until the time is over. It ends early if
// one has failed, which says so itself.
func (t *players) alternate(s Slicing) {
	for _, seat := range t.seats {
		if seat.Await() != nil {
			return
		}
	}
	until := time.Now().Add(s.Time)
	for n := 0; n == 0 || n < maxSlices && time.Now().Before(until); n++ {
		for _, seat := range t.seats {
			if turns.Give(seat) != nil {
				return
			}
		}
	}
	for _, seat := range t.seats {
		_ = seat.End() // a player that has ended has said why
	}
}

// maxSlices bounds the memory and the file of a process.
const maxSlices = 1 << 16

// leave waits for all to end and hands over their results. It returns an error for each
// that failed.
func (t *players) leave(ctx context.Context, p Point, result func(int, *benchfmt.Result)) []error {
	for _, seat := range t.seats {
		seat.Close() // whoever still waits for a turn ends
	}
	t.seats = nil
	errs := make([]error, len(t.all))
	var done sync.WaitGroup
	for i, c := range t.all {
		done.Go(func() {
			r, err := c.result(ctx, p)
			if errs[i] = err; err == nil {
				result(i, r)
			}
		})
	}
	done.Wait()
	t.all = nil
	return errs
}

// close ends whoever is left.
func (t *players) close() {
	for _, seat := range t.seats {
		seat.Close()
	}
	for _, c := range t.all {
		_ = proc.Kill(c.cmd.Process)
		_ = c.wait()
	}
}

// rootCause returns the index of the error to report, or -1. A process that gets no
// further turn because another one has failed is not to blame.
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
