package gate

import (
	"math"
	"math/rand/v2"
)

// means is one number of every slot of a point.
type means struct {
	slots  []float64 // 4k+place
	halfOf arrangement
	head   []bool
	seeds  []seeds
	counts bool // compare the means of log(1+x): x may be 0
	turns  bool // slots 0 and 1, and 2 and 3, ran at the same time
}

func (m *means) labels() []bool    { return m.head }
func (m *means) layouts() []seeds  { return m.seeds }
func (m *means) choices() []choice { return []choice{{}} }

func (m *means) times(by float64) sample {
	scaled := *m
	scaled.slots = make([]float64, len(m.slots))
	for i, v := range m.slots {
		if (m.halfOf[i]&1 == 0) == m.head[i/4] {
			v = m.stretch(v, by)
		}
		scaled.slots[i] = v
	}
	return &scaled
}

func (m *means) stretch(v, by float64) float64 {
	if m.counts {
		return (1+v)*math.Exp(by) - 1
	}
	return v * math.Exp(by)
}

func (m *means) halves(rng *rand.Rand) sample {
	h := *m
	h.seeds = nil
	h.halfOf, h.head = mixed(len(m.head), rng), make([]bool, len(m.head))
	if m.turns {
		h.halfOf = firsts(len(m.head))
	}
	for k := range h.head {
		h.head[k] = true
	}
	return &h
}

func (m *means) pairs(choice) [][2]float64 {
	logs := make([]float64, len(m.slots))
	for i, v := range m.slots {
		if m.counts {
			v++
		}
		logs[i] = math.Log(v)
	}
	return pairsOf(logs)
}

// pairsOf are the differences of places 0 and 1, and of 3 and 2, of every block.
func pairsOf(slots []float64) [][2]float64 {
	pairs := make([][2]float64, len(slots)/4)
	for k := range pairs {
		s := slots[4*k:]
		pairs[k] = [2]float64{s[0] - s[1], s[3] - s[2]}
	}
	return pairs
}

// sums are those of the halves of every block, of log(1+x) for counts.
func (m *means) sums() []float64 {
	s := make([]float64, 2*len(m.head))
	for i, v := range m.slots {
		if m.counts {
			v = math.Log1p(v)
		}
		s[m.halfOf[i]] += v
	}
	return s
}

func (m *means) statistic(choice) statistic {
	s := m.sums()
	return func(head []bool) float64 {
		side := share(s, head)
		if m.counts {
			return (side[1] - side[0]) / float64(2*len(head))
		}
		return math.Log(side[1] / side[0])
	}
}

// share sums the halves of base and of head.
func share(sums []float64, head []bool) (side [2]float64) {
	for k, outer := range head {
		if outer {
			side[1] += sums[2*k]
			side[0] += sums[2*k+1]
		} else {
			side[0] += sums[2*k]
			side[1] += sums[2*k+1]
		}
	}
	return side
}

func (m *means) levels(choice) [2]float64 {
	side := share(m.sums(), m.head)
	for i := range side {
		side[i] /= float64(2 * len(m.head))
		if m.counts {
			side[i] = math.Expm1(side[i])
		}
	}
	return side
}
