package stat

import (
	"cmp"
	"math"
	"slices"
)

// Times are the slices of a point's blocks. They do not change.
type Times struct {
	blocks []Block
	pooled *pooledTimes
	paired *pairedTimes // nil where processes did not take turns
}

// NewTimes sorts the slices of blocks, none of whose slots is empty.
func NewTimes(blocks []Block) *Times {
	c := &pooledTimes{halfOf: outerAndInner(len(blocks)), seeds: seedsOf(blocks)}
	for k, b := range blocks {
		c.head = append(c.head, b.HeadFirst)
		for place, slot := range b.Slots {
			for _, v := range slot.Slices {
				c.slices = append(c.slices, timed{math.Log(v), int32(4*k + place)})
			}
		}
	}
	slices.SortFunc(c.slices, func(a, b timed) int { return cmp.Compare(a.log, b.log) })
	return &Times{blocks: blocks, pooled: c, paired: newPairedTimes(blocks, c)}
}

// Slices returns the data set that compares slices: those next to each other where
// processes took turns, else a quantile of all.
func (t *Times) Slices() Data {
	if t.paired != nil {
		return t.paired
	}
	return t.pooled
}

// Mean returns the data set of the slots' means.
func (t *Times) Mean() Data {
	return t.Means(func(block, place int) float64 {
		list := t.blocks[block].Slots[place].Slices
		sum := 0.0
		for _, v := range list {
			sum += v / float64(len(list))
		}
		return sum
	}, IsPositive)
}

// Means returns the data set of one number of each slot, for the blocks in which all four
// are good.
func (t *Times) Means(value func(block, place int) float64, good func(float64) bool) *Means {
	m := &Means{turns: t.paired != nil}
	for k, b := range t.blocks {
		var four []float64
		for place := range b.Slots {
			if v := value(k, place); good(v) {
				four = append(four, v)
			}
		}
		if len(four) == len(b.Slots) {
			m.slots = append(m.slots, four...)
			m.head = append(m.head, b.HeadFirst)
			if t.pooled.seeds != nil {
				m.seeds = append(m.seeds, t.pooled.seeds[k])
			}
		}
	}
	m.halfOf = outerAndInner(len(m.head))
	return m
}

// TakeTurns reports whether the processes of all blocks took turns.
func (t *Times) TakeTurns() bool { return t.paired != nil }

// Relinked reports whether each block has two layouts of its own.
func (t *Times) Relinked() bool { return t.pooled.seeds != nil }
