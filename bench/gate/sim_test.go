package gate

import (
	"math"
	"math/rand/v2"
	"slices"

	"overlap/bench"
	"overlap/bench/sweep"
)

// noise imitates a machine whose neighbours come and go: slices take their time,
// or slow times it, in spells; slots and blocks differ by a little; and now and
// then something takes very long.
type noise struct {
	fast   float64 // share of slices in the fast mode
	swing  float64 // sd of that share's log, from block to block
	slow   float64 // factor of the slow mode
	spell  float64 // chance of a slice to be in the mode of the one before
	jitter float64 // sd of a slice's log, skewed
	slot   float64 // sd of a slot's log
	drift  float64 // sd of a block's log
	each   int     // slices of a slot
}

var twoModes = noise{fast: .25, swing: .6, slow: 1.8, spell: .3, jitter: .02, slot: .002, drift: .003, each: 100}

// oneMode is what memory and parallel work have: no slice is left alone.
var oneMode = noise{fast: 1, slow: 1, jitter: .1, slot: .02, drift: .1, each: 100}

// block simulates a block, of which head takes e^change times as long.
func (n noise) block(rng *rand.Rand, ns, change float64) Block {
	b := Block{HeadFirst: rng.IntN(2) == 0}
	drift := n.drift * rng.NormFloat64()
	fast := n.fast * math.Exp(n.swing*rng.NormFloat64())
	for i := range b.Slots {
		s := Slot{Ops: 10, CPUs: 1, Allocs: 3, Bytes: 96}
		level := math.Log(ns) + drift + n.slot*rng.NormFloat64()
		if outside(i) == b.HeadFirst {
			level += change
		}
		quick := rng.Float64() < fast
		for range n.each {
			if rng.Float64() > n.spell {
				quick = rng.Float64() < fast
			}
			v := level + n.jitter*(.5*rng.NormFloat64()+rng.ExpFloat64())
			if !quick {
				v += math.Log(n.slow) + 5*n.jitter*rng.NormFloat64()
			}
			if rng.Float64() < .01 {
				v += rng.ExpFloat64()
			}
			s.Slices = append(s.Slices, math.Exp(v))
		}
		b.Slots[i] = s
	}
	return b
}

// series simulates a point.
func (n noise) series(rng *rand.Rand, p sweep.Point, blocks int, ns, change float64) Series {
	s := Series{Point: p}
	for range blocks {
		s.Blocks = append(s.Blocks, n.block(rng, ns, change))
	}
	return s
}

// judgedOf is a point that nothing was tested of yet.
func judgedOf(s Series) *judged {
	pt, _ := prepare(s)
	return &judged{prepared: pt}
}

// slowed are the series with head's times multiplied by 1+e.
func slowed(list []Series, e float64) (slower []Series) {
	for _, s := range list {
		s.Blocks = slices.Clone(s.Blocks)
		for k := range s.Blocks {
			b := &s.Blocks[k]
			for i := range b.Slots {
				b.Slots[i].Slices = slices.Clone(b.Slots[i].Slices)
				for j := range b.Slots[i].Slices {
					if outside(i) == b.HeadFirst {
						b.Slots[i].Slices[j] *= 1 + e
					}
				}
			}
		}
		slower = append(slower, s)
	}
	return slower
}

// outside reports whether a place in a block is on its outside.
func outside(place int) bool { return place == 0 || place == 3 }

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

func point(name string, workers, cores, copies int) sweep.Point {
	return sweep.Point{Package: "example.com/x", Copies: copies, Point: bench.Point{Workload: name, Workers: workers, Cores: cores, Procs: cores, Slices: 1}}
}
