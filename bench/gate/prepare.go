package gate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

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
	alone  bool // all slots are head's
	blocks []Block
	clock  *clock
	turns  *turns    // nil where processes did not take turns
	scale  float64   // log of what head's times were multiplied by
	taken  []bool    // of every block: others had its CPUs, see Others
	free   *prepared // without those blocks; itself if there are none
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
	pt = &prepared{Point: s.Point, alone: s.Alone}
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
	pt.clock = newClock(pt.blocks)
	pt.turns = newTurns(pt.blocks, pt.clock)
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
	pt.free = &prepared{Point: pt.Point, alone: pt.alone, blocks: free, clock: newClock(free), taken: make([]bool, len(free))}
	pt.free.free = pt.free
	if len(free) > 0 {
		pt.free.turns = newTurns(free, pt.free.clock)
	}
}

func positive(list []float64) []float64 {
	bad := func(v float64) bool { return !isPositive(v) }
	if !slices.ContainsFunc(list, bad) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), bad)
}

func newClock(blocks []Block) *clock {
	c := &clock{halfOf: standard(len(blocks)), seeds: layoutsOf(blocks)}
	for k, b := range blocks {
		c.head = append(c.head, b.HeadFirst)
		for place, slot := range b.Slots {
			for _, v := range slot.Slices {
				c.slices = append(c.slices, timed{math.Log(v), int32(4*k + place)})
			}
		}
	}
	slices.SortFunc(c.slices, func(a, b timed) int { return cmp.Compare(a.log, b.log) })
	return c
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
	s := &prepared{Point: pt.Point, alone: pt.alone, blocks: pt.blocks, clock: pt.clock.times(by).(*clock), scale: pt.scale + by, taken: pt.taken}
	if pt.turns != nil {
		s.turns = pt.turns.times(by).(*turns)
		s.turns.clock = s.clock
	}
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
	l := &prepared{Point: pt.Point, alone: pt.alone, blocks: slices.Clone(pt.blocks), clock: &clock{pt.clock.slices, pt.clock.halfOf, head, pt.clock.seeds}, scale: pt.scale, taken: pt.taken}
	var free []bool
	for k := range l.blocks {
		if l.blocks[k].HeadFirst = head[k]; !pt.taken[k] {
			free = append(free, head[k])
		}
	}
	if pt.turns != nil {
		l.turns = &turns{pt.turns.logs, head, l.clock}
	}
	if l.free = l; pt.free != pt {
		l.free = pt.free.labelled(free)
	}
	return l
}

// times is the sample of the slices.
func (pt *prepared) times() sample {
	if pt.turns != nil {
		return pt.turns
	}
	return pt.clock
}

// means makes a sample of one number of every slot, of the blocks where good
// holds for all four.
func (pt *prepared) means(value func(Slot) float64, good func(float64) bool) *means {
	m := &means{turns: pt.turns != nil}
	layouts := layoutsOf(pt.blocks)
	for k, b := range pt.blocks {
		var four []float64
		for _, slot := range b.Slots {
			if v := value(slot); good(v) {
				four = append(four, v)
			}
		}
		if len(four) == 4 {
			m.slots = append(m.slots, four...)
			m.head = append(m.head, b.HeadFirst)
			if layouts != nil {
				m.seeds = append(m.seeds, layouts[k])
			}
		}
	}
	m.halfOf = standard(len(m.head))
	return m
}

// most is beyond any number that is measured, and 1/most below any time: sums and
// ratios of such numbers stay finite.
const most = 1e18

func isPositive(v float64) bool { return v >= 1/most && v <= most }

func isCount(v float64) bool { return v >= 0 && v <= most }

// meanTime is the sample of the slots' means.
func (pt *prepared) meanTime() sample {
	m := pt.means(func(s Slot) float64 {
		sum := 0.0
		for _, v := range s.Slices {
			sum += v / float64(len(s.Slices))
		}
		return sum
	}, isPositive)
	return m.times(pt.scale)
}

// busy is the sample of the CPUs that were busy.
func (pt *prepared) busy() *means {
	return pt.means(func(s Slot) float64 { return s.CPUs }, isPositive)
}
