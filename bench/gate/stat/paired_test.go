package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestNeighboursAreTheMiddleOfTheirRatios(t *testing.T) {
	// Of eight log ratios the two least and the two largest do not count.
	x := []float64{1, math.E, math.E, math.E * math.E, 9e9, 1e-9, 9e9, 1e-9}
	y := []float64{1, 1, 1, 1, 1, 1, 1, 1}
	if got := neighbours(x, y); math.Abs(got-1) > 1e-12 {
		t.Errorf("%v, want 1", got)
	}
	if got := neighbours(y, x); math.Abs(got+1) > 1e-12 {
		t.Errorf("the other way round %v, want -1", got)
	}
}

func TestSlotsThatDoNotPairAreJudgedWithoutTurns(t *testing.T) {
	take := func(change func(*Block)) bool {
		blocks := skewed(rand.New(rand.NewPCG(10, 11)), 16, 20)
		for k := range blocks {
			for i := range blocks[k].Slots {
				blocks[k].Slots[i].Turns = true
			}
		}
		change(&blocks[3])
		return NewTimes(blocks).TakeTurns()
	}
	if !take(func(*Block) {}) {
		t.Fatal("slots that took turns are not paired")
	}
	if take(func(b *Block) { b.Slots[2].Slices = b.Slots[2].Slices[1:] }) {
		t.Error("fewer slices: they are paired")
	}
	if take(func(b *Block) { b.Slots[2].Turns = false }) {
		t.Error("no turns: they are paired")
	}
}

// The trimmed mean of signs on sorted distances is that of the sorted values, for all signs.
func TestStatisticIsTheTrimmedMean(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 13))
	for trial := range 20000 {
		data := &pairedTimes{logs: make([][2]float64, 1+rng.IntN(20))}
		head, values := make([]bool, len(data.logs)), make([]float64, len(data.logs))
		for k := range data.logs {
			v := rng.NormFloat64() + float64(trial%3)
			if trial%2 == 0 {
				v = float64(rng.IntN(5) - 2) // ties and zeros
			}
			data.logs[k], head[k] = [2]float64{v, v}, rng.IntN(2) == 0
			if values[k] = v; !head[k] {
				values[k] = -v
			}
		}
		how := choice{paired: true, trim: float64(rng.IntN(4)) / 10}
		cut := int(how.trim * float64(len(values)))
		slices.Sort(values)
		want := Average(values[cut : len(values)-cut])
		if got := data.statistic(how)(head); math.Abs(got-want) > 1e-12 {
			t.Fatalf("trim %v of %v: %v, want %v", how.trim, values, got, want)
		}
	}
}
