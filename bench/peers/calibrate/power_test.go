package calibrate

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// One slice a slot, normal in its logarithm: the test of the mean over pairs has
// a power that theory knows.
func TestTheSmallestSlowdownIsThatOfTheory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector, which has nothing to see in it")
	}
	const pairs, alpha = 200, 0.01
	n := newNoise(1, 0.1, 0)
	z := distuv.UnitNormal.Quantile
	theory := math.Exp((z(1-alpha/2)+z(power))*0.1*math.Sqrt2/math.Sqrt(pairs)) - 1
	m := Alternatives()[6]
	if !m.Pairs {
		t.Fatalf("%s has no pairs", m.Name)
	}
	found := Study{Alpha: alpha, Tests: 1, Trials: 100, Seed: 3}.Of(m, []Series{{point("X", 1), n.blocks(pairs/2*20, 1)}}, pairs/2*0.25)
	if len(found) != 1 || found[0].Windows != 20 || found[0].Blocks != pairs/2 || found[0].Trials != 100 {
		t.Fatalf("%+v", found)
	}
	at := slices.IndexFunc(Steps, func(e float64) bool { return e >= theory })
	if got := found[0].Smallest(); got < Steps[at-1] || got > Steps[at] {
		t.Errorf("smallest %v, theory says %v", got, theory)
	}
	// The median of |normal| is 0.6745 sd.
	if want := 0.6745 * 0.1 * math.Sqrt2 / math.Sqrt(pairs); found[0].Error < want*0.7 || found[0].Error > want*1.4 {
		t.Errorf("error %v, want about %v", found[0].Error, want)
	}
}

func TestOraclesAreCountedAsTheySpeak(t *testing.T) {
	n := newNoise(5, 0.1, 0.5)
	series := []Series{{point("A", 1), n.blocks(40, 1)}, {point("B", 1), n.blocks(8, 1)}}
	study := Study{Alpha: 0.01, Tests: 2, Trials: 5}

	always := says(Call{Ratio: 1.5, Slower: true, Differs: true, Worse: true, ScalesWorse: true})
	list := study.Of(always, series, 2.5)
	if len(list) != 1 || list[0].Name != "A" || list[0].Smallest() != Steps[0] || list[0].Alarms != 5 || list[0].Error != 0.5 || list[0].Windows != 4 {
		t.Errorf("always: %+v; B is too short for a window", list)
	}
	suites := [][]Series{series, series, series}
	if a := study.False(always, suites, 4); a != (Alarms{12, 12, 12, 12, 12}) {
		t.Errorf("always: %+v", a)
	}
	never := says(Call{Ratio: 1})
	if list := study.Of(never, series, 2.5); !math.IsInf(list[0].Smallest(), 1) || list[0].Alarms != 0 || list[0].Found[len(Steps)-1] != 0 {
		t.Errorf("never: %+v", list)
	}
	if a := study.False(never, suites, 4); a != (Alarms{Suites: 12}) {
		t.Errorf("never: %+v", a)
	}
}

func TestABenchmarkIsJudgedAtItsShareOfTheLevel(t *testing.T) {
	levels := map[float64]bool{}
	m := Method{Judge: func(_ []Trial, alpha float64, _ uint64) []Call {
		levels[alpha] = true
		return make([]Call, 2)
	}}
	series := []Series{{point("A", 1), newNoise(1, 0.1, 0).blocks(4, 1)}}
	Study{Alpha: 0.5, Tests: 4, Trials: 2}.Of(m, series, 1)
	Study{Alpha: 0.5, Tests: 4}.False(m, [][]Series{series}, 1)
	if len(levels) != 2 || !levels[0.125] || !levels[0.5] {
		t.Errorf("levels %v, want an eighth for one benchmark and a half for a suite", levels)
	}
}

func TestLowestIsWhatTryingAllFinds(t *testing.T) {
	for n := range 16 {
		for first := range n + 1 {
			if got := lowest(n, func(i int) bool { return i >= first }); got != first {
				t.Errorf("%d of %d: %d", first, n, got)
			}
		}
	}
}

func TestEightyPercentIsEnough(t *testing.T) {
	p := Power{Trials: 10, Found: make([]int, len(Steps))}
	p.Found[2], p.Found[3] = 7, 8
	if got := p.Smallest(); got != Steps[3] {
		t.Errorf("%v, want %v", got, Steps[3])
	}
}

func TestRelabelNamesBySeedAndScalesHeadOnly(t *testing.T) {
	n := newNoise(3, 0.1, 0)
	blocks := n.blocks(50, 1)
	before := slices.Clone(blocks[0].Slots[0].Slices)
	for _, m := range []Method{{}, {Pairs: true}} {
		plain := m.relabel(point("X", 1), blocks, 0, rand.New(rand.NewPCG(5, 5))).units()
		slowed := m.relabel(point("X", 1), blocks, 1, rand.New(rand.NewPCG(5, 5))).units()
		first := 0
		for i := range plain {
			if !reflect.DeepEqual(plain[i].Base, slowed[i].Base) {
				t.Fatal("the same coins made other names, or base is slower")
			}
			for j := range plain[i].Head {
				if slowed[i].Head[j] != 2*plain[i].Head[j] {
					t.Fatalf("head %v, want twice %v", slowed[i].Head[j], plain[i].Head[j])
				}
			}
			each := len(plain) / len(blocks)
			if i%each == 0 && plain[i].Base[0] == blocks[i/each].Slots[0].Slices[0] {
				first++
			}
		}
		if first == 0 || first == len(blocks) {
			t.Errorf("base came first in %d of %d: no coin was tossed", first, len(blocks))
		}
	}
	if !slices.Equal(before, blocks[0].Slots[0].Slices) {
		t.Error("the stored slots have changed")
	}
}

func TestWindowsShareNoBlock(t *testing.T) {
	n := newNoise(1, 0.1, 0)
	s := Series{point("X", 1), n.blocks(45, 1)}
	for i := range s.Blocks {
		s.Blocks[i].Slots[0].Ops = i
	}
	windows := s.windows(2.5) // a block takes a quarter of a second
	if len(windows) != 4 {
		t.Fatalf("%d windows of 10 in 45 blocks", len(windows))
	}
	for i, w := range windows {
		if len(w) != 10 || w[0].Slots[0].Ops != 10*i {
			t.Errorf("window %d: %d blocks from %d", i, len(w), w[0].Slots[0].Ops)
		}
	}
	if got := (Series{}).windows(10); got != nil {
		t.Errorf("nothing has windows: %v", got)
	}
	suites := cut([]Series{s, {point("Y", 1), s.Blocks[:25]}}, 2.5)
	if len(suites) != 2 || len(suites[1]) != 2 || suites[1][1].Blocks[0].Slots[0].Ops != 10 {
		t.Errorf("suites: %d", len(suites))
	}
}
