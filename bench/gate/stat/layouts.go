package stat

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// seeds are the orders of functions in the two binaries of a block.
type seeds struct {
	outer, inner int64 // of the slots on the outside of the block, and on the inside
}

// seeds returns the seeds of a block, and false unless each side had its own.
func (b Block) seeds() (l seeds, ok bool) {
	s := b.Slots
	l = seeds{s[0].Layout, s[1].Layout}
	return l, l.outer != 0 && l.inner != 0 && l.outer != l.inner && s[3].Layout == l.outer && s[2].Layout == l.inner
}

// seedsOf returns the seeds of the blocks, nil unless all have them.
func seedsOf(blocks []Block) (list []seeds) {
	for _, b := range blocks {
		l, ok := b.seeds()
		if !ok {
			return nil
		}
		list = append(list, l)
	}
	return list
}

// units say which blocks of some data sets change their names together: the blocks of the
// same two binaries, which have the same luck with their layouts in all of them. Whether a
// block has these binaries in the same places as the first block of its unit, or swapped,
// follows from the layouts, not from the names. So nothing that rests on units depends on
// which build is called head.
type units struct {
	n      int
	of     []int  // of every block, one data set after the other
	turned []bool // of every block: its binaries are swapped, compared with the first block of its unit
}

func unitsOf(sets ...Data) (u units) {
	first := map[seeds]int{}
	for _, s := range sets {
		list := s.layouts()
		for k := range s.labels() {
			if list == nil {
				u.add(u.n, false)
				continue
			}
			l := list[k]
			i, same := first[l]
			j, turned := first[seeds{l.inner, l.outer}]
			switch {
			case same:
				u.add(i, false)
			case turned:
				u.add(j, true)
			default:
				first[l] = u.n
				u.add(u.n, false)
			}
		}
	}
	return u
}

func (u *units) add(unit int, turned bool) {
	u.of, u.turned = append(u.of, unit), append(u.turned, turned)
	u.n = max(u.n, unit+1)
}

// layoutSpread returns by how much two layouts of the same code differ: the standard deviation
// of the log of their ratio, and its 95 % interval. NaN where layouts do not vary.
//
// Units vary by their layouts and by noise, the two pairs of slots in a block only by
// noise. The difference of the two variances is due to layouts: the analysis of
// variance of random effects (Fisher, 1925). The interval is for a difference of
// variances of normal values (Ting et al., 1990; Burdick and Graybill, 1992); its lower
// end is above 0 exactly if the F test finds layouts at 2.5 %.
func (c Contrast) layoutSpread() (sd, low, high float64) {
	ratios, noise := c.byLayout()
	if len(ratios) < 2 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	all, own := variance(ratios), Average(noise)
	below, above := differenceOfVariances(all, own, float64(len(ratios)-1), .025)
	return math.Sqrt(max(0, all-own)), math.Sqrt(max(0, below)), math.Sqrt(max(0, above))
}

// exceedsNoise reports whether chance would not explain the change, at a level, in code
// that does not move.
func (c Contrast) exceedsNoise(level float64, seed, stream uint64) bool {
	rng := rand.New(rand.NewPCG(seed, stream))
	same := c.statistic(func(t *Term) Data { return withoutLayouts(centred(t), rng) })
	return LeastP(same.n) <= level && math.Abs(c.Estimate()) > beyond(same.distribution(Draws(level, floorDraws), seed, stream), level)
}

func variance(list []float64) (sum float64) {
	mean := Average(list)
	for _, v := range list {
		sum += (v - mean) * (v - mean)
	}
	return sum / float64(len(list)-1)
}

// differenceOfVariances is the interval of a variance less another, both of n
// degrees of freedom, that leaves out a share at either end.
func differenceOfVariances(a, b, n, share float64) (low, high float64) {
	chi, f := distuv.ChiSquared{K: n}, distuv.F{D1: n, D2: n}
	g, h := 1-n/chi.Quantile(1-share), n/chi.Quantile(share)-1
	up, down := f.Quantile(1-share), f.Quantile(share)
	gh := ((up-1)*(up-1) - g*g*up*up - h*h) / up
	hg := ((1-down)*(1-down) - h*h*down*down - g*g) / down
	reach := func(x, y, xy float64) float64 { return math.Sqrt(max(0, x*x*a*a+y*y*b*b+xy*a*b)) }
	return a - b - reach(g, h, gh), a - b + reach(h, g, hg)
}

// Layouts are what the places of functions in a binary do to a contrast.
type Layouts struct {
	SD, Low, High float64 // of the log of the ratio of two layouts of the same code, with its 95 % interval
	Floor         float64 // Contrast.Floor if code did not move
	Explain       bool    // the change would exceed chance if code did not move
}

// Layouts returns what layouts do to the contrast, and false where they do not vary.
func (c Contrast) Layouts(level float64, seed, stream uint64) (l Layouts, ok bool) {
	if l.SD, l.Low, l.High = c.layoutSpread(); math.IsNaN(l.SD) {
		return l, false
	}
	l.Floor = c.floor(level, withoutLayouts, seed, stream)
	l.Explain = c.exceedsNoise(level, seed, stream)
	return l, true
}

// byLayout returns of every unit the log ratio of head over base, and an unbiased
// estimate of the variance that noise alone gives that. Both are empty where
// layouts do not vary.
func (c Contrast) byLayout() (ratios, noise []float64) {
	u := c.units()
	ratios, noise = make([]float64, u.n), make([]float64, u.n)
	of := u.of
	for i, t := range c.Terms {
		if t.layouts() == nil {
			return nil, nil
		}
		pairs := t.pairs(t.how)
		n := float64(len(pairs))
		first := 0.0 // what the first turn brings
		for _, p := range pairs {
			first += (p[0] - p[1]) / 2 / n
		}
		sums, squares, blocks := make([]float64, u.n), make([]float64, u.n), make([]float64, u.n)
		for k, p := range pairs {
			ratio, rest := (p[0]+p[1])/2, (p[0]-p[1])/2-first
			if !t.labels()[k] {
				ratio = -ratio
			}
			sums[of[k]] += ratio
			squares[of[k]] += rest * rest * n / (n - 1)
			blocks[of[k]]++
		}
		of = of[len(pairs):]
		for j, m := range blocks { // 0/0 is NaN in a unit that this term lacks
			ratios[j] += c.Signs[i] * sums[j] / m
			noise[j] += squares[j] / (m * m)
		}
	}
	return slices.DeleteFunc(ratios, math.IsNaN), slices.DeleteFunc(noise, math.IsNaN)
}
