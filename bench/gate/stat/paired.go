package stat

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// pairedTimes is a point whose processes took turns: slots 0 and 1, and slots 2 and 3,
// timed their slices alternately. Two slices next to each other meet the same
// conditions, so their ratio counts. The value of a pair of slots is the mean of the
// middle half of its ratios, which bursts that hit one of two neighbours do not move; that
// of the point is a trimmed mean over blocks, because two processes may also differ by
// where their memory is.
type pairedTimes struct {
	logs [][2]float64 // of every block: log of slots 0 over 1, and of slots 3 over 2
	*pooledTimes
}

// newPairedTimes returns nil unless all blocks have turns.
func newPairedTimes(blocks []Block, c *pooledTimes) *pairedTimes {
	t := &pairedTimes{pooledTimes: c}
	for _, b := range blocks {
		if !b.pairable() {
			return nil
		}
		s := b.Slots
		t.logs = append(t.logs, [2]float64{neighbours(s[0].Slices, s[1].Slices), neighbours(s[3].Slices, s[2].Slices)})
	}
	return t
}

// pairable reports whether the slices of the block can be paired.
func (b Block) pairable() bool {
	for i, s := range b.Slots {
		if !s.Turns || len(s.Slices) != len(b.Slots[i^1].Slices) {
			return false
		}
	}
	return true
}

// neighbours is the middle of the log ratios of x over y.
func neighbours(x, y []float64) float64 {
	logs := make([]float64, len(x))
	for i := range x {
		logs[i] = math.Log(x[i] / y[i])
	}
	return trimmed(logs, .25)
}

// trimmed is the mean without a share of the values at either end. It may sort
// them.
func trimmed(list []float64, share float64) float64 {
	if cut := int(share * float64(len(list))); cut > 0 {
		slices.Sort(list)
		list = list[cut : len(list)-cut]
	}
	return Average(list)
}

func (t *pairedTimes) pairs(choice) [][2]float64 { return t.logs }

func (t *pairedTimes) scaled(by float64) Data {
	scaled := &pairedTimes{slices.Clone(t.logs), t.pooledTimes}
	for k := range scaled.logs {
		shift := by
		if !t.head[k] {
			shift = -by
		}
		scaled.logs[k][0] += shift
		scaled.logs[k][1] += shift
	}
	return scaled
}

// halves are the slots that had the first turn and those that had the second: each build
// has one slot of either half in every block. What the first turn itself brings is taken
// out of the halves; it cancels within blocks.
func (t *pairedTimes) halves(*rand.Rand) Data {
	h := &pairedTimes{make([][2]float64, len(t.logs)), &pooledTimes{slices: t.slices, halfOf: t.halfOf, head: make([]bool, len(t.logs))}}
	first := 0.0
	for _, p := range t.logs {
		first += (p[0] - p[1]) / 2 / float64(len(t.logs))
	}
	for k, p := range t.logs {
		half := (p[0]-p[1])/2 - first
		h.logs[k], h.head[k] = [2]float64{half, half}, true
	}
	return h
}

// levelQuantile is the quantile of the slices that gives base's time. The ratio does
// not rest on it.
const levelQuantile = .1

func (t *pairedTimes) choices() (list []choice) {
	n := unitsOf(t).n
	for _, share := range []float64{0, .1, .2, .3} {
		if share > 0 && LeastP(n-int(share*float64(n))) > leastTrimmed {
			break
		}
		list = append(list, choice{q: levelQuantile, paired: true, trim: share})
	}
	return list
}

// A trimmed mean is a choice only if its smallest possible p value is at most
// leastTrimmed. The labels of the blocks that it leaves out do not matter, so each of
// them doubles that p value.
const leastTrimmed = 1e-4

// statistic is the trimmed mean over blocks. Exchanging the names of a block changes only the
// sign of its value, so the distances from 0 are sorted once: the largest values are the
// positive ones from the far end and then, if there are too few, the negative ones from the
// near end.
func (t *pairedTimes) statistic(how choice) statistic {
	type block struct {
		k     int
		value float64
	}
	farthest := make([]block, len(t.logs))
	for k, p := range t.logs {
		farthest[k] = block{k, (p[0] + p[1]) / 2}
	}
	slices.SortStableFunc(farthest, func(a, b block) int { return cmp.Compare(math.Abs(b.value), math.Abs(a.value)) })
	cut := int(how.trim * float64(len(farthest)))
	return func(head []bool) float64 {
		sum, above, below := 0.0, cut, cut // to leave out
		for _, b := range farthest {
			v := b.value
			if !head[b.k] {
				v = -v
			}
			switch {
			case v > 0 && above > 0:
				above--
			case !(v > 0) && below > 0:
				below--
			default:
				sum += v
			}
		}
		for i := len(farthest) - 1; above+below > 0; i-- {
			v := farthest[i].value
			if !head[farthest[i].k] {
				v = -v
			}
			switch {
			case !(v > 0) && above > 0:
				above--
				sum -= v
			case v > 0 && below > 0:
				below--
				sum -= v
			}
		}
		return sum / float64(len(farthest)-2*cut)
	}
}

func (t *pairedTimes) levels(how choice) [2]float64 {
	base := t.pooledTimes.levels(choice{q: how.q})[0]
	return [2]float64{base, base * math.Exp(t.statistic(how)(t.head))}
}
