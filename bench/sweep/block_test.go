package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/bench/turns"
	"overlap/report/load"
)

// block is some points side by side, a share of a job alone and two of them at once among
// them where there are two CPUs.
func block(t *testing.T) sweep.Block {
	t.Helper()
	if !turns.Supported {
		t.Skip("processes cannot take turns on this system")
	}
	b := sweep.Block{Points: []sweep.Point{point(t, 1), point(t, 7)}, Time: 50 * time.Millisecond, Number: 2, Seed: 5}
	if cpus, err := host.Affinity(); err == nil && len(cpus) > 1 && host.CanBind {
		share := point(t, 1)
		share.Slices = 2
		both := share
		both.Copies = 2
		b.Points = append(b.Points, share, both)
	}
	b.Jobs = make([]int, len(b.Points))
	return b
}

// Every point of a block has a sample: as many jobs as its turns had, within the times of
// the log, on the CPUs of its label.
func TestBlockMeasuresAllItsPoints(t *testing.T) {
	b := block(t)
	entries, err := processes(t, "well").Block(t.Context(), b)
	if err != nil || len(entries) != len(b.Points) {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	log := entries[0].Turns
	if log == nil || len(log.Points) != len(b.Points) || log.Round != 2 {
		t.Fatalf("log %+v", log)
	}
	for i, e := range entries {
		p := b.Points[i]
		if e.Err != nil {
			t.Errorf("%v: %v", p, e.Err)
			continue
		}
		if e.Point != p.String() || e.Round != 2 {
			t.Errorf("entry %d is %+v", i, e)
		}
		if got := string(e.Result.Name.Full()); got != p.Name() {
			t.Errorf("%v is called %s", p, got)
		}
		low, high, n := math.Inf(1), 0.0, 0
		for _, turn := range log.Turns {
			if turn[0] == int64(i) {
				for _, ns := range turn[2:] {
					low, high = min(low, float64(ns)), max(high, float64(ns))
				}
				n++
			}
		}
		count, _ := e.Result.Value("timings")
		if n < 1 || count < 1 || e.Result.Iters < int(count) { // turns that others disturbed do not count
			t.Errorf("%v: %v turns and %d jobs, of %d in the log", p, count, e.Result.Iters, n)
		}
		for _, unit := range []string{"sec/op", "undisturbed-sec/op"} {
			if sec, ok := e.Result.Value(unit); !ok || sec*1e9 < low-1 || sec*1e9 > high+1 {
				t.Errorf("%v: %s is %v, turns took %v to %v ns", p, unit, sec, low, high)
			}
		}
		if _, ok := e.Result.Value("tasks-inflight"); ok != (p.Slices == 1) {
			t.Errorf("%v: tasks in flight known: %v", p, ok)
		}
	}
}

// A process that fails, or never gets ready, costs its own point.
func TestBlockGoesOnWithoutOne(t *testing.T) {
	for how, why := range map[string]string{"seven": "seven is too many", "stuck": "no result within 2s"} {
		b, s := block(t), processes(t, how)
		s.Timeout = 2 * time.Second
		entries, err := s.Block(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range entries {
			if b.Points[i].Workers == 7 {
				if e.Err == nil || !strings.Contains(e.Err.Error(), why) {
					t.Errorf("%s: %v: %v", how, b.Points[i], e.Err)
				}
			} else if e.Err != nil {
				t.Errorf("%s: %v: %v", how, b.Points[i], e.Err)
			}
		}
	}
}

// Where one of several copies cannot start, the point says why, and not that the others
// measured nothing.
func TestBlockSaysWhichCopyCannotStart(t *testing.T) {
	b, s := block(t), processes(t, "well")
	if len(b.Points) < 4 {
		t.Skip("there is one CPU, or no binding")
	}
	s.Placement = []int{s.Placement[0], host.MaxCPUs - 1} // which is not online
	entries, err := s.Block(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if of := b.Points[i].Slices > 1; of != (e.Err != nil) || of && !strings.Contains(e.Err.Error(), fmt.Sprint("bind to CPUs ", host.MaxCPUs-1)) {
			t.Errorf("%s: %v", e.Point, e.Err)
		}
	}
}

// Where no process can take a turn, none is given, and every point says why.
func TestBlockOfFailuresHasNoTurns(t *testing.T) {
	entries, err := processes(t, "exit").Block(t.Context(), block(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Err == nil || !strings.Contains(e.Err.Error(), "out of order") {
			t.Errorf("%s: %v", e.Point, e.Err)
		}
	}
	if n := len(entries[0].Turns.Turns); n > 0 {
		t.Errorf("there were %d turns", n)
	}
}

// A block in which nobody gets ready ends at the limit, and one that is interrupted at
// once.
func TestBlockEnds(t *testing.T) {
	s := processes(t, "hang")
	s.Timeout = 200 * time.Millisecond
	entries, err := s.Block(t.Context(), block(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Err == nil || !strings.Contains(e.Err.Error(), "no result within 200ms") {
			t.Errorf("%s: %v", e.Point, e.Err)
		}
	}
	s.Timeout = time.Hour
	ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, sweep.ErrInterrupted)
	defer cancel()
	if _, err := s.Block(ctx, block(t)); !errors.Is(err, sweep.ErrInterrupted) {
		t.Errorf("interrupted: %v", err)
	}
}

// However many turns a block has, its lines are short enough for readers of the format, and
// the file can be read and continued.
func TestLongBlocksAreRead(t *testing.T) {
	dir := t.TempDir()
	f, err := sweep.Create(dir, "box", sweep.Header{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	e := entry("Ep/workers=1/cores=1")
	e.Turns = &sweep.TurnLog{Round: 1, Points: []string{e.Point}}
	for range 20000 {
		e.Turns.Turns = append(e.Turns.Turns, []int64{0, 0, 123456789012})
	}
	last := entry("Ep/workers=2/cores=1")
	if err := errors.Join(f.Append(e), f.Append(last), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, past, err := sweep.ReadRun(f.Path()); err != nil || len(past) != 2 {
		t.Fatalf("%d entries, %v", len(past), err)
	}
	if d, err := load.Load(f.Path()); err != nil || len(d.Points) != 2 {
		t.Fatalf("the report reads %+v, %v", d, err)
	}
}
