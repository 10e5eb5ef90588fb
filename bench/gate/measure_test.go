package gate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"overlap/bench"
	"overlap/bench/sweep"
)

// script is a Sampler that notes who was asked for what.
type script struct {
	side  string
	log   *[]string
	fails func(p sweep.Point, n int) error // n counts all calls
}

func (s script) Slot(_ context.Context, p sweep.Point, ops int, d time.Duration) (Slot, error) {
	*s.log = append(*s.log, fmt.Sprintf("%s %s %d %v", s.side, p.Workload, ops, d))
	if s.fails != nil {
		if err := s.fails(p, len(*s.log)); err != nil {
			return Slot{}, err
		}
	}
	if ops == 0 {
		ops = 100 + len(p.Workload)
	}
	return Slot{Ops: ops, Slices: []float64{float64(len(*s.log))}}, nil
}

func named(name string) sweep.Point {
	return sweep.Point{Point: bench.Point{Workload: name, Cores: 1, Procs: 1}, Copies: 1}
}

func scripted(log *[]string, fails func(p sweep.Point, n int) error) Config {
	return Config{
		Points:   []sweep.Point{named("A"), named("BB"), named("CCC")},
		Base:     script{"base", log, fails},
		Head:     script{"head", log, fails},
		Blocks:   40,
		SlotTime: 100 * time.Millisecond,
		Seed:     1,
	}
}

func TestRoundsBeginWithNewBinaries(t *testing.T) {
	var log []string
	var seeds [][2]int64
	c := scripted(&log, nil)
	c.Points, c.HeadOnly = c.Points[:2], c.Points[2:]
	c.Blocks = 7
	c.Relink = Relink{
		Every: 3,
		Link: func(_ context.Context, s [2]int64) error {
			seeds = append(seeds, s)
			log = append(log, "link")
			return nil
		},
		Moves: func(p sweep.Point) bool { return p.Workload != "BB" },
	}
	all, problems, err := Measure(t.Context(), c)
	if err != nil || problems != nil || len(seeds) != 3 {
		t.Fatal(len(seeds), problems, err)
	}
	var at []int
	for i, line := range log {
		if line == "link" {
			at = append(at, i)
		}
	}
	if want := []int{6, 6 + 1 + 3*12, 6 + 2 + 6*12}; !slices.Equal(at, want) {
		t.Errorf("links are calls %v, want %v: before rounds 0, 3 and 6", at, want)
	}
	known := map[int64]bool{}
	for _, s := range seeds {
		for _, seed := range s {
			if seed < 1 || seed >= math.MaxInt32 || known[seed] {
				t.Errorf("seeds %v", seeds)
			}
			known[seed] = true
		}
	}
	for _, s := range all {
		for k, b := range s.Blocks {
			want := seeds[k/3]
			switch s.Point.Workload {
			case "BB":
				want = [2]int64{}
			case "CCC": // all slots are head's
				want[0] = want[1]
			}
			base, head := b.Sides()
			for i := range base {
				if got := [2]int64{base[i].Layout, head[i].Layout}; got != want {
					t.Errorf("%s, block %d: layouts %v, want %v", s.Point.Workload, k, got, want)
				}
			}
		}
	}
}

func TestLinkThatFailsEndsAfterWholeBlocks(t *testing.T) {
	var log []string
	c := scripted(&log, nil)
	full, links := errors.New("no space left on device"), 0
	c.Relink.Link = func(context.Context, [2]int64) error {
		if links++; links == 5 {
			return full
		}
		return nil
	}
	all, _, err := Measure(t.Context(), c)
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	for _, s := range all {
		if len(s.Blocks) != 4 || s.Blocks[3].Slots[0].Layout != 0 {
			t.Errorf("%s: %d blocks, want 4, and no layouts where none is said to move", s.Point, len(s.Blocks))
		}
	}
}

