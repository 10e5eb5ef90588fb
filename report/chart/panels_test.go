package chart

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"overlap/internal/interval"
	"overlap/report/analyse"
	"overlap/report/law"
)

// manyCores is a row measured on numbers of cores up to 1024, some of them close
// to each other.
func manyCores() (r analyse.Row, levels []float64) {
	between := func(x float64) interval.Interval { return interval.Interval{Value: x, Low: 0.9 * x, High: 1.1 * x} }
	for _, p := range []int{1, 2, 3, 4, 8, 16, 24, 32, 64, 128, 192, 224, 256, 512, 1024} {
		levels = append(levels, float64(p))
		r.P = p
		r.Scaling = append(r.Scaling, law.GainAt{P: p, Gain: between(math.Sqrt(float64(p))), Ceiling: between(float64(p))})
		r.Models.Cores = append(r.Models.Cores, law.Efficiency{P: p, OfIdeal: between(0.5), OfCeiling: between(0.6), Serial: between(0.4)})
	}
	return r, levels
}

// No curve stands aside of its level to make room for another: at 256 cores that
// would be another number of cores.
func TestPointsStandAtTheirNumbersOfCores(t *testing.T) {
	r, levels := manyCores()
	for name, p := range map[string]*plot.Plot{
		"scaling": Light.scalingStyle().panel(Light, r, law.USL{}).Plot,
	} {
		drawn := map[float64]bool{}
		for _, b := range p.GlyphBoxes(p) {
			at := math.Round(1e3*math.Exp2(p.X.Min+b.X*(p.X.Max-p.X.Min))) / 1e3
			drawn[at] = true
			if !slices.Contains(levels, at) {
				t.Errorf("%s: a point at %v cores, of levels %v", name, at, levels)
			}
		}
		if len(drawn) != len(levels) {
			t.Errorf("%s: %d of %d levels are drawn", name, len(drawn), len(levels))
		}
	}
}

// Intervals beside each other stay within the width of a point.
func TestIntervalsStayAtTheirPoints(t *testing.T) {
	for n := 1; n < 8; n++ {
		for i := range n {
			if by := shiftOf(i, n); by <= -3.2 || by >= 3.2 || i > 0 && by <= shiftOf(i-1, n) {
				t.Errorf("interval %d of %d is %v aside", i, n, by)
			}
		}
	}
	if shiftOf(0, 1) != vg.Length(0) {
		t.Error("one alone is aside")
	}
}
