package sweep

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"overlap/bench"
)

// While others have CPU 1, parts that can do without it have their turns, on other CPUs.
func TestTurnsAvoidTakenCPUs(t *testing.T) {
	on := func(cpus ...int) *player { return &player{cpus: cpus} }
	zero, one, both := &part{players: []*player{on(0)}}, &part{players: []*player{on(1)}}, &part{players: []*player{on(0, 1)}}
	copies := &part{players: []*player{on(0), on(1)}}
	alone := &part{players: copies.players, alone: true}
	moving := &part{players: []*player{on(1)}, moves: []int{0, 1}}
	s := &sitting{taken: []int{1}}
	for i, c := range []struct {
		part *part
		free bool
	}{{zero, true}, {one, false}, {both, false}, {copies, false}, {alone, true}, {moving, true}} {
		if s.isFree(c.part) != c.free {
			t.Errorf("part %d can have a turn: %t, want %t", i, !c.free, c.free)
		}
	}
	places := func() (list []int) {
		for moving.turns = range 4 {
			list = append(list, s.turnOf(moving, 2, func(i int) []int { return moving.moves[i:][:1] }))
		}
		return list
	}
	if got := places(); !slices.Equal(got, []int{0, 0, 0, 0}) {
		t.Errorf("it moves to %v", got)
	}
	for _, taken := range [][]int{nil, {0, 1}} {
		if s.taken = taken; !slices.Equal(places(), []int{0, 1, 0, 1}) {
			t.Errorf("with CPUs %v taken it moves to %v", taken, places())
		}
	}
}

// A block waits for others no longer than it may, and not at all for parts on one CPU that
// nobody disturbed.
func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		glances := 0
		taken := func() []int {
			glances++
			time.Sleep(glance)
			return []int{1}
		}
		both := &part{point: Point{Point: bench.Point{Cores: 2, Procs: 2}}, players: []*player{{cpus: []int{0, 1}}}}
		one := &part{point: Point{Point: bench.Point{Cores: 1, Procs: 1}, Copies: 1}, players: []*player{{cpus: []int{0}}}}
		s := &sitting{busy: taken, patience: 50 * time.Millisecond}
		if i := s.next(t.Context(), []*part{one, both}); i != 0 || glances != 0 {
			t.Errorf("it chose %d after %d glances", i, glances)
		}
		if i := s.next(t.Context(), []*part{both, one}); i != 1 || glances != 1 {
			t.Errorf("it chose %d after %d glances, want the one that is free", i, glances)
		}
		began := time.Now()
		if i := s.next(t.Context(), []*part{both}); i != 0 || time.Since(began) < 50*time.Millisecond || time.Since(began) > 60*time.Millisecond {
			t.Errorf("it chose %d after %v", i, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.patience = time.Hour
		if i := s.next(ctx, []*part{both}); i != 0 {
			t.Errorf("interrupted, it chose %d", i)
		}
		s.busy = func() []int { return nil }
		if i := s.next(t.Context(), []*part{both}); i != 0 || s.disturbed || s.patience != time.Hour {
			t.Errorf("nobody is there: %d, %+v", i, s)
		}
	})
}