func TestBlocksAreByCoinAndRoundsShuffled(t *testing.T) {
	var log []string
	var records []Record
	c := scripted(&log, nil)
	c.Append = func(r Record) error { records = append(records, r); return nil }
	var seen [2]int
	c.Progress = func(done, all int) { seen = [2]int{done, all} }
	all, problems, err := Measure(t.Context(), c)
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if seen != [2]int{480, 480} || len(records) != 480 {
		t.Errorf("%d records, %d of %d slots at the end", len(records), seen[0], seen[1])
	}
	if want := []string{"base A 0 50ms", "head A 101 0s", "base BB 0 50ms", "head BB 102 0s", "base CCC 0 50ms", "head CCC 103 0s"}; !slices.Equal(log[:6], want) {
		t.Errorf("before the first round: %q", log[:6])
	}
	orders := map[string]int{}
	for round := range 40 {
		var order string
		for place := range 3 {
			first := records[12*round+4*place]
			order += first.Point.Workload + " "
			for i, r := range records[12*round+4*place:][:4] {
				if r.Block != round || r.Place != i || r.Point != first.Point || r.Head != (first.Head == (i == 0 || i == 3)) {
					t.Fatalf("block %d: slot %d is of %v %v, place %d of block %d", round, i, r.Point, r.Head, r.Place, r.Block)
				}
			}
		}
		orders[order]++
	}
	if len(orders) < 5 {
		t.Errorf("%d orders in 40 rounds: %v", len(orders), orders)
	}
	for i, s := range all {
		heads := 0
		for k, b := range s.Blocks {
			if b.HeadFirst {
				heads++
			}
			base, head := b.Sides()
			for j, slot := range slices.Concat(base[:], head[:]) {
				said := log[int(math.Round(slot.Slices[0]))-1]
				if want := fmt.Sprintf("%s %s %d 100ms", []string{"base", "head"}[j/2], s.Point.Workload, 101+i); said != want {
					t.Fatalf("block %d: %q stands for %q", k, said, want)
				}
			}
		}
		if len(s.Blocks) != 40 || heads < 8 || heads > 32 {
			t.Errorf("%s: head first in %d of %d blocks", s.Point, heads, len(s.Blocks))
		}
	}
	var again []string
	c.Base, c.Head, c.Append = script{"base", &again, nil}, script{"head", &again, nil}, nil
	if _, _, err := Measure(t.Context(), c); err != nil || !reflect.DeepEqual(log, again) {
		t.Errorf("the same seed gives another order: %v", err)
	}
}

func TestAPointThatFailsIsLeftOut(t *testing.T) {
	broken := errors.New("no luck")
	for what, c := range map[string]struct {
		fails func(p sweep.Point, n int) error
		why   string
	}{
		"base cannot": {func(p sweep.Point, n int) error {
			if p.Workload == "BB" && n == 3 {
				return broken
			}
			return nil
		}, "base: no luck"},
		"head, later": {func(p sweep.Point, n int) error {
			if p.Workload == "BB" && n > 100 {
				return broken
			}
			return nil
		}, ": no luck"},
	} {
		var log []string
		all, problems, err := Measure(t.Context(), scripted(&log, c.fails))
		if err != nil || len(all) != 2 || all[0].Point.Workload != "A" || all[1].Point.Workload != "CCC" || len(all[1].Blocks) != 40 {
			t.Errorf("%s: %d series: %v", what, len(all), err)
		}
		if len(problems) != 1 || !strings.Contains(problems[0].Name, "BB") || !strings.HasSuffix(problems[0].Why, c.why) {
			t.Errorf("%s: %v", what, problems)
		}
	}
}

