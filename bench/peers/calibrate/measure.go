package calibrate

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"overlap/bench/gate"
	"overlap/bench/sweep"
)

// Stage is what Measure measures with.
type Stage struct {
	Plan    Plan
	Sampler func(env string) gate.Turner // whose processes have env, NAME=VALUE or nothing, in their environment
	Binary  string                       // test binary of package knob, as go test -c makes it, for the usual practice
	Dir     string                       // for the suites; made if need be
	Seed    uint64                       // of the order of points and of the coins
	Log     io.Writer

	ops map[sweep.Point]int
}

// Measure runs the parts of the plan: at least one suite of each, and as many as come
// nearest to its time. It blocks for about as long as the plan says. When ctx ends, it
// returns after the current slot; complete suites stay.
func (s *Stage) Measure(ctx context.Context) error {
	if err := os.MkdirAll(s.Dir, 0o777); err != nil {
		return fmt.Errorf("directory for the calibration: %w", err)
	}
	if old, err := filepath.Glob(filepath.Join(s.Dir, "*.gob.gz")); err != nil || len(old) > 0 {
		return fmt.Errorf("%s holds %d suites already: name an empty directory, because samples of different days must not mix", s.Dir, len(old))
	}
	s.ops = map[sweep.Point]int{}
	r := rand.New(rand.NewPCG(s.Seed, 7))
	for _, part := range s.Plan.Parts {
		began, half := time.Now(), time.Duration(0)
		for number := 1; number == 1 || time.Since(began)+half < part.Time; number++ {
			suite, err := s.suite(ctx, part, r)
			if err != nil {
				return fmt.Errorf("part %s, suite %d: %w", part.Name, number, err)
			}
			suite.Number, half = number, suite.Took/2
			if err := suite.save(s.Dir); err != nil {
				return err
			}
			fmt.Fprintf(s.Log, "%s %s %d: %s\n", time.Now().Format(time.TimeOnly), part.Name, number, suite.Took.Round(time.Millisecond))
		}
	}
	return nil
}

func (s *Stage) suite(ctx context.Context, part Part, r *rand.Rand) (Suite, error) {
	suite := Suite{Part: part.Name, Began: time.Now()}
	var err error
	if part.Points == nil {
		suite.Usual, err = usual(ctx, s.Binary, part.Samples)
	} else {
		suite.Series, err = s.slots(ctx, part, r)
	}
	suite.Took = time.Since(suite.Began)
	return suite, err
}

// slots measures in rounds: a block of every point, in an order of chance.
func (s *Stage) slots(ctx context.Context, part Part, r *rand.Rand) ([]Series, error) {
	series := make([]Series, len(part.Points))
	for i, p := range part.Points {
		series[i].Point = p
		if s.ops[p] > 0 {
			continue
		}
		slot, err := s.Sampler("").Slot(ctx, p, 0, s.Plan.SlotTime)
		if err != nil {
			return nil, err
		}
		s.ops[p] = max(1, slot.Ops)
	}
	for range part.Blocks {
		for _, i := range r.Perm(len(series)) {
			b, err := s.block(ctx, series[i].Point, part, r.IntN(2) == 0)
			if err != nil {
				return nil, err
			}
			series[i].Blocks = append(series[i].Blocks, b)
		}
	}
	return series, nil
}

func (s *Stage) block(ctx context.Context, p sweep.Point, part Part, first bool) (b Block, err error) {
	b.HeadFirst = first
	began := time.Now()
	for place := 0; place < len(b.Slots) && err == nil; place += 2 {
		if err = context.Cause(ctx); err != nil {
			break
		}
		by := [2]gate.Turner{s.Sampler(""), s.Sampler(part.Head)}
		if isHead(first, place) {
			by[0], by[1] = by[1], by[0]
		}
		two := b.Slots[place : place+2]
		if part.Alone {
			for i := range two {
				two[i], err = by[i].Slot(ctx, p, s.ops[p], s.Plan.SlotTime)
				if err != nil {
					break
				}
			}
			continue
		}
		var both [2]gate.Slot
		both, err = by[0].Turns(ctx, by[1], p, s.ops[p], 2*s.Plan.SlotTime)
		copy(two, both[:])
	}
	for _, slot := range b.Slots {
		if err == nil && len(slot.Slices) == 0 {
			err = fmt.Errorf("a slot of %s has no slices", p)
		}
	}
	b.Took = time.Since(began)
	return b, err
}

// isHead reports whether the slot at this place of a block is head's.
func isHead(first bool, place int) bool { return first == (place == 0 || place == 3) }
