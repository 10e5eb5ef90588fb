package stat

import (
	"math/rand/v2"
	"testing"
)

// wary is a data set whose noise shows only without its change.
type wary struct {
	*Means
	noise float64
}

func (w wary) scaled(by float64) Data { w.noise = 1; return w }
func (w wary) statistic(choice) statistic {
	return func(head []bool) float64 {
		for _, h := range head {
			switch {
			case !h && head[0]:
				return w.noise
			case !h:
				return -w.noise
			}
		}
		return .5
	}
}

// A gain must stand out of the noise with and without the points' own changes.
func TestAGainIsTestedTwice(t *testing.T) {
	w := wary{Means: &Means{head: []bool{true, true, true, true, true, true}}}
	a, b := &Term{Data: w, tested: .5}, &Term{Data: w}
	two := Contrast{[]*Term{a, b}, []float64{1, -1}}
	if p := two.P(100, 1, 1); p < .3 {
		t.Errorf("p %v is that of the data sets as they are", p)
	}
	if p := (Contrast{[]*Term{a}, []float64{1}}).P(100, 1, 1); p != 1./64 {
		t.Errorf("of one point p %v", p)
	}
}

// Were it otherwise, the p value would not be exact.
func TestTheTestedStatisticDoesNotDependOnLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 5 {
		blocks := skewed(rng, 15, 60)
		x := NewTerm(NewTimes(blocks).Slices(), 1, 2).test
		for k := range blocks {
			blocks[k].HeadFirst = rng.IntN(2) == 0
		}
		if y := NewTerm(NewTimes(blocks).Slices(), 1, 2).test; x != y {
			t.Errorf("other labels: %+v became %+v", x, y)
		}
	}
}
