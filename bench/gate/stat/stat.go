// Package stat decides whether two builds differ, from what was timed of them.
//
// Blocks of slots come in: numbers, which of them are head's, and which were
// linked alike. Ratios with p values, intervals, noise floors and the effect of
// layouts come out. It does not know benchmarks, verdicts, files or clocks, and
// the same blocks and seeds give the same numbers.
//
// The steps are: Times of the blocks, or Means of a number of each slot; a Term,
// which chooses how to summarise them; a Contrast of one term or several; then
// P, Limits, Floor and Layouts of the contrast, and Holm over all p values. A Gain
// is the interval of one build's speedup. The comment of package gate explains the
// method.
package stat

import "math"

// Slot is what one process timed.
type Slot struct {
	Slices []float64 // positive, in the order of time
	Layout int64     // seed of the order of functions in the binary; 0 for the linker's own
	Turns  bool      // its slices alternate with those of the other slot of its pair
}

// Block is four slots in the order of time. Slots 0 and 1 are a pair, and so are 2
// and 3.
type Block struct {
	HeadFirst bool // head, base, base, head; else base, head, head, base
	Slots     [4]Slot
}

// half is 0 for the outer places of a block and 1 for the inner ones.
var half = [4]int{0, 1, 1, 0}

// side returns the first slot of head, or of base.
func (b Block) side(head bool) Slot {
	if head == b.HeadFirst {
		return b.Slots[0]
	}
	return b.Slots[1]
}

// maxNumber is beyond any number that is measured, and its inverse below any time:
// sums and ratios of such numbers stay finite.
const maxNumber = 1e18

// IsPositive reports whether v can be a measured time.
func IsPositive(v float64) bool { return v >= 1/maxNumber && v <= maxNumber }

// IsCount reports whether v can be a measured count.
func IsCount(v float64) bool { return v >= 0 && v <= maxNumber }

// Average is the mean of a list.
func Average(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	return sum / float64(len(list))
}

// Draws returns how many exchanges to draw so that a p value can be compared with a
// level: at most limit.
func Draws(level float64, limit int) int {
	return int(min(max(4/level, leastDraws), float64(limit)))
}

// LeastP returns the smallest p value possible with n units: two labelings (the
// measured one and its opposite) out of 2ⁿ.
func LeastP(n int) float64 { return math.Ldexp(1, 1-n) }
