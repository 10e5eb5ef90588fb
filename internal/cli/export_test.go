package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"overlap/bench/gate"
	"overlap/bench/gate/pair"
)

// FakeMeasure makes a check measure nothing: the slots of a benchmark named Slow
// say that head takes half as long again, and those of Scales that two cores take
// half as long as one. It serves tests of what is around the measurement. With
// CHECK_FAKE=wait it goes on until its context ends. With CHECK_FAKE=stored the file has
// the slots, for --from. With CHECK_FAKE=short it
// measures two blocks in short slots, and with CHECK_FAKE=long as many as there is
// time for.
func FakeMeasure() {
	if fake := os.Getenv("CHECK_FAKE"); fake == "short" || fake == "long" {
		measureGate = func(ctx context.Context, c gate.Config) ([]gate.Series, []gate.Problem, error) {
			c.Relink.Every = 1
			c.SlotTime, c.Blocks, c.Looks = 5*time.Millisecond, 2, nil
			if fake == "long" {
				progress := c.Progress
				c.Blocks, c.Progress = 1<<20, func(int, int) { progress(1, 4) } // it has begun
			}
			return gate.Measure(ctx, c)
		}
		return
	}
	locateWorse = func(*checkCmd, context.Context, *streams, *pair.Pair, *gate.Report) {} // nothing is slower
	measureGate = func(ctx context.Context, c gate.Config) (all []gate.Series, problems []gate.Problem, err error) {
		for n, p := range slices.Concat(c.Points, c.HeadOnly) {
			base := 1000.0
			if strings.HasPrefix(p.Workload, "Scales") {
				base /= float64(p.Cores)
			}
			head := base
			if strings.HasPrefix(p.Workload, "Slow") {
				head = 1500
			}
			s := gate.Series{Point: p, HeadOnly: n >= len(c.Points)}
			for i := range c.Blocks {
				s.Blocks = append(s.Blocks, fakeBlock(i, base, head))
				for place, slot := range s.Blocks[i].Slots {
					isHead := s.HeadOnly || s.Blocks[i].HeadFirst == (place == 0 || place == 3)
					if os.Getenv("CHECK_FAKE") == "stored" {
						err = errors.Join(err, c.Append(gate.Record{Head: isHead, Point: p, Block: i, Place: place, Slot: slot}))
					}
				}
			}
			all = append(all, s)
			if strings.HasPrefix(p.Workload, "Fails") {
				problems = append(problems, gate.Problem{Name: p.String(), Why: "head: exit status 2"})
			}
		}
		if os.Getenv("CHECK_FAKE") == "wait" {
			for done := 1; ctx.Err() == nil; done++ {
				c.Progress(done, 1000)
				time.Sleep(time.Millisecond)
			}
			return all[:1], nil, context.Cause(ctx)
		}
		c.Progress(1, len(all))
		return all, problems, err
	}
}

// MeasureInSlots makes a check time slices for so long in a slot.
func MeasureInSlots(d time.Duration) {
	measureGate = func(ctx context.Context, c gate.Config) ([]gate.Series, []gate.Problem, error) {
		c.SlotTime = d
		return gate.Measure(ctx, c)
	}
}

// fakeBlock is a block that began with base or with head, in turn.
func fakeBlock(i int, base, head float64) gate.Block {
	slot := func(ns float64) gate.Slot {
		s := gate.Slot{Ops: 1, CPUs: 1}
		for j := range 20 {
			s.Slices = append(s.Slices, ns*(1+float64(j)/1000))
		}
		return s
	}
	b, h := slot(base), slot(head)
	if i%2 == 1 {
		return gate.Block{HeadFirst: true, Slots: [4]gate.Slot{h, b, b, h}}
	}
	return gate.Block{Slots: [4]gate.Slot{b, h, h, b}}
}
