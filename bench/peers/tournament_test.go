package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// scriptedRates is a rateSampler without processes: the system named broken
// fails, and at a sample the context ends.
type scriptedRates struct {
	broken string
	endAt  int
	end    context.CancelCauseFunc
	taken  map[string]int
	all    int
}

func (s *scriptedRates) rates(_ context.Context, _ *chore, sys *system, cores int) (rates, error) {
	s.taken[sys.name]++
	if s.all++; s.all == s.endAt {
		s.end(errors.New("interrupted"))
	}
	if sys.name == s.broken {
		return nil, errors.New("it broke")
	}
	got := rates{}
	for _, w := range sys.levels() {
		got[w] = rate{tasks: 100 * w * cores, took: time.Second}
	}
	return got, nil
}

func newScripted(t *testing.T) (*tournament, *scriptedRates) {
	t.Helper()
	matches, notes := newMatches(chores()[:1], map[string]string{"python": "No Python.", "cpp": "No C++.", "rust": "No Rust."})
	if len(matches) != 4 || len(notes) != 4 || !slices.Contains(notes, "No Python.") || !strings.HasPrefix(notes[3], "node-workers: at most 64") {
		t.Fatalf("%d matches, notes %q", len(matches), notes)
	}
	sampler := &scriptedRates{taken: map[string]int{}}
	return &tournament{
		matches: matches, cores: []int{1, 2}, sampler: sampler, rounds: 3,
		record:   func(*match, int, rates) error { return nil },
		progress: newProgress(io.Discard, 1),
		random:   rand.New(rand.NewPCG(1, 2)),
	}, sampler
}

func TestAFailedSystemCostsItsRow(t *testing.T) {
	all, sampler := newScripted(t)
	sampler.broken = "goroutines"
	if err := all.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if sampler.taken["goroutines"] != 1 || sampler.taken["overlap"] != 6 {
		t.Errorf("samples %v", sampler.taken)
	}
	if got := matchFailures(all.matches); len(got) != 1 || !strings.Contains(got[0], "task-hash, goroutines: ") || !strings.Contains(got[0], "it broke") {
		t.Errorf("failures %q", got)
	}
	if f := all.matches[0].factorise(64, all.cores); f.s.N != 3 || f.s.Value < 127 || f.s.Value > 129 {
		t.Errorf("factors %+v", f)
	}
}

func TestTheTasksEndEarly(t *testing.T) {
	all, sampler := newScripted(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	sampler.end, sampler.endAt = cancel, 12 // in the second round of eight samples
	if err := all.run(ctx); err == nil || !strings.Contains(err.Error(), "in round 2 of 3 of the tasks: interrupted") {
		t.Errorf("error %v", err)
	}
	for _, m := range all.matches {
		if f := m.factorise(2, all.cores); f.s.N < 1 || m.err != nil {
			t.Errorf("%s: %+v, %v", m.title(), f, m.err)
		}
	}
	all, _ = newScripted(t)
	all.record = func(*match, int, rates) error { return errors.New("disk is full") }
	if err := all.run(context.Background()); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("error %v", err)
	}
}

func TestTaskLine(t *testing.T) {
	m := &match{chore: chores()[0], system: &system{name: "few", maxWorkers: 2}}
	got := rates{1: {100, time.Second}, 2: {400, 2 * time.Second}}
	const want = "BenchmarkPeers/case=task-hash/side=few/workers=1/cores=2-2 100 100 tasks/s\n" +
		"BenchmarkPeers/case=task-hash/side=few/workers=2/cores=2-2 400 200 tasks/s\n"
	if text := m.line(2, got); text != want {
		t.Errorf("%q", text)
	}
}
