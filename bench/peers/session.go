package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// block is a contest at one number of cores. Its sides are measured right after each
// other in every round, so that both sides of a ratio see the same machine conditions.
type block struct {
	contest *contest
	cores   int
	sides   []side
	n       map[string]int // iterations by side, from the pilot round
	samples map[string][]sample
	failed  map[string]error
}

func (b *block) title(s side) string {
	return fmt.Sprintf("%s, %s, %d core%s", b.contest.name, s.name, b.cores, plural(b.cores))
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// session measures blocks in rounds.
type session struct {
	blocks     []*block
	sampler    sampler
	rounds     int
	sampleTime time.Duration
	relink     func(context.Context) error      // before every round, if not nil
	record     func(*block, side, sample) error // writes a sample to disk
	progress   *progress
	random     *rand.Rand
}

// newBlocks leaves out the sides of missing languages and the blocks that need more CPUs
// than there are, with a note each.
func newBlocks(all []*contest, missing map[string]string, cpus int) (blocks []*block, notes []string) {
	note := func(text string) {
		if !slices.Contains(notes, text) {
			notes = append(notes, text)
		}
	}
	for _, c := range all {
		for _, cores := range c.coreCounts() {
			if cores > cpus {
				note(fmt.Sprintf("The rows of %d cores are left out: this process may use only %d.", cores, cpus))
				continue
			}
			b := &block{contest: c, cores: cores, n: map[string]int{}, samples: map[string][]sample{}, failed: map[string]error{}}
			for _, s := range c.sides() {
				if s.foreign != nil && missing[s.foreign.language()] != "" {
					note(missing[s.foreign.language()])
					continue
				}
				b.sides = append(b.sides, s)
			}
			blocks = append(blocks, b)
		}
	}
	return blocks, notes
}

// run measures a pilot round that finds the numbers of iterations, and then the rounds. A
// side that fails is not measured again, and only its own rows are lost. An error means
// that measuring ended early; the samples so far are valid.
func (s *session) run(ctx context.Context) error {
	if err := s.visit(ctx, s.calibrate); err != nil {
		return err
	}
	for round := range s.rounds {
		if s.relink != nil {
			if err := s.relink(ctx); err != nil {
				return err
			}
		}
		err := s.visit(ctx, func(ctx context.Context, b *block, one side) error {
			got, err := s.sampler.sample(ctx, b.contest.name, one, b.cores, b.n[one.name])
			if err != nil {
				return err
			}
			all := b.samples[one.name]
			for len(all) <= round { // rounds that this side has missed
				all = append(all, sample{})
			}
			all[round] = got
			b.samples[one.name] = all
			if err := s.record(b, one, got); err != nil {
				return fatal{err}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("in round %d of %d: %w", round+1, s.rounds, err)
		}
	}
	return nil
}

// fatal is an error that ends the session, because it does not come from a row.
type fatal struct{ error }

// visit calls do for every side that has not failed, with the blocks and their sides in
// random order.
func (s *session) visit(ctx context.Context, do func(context.Context, *block, side) error) error {
	for _, i := range s.random.Perm(len(s.blocks)) {
		b := s.blocks[i]
		for _, j := range s.random.Perm(len(b.sides)) {
			one := b.sides[j]
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if b.failed[one.name] != nil || b.failed[b.contest.ours.name] != nil {
				s.progress.step("")
				continue // without ours a reference has no ratio
			}
			s.progress.step(b.title(one))
			err := do(ctx, b, one)
			if err == nil {
				continue
			}
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			if end, ok := errors.AsType[fatal](err); ok {
				return end.error
			}
			b.failed[one.name] = err
			s.progress.say(fmt.Sprintf("%s failed: %v", b.title(one), err))
		}
	}
	return nil
}

// calibrate finds how many iterations of the side fill the time of a sample. A few
// iterations predict many only roughly, so that it grows by a factor of at most 100 and
// relies on a sample only if it took half of the time.
func (s *session) calibrate(ctx context.Context, b *block, one side) error {
	n := 1
	for range 10 {
		got, err := s.sampler.sample(ctx, b.contest.name, one, b.cores, n)
		if err != nil {
			return err
		}
		if one.unit != "" {
			break // a gauge has nothing to repeat
		}
		each := got.Value * float64(max(1, got.Ops)) // ns of an iteration
		if each*float64(n) >= float64(s.sampleTime)/2 {
			n = max(1, int(math.Round(float64(s.sampleTime)/each)))
			break
		}
		n = min(100*n, max(2*n, int(float64(s.sampleTime)/each)))
	}
	b.n[one.name] = n
	return nil
}
