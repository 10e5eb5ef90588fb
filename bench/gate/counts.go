package gate

import (
	"math"
	"slices"

	"overlap/bench/gate/stat"
)

// testCount compares what was counted of a point, bytes or allocations, or returns
// nil if it was not. Noise only ever adds to counts: other goroutines allocate,
// too. So if at least half of the slots of each side have the smallest count of
// their side, the two smallest counts are compared as they are. With few blocks
// all slots must have it, because half of them could agree by accident. Other
// counts are tested as times are, by the means of log(1+x).
func (pt *judged) testCount(q Quantity, o Options) *test {
	value := func(s Slot) float64 { return s.Allocs }
	if q == Bytes {
		value = func(s Slot) float64 { return s.Bytes }
	}
	m := pt.means(value, stat.IsCount)
	if m.Blocks() == 0 {
		return nil
	}
	bases, heads := m.Sides()
	base, sure := usual(bases)
	head, too := usual(heads)
	if !sure || !too {
		return pt.test(q, m.Counts(), o)
	}
	return &test{Change: pt.exactly(q, base, head, m.Blocks(), o), points: []*judged{pt}}
}

// fewSlots is the number of slots of a side below which all must agree.
const fewSlots = 16

// usual is the smallest of the values, and whether enough of them are equal to it.
func usual(list []float64) (least float64, ok bool) {
	least = slices.Min(list)
	equal := 0
	for _, v := range list {
		if v == least {
			equal++
		}
	}
	if len(list) < fewSlots {
		return least, equal == len(list)
	}
	return least, 2*equal >= len(list)
}

// exactly is a change without chance. Any allocation more or less counts; bytes
// count beyond the threshold, because sizes of maps and buffers depend on seeds
// and alignment. Against a base of 0 the ratio is +Inf, which JSON has no number
// for: it is null there, beside a base of 0.
func (pt *judged) exactly(q Quantity, base, head float64, blocks int, o Options) Change {
	c := pt.change(q)
	c.Base, c.Head, c.Exact, c.P, c.Adjusted, c.Verdict, c.Blocks = base, head, true, 1, 1, Same, blocks
	c.Ratio = 1
	if base != head {
		c.Ratio, c.P, c.Adjusted = head/base, 0, 0
	}
	c.Low, c.High = c.Ratio, c.Ratio
	allowed := 0.0
	if q == Bytes {
		allowed = margin(o.threshold(c))
	}
	switch by := math.Log(c.Ratio); {
	case by > allowed:
		c.Verdict = Worse
	case by < -allowed:
		c.Verdict = Better
	}
	return c
}
