package stat

import (
	"math"
	"math/rand/v2"
	"slices"
)

// timed is a slice: the logarithm of its time, and its slot, 4·block+place.
type timed struct {
	log  float64
	slot int32
}

// pooledTimes is the slices of a point.
type pooledTimes struct {
	slices []timed // ascending
	halfOf arrangement
	head   []bool
	seeds  []seeds
}

func (c *pooledTimes) labels() []bool   { return c.head }
func (c *pooledTimes) layouts() []seeds { return c.seeds }

// isHead reports whether a slot counts as head's.
func (c *pooledTimes) isHead(slot int32) bool {
	return (c.halfOf[slot]&1 == 0) == c.head[slot/4]
}

// scaled merges the two sides again, which is faster than sorting.
func (c *pooledTimes) scaled(by float64) Data {
	var sides [2][]timed
	for _, v := range c.slices {
		if c.isHead(v.slot) {
			sides[1] = append(sides[1], timed{v.log + by, v.slot})
		} else {
			sides[0] = append(sides[0], v)
		}
	}
	merged := make([]timed, 0, len(c.slices))
	base, head := sides[0], sides[1]
	for len(base) > 0 && len(head) > 0 {
		if base[0].log <= head[0].log {
			merged, base = append(merged, base[0]), base[1:]
		} else {
			merged, head = append(merged, head[0]), head[1:]
		}
	}
	merged = append(append(merged, base...), head...)
	return &pooledTimes{merged, c.halfOf, c.head, c.seeds}
}

func (c *pooledTimes) halves(rng *rand.Rand) Data {
	first := make([]bool, len(c.head))
	for k := range first {
		first[k] = true
	}
	return &pooledTimes{c.slices, mixed(len(c.head), rng), first, nil}
}

// quantiles are those to choose from. Low quantiles show the code undisturbed; code on
// several CPUs is seldom undisturbed on all of them, and code that waits for memory never
// is.
var quantiles = []float64{.002, .005, .01, .02, .05, .1, .25, .5}

// highest is the highest quantile that may be pooled. An exchange can move the q
// quantile of one side into the slow build's slices only if more than 1−q of that
// side's slices are slow. With 22 blocks, 1 exchange in 8,000 does this for q = 0.1, 1
// in 60 for q = 0.25, and nearly all for q = 0.5, so high quantiles have no power.
const highest = .1

// choices leaves out low quantiles that rest on too few units: where one unit has all
// the fast slices, every exchange has the measured difference or its opposite.
func (c *pooledTimes) choices() (list []choice) {
	for _, q := range quantiles {
		if q <= highest && LeastP(c.support(q)) <= tail {
			list = append(list, choice{q: q})
		}
	}
	for _, q := range quantiles {
		list = append(list, choice{q: q, paired: true})
	}
	return list
}

// support is how many units the slices up to the q quantile come from: (Σn)²/Σn² of
// the units' numbers of them, in whole units (Kish, 1965).
func (c *pooledTimes) support(q float64) int {
	u := unitsOf(c)
	n := make([]int, u.n)
	up := rank(q, len(c.slices))
	for _, v := range c.slices[:up] {
		n[u.of[v.slot/4]]++
	}
	squares := 0
	for _, n := range n {
		squares += n * n
	}
	return up * up / squares
}

func (c *pooledTimes) statistic(how choice) statistic {
	if how.paired {
		return mean(c.differences(how.q))
	}
	p := c.pool()
	return func(head []bool) float64 {
		p.side(head)
		return p.quantile(how.q, 1) - p.quantile(how.q, 0)
	}
}

func (c *pooledTimes) levels(how choice) (level [2]float64) {
	p := c.pool()
	p.side(c.head)
	base := math.Exp(p.quantile(how.q, 0))
	return [2]float64{base, base * math.Exp(c.statistic(how)(c.head))}
}

