package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// By how much layouts differ is known without bias, and its interval holds it.
func TestLayoutsAreDistinguishedFromNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	n := 400
	if testing.Short() {
		n = 80
	}
	for _, l := range []struct {
		sd, noise float64 // of the logs of a layout and of a slot
		every     int     // blocks of a pair of layouts
	}{
		{0, .003, 1}, {.002, .003, 1}, {.01, .003, 1}, {.04, .003, 1}, {.04, .04, 1}, {.04, .01, 2},
	} {
		truth := l.sd * math.Sqrt2
		squares, all, held, seen := 0., 0., 0, 0
		for range n {
			c := Single(&Term{Data: NewTimes(relinked(rng, 20*l.every, l.every, l.sd, l.noise)).Slices()})
			ratios, noise := c.byLayout()
			squares += (variance(ratios) - Average(noise)) / float64(n)
			all += variance(ratios) / float64(n)
			_, low, high := c.layoutSpread()
			if low <= truth && truth <= high {
				held++
			}
			if low > 0 {
				seen++
			}
		}
		t.Logf("%+v: layouts differ by %.4f, %.4f was found; %d of %d intervals hold it, %d see it", l, truth, math.Sqrt(max(0, squares)), held, n, seen)
		off := 4 * all * math.Sqrt(4./19/float64(n))
		if math.Abs(squares-truth*truth) > off {
			t.Errorf("%+v: a variance of %.3g was found, want %.3g ±%.1g", l, squares, truth*truth, off)
		}
		if float64(held) < .95*float64(n)-3*math.Sqrt(.05*.95*float64(n)) {
			t.Errorf("%+v: %d of %d intervals hold it", l, held, n)
		}
		if l.sd == 0 && float64(seen) > .025*float64(n)+3*math.Sqrt(.025*float64(n)) {
			t.Errorf("%+v: %d of %d runs see layouts that do nothing", l, seen, n)
		}
	}
}

// relinked are blocks of a head that takes a tenth longer, with two layouts for
// every so many blocks.
func relinked(rng *rand.Rand, blocks, every int, sd, noise float64) []Block {
	list := make([]Block, blocks)
	var luck [2]float64
	for k := range list {
		if k%every == 0 {
			luck = [2]float64{sd * rng.NormFloat64(), sd*rng.NormFloat64() + .1}
		}
		b := &list[k]
		b.HeadFirst = rng.IntN(2) == 0
		for place := range b.Slots {
			side := 0
			if (half[place] == 0) == b.HeadFirst {
				side = 1
			}
			s := Slot{Turns: true, Layout: int64(2*(k/every) + side + 1)}
			level := luck[side] + noise*rng.NormFloat64()
			for range 4 {
				s.Slices = append(s.Slices, 1000*math.Exp(level+.01*rng.NormFloat64()))
			}
			b.Slots[place] = s
		}
	}
	return list
}

func TestBlocksOfTheSameBinariesAreAUnit(t *testing.T) {
	of := func(seeds ...[2]int64) units {
		var blocks []Block
		for _, s := range seeds {
			b := Block{}
			for place := range b.Slots {
				b.Slots[place] = Slot{Slices: []float64{1}, Layout: s[half[place]]}
			}
			blocks = append(blocks, b)
		}
		return unitsOf(NewTimes(blocks).pooled)
	}
	for _, c := range []struct {
		seeds  [][2]int64
		of     []int
		turned []bool
	}{
		{[][2]int64{{1, 2}, {3, 4}}, []int{0, 1}, []bool{false, false}},
		{[][2]int64{{1, 2}, {2, 1}, {3, 4}, {1, 2}}, []int{0, 0, 1, 0}, []bool{false, true, false, false}},
		{[][2]int64{{0, 0}, {0, 0}}, []int{0, 1}, []bool{false, false}},
		{[][2]int64{{1, 2}, {1, 2}, {0, 0}}, []int{0, 1, 2}, []bool{false, false, false}}, // not all have them
		{[][2]int64{{5, 5}, {5, 5}}, []int{0, 1}, []bool{false, false}},                   // whose are whose?
	} {
		if got := of(c.seeds...); !slices.Equal(got.of, c.of) || !slices.Equal(got.turned, c.turned) {
			t.Errorf("%v: %+v, want %v, %v", c.seeds, got, c.of, c.turned)
		}
	}
}