// Points of head alone are measured like others, with head on both sides.
func TestMeasureHeadAlone(t *testing.T) {
	var log []string
	c := scripted(&log, nil)
	c.Points, c.HeadOnly, c.Blocks = c.Points[:1], c.Points[1:2], 3
	var heads int
	c.Append = func(r Record) error {
		if r.Head && r.Point.Workload == "BB" {
			heads++
		}
		return nil
	}
	all, _, err := Measure(t.Context(), c)
	if err != nil || len(all) != 2 || all[0].HeadOnly || !all[1].HeadOnly || len(all[1].Blocks) != 3 || !all[1].Blocks[0].HeadFirst || heads != 12 {
		t.Errorf("%v, %+v, %d slots of head", err, all, heads)
	}
	for _, line := range log {
		if strings.HasPrefix(line, "base BB") {
			t.Errorf("base was measured: %q", log)
		}
	}
	c.Head = odd{Slot{Ops: 101}}
	if _, problems, _ := Measure(t.Context(), c); len(problems) != 2 || !strings.HasPrefix(problems[1].Why, "head: ") {
		t.Errorf("%v", problems)
	}
}

// beside is a script whose slots are beside others in some of the blocks.
type beside struct {
	script
	taken func(block int) bool
	n     *int // slots
}

func (s beside) Slot(ctx context.Context, p sweep.Point, ops int, d time.Duration) (Slot, error) {
	slot, err := s.script.Slot(ctx, p, ops, d)
	*s.n++
	if slot.Others = (Others{"0": 0}); *s.n > 2 && s.taken((*s.n-3)/4) {
		slot.Others["0"] = .5
	}
	return slot, err
}

// A check waits for a quiet machine before it looks at anything, and behind the
// blocks in which it was not. It measures as many blocks as it would have.
func TestMeasureWaitsForAQuietMachine(t *testing.T) {
	var log []string
	n := 0
	taken := func(block int) bool { return block%4 == 1 }
	c := scripted(&log, nil)
	c.Points, c.Blocks = c.Points[:1], 20
	c.Base, c.Head = beside{c.Base.(script), taken, &n}, beside{c.Head.(script), taken, &n}
	var waits []int
	c.Quiet = func(context.Context) { waits = append(waits, n) }
	all, _, err := Measure(t.Context(), c)
	if want := []int{0, 10, 26, 42, 58, 74}; err != nil || !slices.Equal(waits, want) || len(all[0].Blocks) != 20 {
		t.Errorf("it waited behind %v slots, want %v; %d blocks, %v", waits, want, len(all[0].Blocks), err)
	}
}

// odd gives what no sampler should.
type odd struct{ slot Slot }

func (o odd) Slot(context.Context, sweep.Point, int, time.Duration) (Slot, error) { return o.slot, nil }

func TestSlotsThatCannotBeCompared(t *testing.T) {
	var log []string
	for why, slot := range map[string]Slot{
		"head: 0 slices of 101 operations cannot have been measured": {Ops: 101},
		"head: its slices have 7 operations, not 101":                {Ops: 7, Slices: []float64{1}},
	} {
		c := scripted(&log, nil)
		c.Points = c.Points[:1]
		c.Head = odd{slot}
		all, problems, err := Measure(t.Context(), c)
		if err != nil || len(all) != 0 || len(problems) != 1 || problems[0].Why != why {
			t.Errorf("%d series, %v, %v", len(all), problems, err)
		}
	}
}

func TestWholeBlocksOutliveAnInterruption(t *testing.T) {
	var log []string
	ctx, cancel := context.WithCancelCause(t.Context())
	c := scripted(&log, func(_ sweep.Point, n int) error {
		if n == 6+4*7+2 {
			cancel(sweep.ErrInterrupted)
		}
		return nil
	})
	all, _, err := Measure(ctx, c)
	blocks := 0
	for _, s := range all {
		blocks += len(s.Blocks)
	}
	if !errors.Is(err, sweep.ErrInterrupted) || blocks != 7 {
		t.Errorf("%d blocks, %v", blocks, err)
	}

	full := errors.New("no space left")
	log = nil
	c = scripted(&log, nil)
	n := 0
	c.Append = func(Record) error {
		if n++; n > 9 {
			return full
		}
		return nil
	}
	all, _, err = Measure(t.Context(), c)
	blocks = 0
	for _, s := range all {
		blocks += len(s.Blocks)
	}
	if !errors.Is(err, full) || blocks != 2 {
		t.Errorf("%d blocks, %v", blocks, err)
	}
}
