package gate

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"

	"overlap/internal/table"

	"gonum.org/v1/gonum/stat/distuv"
)

// Span is the 95 % interval of a gain of one build: nothing where it is not known.
type Span struct{ Low, High float64 }

// MarshalJSON writes null for numbers that are not finite.
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Low  table.Null `json:"low"`
		High table.Null `json:"high"`
	}{table.Null(s.Low), table.Null(s.High)})
}

// over is the span of a cores-th.
func (s Span) over(cores int) Span { return Span{s.Low / float64(cores), s.High / float64(cores)} }

// with is the span with the value in it: that of head is told by turns, which the
// span does not know.
func (s Span) with(value float64) Span { return Span{min(s.Low, value), max(s.High, value)} }

// quotient is a gain in times: that of the second point over that of the first,
// times that of the third over that of the fourth, if there are so many.
type quotient struct {
	points []*judged
	factor float64
	q      float64 // quantile of the times
}

// numerator reports whether the time of the point i multiplies the quotient.
func numerator(i int) bool { return i == 1 || i == 2 }

func sign(i int) float64 {
	if numerator(i) {
		return 1
	}
	return -1
}

// bootstraps is how many resamples an interval of one build rests on.
const bootstraps = 1000

// value is the quotient of one build, by the blocks in which others left the CPUs
// alone, with its interval: of blocks drawn with replacement (Efron, 1979), those
// of one binary together, made as much wider as Student's interval of so few is
// than the normal one and as their spread is too small (Hesterberg, 2015). It
// reaches as far beyond that as if the program had waited for all that others may
// have had of one CPU in those blocks.
func (g quotient) value(head bool, seed, stream uint64) (value float64, span Span) {
	levels := make([]*leveller, len(g.points))
	low, high, log := 1., 1., math.Log(g.factor)
	groups := math.MaxInt
	for i, pt := range g.points {
		levels[i] = newLeveller(pt.free, head, g.q)
		log += sign(i) * levels[i].log(nil)
		groups = min(groups, len(levels[i].groups))
		if lost := pt.free.lost(); numerator(i) {
			low *= 1 - lost
		} else {
			high /= 1 - lost
		}
	}
	value = math.Exp(log)
	if leastP(groups) > .05 {
		return value, Span{High: math.Inf(1)}
	}
	rng := rand.New(rand.NewPCG(seed, stream))
	logs := make([]float64, bootstraps)
	for k := range logs {
		for i := range g.points {
			logs[k] += sign(i) * levels[i].log(rng)
		}
	}
	slices.Sort(logs)
	n := float64(groups)
	wider := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(.975) / distuv.UnitNormal.Quantile(.975) * math.Sqrt(n/(n-1))
	bound := func(place int) float64 {
		return value * math.Exp(wider*(logs[place]+math.Log(g.factor)-log))
	}
	return value, Span{low * bound(bootstraps*25/1000), high * bound(bootstraps*975/1000-1)}
}

// absolute fills in the intervals of a gain, which is no gain without its points.
func (t *test) absolute(seed, stream uint64) {
	if t.own == nil {
		return
	}
	_, base := t.value(false, seed, stream)
	_, head := t.value(true, seed, stream)
	t.BaseSpan, t.HeadSpan = base.with(t.Base), head.with(t.Head)
}

// leveller finds a quantile of the slices of one build in samples of its blocks.
type leveller struct {
	*prepared
	head   bool
	q      float64
	slices []int // of every block, of that build
	weight []int
	groups [][]int // blocks of one binary of the build, which are drawn together
}

func newLeveller(pt *prepared, head bool, q float64) *leveller {
	l := &leveller{prepared: pt, head: head, q: q, slices: make([]int, len(pt.blocks)), weight: make([]int, len(pt.blocks))}
	for _, v := range pt.clock.slices {
		if l.has(v) {
			l.slices[v.slot/4]++
		}
	}
	binaries := map[int64]int{}
	for k, b := range pt.blocks {
		base, at := b.Sides()
		if !head && !pt.alone {
			at = base
		}
		g, known := binaries[at[0].Layout]
		if !known || at[0].Layout == 0 {
			g = len(l.groups)
			l.groups = append(l.groups, nil)
			binaries[at[0].Layout] = g
		}
		l.groups[g] = append(l.groups[g], k)
	}
	return l
}

// has reports whether a slice is of the build.
func (l *leveller) has(v timed) bool { return l.alone || l.clock.isHead(v.slot) == l.head }

// log is the logarithm of the quantile, of groups of blocks drawn with replacement
// by rng if it is not nil.
func (l *leveller) log(rng *rand.Rand) float64 {
	for k := range l.weight {
		l.weight[k] = 1
		if rng != nil {
			l.weight[k] = 0
		}
	}
	if rng != nil {
		for range l.groups {
			for _, k := range l.groups[rng.IntN(len(l.groups))] {
				l.weight[k]++
			}
		}
	}
	all := 0
	for k, n := range l.slices {
		all += n * l.weight[k]
	}
	want := rank(l.q, all)
	for _, v := range l.clock.slices {
		if l.has(v) {
			if want -= l.weight[v.slot/4]; want <= 0 {
				return v.log
			}
		}
	}
	return math.NaN()
}
