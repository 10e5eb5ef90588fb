package law

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/interval"
)

// The error of a point is that of its mean, and where few rounds are shared, or
// fewer than three, its own.
func TestErrorsOfPointsThatShareLittle(t *testing.T) {
	of := func(from, n int) (s interval.Series) {
		for i := from; i < from+n; i++ {
			s = append(s, interval.Timing{Round: i, Seconds: math.Exp(math.Sin(float64(i)))})
		}
		return s
	}
	for _, all := range [][]interval.Series{{of(0, 12)}, {of(0, 12), of(10, 12)}, {of(0, 2), of(0, 2)}} {
		for i, m := range Measures([]float64{1, 2}, all) {
			want(t, "error", m.Error, stat.StdDev(all[i].Logs(), nil)/math.Sqrt(float64(len(all[i]))), 1e-12)
		}
	}
	if m := Measures([]float64{1, 2}, []interval.Series{of(0, 12), of(8, 12)}); m[0].Error > 1e-9 || m[0].X != m[1].X {
		t.Errorf("the four rounds that both were in are alike: %+v", m)
	}
}

// The drift that the points of a round share is not in their errors, their own
// noise is.
func TestErrorsOfPoints(t *testing.T) {
	var a, b, c interval.Series
	for i := range 12 {
		drift := math.Exp(0.2 * math.Sin(float64(i)))
		own := func(k int) float64 { return math.Exp(0.01 * math.Sin(float64(17*i*k+k))) }
		a = append(a, interval.Timing{Round: i, Seconds: 4 * drift * own(1)})
		b = append(b, interval.Timing{Round: i, Seconds: 2 * drift * own(2)})
		c = append(c, interval.Timing{Round: i, Seconds: drift * own(3)})
	}
	points := Measures([]float64{1, 2, 4}, []interval.Series{a, b, c})
	for i, p := range points {
		want(t, "throughput", p.X, 1/[]interval.Series{a, b, c}[i].Mean(), 1e-12)
		if own := 0.01 / math.Sqrt2 / math.Sqrt(12); p.Error < own/2 || p.Error > 2*own {
			t.Errorf("error of %v: %v, want about %v", p.N, p.Error, own)
		}
	}
	apart := Measures([]float64{1, 2}, []interval.Series{a[:6], b[6:]})
	if apart[0].Error < 0.02 {
		t.Errorf("rounds that are not shared: %v", apart[0].Error)
	}
	if single := Measures([]float64{1, 2}, []interval.Series{a[:1], b[:1]}); single[0].Error != 0 {
		t.Errorf("error of one sample: %v", single[0].Error)
	}
	twice := Measures([]float64{1, 2}, []interval.Series{append(a[:5:5], a[:5]...), b})
	if math.IsNaN(twice[0].Error) || twice[0].Error == 0 {
		t.Errorf("a round that is there twice: %v", twice[0].Error)
	}
}
