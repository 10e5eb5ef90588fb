package main

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// scripted is a sampler without processes: ns per operation by side, and at
// which sample the context ends.
type scripted struct {
	ns     map[string]float64
	endAt  int
	end    context.CancelCauseFunc
	taken  int
	counts map[string][]int // iterations asked for
}

func (s *scripted) sample(_ context.Context, _ string, one side, cores, n int) (sample, error) {
	if s.taken++; s.taken == s.endAt {
		s.end(errors.New("interrupted"))
	}
	s.counts[one.name] = append(s.counts[one.name], n)
	ns, ok := s.ns[one.name]
	if !ok {
		return sample{}, errors.New("it broke")
	}
	return sample{N: n, Ops: 10, Value: ns * float64(cores), Allocs: 1, Bytes: 48}, nil
}

func newSession(t *testing.T, ns map[string]float64) (*session, *scripted) {
	t.Helper()
	c := &contest{name: "c", ours: side{name: "overlap"}, rows: []row{
		{ref: side{name: "a"}, target: 0.6},
		{ref: side{name: "b"}},
		inLanguage(0, "python", "x"),
	}}
	blocks, notes := newBlocks([]*contest{c}, map[string]string{"python": "No Python."}, 1)
	if len(blocks) != 1 || len(blocks[0].sides) != 3 || len(notes) != 2 || notes[0] != "No Python." {
		t.Fatalf("blocks %v, notes %q", blocks, notes)
	}
	sampler := &scripted{ns: ns, counts: map[string][]int{}}
	return &session{
		blocks: blocks, sampler: sampler, rounds: 4, sampleTime: time.Millisecond,
		record:   func(*block, side, sample) error { return nil },
		progress: newProgress(io.Discard, 1),
		random:   rand.New(rand.NewPCG(1, 2)),
	}, sampler
}

func TestAFailedSideCostsItsRow(t *testing.T) {
	s, sampler := newSession(t, map[string]float64{"overlap": 50, "a": 100})
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	rows := compare(s.blocks)
	if len(rows) != 2 || rows[0].ratio.N != 4 || math.Abs(rows[0].ratio.Value-0.5) > 1e-12 || rows[0].verdict() != "met" || rows[0].allocs != 1 || rows[0].bytes != 48 {
		t.Errorf("rows %+v", rows)
	}
	if rows[1].err == nil || rows[1].verdict() != "failed" {
		t.Errorf("row of the failed side %+v", rows[1])
	}
	if got := failures(s.blocks); len(got) != 1 || !strings.Contains(got[0], "c, b, 1 core: it broke") {
		t.Errorf("failures %q", got)
	}
	if n := len(sampler.counts["b"]); n != 1 {
		t.Errorf("the failed side was measured %d times", n)
	}
	// A millisecond is 2000 iterations of ten operations of 50 ns.
	if counts := sampler.counts["overlap"]; counts[len(counts)-1] != 2000 {
		t.Errorf("iterations %v", counts)
	}
}

func TestEveryRoundHasItsLayout(t *testing.T) {
	s, sampler := newSession(t, map[string]float64{"overlap": 50, "a": 100, "b": 25})
	var before []int
	s.relink = func(context.Context) error {
		before = append(before, sampler.taken)
		return nil
	}
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	pilot := sampler.taken - 4*3
	if want := []int{pilot, pilot + 3, pilot + 6, pilot + 9}; !slices.Equal(before, want) {
		t.Errorf("linked after %v samples, want %v", before, want)
	}
	broken := errors.New("does not link")
	s.relink = func(context.Context) error { return broken }
	if err := s.run(context.Background()); !errors.Is(err, broken) {
		t.Errorf("a failed link gives %v", err)
	}
}

func TestWithoutOursNothingIsMeasured(t *testing.T) {
	s, _ := newSession(t, map[string]float64{"a": 100, "b": 100})
	if err := s.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, c := range compare(s.blocks) {
		if c.verdict() != "failed" {
			t.Errorf("row %+v", c)
		}
	}
	if n := len(s.blocks[0].samples); n != 0 {
		t.Errorf("%d references were measured in the rounds", n)
	}
}

func TestAnInterruptKeepsTheRoundsDone(t *testing.T) {
	s, sampler := newSession(t, map[string]float64{"overlap": 50, "a": 100, "b": 25})
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	sampler.end = cancel
	sampler.endAt = 17 // three sides: pilot of nine or fewer samples, two rounds or more
	err := s.run(ctx)
	if err == nil || !strings.Contains(err.Error(), "of 4: interrupted") {
		t.Fatalf("error %v", err)
	}
	for _, c := range compare(s.blocks) {
		if c.err != nil || c.ratio.N < 2 || c.ratio.N > 3 {
			t.Errorf("row %+v", c)
		}
	}
}

func TestALostResultsFileEndsTheSession(t *testing.T) {
	s, _ := newSession(t, map[string]float64{"overlap": 50, "a": 100, "b": 25})
	s.record = func(*block, side, sample) error { return errors.New("disk is full") }
	if err := s.run(context.Background()); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("error %v", err)
	}
}
