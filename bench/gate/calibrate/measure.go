package calibrate

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"overlap/bench/gate"
	"overlap/bench/sweep"
)

// Stage is what Measure measures with.
type Stage struct {
	Plan    Plan
	Sampler gate.Sampler // its processes must get this process's environment
	Binary  string       // test binary of package knob, as go test -c makes it, for the usual practice
	Dir     string       // for the suites; made if need be
	Seed    uint64       // of the order of points and of the coins
	Log     io.Writer

	ops map[sweep.Point]int
}

// Measure runs the parts of the plan, of each as many suites as come nearest to
// its time, and at least one. It blocks for about as long as the plan says, and
// ends between two slots when ctx does; suites that are whole stay.
//
// The environment of this process is changed while a slot of head is taken, so
// nothing else should start processes meanwhile.
func (s *Stage) Measure(ctx context.Context) error {
	if err := os.MkdirAll(s.Dir, 0o777); err != nil {
		return fmt.Errorf("folder for the calibration: %w", err)
	}
	if old, err := filepath.Glob(filepath.Join(s.Dir, "*.gob.gz")); err != nil || len(old) > 0 {
		return fmt.Errorf("%s holds %d suites already: name an empty folder, for samples of different days must not mix", s.Dir, len(old))
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
		slot, err := s.Sampler.Slot(ctx, p, 0, s.Plan.SlotTime)
		if err != nil {
			return nil, err
		}
		s.ops[p] = max(1, slot.Ops)
	}
	for range part.Blocks {
		for _, i := range r.Perm(len(series)) {
			b, err := s.block(ctx, series[i].Point, part.Head, r.IntN(2) == 0)
			if err != nil {
				return nil, err
			}
			series[i].Blocks = append(series[i].Blocks, b)
		}
	}
	return series, nil
}

func (s *Stage) block(ctx context.Context, p sweep.Point, head string, first bool) (b Block, err error) {
	b.HeadFirst = first
	began := time.Now()
	for place := range b.Slots {
		env := ""
		if isHead(first, place) {
			env = head
		}
		if b.Slots[place], err = s.slot(ctx, p, env); err != nil {
			return b, err
		}
	}
	b.Took = time.Since(began)
	return b, nil
}

// isHead reports whether the slot at this place of a block is head's.
func isHead(first bool, place int) bool { return first == (place == 0 || place == 3) }

func (s *Stage) slot(ctx context.Context, p sweep.Point, env string) (gate.Slot, error) {
	if err := context.Cause(ctx); err != nil {
		return gate.Slot{}, err
	}
	if name, value, ok := strings.Cut(env, "="); ok {
		if err := os.Setenv(name, value); err != nil {
			return gate.Slot{}, fmt.Errorf("turn the knob: %w", err)
		}
		defer os.Unsetenv(name)
	}
	slot, err := s.Sampler.Slot(ctx, p, s.ops[p], s.Plan.SlotTime)
	if err != nil {
		return slot, err
	}
	if len(slot.Slices) == 0 {
		return slot, fmt.Errorf("a slot of %s has no slices", p)
	}
	return slot, nil
}
