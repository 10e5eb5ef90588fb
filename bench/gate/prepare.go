package gate

import (
	"fmt"
	"math"
	"slices"

	"overlap/bench/gate/stat"
	"overlap/bench/sweep"
)

// prepared is a point with its usable blocks.
type prepared struct {
	sweep.Point
	headOnly    bool // all slots are head's
	measured    int  // blocks, usable or not
	blocks      []Block
	times       *stat.Times
	undisturbed *prepared // without the blocks in which others had its CPUs; itself if there are no such blocks
}

// prepareAll sorts out what can be judged, and notes what cannot: slices that are not
// positive numbers, blocks with an empty slot, and blocks that would compare slices
// of different numbers of operations.
func prepareAll(series []Series) (points []*prepared, notes []string) {
	seen := map[sweep.Point]bool{}
	for _, s := range series {
		if seen[s.Point] {
			notes = append(notes, fmt.Sprintf("%v: the point appears twice; only its first series was judged", s.Point))
			continue
		}
		seen[s.Point] = true
		pt, why := prepare(s)
		if why != "" {
			notes = append(notes, fmt.Sprintf("%v: %s", s.Point, why))
		}
		if len(pt.blocks) > 0 {
			points = append(points, pt)
		}
	}
	return points, notes
}

func prepare(s Series) (pt *prepared, why string) {
	pt = &prepared{Point: s.Point, headOnly: s.HeadOnly, measured: len(s.Blocks)}
	mixed, empty, odd := 0, 0, 0
	for _, b := range s.Blocks {
		least, whole := math.MaxInt, true
		for i, slot := range b.Slots {
			kept := positive(slot.Slices)
			odd += len(slot.Slices) - len(kept)
			b.Slots[i].Slices = kept
			least = min(least, len(kept))
			whole = whole && slot.Ops == b.Slots[0].Ops
		}
		switch {
		case least == 0:
			empty++
		case !whole:
			mixed++
		default:
			pt.blocks = append(pt.blocks, b)
		}
	}
	pt.times = timesOf(pt.blocks)
	pt.setUndisturbed()
	for _, left := range []struct {
		n    int
		what string
	}{{odd, "slices that are not positive numbers"}, {empty, "blocks with an empty slot"}, {mixed, "blocks whose slices are not of equally many operations"}} {
		if left.n > 0 {
			why += fmt.Sprintf(", %d %s left out", left.n, left.what)
		}
	}
	if len(pt.blocks) == 0 {
		why += ", no blocks to judge"
	}
	if why != "" {
		why = why[2:]
	}
	return pt, why
}

// setUndisturbed finds the blocks in which others left the CPUs alone. It looks at whole
// blocks and at no times, so the remaining blocks are an experiment like the whole.
func (pt *prepared) setUndisturbed() {
	pt.undisturbed = pt
	blocks := slices.DeleteFunc(slices.Clone(pt.blocks), func(b Block) bool { return b.others().disturbed() })
	if len(blocks) < len(pt.blocks) {
		pt.undisturbed = &prepared{Point: pt.Point, headOnly: pt.headOnly, measured: pt.measured, blocks: blocks, times: timesOf(blocks)}
		pt.undisturbed.undisturbed = pt.undisturbed
	}
}

// timesOf returns what stat needs of the blocks.
func timesOf(blocks []Block) *stat.Times {
	list := make([]stat.Block, len(blocks))
	for k, b := range blocks {
		list[k].HeadFirst = b.HeadFirst
		for i, s := range b.Slots {
			list[k].Slots[i] = stat.Slot{Slices: s.Slices, Layout: s.Layout, Turns: s.Turns}
		}
	}
	return stat.NewTimes(list)
}

func positive(list []float64) []float64 {
	bad := func(v float64) bool { return !stat.IsPositive(v) }
	if !slices.ContainsFunc(list, bad) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), bad)
}

// means is the data set of one number of every slot.
func (pt *prepared) means(value func(Slot) float64, good func(float64) bool) *stat.Means {
	return pt.times.Means(func(block, place int) float64 { return value(pt.blocks[block].Slots[place]) }, good)
}

// busyCPUs is the data set of the CPUs that were busy.
func (pt *prepared) busyCPUs() *stat.Means {
	return pt.means(func(s Slot) float64 { return s.CPUs }, stat.IsPositive)
}
