package gate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/racing"
)

// moody are slots that took turns on a machine whose speed changes by half within
// a block and from slice to slice by a twentieth. head is what head's times are
// multiplied by.
func moody(rng *rand.Rand, blocks int, head float64) Series {
	s := Series{Point: named("Moody")}
	for range blocks {
		b := Block{HeadFirst: rng.IntN(2) == 0}
		base, other := b.Sides()
		for pair := range 2 {
			mood := 1.0
			for range 60 {
				if rng.IntN(10) == 0 {
					mood = 1 + rng.Float64()
				}
				for _, side := range []struct {
					slot *Slot
					by   float64
				}{{&base[pair], 1}, {&other[pair], head}} {
					side.slot.Slices = append(side.slot.Slices, 1000*mood*side.by*math.Exp(.05*rng.NormFloat64()))
				}
			}
		}
		for i := range 2 {
			base[i].Ops, base[i].Turns = 1, true
			other[i].Ops, other[i].Turns = 1, true
		}
		if b.HeadFirst {
			b.Slots = [4]Slot{other[0], base[0], base[1], other[1]}
		} else {
			b.Slots = [4]Slot{base[0], other[0], other[1], base[1]}
		}
		s.Blocks = append(s.Blocks, b)
	}
	return s
}

func timeOf(t *testing.T, f Findings) Change {
	t.Helper()
	for _, c := range f.Changes {
		if c.Quantity == Time {
			return c
		}
	}
	t.Fatal("no time")
	return Change{}
}

func TestTurnsSeeTwoPercent(t *testing.T) {
	racing.Skip(t)
	rng := rand.New(rand.NewPCG(1, 2))
	found, held := 0, 0
	const trials = 20
	for range trials {
		s := moody(rng, 20, 1.02)
		c := timeOf(t, Judge([]Series{s}, Options{Seed: 1}))
		if c.Adjusted <= .01 && c.Ratio > 1 {
			found++
		}
		if c.Low <= 1.02 && 1.02 <= c.High {
			held++
		}
		if !c.Paired || c.Floor < .002 || c.Floor > .03 {
			t.Errorf("paired %v, floor %v", c.Paired, c.Floor)
		}
	}
	if found < trials-2 || held < trials-4 {
		t.Errorf("2 %% slower: found in %d of %d, %d intervals hold it", found, trials, held)
	}
}

func TestTurnsKeepTheirLevel(t *testing.T) {
	racing.Long(t)
	rng := rand.New(rand.NewPCG(3, 4))
	const trials = 200
	low := 0
	for range trials {
		if c := timeOf(t, Judge([]Series{moody(rng, 14, 1)}, Options{Seed: rng.Uint64(), Quick: true})); c.P <= .05 {
			low++
		}
	}
	if low > 20 { // 10 are expected, 20 or more in 3 of 1000 runs
		t.Errorf("p <= 0.05 in %d of %d", low, trials)
	}
}

func TestTurnsDoNotCareWhoIsCalledHead(t *testing.T) {
	s := moody(rand.New(rand.NewPCG(5, 6)), 20, 1.01)
	x := timeOf(t, Judge([]Series{s}, Options{Seed: 7, Quick: true}))
	for k := range s.Blocks {
		s.Blocks[k].HeadFirst = !s.Blocks[k].HeadFirst
	}
	y := timeOf(t, Judge([]Series{s}, Options{Seed: 7, Quick: true}))
	if x.P != y.P || math.Abs(x.Ratio*y.Ratio-1) > 1e-9 || math.Abs(x.Low*y.High-1) > 1e-9 {
		t.Errorf("p %v and %v, ratios %v and %v, [%v and %v]", x.P, y.P, x.Ratio, y.Ratio, x.Low, y.High)
	}
}

// turning is a script whose slots can take turns.
type turning struct {
	script
	err error
}

func (s turning) Turns(ctx context.Context, other Sampler, p sweep.Point, ops int, d time.Duration) (both [2]Slot, err error) {
	if s.err != nil {
		return both, s.err
	}
	for i, by := range []Sampler{s, other} {
		if both[i], err = by.Slot(ctx, p, ops, d); err != nil {
			return both, &sweep.SideError{Side: i, Err: err}
		}
		both[i].Turns = true
	}
	return both, nil
}

func inTurns(log *[]string, err error, fails func(p sweep.Point, n int) error) Config {
	c := scripted(log, fails)
	c.Points, c.Blocks = c.Points[:1], 20
	c.Base, c.Head = turning{c.Base.(script), err}, turning{c.Head.(script), err}
	return c
}

func TestMeasureTakesTurns(t *testing.T) {
	var log []string
	all, problems, err := Measure(t.Context(), inTurns(&log, nil, nil))
	if err != nil || problems != nil || len(all[0].Blocks) != 20 || !timesOf(all[0].Blocks).TakeTurns() {
		t.Fatal(problems, err)
	}
	for k, b := range all[0].Blocks {
		for place := range 4 {
			side := "base"
			if (place == 0 || place == 3) == b.HeadFirst {
				side = "head"
			}
			if want := side + " A 101 200ms"; log[2+4*k+place] != want {
				t.Fatalf("block %d, slot %d: %q, want %q", k, place, log[2+4*k+place], want)
			}
		}
	}
	log = nil
	all, problems, err = Measure(t.Context(), inTurns(&log, errors.ErrUnsupported, nil))
	if err != nil || problems != nil || timesOf(all[0].Blocks).TakeTurns() || log[2] != strings.Replace(log[2], "200ms", "100ms", 1) {
		t.Errorf("where there are no turns: %v, %v, %q", problems, err, log[2])
	}
}

func TestTheSideToBlameIsNamed(t *testing.T) {
	for _, n := range []int{3, 4, 5, 6} {
		var log []string
		_, problems, err := Measure(t.Context(), inTurns(&log, nil, func(_ sweep.Point, i int) error {
			if i == n {
				return errors.New("no luck")
			}
			return nil
		}))
		side, _, _ := strings.Cut(log[n-1], " ")
		if want := side + ": no luck"; err != nil || len(problems) != 1 || problems[0].Why != want {
			t.Errorf("call %d: %v, %v, want %q", n, problems, err, want)
		}
	}
}
