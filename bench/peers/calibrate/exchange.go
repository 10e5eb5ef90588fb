package calibrate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Unit is what one coin of a design exchanges: the slices of base and of head.
type Unit struct{ Base, Head []float64 }

// statistic is a difference of logarithms between head and base, if the units
// that flipped names were named the other way round.
type statistic interface {
	value(flipped []bool) float64
}

// exchange tests whether head is slower, and estimates by which factor. The
// level is two-sided. Its p is (1+#)/(1+m) of m exchanges by chance; it stops as
// soon as it cannot reach the level, which does not change what is found (Besag
// and Clifford, 1991).
func exchange(t statistic, units int, alpha float64, r *rand.Rand) (ratio float64, slower bool) {
	flipped := make([]bool, units)
	observed := t.value(flipped)
	m := max(999, int(math.Ceil(5/alpha)))
	left := int(alpha*float64(m+1)) - 1
	for ; m > 0 && left >= 0; m-- {
		toss(flipped, r)
		if math.Abs(t.value(flipped)) >= math.Abs(observed)-1e-12 {
			left--
		}
	}
	return math.Exp(observed), left >= 0 && observed > 0
}

func toss(coins []bool, r *rand.Rand) {
	for i := range coins {
		coins[i] = r.IntN(2) == 0
	}
}

// pooled compares a quantile of all slices of head with that of base.
type pooled struct {
	values    []pooledValue // ascending
	base, all []int         // slices of each unit
	quantiles []float64     // ascending
}

type pooledValue struct {
	time float64
	unit int32
	head bool
}

func pool(units []Unit, quantiles ...float64) *pooled {
	p := &pooled{quantiles: quantiles}
	for i, u := range units {
		for _, side := range []struct {
			times []float64
			head  bool
		}{{u.Base, false}, {u.Head, true}} {
			for _, t := range side.times {
				p.values = append(p.values, pooledValue{t, int32(i), side.head})
			}
		}
		p.base = append(p.base, len(u.Base))
		p.all = append(p.all, len(u.Base)+len(u.Head))
	}
	slices.SortFunc(p.values, func(a, b pooledValue) int { return cmp.Compare(a.time, b.time) })
	return p
}

func (p *pooled) value(flipped []bool) float64 {
	var t [1]float64
	p.walk(flipped, t[:])
	return t[0]
}

// walk goes up the slices until both sides have reached each of the quantiles.
func (p *pooled) walk(flipped []bool, out []float64) {
	clear(out)
	var n, seen [2]int
	for i, f := range flipped {
		base := p.base[i]
		if f {
			base = p.all[i] - base
		}
		n[0], n[1] = n[0]+base, n[1]+p.all[i]-base
	}
	var next [2]int // quantile that each side is on its way to
	for _, v := range p.values {
		side, sign := 0, -1.0
		if v.head != flipped[v.unit] {
			side, sign = 1, 1
		}
		seen[side]++
		for next[side] < len(out) && seen[side] >= rank(p.quantiles[next[side]], n[side]) {
			out[next[side]] += sign * math.Log(v.time)
			next[side]++
		}
		if min(next[0], next[1]) == len(out) {
			return
		}
	}
}

// rank returns the rank of the quantile among n, from 1.
func rank(quantile float64, n int) int { return max(1, int(math.Ceil(quantile*float64(n)))) }

// narrowest is the quantile whose exchanges reach least far out. They are the
// same whatever the names are, so the choice does not look at them.
func narrowest(units []Unit, quantiles []float64, r *rand.Rand) float64 {
	const exchanges = 300
	p := pool(units, quantiles...)
	widest := make([]float64, len(quantiles))
	out, flipped := make([]float64, len(quantiles)), make([]bool, len(units))
	for range exchanges {
		toss(flipped, r)
		p.walk(flipped, out)
		for i, t := range out {
			widest[i] = max(widest[i], math.Abs(t))
		}
	}
	best := 0
	for i := range quantiles {
		if widest[i] < widest[best] {
			best = i
		}
	}
	return quantiles[best]
}

// scores are differences of units, each with the sign of its coin.
type scores []float64

func (s scores) value(flipped []bool) (t float64) {
	for i, d := range s {
		if flipped[i] {
			d = -d
		}
		t += d / float64(len(s))
	}
	return t
}

// score compares a quantile unit by unit.
func score(units []Unit, quantile float64) scores {
	var s scores
	for _, u := range units {
		s = append(s, pool([]Unit{u}, quantile).value([]bool{false}))
	}
	return s
}