func (c *pooledTimes) pairs(how choice) [][2]float64 {
	n, seen, slots := make([]int, len(c.halfOf)), make([]int, len(c.halfOf)), make([]float64, len(c.halfOf))
	for _, v := range c.slices {
		n[v.slot]++
	}
	for _, v := range c.slices {
		if seen[v.slot]++; seen[v.slot] == rank(how.q, n[v.slot]) {
			slots[v.slot] = v.log
		}
	}
	return pairsOf(slots)
}

// differences returns for every block by how much the quantile of its first half exceeds
// that of its second.
func (c *pooledTimes) differences(q float64) []float64 {
	halves := make([][]float64, 2*len(c.head))
	for _, v := range c.slices {
		h := c.halfOf[v.slot]
		halves[h] = append(halves[h], v.log)
	}
	d := make([]float64, len(c.head))
	for k := range d {
		a, b := halves[2*k], halves[2*k+1]
		d[k] = a[rank(q, len(a))-1] - b[rank(q, len(b))-1]
	}
	return d
}

// mean is the mean of the blocks' differences, turned round where the outer
// slots are not head's.
func mean(d []float64) statistic {
	return func(head []bool) float64 {
		sum := 0.0
		for k, v := range d {
			if head[k] {
				sum += v
			} else {
				sum -= v
			}
		}
		return sum / float64(len(d))
	}
}

// rank is the place, from 1, of the q quantile among n sorted values: the
// smallest with a share of at least q up to it.
func rank(q float64, n int) int { return min(max(int(math.Ceil(q*float64(n)-1e-9)), 1), n) }

// stride is how many slices lie between two counts of a pool.
const stride = 64

// pool finds quantiles of the slices of one side among all. Counts of every
// half at every stride save the walk up to them.
type pool struct {
	logs   []float64
	half   []int32
	counts [][]int32 // up to stride i, of every half
	total  []int32
	chosen []int32 // of every block the half that is head's
	isHead []int32 // of every half, 0 or 1
	n      [2]int  // slices of either side
}

func (c *pooledTimes) pool() *pool {
	halves := 2 * len(c.head)
	p := &pool{
		logs: make([]float64, len(c.slices)), half: make([]int32, len(c.slices)),
		total: make([]int32, halves), chosen: make([]int32, len(c.head)), isHead: make([]int32, halves),
	}
	for i, v := range c.slices {
		if i%stride == 0 {
			p.counts = append(p.counts, slices.Clone(p.total))
		}
		p.logs[i], p.half[i] = v.log, c.halfOf[v.slot]
		p.total[p.half[i]]++
	}
	return p
}

// side sets which halves are head's.
func (p *pool) side(head []bool) {
	p.n = [2]int{}
	for k, outer := range head {
		h := int32(1)
		if outer {
			h = 0
		}
		p.chosen[k] = int32(2*k) + h
		p.isHead[2*k], p.isHead[2*k+1] = 1-h, h
		p.n[1] += int(p.total[p.chosen[k]])
	}
	p.n[0] = len(p.logs) - p.n[1]
}

// quantile is the log of the q quantile of base (0) or head (1).
func (p *pool) quantile(q float64, side int32) float64 {
	want := rank(q, p.n[side])
	low, high := 0, len(p.counts) // the last stride below want is in [low, high)
	for low+1 < high {
		mid := (low + high) / 2
		if p.upTo(mid, side) < want {
			low = mid
		} else {
			high = mid
		}
	}
	seen := p.upTo(low, side)
	for i := low * stride; i < len(p.logs); i++ {
		if p.isHead[p.half[i]] == side {
			if seen++; seen == want {
				return p.logs[i]
			}
		}
	}
	return math.NaN()
}

// upTo counts a side's slices before a stride.
func (p *pool) upTo(i int, side int32) int {
	row, n := p.counts[i], int32(0)
	for _, h := range p.chosen {
		n += row[h]
	}
	if side == 0 {
		return i*stride - int(n)
	}
	return int(n)
}
