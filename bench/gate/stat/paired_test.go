package stat

import (
	"math"
	"math/rand/v2"
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
