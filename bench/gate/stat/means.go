package stat

import (
	"math"
	"math/rand/v2"
)

// Means is one number of every slot of a point.
type Means struct {
	slots  []float64 // 4k+place
	halfOf arrangement
	head   []bool
	seeds  []seeds
	counts bool // compare the means of log(1+x): x may be 0
	turns  bool // slots 0 and 1, and 2 and 3, ran at the same time
}

func (m *Means) labels() []bool    { return m.head }
func (m *Means) layouts() []seeds  { return m.seeds }
func (m *Means) choices() []choice { return []choice{{}} }

func (m *Means) scaled(by float64) Data {
	scaled := *m
	scaled.slots = make([]float64, len(m.slots))
	for i, v := range m.slots {
		if m.isHead(i) {
			v = m.stretch(v, by)
		}
		scaled.slots[i] = v
	}
	return &scaled
}

func (m *Means) stretch(v, by float64) float64 {
	if m.counts {
		return (1+v)*math.Exp(by) - 1
	}
	return v * math.Exp(by)
}

func (m *Means) halves(rng *rand.Rand) Data {
	h := *m
	h.seeds = nil
	h.halfOf, h.head = mixed(len(m.head), rng), make([]bool, len(m.head))
	if m.turns {
		h.halfOf = byTurn(len(m.head))
	}
	for k := range h.head {
		h.head[k] = true
	}
	return &h
}

func (m *Means) pairs(choice) [][2]float64 {
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

// sums returns the sums over the halves of every block, of log(1+x) for counts.
func (m *Means) sums() []float64 {
	s := make([]float64, 2*len(m.head))
	for i, v := range m.slots {
		if m.counts {
			v = math.Log1p(v)
		}
		s[m.halfOf[i]] += v
	}
	return s
}

func (m *Means) statistic(choice) statistic {
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

func (m *Means) levels(choice) [2]float64 {
	side := share(m.sums(), m.head)
	for i := range side {
		side[i] /= float64(2 * len(m.head))
		if m.counts {
			side[i] = math.Expm1(side[i])
		}
	}
	return side
}

// Blocks is how many blocks have the number.
func (m *Means) Blocks() int { return len(m.head) }

// Sides are the numbers of either build.
func (m *Means) Sides() (base, head []float64) {
	for i, v := range m.slots {
		if m.isHead(i) {
			head = append(head, v)
		} else {
			base = append(base, v)
		}
	}
	return base, head
}

func (m *Means) isHead(slot int) bool { return (m.halfOf[slot]&1 == 0) == m.head[slot/4] }

// Counts are the numbers compared by the means of log(1+x), because some are 0.
func (m *Means) Counts() *Means {
	c := *m
	c.counts = true
	return &c
}
