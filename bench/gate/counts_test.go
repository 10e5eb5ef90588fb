package gate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"overlap/internal/racing"
)

// counting is a point of which base and head have these counts in their slots,
// in turn.
func counting(blocks int, base, head []float64) Series {
	s := Series{Point: point("A", 0, 1, 1)}
	rng := rand.New(rand.NewPCG(1, 1))
	n := map[bool]int{}
	for range blocks {
		b := twoModes.block(rng, 100, 0)
		for i := range b.Slots {
			isHead := outside(i) == b.HeadFirst
			list := base
			if isHead {
				list = head
			}
			b.Slots[i].Allocs = list[n[isHead]%len(list)]
			b.Slots[i].Bytes = 100 * b.Slots[i].Allocs
			n[isHead]++
		}
		s.Blocks = append(s.Blocks, b)
	}
	return s
}

func TestCounts(t *testing.T) {
	racing.Skip(t)
	for _, c := range []struct {
		base, head     []float64
		exact          bool
		ratio          float64
		allocs, memory Verdict
	}{
		{[]float64{3}, []float64{3}, true, 1, Same, Same},
		{[]float64{100}, []float64{101}, true, 1.01, Worse, Same},
		{[]float64{100}, []float64{99}, true, .99, Better, Same},
		{[]float64{10}, []float64{11}, true, 1.1, Worse, Worse},
		{[]float64{10, 10, 13}, []float64{11, 12, 11}, true, 1.1, Worse, Worse},
		{[]float64{0}, []float64{0}, true, 1, Same, Same},
		{[]float64{0}, []float64{2}, true, math.Inf(1), Worse, Worse},
		{[]float64{2}, []float64{0}, true, 0, Better, Better},
		{[]float64{10, 11, 12, 13}, []float64{11, 12, 13, 14}, false, 1.08, Worse, Worse},
		{[]float64{10, 11, 12, 13}, []float64{13, 12, 11, 10}, false, 1, CannotTell, CannotTell},
	} {
		f := Judge([]Series{counting(22, c.base, c.head)}, Options{Quick: true})
		a, b := find(t, f, Allocs, "cores=1"), find(t, f, Bytes, "cores=1")
		if a.Exact != c.exact || a.Ratio != c.ratio && !near(a.Ratio, c.ratio, .02) {
			t.Errorf("%v, %v: %+v", c.base, c.head, a)
		}
		if a.Verdict != c.allocs && (c.exact || c.allocs == Worse) {
			t.Errorf("%v, %v: allocations %s, want %s: %+v", c.base, c.head, a.Verdict, c.allocs, a)
		}
		if b.Verdict != c.memory && (c.exact || c.memory == Worse) {
			t.Errorf("%v, %v: bytes %s, want %s: %+v", c.base, c.head, b.Verdict, c.memory, b)
		}
		if tests := map[bool]int{true: 2, false: 4}[c.exact]; f.Tests != tests {
			t.Errorf("%v, %v: %d tests, want %d", c.base, c.head, f.Tests, tests)
		}
	}
}

// With few blocks, half of the slots may agree by accident.
func TestFewCountsMustAllAgree(t *testing.T) {
	f := Judge([]Series{counting(2, []float64{5, 6}, []float64{6})}, Options{Quick: true})
	if c := find(t, f, Allocs, "cores=1"); c.Exact || c.Verdict == Worse {
		t.Errorf("%+v", c)
	}
}

func TestUnknownCountsAreLeftOut(t *testing.T) {
	f := Judge([]Series{counting(4, []float64{math.NaN()}, []float64{5})}, Options{Quick: true})
	for _, c := range f.Changes {
		if c.Quantity == Allocs || c.Quantity == Bytes {
			t.Errorf("%+v", c)
		}
	}
}

// What cannot be judged is reported, and none of it is called a change.
func TestHostileSeries(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	broken := func(blocks int, change func(i int, s *Slot)) []Series {
		s := twoModes.series(rng, point("A", 0, 1, 1), blocks, 100, 0)
		for k := range s.Blocks {
			for i := range s.Blocks[k].Slots {
				change(4*k+i, &s.Blocks[k].Slots[i])
			}
		}
		return []Series{s}
	}
	keep := func(int, *Slot) {}
	twice := broken(14, keep)
	for name, c := range map[string]struct {
		series  []Series
		changes int
		note    string
	}{
		"nothing":    {nil, 0, ""},
		"no blocks":  {broken(0, keep), 0, "no blocks"},
		"no slices":  {broken(3, func(_ int, s *Slot) { s.Slices = nil }), 0, "3 blocks with an empty slot left out, no blocks"},
		"one empty":  {broken(14, func(i int, s *Slot) { s.Slices = s.Slices[:len(s.Slices)*min(i, 1)] }), 4, "1 blocks with an empty slot"},
		"odd ops":    {broken(14, func(i int, s *Slot) { s.Ops = max(1, i-50) }), 4, "blocks whose slices are not of equally many operations"},
		"odd slices": {broken(14, func(_ int, s *Slot) { copy(s.Slices, []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1)}) }), 4, "280 slices that are not"},
		"one block":  {broken(1, keep), 4, "at least 9 blocks are needed to detect any change, and this run has only 1"},
		"ties":       {broken(14, func(_ int, s *Slot) { s.Slices = []float64{7, 7, 7} }), 4, ""},
		"huge":       {broken(14, func(_ int, s *Slot) { s.Slices = []float64{1e18, math.MaxFloat64, 1e-18, math.SmallestNonzeroFloat64} }), 4, "112 slices"},
		"unknown":    {broken(14, func(_ int, s *Slot) { s.CPUs, s.Allocs, s.Bytes = math.NaN(), math.Inf(1), -1 }), 2, ""},
		"twice":      {append(twice, twice...), 4, "the point appears twice"},
	} {
		f := Judge(c.series, Options{Seed: 1, Demands: map[int]float64{3: .5}})
		if len(f.Changes) != c.changes || !strings.Contains(strings.Join(f.Notes, "\n"), c.note) {
			t.Errorf("%s: %d changes, notes %q", name, len(f.Changes), f.Notes)
		}
		for _, change := range f.Changes {
			if change.Verdict == Worse || change.Verdict == Better || math.IsNaN(change.Ratio) || math.IsNaN(change.P) {
				t.Errorf("%s: %+v", name, change)
			}
		}
	}
}

// Slots of very different lengths are judged as they are.
func TestUnequalSlots(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := twoModes.series(rng, point("A", 0, 1, 1), 16, 100, math.Log(1.2))
	for k := range s.Blocks {
		for i := range s.Blocks[k].Slots {
			slot := &s.Blocks[k].Slots[i]
			slot.Slices = slot.Slices[:1+rng.IntN(len(slot.Slices))]
		}
	}
	if c := Judge([]Series{s}, Options{}).Changes[0]; c.Verdict != Worse || c.Low > 1.2 || c.High < 1.2 {
		t.Errorf("%+v", c)
	}
}
