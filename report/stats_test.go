package report

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Errors of different samples add as squares.
func TestOverAddsSquares(t *testing.T) {
	i := Interval{2, 1, 4}.over(Interval{5, 2.5, 10})
	half := math.Pow(2, math.Sqrt2)
	want(t, "value", i.Value, 0.4, 1e-15)
	want(t, "low", i.Low, 0.4/half, 1e-12)
	want(t, "high", i.High, 0.4*half, 1e-12)
}

// Four fifths of the samples must have a partner, and with fewer the interval is
// that of independent means.
func TestPartnersMustBeFourFifths(t *testing.T) {
	var a, b series
	for i := range 20 {
		drift := math.Exp(0.1 * math.Sin(float64(i)))
		a, b = append(a, visit{i, 2 * drift}), append(b, visit{i, drift})
	}
	apart := func(b series) Interval { return unpaired(a.mean()/b.mean(), a.logs(), b.logs()) }
	if got := quotient(a, b[:15]); got != apart(b[:15]) {
		t.Errorf("15 of 20 are paired: %v, apart %v", got, apart(b[:15]))
	}
	if got, wide := quotient(a, b[:16]), apart(b[:16]); got.HalfWidth() > wide.HalfWidth()/2 {
		t.Errorf("16 of 20 are not paired: %v, apart %v", got, wide)
	}
}

// Variances of 1 and 20/3 from 3 and 4 values: the squared errors are 1/3 and
// 5/3, and the degrees of freedom 4/((1/9)/2 + (25/9)/3).
func TestWelch(t *testing.T) {
	i := unpaired(7, []float64{0, 1, 2}, []float64{0, 2, 4, 6})
	quantile := distuv.StudentsT{Sigma: 1, Nu: 4 / (1.0/18 + 25.0/27)}.Quantile(0.975)
	want(t, "half", math.Log(i.High/7), quantile*math.Sqrt2, 1e-12)
	want(t, "other half", math.Log(7/i.Low), quantile*math.Sqrt2, 1e-12)
}

// The error of a point is that of its mean, and where few rounds are shared, or
// fewer than three, its own.
func TestErrorsOfPointsThatShareLittle(t *testing.T) {
	of := func(from, n int) (s series) {
		for i := from; i < from+n; i++ {
			s = append(s, visit{i, math.Exp(math.Sin(float64(i)))})
		}
		return s
	}
	for _, all := range [][]series{{of(0, 12)}, {of(0, 12), of(9, 12)}, {of(0, 12), of(3, 12)}, {of(0, 2), of(0, 2)}} {
		for i, m := range measures([]float64{1, 2}, all) {
			want(t, "error", m.Error, stat.StdDev(all[i].logs(), nil)/math.Sqrt(float64(len(all[i]))), 1e-12)
		}
	}
	if m := measures([]float64{1, 2}, []series{of(0, 12), of(2, 12)}); m[0].Error > 1e-9 {
		t.Errorf("ten rounds of twelve are alike, error %v", m[0].Error)
	}
}

// The ceiling grows by as much as the last step, but not faster than the cores,
// and does not shrink; the bounds are those of the gain.
func TestSuppositionsBeyondTheCeiling(t *testing.T) {
	before := Scaled{P: 1, Gain: exact(1), Ceiling: exact(1)}
	last := Scaled{P: 2, Gain: Interval{1.9, 1.8, 1.9 * 1.9 / 1.8}, Ceiling: exact(1.95)}
	four := beyond(before, last, 2)
	share := 1.9 / 1.95
	want(t, "value", four.Value, share*share*1.95*1.95, 1e-12)
	// The efficiency may have fallen to 1.8/1.95 with the doubling.
	want(t, "low", four.Low, 1.8*1.8/1.95, 1e-12)
	// Two cores gave no more than two, whatever the noise says.
	want(t, "high", four.High, 4, 1e-12)
	steep := Scaled{P: 2, Gain: exact(2.6), Ceiling: exact(2.6)}
	want(t, "value under a steep ceiling", beyond(before, steep, 2).Value, 5.2, 1e-12)
	falling := beyond(Scaled{P: 2, Gain: exact(1.8), Ceiling: exact(2)}, Scaled{P: 4, Gain: exact(1.8), Ceiling: exact(1.8)}, 2)
	want(t, "value under a falling ceiling", falling.Value, 1.8, 1e-12)
}
