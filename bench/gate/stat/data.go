package stat

import "math/rand/v2"

// Data holds one quantity of all blocks of a point: the slices or means of Times, or
// Means.
type Data interface {
	labels() []bool                 // of every block: whether its outer slots are head's
	layouts() []seeds               // of every block; nil if each build was linked once, or layouts do not matter
	scaled(by float64) Data         // the same with head's values multiplied by e^by
	halves(rng *rand.Rand) Data     // compares halves of blocks that each have a slot of either build, see mixed
	statistic(how choice) statistic // the log ratio
	choices() []choice              // of statistics; at least one
	levels(how choice) [2]float64   // base and head, as measured
	pairs(how choice) [][2]float64  // of every block: log of slots 0 over 1, and of slots 3 over 2
}

// choice names a statistic of slices.
type choice struct {
	q      float64 // quantile
	paired bool    // the mean over blocks of the log ratio in each; else pooled over blocks
	trim   float64 // share of blocks at either end that the mean leaves out
}

// arrangement says of every slot to which half of its block it belongs: 2k or
// 2k+1 for the halves of block k.
type arrangement []int32

// outerAndInner is the arrangement of outer and inner slots.
func outerAndInner(blocks int) arrangement {
	a := make(arrangement, 4*blocks)
	for i := range a {
		a[i] = int32(2*(i/4) + half[i%4])
	}
	return a
}

// mixed arranges the blocks so that each half has one slot of either side. The halves
// then differ only by noise, even where the builds differ. A coin decides which slots
// go together, so that drift within the blocks does not add up.
func mixed(blocks int, rng *rand.Rand) arrangement {
	a := make(arrangement, 4*blocks)
	for k := range blocks {
		second := 1 + rng.IntN(2) // the inner slot that the first outer one goes with
		for place := range 4 {
			a[4*k+place] = int32(2 * k)
			if place != 0 && place != second {
				a[4*k+place]++
			}
		}
	}
	return a
}

// byTurn arranges slots that took turns by who had the first turn. Other halves
// would differ by what the machine did meanwhile, which a pair of slots shares.
func byTurn(blocks int) arrangement {
	a := make(arrangement, 4*blocks)
	for i := range a {
		a[i] = int32(2*(i/4) + i%2)
	}
	return a
}
