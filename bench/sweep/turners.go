package sweep

import (
	"context"
	"os/exec"
	"strconv"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/turns"
)

// TakesTurns implements Turner.
func (s Processes) TakesTurns() bool { return turns.Supported && !s.Alone }

// TakesTurns implements Turner: all test binaries must have clocks in package testing.
func (f *Foreign) TakesTurns() bool {
	for _, b := range f.binaries {
		if !b.hooked {
			return false
		}
	}
	return turns.Supported && !f.Alone
}

// Block implements Turner.
func (s Processes) Block(ctx context.Context, b Block) ([]Entry, error) { return b.measure(ctx, s) }

// turning implements launchers.
func (s Processes) turning(p Point, jobs int, length time.Duration, file string) (launcher, func(*benchfmt.Result), error) {
	l := launcher{placement: s.Placement, limit: s.Timeout, word: "ready", prints: p.Name()}
	l.command = func(ctx context.Context, p Point, _ int, cpus []int, _ bool) *exec.Cmd {
		cmd := s.command(ctx, p, 1, cpus, false)
		cmd.Args = append(cmd.Args, "-turns="+file, "-turn="+turnTime.String(), "-turn-jobs="+strconv.Itoa(jobs), "-turn-length="+length.String())
		return cmd
	}
	return l, func(*benchfmt.Result) {}, nil
}

// Block implements Turner.
func (f *Foreign) Block(ctx context.Context, b Block) ([]Entry, error) {
	entries, err := b.measure(ctx, f)
	for i := range entries {
		entries[i].Err = f.unfit(b.Points[i], entries[i].Err)
	}
	return entries, err
}

// turning implements launchers.
func (f *Foreign) turning(p Point, jobs int, length time.Duration, file string) (launcher, func(*benchfmt.Result), error) {
	l, tidy, err := inTurns(f, p, Slicing{Ops: jobs, Slice: turnTime}, length, file)
	if err != nil {
		return l, nil, err
	}
	return l.with(askForParts()...), tidy, nil
}
