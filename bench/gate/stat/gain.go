package stat

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// bootstraps is how many resamples an interval of one build rests on.
const bootstraps = 1000

// Gain is a gain in times of one build, such as a speedup: the time at a reference
// over that at a point.
type Gain struct {
	Factor   float64
	Quantile float64 // of the times
	Times    []GainTime
}

// GainTime is a time in a Gain.
type GainTime struct {
	*Times
	Divides bool    // the gain is over it
	AllHead bool    // all slots are of head
	Lost    float64 // share of a CPU that others may have had
}

func (t GainTime) sign() float64 {
	if t.Divides {
		return -1
	}
	return 1
}

// Value returns the gain of one build with its 95 % interval. The interval is a
// bootstrap over blocks (Efron, 1979); blocks of one binary are drawn together. Because
// there are few blocks, it is widened by the ratio of Student's quantile to the normal
// one, and by √(n/(n−1)) (Hesterberg, 2015). It is widened again by the CPU time that
// other programs may have taken. With too few blocks it is 0 to +Inf.
func (g Gain) Value(head bool, seed, stream uint64) (value, low, high float64) {
	levels := make([]*leveller, len(g.Times))
	lower, upper, log := 1., 1., math.Log(g.Factor)
	groups := math.MaxInt
	for i, t := range g.Times {
		levels[i] = newLeveller(t, head, g.Quantile)
		log += t.sign() * levels[i].log(nil)
		groups = min(groups, len(levels[i].groups))
		if t.Divides {
			upper /= 1 - t.Lost
		} else {
			lower *= 1 - t.Lost
		}
	}
	value = math.Exp(log)
	if LeastP(groups) > .05 {
		return value, 0, math.Inf(1)
	}
	rng := rand.New(rand.NewPCG(seed, stream))
	logs := make([]float64, bootstraps)
	for k := range logs {
		for i, t := range g.Times {
			logs[k] += t.sign() * levels[i].log(rng)
		}
	}
	slices.Sort(logs)
	n := float64(groups)
	wider := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(.975) / distuv.UnitNormal.Quantile(.975) * math.Sqrt(n/(n-1))
	bound := func(place int) float64 {
		return value * math.Exp(wider*(logs[place]+math.Log(g.Factor)-log))
	}
	return value, lower * bound(bootstraps*25/1000), upper * bound(bootstraps*975/1000-1)
}

// leveller finds a quantile of the slices of one build in samples of its blocks.
type leveller struct {
	GainTime
	head   bool
	q      float64
	slices []int // of every block, of that build
	weight []int
	groups [][]int // blocks of one binary of the build, which are drawn together
}

func newLeveller(t GainTime, head bool, q float64) *leveller {
	l := &leveller{GainTime: t, head: head, q: q, slices: make([]int, len(t.blocks)), weight: make([]int, len(t.blocks))}
	for _, v := range t.pooled.slices {
		if l.has(v) {
			l.slices[v.slot/4]++
		}
	}
	binaries := map[int64]int{}
	for k, b := range t.blocks {
		layout := b.side(head || t.AllHead).Layout
		g, known := binaries[layout]
		if !known || layout == 0 {
			g = len(l.groups)
			l.groups = append(l.groups, nil)
			binaries[layout] = g
		}
		l.groups[g] = append(l.groups[g], k)
	}
	return l
}

// has reports whether a slice is of the build.
func (l *leveller) has(v timed) bool { return l.AllHead || l.pooled.isHead(v.slot) == l.head }

// log is the logarithm of the quantile, of groups of blocks drawn with replacement
// by rng if it is not nil.
func (l *leveller) log(rng *rand.Rand) float64 {
	clear(l.weight)
	for g := range l.groups {
		if rng != nil {
			g = rng.IntN(len(l.groups))
		}
		for _, k := range l.groups[g] {
			l.weight[k]++
		}
	}
	all := 0
	for k, n := range l.slices {
		all += n * l.weight[k]
	}
	want := rank(l.q, all)
	for _, v := range l.pooled.slices {
		if l.has(v) {
			if want -= l.weight[v.slot/4]; want <= 0 {
				return v.log
			}
		}
	}
	return math.NaN()
}
