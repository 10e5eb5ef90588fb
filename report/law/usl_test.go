package law

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"overlap/internal/racing"
)

func curveOf(f func(n float64) float64, ns ...float64) (c []Measure) {
	for _, n := range ns {
		c = append(c, Measure{N: n, X: f(n)})
	}
	return c
}

func usl(lambda, sigma, kappa float64) func(n float64) float64 {
	return func(n float64) float64 { return lambda * n / (1 + sigma*(n-1) + kappa*n*(n-1)) }
}

// noisy is f with normal noise of a share, the same for the same seed.
func noisy(f func(n float64) float64, share float64, seed int) func(n float64) float64 {
	rng := rand.New(rand.NewPCG(uint64(seed), 7))
	return func(n float64) float64 { return f(n) * math.Exp(share*rng.NormFloat64()) }
}

func want(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.10g, want %.10g", what, got, want)
	}
}

// SPEC SDM91 as in Gunther (2007), with the coefficients that R's usl and usl4j
// give.
var specSDM = []Measure{{N: 1, X: 65}, {N: 18, X: 996}, {N: 36, X: 1652}, {N: 72, X: 1853}, {N: 108, X: 1829}, {N: 144, X: 1775}, {N: 216, X: 1702}}

// A ray tracer from R's usl, with the coefficients of its documentation. Its
// coherency is at the bound.
var rayTracer = []Measure{{N: 1, X: 20}, {N: 4, X: 78}, {N: 8, X: 130}, {N: 12, X: 170}, {N: 16, X: 190}, {N: 20, X: 200}, {N: 24, X: 210}, {N: 28, X: 230}, {N: 32, X: 260}, {N: 48, X: 280}, {N: 64, X: 310}}

func TestUSLFitsAsPublished(t *testing.T) {
	u := FitUSL(specSDM, Absolute)
	want(t, "σ", u.Sigma.Value, 0.02773, 5e-6)
	want(t, "κ", u.Kappa.Value, 1.0434e-4, 1e-8)
	want(t, "λ", u.Lambda.Value, 89.99, 0.006)
	want(t, "peak", math.Floor(u.Peak.Value), 96, 0)
	want(t, "roof", u.Roof.Value, 89.99/0.02773, 1)
	if !u.Identifiable || u.Why != "" {
		t.Errorf("not identifiable: %s", u.Why)
	}
	u = FitUSL(rayTracer, Absolute)
	want(t, "σ", u.Sigma.Value, 0.0578, 5e-5)
	want(t, "κ", u.Kappa.Value, 0, 0)
	want(t, "λ", u.Lambda.Value, 21.8488, 5e-5)
}

// What FittedTo says of these points.
func TestRelativeErrorsGiveOtherCoefficients(t *testing.T) {
	for loss, sigma := range map[Loss]string{Relative: "0.014", Absolute: "0.028"} {
		if got := FitUSL(specSDM, loss).Sigma.Brief(); got != sigma || !strings.Contains(FittedTo, " "+sigma) {
			t.Errorf("σ %s, want %s, and readers are told: %s", got, sigma, FittedTo)
		}
	}
}

func TestUSLFindsExactCurves(t *testing.T) {
	for _, c := range []theta{{1, 0.02, 0.02}, {89.99, 0.02773, 1.0434e-4}, {1e-3, 0, 0}, {5, 0.3, 0}, {5, 0, 1e-3}, {1e9, 1, 0}} {
		for _, loss := range []Loss{Relative, Absolute} {
			u := FitUSL(curveOf(usl(c[0], c[1], c[2]), 1, 2, 4, 6, 8, 10), loss)
			want(t, "λ", u.Lambda.Value/c[0], 1, 1e-9)
			want(t, "σ", u.Sigma.Value, c[1], 1e-9)
			want(t, "κ", u.Kappa.Value, c[2], 1e-9)
			if !u.Identifiable {
				t.Errorf("λ, σ, κ = %v not identifiable: %s", c, u.Why)
			}
			want(t, "X(7)", u.At(7).Value/usl(c[0], c[1], c[2])(7), 1, 1e-9)
			want(t, "residual", u.Residual(Measure{N: 7, X: 1.1 * usl(c[0], c[1], c[2])(7)}), 0.1, 1e-8)
		}
	}
}

