package calibrate

import (
	"math"
	"math/rand/v2"
	"time"

	"overlap/bench"
	"overlap/bench/gate"
	"overlap/bench/sweep"
)

// noise makes slots whose truth is known.
type noise struct {
	random *rand.Rand
	slices int     // of a slot
	spread float64 // sd of the logarithm of a slice
	slow   float64 // chance that a slot begins in the slow mode, twice as slow; modes last about 20 slices
}

func newNoise(slices int, spread, slow float64) *noise {
	return &noise{rand.New(rand.NewPCG(1, 2)), slices, spread, slow}
}

func (n *noise) slot(factor float64) gate.Slot {
	s := gate.Slot{Ops: 5, CPUs: math.NaN(), Allocs: math.NaN(), Bytes: math.NaN()}
	slow := n.random.Float64() < n.slow
	for range n.slices {
		t := 1000 * factor * math.Exp(n.spread*n.random.NormFloat64())
		if slow {
			t *= 2
		}
		if n.slow > 0 && n.random.IntN(20) == 0 {
			slow = !slow
		}
		s.Slices = append(s.Slices, t)
	}
	return s
}

// blocks are measured ones in which head takes factor times as long.
func (n *noise) blocks(number int, factor float64) (all []Block) {
	for range number {
		b := Block{Took: 250 * time.Millisecond}
		b.HeadFirst = n.random.IntN(2) == 0
		for place := range b.Slots {
			f := 1.0
			if isHead(b.HeadFirst, place) {
				f = factor
			}
			b.Slots[place] = n.slot(f)
		}
		all = append(all, b)
	}
	return all
}

func point(name string, cores int) sweep.Point {
	return sweep.Point{Point: bench.Point{Workload: name, Cores: cores, Procs: cores, Slices: 1}, Copies: 1}
}

// says is a method that says the same of everything.
func says(c Call) Method {
	return Method{Name: "oracle", Judge: func(suite []Trial, _ float64, _ uint64) []Call {
		all := make([]Call, len(suite))
		for i := range all {
			all[i] = c
		}
		return all
	}}
}
