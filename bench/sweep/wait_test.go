package sweep

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// While others have CPU 1, parts that move do so among the rest.
func TestTurnsAvoidTakenCPUs(t *testing.T) {
	moving := &part{moves: []int{0, 1}}
	s := &sitting{}
	for _, c := range []struct{ taken, want []int }{{[]int{1}, []int{0, 0, 0, 0}}, {nil, []int{0, 1, 0, 1}}, {[]int{0, 1}, []int{0, 1, 0, 1}}} {
		var places []int
		s.taken = c.taken
		for moving.turns = range 4 {
			places = append(places, s.turnOf(moving, 2, func(i int) []int { return moving.moves[i:][:1] }))
		}
		if !slices.Equal(places, c.want) {
			t.Errorf("with CPUs %v taken it moves to %v, want %v", c.taken, places, c.want)
		}
	}
}

// One CPU of 256 is no reason to wait, one of 64 is.
func TestCrowded(t *testing.T) {
	for n, want := range map[int]bool{1: true, 2: true, 64: true, 256: false} {
		s := &sitting{taken: []int{0}, players: []*player{{proc: &process{cpus: make([]int, n)}}}}
		for i := range n {
			s.players[0].proc.cpus[i] = i
		}
		if s.crowded() != want {
			t.Errorf("one of %d: crowded is %t", n, !want)
		}
		if s.taken = nil; s.crowded() {
			t.Errorf("none of %d: crowded", n)
		}
	}
}

// A block waits for others no longer than it may, and does not look for them again soon
// after it saw none.
func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var there []int
		glances := 0
		s := &sitting{players: []*player{{proc: &process{cpus: []int{0, 1}}}}, patience: 50 * time.Millisecond}
		s.busy = func() []int {
			glances++
			time.Sleep(glance)
			return there
		}
		wait := func(ctx context.Context) time.Duration {
			began := time.Now()
			s.wait(ctx)
			return time.Since(began)
		}
		if took := wait(t.Context()); took != glance || s.disturbed {
			t.Errorf("nobody is there: %v", took)
		}
		if took := wait(t.Context()); took != 0 || glances != 1 {
			t.Errorf("it looked again at once: %v, %d glances", took, glances)
		}
		s.disturbed, there = true, []int{1}
		if took := wait(t.Context()); took < 50*time.Millisecond || took > 60*time.Millisecond || s.patience > 0 || s.waited != took+glance {
			t.Errorf("it waited for %v and has patience for %v", took, s.patience)
		}
		if took := wait(t.Context()); took != glance || !s.disturbed {
			t.Errorf("without patience it waited for %v", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s.patience = time.Hour
		if took := wait(ctx); took != glance {
			t.Errorf("interrupted, it waited for %v", took)
		}
	})
}
