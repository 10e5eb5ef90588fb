// Package gate compares two builds of the same benchmarks: whether one is
// slower, and whether it has stopped scaling.
//
// The machine that a gate runs on is noisy, and its noise has modes: the same
// code runs up to twice slower for much of the time and flips within
// milliseconds. Means of whole samples mix those modes. So a benchmark is timed
// in slices of about a quarter of a millisecond, and two builds are compared by
// a low quantile of them, which is what the code does when left alone.
//
// # Design
//
// A Block is four processes one after the other, in the order base, head, head,
// base or head, base, base, head, by a coin. If both builds are the same, the
// coin alone decides which of a block's slots are called base; so exchanging the
// names within blocks gives every outcome the experiment could have had, and the
// share of those with a difference as large as the measured one is an exact p
// value, whatever the noise is (Fisher, 1935; Edgington, 1969).
//
// The number of blocks is fixed before the first is measured. Nothing is
// measured again until it pleases.
package gate

import "overlap/bench/sweep"

// Slot is what one process timed of a point.
type Slot struct {
	Ops      int       // operations in each slice
	Slices   []float64 // nanoseconds per operation, in the order of time; of several copies, one behind the other
	CPUs     float64   // mean CPUs busy while the slices were timed; NaN if unknown
	Allocs   float64   // allocations per operation; NaN if unknown
	Bytes    float64   // bytes allocated per operation; NaN if unknown
	Pressure float64   // share of the CPUs that others had; NaN if unknown
}

// Block is four slots of a point, one after the other.
type Block struct {
	HeadFirst bool    // head, base, base, head; else base, head, head, base
	Slots     [4]Slot // in the order in which they ran
}

// Sides are the slots of the two builds, each in the order of time.
func (b Block) Sides() (base, head [2]Slot) {
	outer, inner := [2]Slot{b.Slots[0], b.Slots[3]}, [2]Slot{b.Slots[1], b.Slots[2]}
	if b.HeadFirst {
		return inner, outer
	}
	return outer, inner
}

// Series is what was measured of a point.
type Series struct {
	Point  sweep.Point
	Blocks []Block
}