// Curves that break the bounds are fitted on them: no other coefficients within
// give a smaller sum.
func TestUSLKeepsItsBounds(t *testing.T) {
	for _, c := range []theta{{1, 0.2, -0.001}, {1, -0.02, 0.001}, {1, -0.01, -0.0005}, {1, 1.2, 0.001}, {1, 1.1, -0.001}} {
		u := FitUSL(curveOf(usl(c[0], c[1], c[2]), 1, 2, 4, 6, 8, 10), Relative)
		if !within(u.at) {
			t.Errorf("%v fitted as %v", c, u.at)
		}
		least := u.fit.sum(u.at)
		for _, d := range []theta{{1e-4, 0, 0}, {0, 1e-4, 0}, {0, 0, 1e-5}} {
			for _, sign := range []float64{1, -1} {
				near := theta{u.at[0] + sign*d[0], u.at[1] + sign*d[1], u.at[2] + sign*d[2]}
				if within(near) && u.fit.sum(near) < least {
					t.Errorf("%v: %v fits better than %v", c, near, u.at)
				}
			}
		}
		if u.Sigma.Low < 0 || u.Sigma.High > 1 || u.Kappa.Low < 0 {
			t.Errorf("%v: intervals %v and %v pass the bounds", c, u.Sigma, u.Kappa)
		}
	}
}

func TestSplitSumsToTheTime(t *testing.T) {
	u := FitUSL(specSDM, Absolute)
	for _, n := range []float64{1, 2, 36, 216} {
		s := u.Split(n)
		sum, whole := s.Ideal+s.Contention+s.Coherency, u.Lambda.Value/u.At(n).Value
		want(t, "sum", sum/whole, 1, 1e-12)
		want(t, "ideal", s.Ideal, 1/n, 1e-15)
		want(t, "contention", s.Contention, 0.02773*(n-1)/n, 5e-6)
		want(t, "coherency", s.Coherency, 1.0434e-4*(n-1), 1e-8*n)
	}
}

