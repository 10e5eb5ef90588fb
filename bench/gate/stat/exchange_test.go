package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// separate are blocks that change their names one by one.
func separate(blocks int) units { return unitsOf(&Means{head: make([]bool, blocks)}) }

// skewed are blocks of slots with n slices each, with a long tail.
func skewed(rng *rand.Rand, blocks, n int) []Block {
	list := make([]Block, blocks)
	for k := range list {
		list[k].HeadFirst = rng.IntN(2) == 0
		for i := range list[k].Slots {
			for range n {
				list[k].Slots[i].Slices = append(list[k].Slots[i].Slices, 100*math.Exp(.1*rng.NormFloat64()+.2*rng.ExpFloat64()))
			}
		}
	}
	return list
}

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

func TestHolmIsThatOfR(t *testing.T) {
	// p.adjust(c(0.01, 0.04, 0.03, 0.02, 0.05, 0.0001), "holm") of R 4.
	want := []float64{.05, .09, .09, .08, .09, .0006}
	for i, got := range Holm([]float64{.01, .04, .03, .02, .05, .0001}) {
		if !near(got, want[i], 1e-12) {
			t.Errorf("%d: %v, R has %v", i, got, want[i])
		}
	}
	if got := Holm([]float64{.7, .9}); got[0] != 1 || got[1] != 1 {
		t.Errorf("above 1: %v", got)
	}
}

// Worked out by hand: of the 8 exchanges only the measured and the opposite one
// have a mean of 2 or more; 4 have 2/3 or more with a difference of other signs.
func TestFewBlocksAreEnumerated(t *testing.T) {
	for _, c := range []struct {
		d    []float64
		want float64
	}{
		{[]float64{1, 2, 3}, 2. / 8},
		{[]float64{1, 2, -3}, 1},
		{[]float64{1, 2, -1}, 6. / 8}, // sums: 2, 4, 0, 2 and their opposites; measured 2
		{[]float64{5}, 1},
		{nil, 1},
	} {
		stat := mean(c.d)
		head := make([]bool, len(c.d))
		for i := range head {
			head[i] = true
		}
		if len(c.d) == 0 {
			stat = func([]bool) float64 { return 0 }
		}
		if got := (exchange{stat, separate(len(c.d))}).p(stat(head), 100, 1, 1); got != c.want {
			t.Errorf("%v: p %v, want %v", c.d, got, c.want)
		}
	}
}

// A million exchanges are beyond enumeration; the share of those that reach the
// measured sum is then binomial: of 20 equal differences at most 3 one way.
func TestManyBlocksAreDrawn(t *testing.T) {
	d := make([]float64, 20)
	head := make([]bool, 20)
	for i := range d {
		d[i], head[i] = 1, i >= 3
	}
	stat := mean(d)
	want := 2 * (1 + 20 + 190 + 1140) / math.Ldexp(1, 20)
	if got := (exchange{stat, separate(20)}).p(stat(head), 20000, 1, 1); !near(got, want, .0006) {
		t.Errorf("p %v, want %v", got, want)
	}
	none := make([]bool, 20)
	if got := (exchange{stat, separate(20)}).p(stat(none), 999, 1, 1); got != 1./1000 {
		t.Errorf("nothing reaches it: p %v, want that of the measured one alone", got)
	}
}

// The counts of a pool are a short cut: the quantiles must be those of sorted
// slices.
func TestPoolFindsQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := NewTimes(skewed(rng, 7, 37)).pooled
	p := c.pool()
	d := newDraws(separate(7), 3, 4)
	for range 50 {
		head := d.next()
		p.side(head)
		var sides [2][]float64
		for _, v := range c.slices {
			side := 0
			if (half[v.slot%4] == 0) == head[v.slot/4] {
				side = 1
			}
			sides[side] = append(sides[side], v.log)
		}
		for side, list := range sides {
			for _, q := range []float64{.0001, .002, .1, .5, .97, 1} {
				want := list[int(math.Ceil(q*float64(len(list))))-1]
				if got := p.quantile(q, int32(side)); got != want {
					t.Fatalf("side %d, quantile %v: %v, want %v", side, q, got, want)
				}
			}
		}
	}
}

func TestScaledMergesAsSortingWould(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := NewTimes(skewed(rng, 5, 100)).pooled
	for _, by := range []float64{-2, -.01, 0, .3} {
		scaled := c.scaled(by).(*pooledTimes)
		if !slices.IsSortedFunc(scaled.slices, func(a, b timed) int { return int(math.Copysign(1, a.log-b.log)) }) && by != 0 {
			t.Errorf("by %v: not sorted", by)
		}
		sum := 0.0
		for _, v := range scaled.slices {
			sum += v.log
		}
		for _, v := range c.slices {
			sum -= v.log
		}
		if want := by * float64(5*2*100); len(scaled.slices) != len(c.slices) || !near(sum, want, 1e-6) {
			t.Errorf("by %v: logs add up to %v more, want %v", by, sum, want)
		}
	}
}

func TestBeyond(t *testing.T) {
	list := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for share, want := range map[float64]float64{0: 10, .05: 10, .1: 9, .35: 7, 1: 1} {
		if got := beyond(list, share); got != want {
			t.Errorf("share %v: %v, want %v", share, got, want)
		}
	}
}

// Where one of 20 blocks was left alone, the low quantiles of all slices are its
// own, and no exchange of the others changes them.
func TestOneQuickBlockIsNotRelied(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	blocks := skewed(rng, 20, 100)
	for i := range blocks[7].Slots {
		for j := range blocks[7].Slots[i].Slices {
			blocks[7].Slots[i].Slices[j] /= 2
		}
	}
	c := NewTimes(blocks).pooled
	if got := c.support(.005); got != 1 {
		t.Errorf("the lowest slices are those of %d blocks", got)
	}
	for _, how := range c.choices() {
		if !how.paired && how.q <= .02 {
			t.Errorf("%+v is on offer", how)
		}
	}
}
