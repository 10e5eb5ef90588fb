package gate

import (
	"fmt"
	"math"
	"slices"

	"overlap/bench/gate/stat"
	"overlap/bench/sweep"
)

// Prepared is series made ready to be judged. A Prepared does not change, so
// that it may be judged by several goroutines.
type Prepared struct {
	points []*prepared
	notes  []string

	culprits []int // see why
}

// prepared is a point with its usable blocks.
type prepared struct {
	sweep.Point
	headOnly bool // all slots are head's
	blocks   []Block
	times    *stat.Times
	taken    []bool    // of every block: others had its CPUs, see Others
	free     *prepared // without those blocks; itself if there are none
}

// Prepare sorts out what can be judged. Slices that are not positive numbers, or
// out of all bounds, are left out, and so are blocks with an empty slot or with
// slots whose slices are not of the same number of operations, which would compare
// different things. What was left out is told in the notes of the findings.
func Prepare(series []Series) *Prepared {
	p := &Prepared{}
	seen := map[sweep.Point]bool{}
	for _, s := range series {
		if seen[s.Point] {
			p.notes = append(p.notes, fmt.Sprintf("%v: given twice; the first was judged", s.Point))
			continue
		}
		seen[s.Point] = true
		pt, why := prepare(s)
		if why != "" {
			p.notes = append(p.notes, fmt.Sprintf("%v: %s", s.Point, why))
		}
		if len(pt.blocks) > 0 {
			p.points = append(p.points, pt)
		}
	}
	p.culprits = culprits(p.points)
	return p
}

func prepare(s Series) (pt *prepared, why string) {
	pt = &prepared{Point: s.Point, headOnly: s.HeadOnly}
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
	pt.leave()
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

// leave finds the blocks in which others had the CPUs. That looks at all of a
// block and at none of its times, so whatever is judged by the others alone is
// judged by an experiment like the whole.
func (pt *prepared) leave() {
	pt.free = pt
	var free []Block
	for _, b := range pt.blocks {
		taken := b.others().taken()
		pt.taken = append(pt.taken, taken)
		if !taken {
			free = append(free, b)
		}
	}
	if len(free) == len(pt.blocks) {
		return
	}
	pt.free = &prepared{Point: pt.Point, headOnly: pt.headOnly, blocks: free, times: timesOf(free), taken: make([]bool, len(free))}
	pt.free.free = pt.free
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

// Scaled returns the series with head's times multiplied by 1+e, as if head were
// that much slower: for studies of power. which says at what points; nil means
// at all. It costs much less than to prepare the series anew.
func (p *Prepared) Scaled(e float64, which func(sweep.Point) bool) *Prepared {
	by := math.Log1p(e)
	scaled := &Prepared{notes: p.notes, culprits: p.culprits}
	for _, pt := range p.points {
		if which == nil || which(pt.Point) {
			pt = pt.scaled(by)
		}
		scaled.points = append(scaled.points, pt)
	}
	return scaled
}

func (pt *prepared) scaled(by float64) *prepared {
	s := &prepared{Point: pt.Point, headOnly: pt.headOnly, blocks: pt.blocks, times: pt.times.Scaled(by), taken: pt.taken}
	if s.free = s; pt.free != pt {
		s.free = pt.free.scaled(by)
	}
	return s
}

// Relabelled returns the series with new coins for which build ran on the
// outside of each block: of two runs of the same build, another experiment. It
// must come before Scaled.
func (p *Prepared) Relabelled(coin func() bool) *Prepared {
	other := &Prepared{notes: p.notes, culprits: p.culprits}
	for _, pt := range p.points {
		head := make([]bool, len(pt.blocks))
		for k := range head {
			head[k] = coin()
		}
		other.points = append(other.points, pt.labelled(head))
	}
	return other
}

func (pt *prepared) labelled(head []bool) *prepared {
	l := &prepared{Point: pt.Point, headOnly: pt.headOnly, blocks: slices.Clone(pt.blocks), times: pt.times.Labelled(head), taken: pt.taken}
	var free []bool
	for k := range l.blocks {
		if l.blocks[k].HeadFirst = head[k]; !pt.taken[k] {
			free = append(free, head[k])
		}
	}
	if l.free = l; pt.free != pt {
		l.free = pt.free.labelled(free)
	}
	return l
}

// means is the sample of one number of every slot.
func (pt *prepared) means(value func(Slot) float64, good func(float64) bool) *stat.Means {
	return pt.times.Means(func(block, place int) float64 { return value(pt.blocks[block].Slots[place]) }, good)
}

// busy is the sample of the CPUs that were busy.
func (pt *prepared) busy() *stat.Means {
	return pt.means(func(s Slot) float64 { return s.CPUs }, stat.IsPositive)
}
