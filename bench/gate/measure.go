package gate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"overlap/bench/sweep"
)

// Sampler takes the slots of one build. ops is the operations of a slice, or 0
// for the sampler to find how many make a slice (see SliceTime); d is how
// long to time slices.
type Sampler interface {
	Slot(ctx context.Context, p sweep.Point, ops int, d time.Duration) (Slot, error)
}

// Record is a slot that was measured, for the result file.
type Record struct {
	Head  bool // else base
	Point sweep.Point
	Block int // from 0
	Place int // in the block, from 0
	Slot  Slot
}

// Config says what to measure.
type Config struct {
	Points     []sweep.Point
	Base, Head Sampler
	Blocks     int                 // of every point
	SlotTime   time.Duration       // how long the slices of a slot take
	Seed       uint64              // of the order of points and of the coins
	Append     func(Record) error  // may be nil
	Progress   func(done, all int) // of slots; may be nil
}

// Measure visits the points in rounds, each round in an order of its own, and
// takes a block of a point at each visit. Before the first round, base tells how
// many operations make a slice of a point; both builds keep to that number.
//
// A point of which a process fails is left out, with the reason, whatever was
// measured of it: its blocks would be those in which it did not fail. If the
// context ends, or Append fails, Measure returns the whole blocks so far with the
// cause.
func Measure(ctx context.Context, c Config) ([]Series, []Problem, error) {
	m := measurement{Config: c, random: rand.New(rand.NewPCG(c.Seed, 0))}
	if err := m.fit(ctx); err != nil {
		return nil, m.problems, err
	}
	order := make([]*measured, len(m.points))
	copy(order, m.points)
	var err error
	for block := 0; block < c.Blocks && err == nil; block++ {
		m.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, p := range order {
			if p.failed {
				continue
			}
			if err = m.block(ctx, p, block); err != nil {
				break
			}
		}
	}
	var all []Series
	for _, p := range m.points {
		if !p.failed {
			all = append(all, p.Series)
		}
	}
	return all, m.problems, err
}

// measured is a point while it is measured.
type measured struct {
	Series
	ops    int
	failed bool
}

type measurement struct {
	Config
	random   *rand.Rand
	points   []*measured
	problems []Problem
	done     int
}

// fit finds the operations of a slice, and drops points that one of the builds
// cannot run.
func (m *measurement) fit(ctx context.Context) error {
	for _, p := range m.Points {
		s := &measured{Series: Series{Point: p}}
		slot, err := m.slot(ctx, s, false, m.SlotTime/2)
		if s.ops = slot.Ops; err == nil {
			_, err = m.slot(ctx, s, true, 0)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			m.points = append(m.points, s)
		}
	}
	return nil
}

// block measures a block of a point. Its error is one that ends the measurement.
func (m *measurement) block(ctx context.Context, p *measured, n int) error {
	b := Block{HeadFirst: m.random.IntN(2) == 1}
	for place := range b.Slots {
		head := (place == 0 || place == 3) == b.HeadFirst
		slot, err := m.slot(ctx, p, head, m.SlotTime)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return nil
		}
		b.Slots[place] = slot.Stored() // as the file has it, so that it can be judged again
		if m.Append != nil {
			if err := m.Append(Record{Head: head, Point: p.Point, Block: n, Place: place, Slot: slot}); err != nil {
				return err
			}
		}
		m.done++
		if m.Progress != nil {
			m.Progress(m.done, m.slots())
		}
	}
	p.Blocks = append(p.Blocks, b)
	return nil
}

// slots are all that will have been measured in the end.
func (m *measurement) slots() int {
	n := 0
	for _, p := range m.points {
		if p.failed {
			n += 4 * len(p.Blocks)
		} else {
			n += 4 * m.Blocks
		}
	}
	return max(n, m.done)
}

// slot measures one, or notes why the point is left out.
func (m *measurement) slot(ctx context.Context, p *measured, head bool, d time.Duration) (Slot, error) {
	sampler, side := m.Base, "base"
	if head {
		sampler, side = m.Head, "head"
	}
	slot, err := sampler.Slot(ctx, p.Point, p.ops, d)
	if err == nil {
		err = slot.check()
	}
	if err == nil && p.ops > 0 && slot.Ops != p.ops {
		err = fmt.Errorf("its slices have %d operations, not %d", slot.Ops, p.ops)
	}
	if err == nil || ctx.Err() != nil {
		return slot, err
	}
	p.failed = true
	name := p.Point.String()
	if !slices.ContainsFunc(m.problems, func(q Problem) bool { return q.Name == name }) {
		m.problems = append(m.problems, Problem{Name: name, Why: fmt.Sprintf("%s: %v", side, err)})
	}
	return slot, err
}