// The intervals cover the truth as often as they say, and fits of few points
// are not identifiable. 2,000 seeds have a standard error of half a per cent.
func TestUSLIntervalsCoverTheTruth(t *testing.T) {
	racing.Long(t)
	const sigma, kappa = 0.05, 0.001
	seeds, low, high := 2000, 0.93, 0.97
	if testing.Short() {
		seeds, low, high = 200, 0.90, 0.99
	}
	var covered, few int
	var mu sync.Mutex
	var group sync.WaitGroup
	for part := range 2 {
		group.Go(func() {
			for seed := part; seed < seeds; seed += 2 {
				f := noisy(usl(100, sigma, kappa), 0.02, seed)
				u := FitUSL(curveOf(f, 1, 2, 4, 8, 16, 32), Relative)
				v := FitUSL(curveOf(f, 1, 2, 4, 8), Relative)
				mu.Lock()
				if u.Sigma.Holds(sigma) {
					covered++
				}
				if !v.Identifiable {
					few++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if share := float64(covered) / float64(seeds); share < low || share > high {
		t.Errorf("%.1f %% of the intervals of σ cover it", 100*share)
	}
	if share := float64(few) / float64(seeds); share < 0.9 {
		t.Errorf("%.1f %% of the fits of 4 points are not identifiable", 100*share)
	}
}

func TestIdentifiableMeansTold(t *testing.T) {
	ns := []float64{1, 2, 4, 8, 16, 32}
	for _, c := range []struct {
		name         string
		f            func(float64) float64
		identifiable bool
		why          string
	}{
		{"line", usl(1, 0, 0), true, ""},
		{"both told", noisy(usl(1, 0.1, 0.01), 0.002, 1), true, ""},
		{"exponential", func(n float64) float64 { return math.Exp(-n / 4) }, false, "the points do not follow the law: off by × 4.9"},
		{"noise of a sixth", noisy(usl(1, 0.01, 0), 0.15, 1), false, "σ and κ may both be 0"},
		{"little coherency under noise", noisy(usl(1, 0.03, 0), 0.03, 1), false, "κ may be 0 or twice as large"},
		{"little contention under noise", noisy(usl(1, 0, 0.02), 0.05, 2), false, "σ may be 0 or twice as large"},
	} {
		if u := FitUSL(curveOf(c.f, ns...), Relative); u.Identifiable != c.identifiable || u.Why != c.why {
			t.Errorf("%s: %v %q; σ %v, κ %v", c.name, u.Identifiable, u.Why, u.Sigma, u.Kappa)
		}
	}
	if u := FitUSL(curveOf(usl(1, 0.1, 0.01), 1, 2, 4, 8, 16, 16, 16), Relative); u.Identifiable || u.Why != "5 of 6" {
		t.Errorf("5 different N: %v %q", u.Identifiable, u.Why)
	}
}

// What κ takes is a share of the time on the curve: beside Amdahl's serial part
// it is nothing long before it is nothing beside perfect cores. Noise is of 2 %
// and of 12 samples a point.
func TestKappaIsHeldAgainstTheCurve(t *testing.T) {
	seeds := 20
	if testing.Short() {
		seeds = 5
	}
	for _, sigma := range []float64{0.02, 0.1, 0.3} {
		for _, kappa := range []float64{0, 1e-6, 1e-5, 1e-3} {
			told, held := 0, 0
			for seed := range seeds {
				var c []Measure
				f := noisy(usl(1, sigma, kappa), 0.02/math.Sqrt(12), seed)
				for n := 1.0; n <= 256; n *= 2 {
					c = append(c, Measure{n, f(n), 0.02 / math.Sqrt(12)})
				}
				u := FitUSL(c, Relative)
				if u.Identifiable {
					told++
				}
				if u.takes(Split.coherency).Holds((theta{0, sigma, kappa}).split(256).coherency()) {
					held++
				}
			}
			if told < seeds*95/100 {
				t.Errorf("σ %v, κ %v: %d of %d fits are identifiable", sigma, kappa, told, seeds)
			}
			if held < seeds*9/10 {
				t.Errorf("σ %v, κ %v: %d of %d intervals hold what κ takes", sigma, kappa, held, seeds)
			}
		}
	}
}

// A point with a large error moves the fit less.
func TestKnownErrorsWeigh(t *testing.T) {
	c := curveOf(usl(1, 0.05, 0.001), 1, 2, 4, 8, 16, 32)
	for i := range c {
		c[i].Error = 0.01
	}
	c[3].X *= 1.5
	plain := FitUSL(c, Relative)
	c[3].Error = 0.5
	weighed := FitUSL(c, Relative)
	want(t, "σ", weighed.Sigma.Value, 0.05, 0.002)
	if plain.Sigma.Holds(0.05) && math.Abs(plain.Sigma.Value-0.05) < 0.01 {
		t.Errorf("the wrong point was of no effect: σ %v", plain.Sigma)
	}
	// An exact curve is not surer than its points.
	c[3].X /= 1.5
	if u := FitUSL(c, Relative); u.Lambda.HalfWidth() < 0.01 {
		t.Errorf("λ %v of points with 1 %% error", u.Lambda)
	}
}

func TestNoFitFromNothing(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range [][]Measure{nil, {{N: 1, X: 1}}, {{N: 1, X: 1}, {N: 2, X: 2}}, {{N: 1, X: nan}, {N: 2, X: inf}, {N: nan, X: 1}, {N: inf, X: 1}, {N: 0, X: 1}, {N: 3, X: -1}, {N: 4, X: 0}}} {
		u := FitUSL(c, Relative)
		if u.Identifiable || !math.IsNaN(u.Sigma.Value) || !math.IsNaN(u.At(2).Value) || !math.IsNaN(u.Predict(2)[0].Value) {
			t.Errorf("%v fitted: %+v", c, u)
		}
	}
	wild := FitUSL([]Measure{{N: 1, X: 1e-300}, {N: 2, X: 1e300}, {N: 3, X: 1}, {N: 4, X: 1e-100}, {N: 5, X: 5}, {N: 1e9, X: 1e-9}}, Absolute)
	if wild.Identifiable {
		t.Errorf("wild points are identifiable: %v %v", wild.Sigma, wild.Kappa)
	}
}

func TestTheSameCurveGivesTheSameFit(t *testing.T) {
	if u, v := FitUSL(rayTracer, Relative), FitUSL(rayTracer, Relative); !reflect.DeepEqual(u.draws, v.draws) || u.Sigma != v.Sigma {
		t.Error("two fits differ")
	}
}

// With the upper half of a curve hidden, the interval holds it.
func TestPredictionsHoldTheHiddenHalf(t *testing.T) {
	racing.Skip(t)
	held, all := 0, 0
	for _, c := range [][]Measure{specSDM, rayTracer} {
		for _, loss := range []Loss{Relative, Absolute} {
			half := (len(c) + 1) / 2
			u := FitUSL(c[:half], loss)
			for _, m := range c[half:] {
				if all++; u.Predict(m.N)[0].Holds(m.X) {
					held++
				}
			}
		}
	}
	if held < all*9/10 {
		t.Errorf("%d of %d published points are in their intervals", held, all)
	}
	seeds := 60
	if testing.Short() {
		seeds = 20
	}
	var widths [2][]float64 // of twice and four times the most N
	held, all = 0, 0
	for _, law := range []theta{{100, 0.05, 0.001}, {100, 0.02, 0.0005}, {100, 0.1, 0}, {100, 0.3, 0}, {100, 0, 0}} {
		truth := usl(law[0], law[1], law[2])
		for seed := range seeds {
			u := FitUSL(curveOf(noisy(truth, 0.02, seed), 1, 2, 3, 4, 6, 8), Relative)
			for i, p := range u.Predict(16, 32) {
				if all++; p.Holds(truth([]float64{16, 32}[i])) {
					held++
				}
				widths[i] = append(widths[i], p.High/p.Low)
			}
		}
	}
	if held < all*9/10 {
		t.Errorf("%d of %d made-up points are in their intervals", held, all)
	}
	for i, most := range []float64{1.6, 3} {
		slices.Sort(widths[i])
		if middle := widths[i][len(widths[i])/2]; middle > most {
			t.Errorf("half of the intervals have bounds further apart than × %.2f", middle)
		}
	}
}

// No peak is told where κ does nothing, or where every N is as high as the others.
func TestNoPeakWithoutCoherency(t *testing.T) {
	for _, c := range []theta{{1, 1e-6, 0}, {1, 0.05, 0}, {1, 1, 0}, {1, 0, 0}} {
		u := FitUSL(curveOf(usl(c[0], c[1], c[2]), 1, 2, 4, 8, 16, 32), Relative)
		if !math.IsInf(u.Peak.Value, 1) || !math.IsInf(u.Peak.High, 1) || math.IsNaN(u.Peak.Low) || u.Kappa.Low != 0 || strings.Contains(u.Coefficients("cores"), "highest") {
			t.Errorf("%v: peak %v, κ %v, %s", c, u.Peak, u.Kappa, u.Coefficients("cores"))
		}
	}
	u := FitUSL(curveOf(usl(1, 0.02, 0.001), 1, 2, 4, 8, 16, 32), Relative)
	if text := u.Coefficients("cores"); !strings.Contains(text, "highest at 31 cores") || u.Kappa.Low <= 0 {
		t.Errorf("%s, κ %v", text, u.Kappa)
	}
}

// Points that are off the law by a third are not its, by a fifth they are.
func TestTheLawIsThatOfTheCurve(t *testing.T) {
	ns := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	for _, c := range []struct {
		off  float64
		want bool
	}{{0.2, true}, {0.33, false}} {
		sign := 1.0
		u := FitUSL(curveOf(func(n float64) float64 {
			sign = -sign
			return usl(1, 0.05, 0)(n) * math.Exp(c.off*sign)
		}, ns...), Relative)
		if off := u.fit.off(u.at); u.Drawable() != c.want || math.Abs(off-c.off) > 0.05 {
			t.Errorf("off by %v: drawable %v", off, u.Drawable())
		}
	}
}
