package gate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// turns is a point whose processes took turns: slots 0 and 1, and slots 2 and 3,
// timed their slices alternately. Two slices next to each other meet the same
// machine, whatever its mood, so what counts is the ratio of the two. In each
// pair of slots it is the mean of the middle half of the ratios, which bursts
// that hit one of two neighbours do not move; over blocks a trimmed mean, since
// two processes may also differ by where their memory lies.
type turns struct {
	pairs [][2]float64 // of every block: log of slots 0 over 1, and of slots 3 over 2
	head  []bool
	*clock
}

// newTurns returns nil unless all blocks have turns.
func newTurns(blocks []Block, c *clock) *turns {
	t := &turns{clock: c}
	for _, b := range blocks {
		if !b.turns() {
			return nil
		}
		s := b.Slots
		t.pairs = append(t.pairs, [2]float64{neighbours(s[0].Slices, s[1].Slices), neighbours(s[3].Slices, s[2].Slices)})
		t.head = append(t.head, b.HeadFirst)
	}
	return t
}

// turns reports whether the slices of the block can be paired.
func (b Block) turns() bool {
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

// trimmed is the mean without a share of the values at either end. It sorts them.
func trimmed(list []float64, share float64) float64 {
	slices.Sort(list)
	cut := int(share * float64(len(list)))
	list = list[cut : len(list)-cut]
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

func (t *turns) labels() []bool { return t.head }

func (t *turns) times(by float64) sample {
	scaled := &turns{slices.Clone(t.pairs), t.head, t.clock}
	for k := range scaled.pairs {
		shift := by
		if !t.head[k] {
			shift = -by
		}
		scaled.pairs[k][0] += shift
		scaled.pairs[k][1] += shift
	}
	return scaled
}

// halves are the slots that had the first turn and those that had the second, of
// which either build has one in every block; without what the first turn itself
// brings, which blocks cancel.
func (t *turns) halves(*rand.Rand) sample {
	h := &turns{make([][2]float64, len(t.pairs)), make([]bool, len(t.pairs)), t.clock}
	first := 0.0
	for _, p := range t.pairs {
		first += (p[0] - p[1]) / 2 / float64(len(t.pairs))
	}
	for k, p := range t.pairs {
		half := (p[0]-p[1])/2 - first
		h.pairs[k], h.head[k] = [2]float64{half, half}, true
	}
	return h
}

// levelQuantile is that of the slices whose times are told. The ratio is not
// theirs.
const levelQuantile = .1

func (t *turns) choices() (list []choice) {
	for _, share := range []float64{0, .1, .2, .3} {
		n := len(t.pairs)
		if share > 0 && leastP(n-int(share*float64(n))) > leastTrimmed {
			break
		}
		list = append(list, choice{q: levelQuantile, paired: true, trim: share})
	}
	return list
}

// leastTrimmed is how small a p value the trimmed mean must be able to have to be
// a choice. Of the blocks that it leaves out, it does not matter what they are
// called: each of them doubles the least p value.
const leastTrimmed = 1e-4

func (t *turns) statistic(how choice) statistic {
	signed := make([]float64, len(t.pairs))
	return func(head []bool) float64 {
		for k, p := range t.pairs {
			if signed[k] = (p[0] + p[1]) / 2; !head[k] {
				signed[k] = -signed[k]
			}
		}
		return trimmed(signed, how.trim)
	}
}

func (t *turns) levels(how choice) [2]float64 {
	base := t.clock.levels(choice{q: how.q})[0]
	return [2]float64{base, base * math.Exp(t.statistic(how)(t.head))}
}
