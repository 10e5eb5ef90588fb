package law

import (
	"math"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/internal/racing"
)

func TestClosedForms(t *testing.T) {
	// A fifth serial: 1/(0.2 + 0.8/4) = 2.5 on 4 cores.
	kf := KarpFlatt(interval.Interval{Value: 2.5, Low: 2, High: 4}, 4)
	want(t, "Karp–Flatt", kf.Value, 0.2, 1e-15)
	want(t, "its low bound", kf.Low, 0, 1e-15)
	want(t, "its high bound", kf.High, 1.0/3, 1e-15)
	want(t, "Karp–Flatt above p", KarpFlatt(interval.Exact(5), 4).Value, (0.2-0.25)/0.75, 1e-15)
	// A tenth of the time on 4 cores serial: 4 − 0.1·3.
	s := GustafsonAt(interval.Interval{Value: 3.7, Low: 3.4, High: 4}, 4)
	want(t, "Gustafson", s.Value, 0.1, 1e-12)
	want(t, "its low bound", s.Low, 0, 1e-12)
	want(t, "its high bound", s.High, 0.2, 1e-12)
	for _, i := range []interval.Interval{KarpFlatt(interval.Exact(1), 1), GustafsonAt(interval.Exact(1), 1)} {
		if !math.IsNaN(i.Value) {
			t.Errorf("%v on one core", i)
		}
	}
	e := EfficiencyOf(GainAt{P: 4, Gain: interval.Interval{Value: 2.5, Low: 2, High: 3}, Ceiling: interval.Exact(3)})
	want(t, "efficiency", e.OfIdeal.Value, 0.625, 0)
	want(t, "its low bound", e.OfIdeal.Low, 0.5, 0)
	want(t, "software efficiency", e.OfCeiling.Value, 2.5/3, 1e-15)
	want(t, "serial part", e.Serial.Value, 0.2, 1e-15)
}

func TestSerialFractionsOfExactCurves(t *testing.T) {
	for _, f := range []float64{0, 0.05, 0.5, 1} {
		amdahl := func(p float64) float64 { return 3 / (f + (1-f)/p) }
		gustafson := func(p float64) float64 { return 3 * (p - f*(p-1)) }
		a := FitAmdahl(curveOf(amdahl, 1, 2, 4, 16), Relative)
		want(t, "Amdahl", a.Fraction.Value, f, 1e-9)
		if f > 0 {
			want(t, "limit", a.Limit.Value, 1/f, 1e-6)
		} else if !math.IsInf(a.Limit.Value, 1) && a.Limit.Value < 1e6 {
			t.Errorf("the limit of a line is %v", a.Limit)
		}
		g := FitGustafson(curveOf(gustafson, 1, 2, 4, 16), Relative)
		want(t, "Gustafson", g.Fraction.Value, f, 1e-9)
	}
	if s := FitAmdahl(curveOf(usl(1, 0.1, 0), 1, 2), Relative); s.Why != "2 of 3 core counts" || !math.IsNaN(s.Fraction.Value) || !math.IsNaN(s.Limit.Value) {
		t.Errorf("two points: %+v", s)
	}
}

func TestSerialFractionsCoverTheTruth(t *testing.T) {
	racing.Long(t)
	const f, seeds = 0.1, 400
	covered, limits, scaled := 0, 0, 0
	for seed := range seeds {
		a := FitAmdahl(curveOf(noisy(usl(1, f, 0), 0.02, seed), 1, 2, 4, 8, 16), Relative)
		if a.Fraction.Holds(f) {
			covered++
		}
		if a.Limit.Holds(1 / f) {
			limits++
		}
		g := FitGustafson(curveOf(noisy(func(p float64) float64 { return p - f*(p-1) }, 0.02, seed), 1, 2, 4, 8, 16), Relative)
		if g.Fraction.Holds(f) {
			scaled++
		}
	}
	for what, n := range map[string]int{"Amdahl": covered, "limit": limits, "Gustafson": scaled} {
		if share := float64(n) / seeds; share < 0.91 || share > 0.99 {
			t.Errorf("%s: %.1f %% of the intervals cover the truth", what, 100*share)
		}
	}
}

func TestTrendOfTheSerialFraction(t *testing.T) {
	at := func(p int, v, half float64) Efficiency {
		return Efficiency{P: p, Serial: interval.Interval{Value: v, Low: v - half, High: v + half}}
	}
	one := Efficiency{P: 1, Serial: interval.Unknown}
	coherent := USL{Identifiable: true, Kappa: interval.Interval{Value: 0.01, Low: 0.005, High: 0.02}}
	maybe := USL{Kappa: interval.Interval{Value: 0.01, Low: 0.005, High: 0.02}}
	none := USL{Identifiable: true, Kappa: interval.Interval{Value: 0.01, Low: 0, High: 0.02}}
	for _, c := range []struct {
		all  []Efficiency
		law  USL
		want Trend
	}{
		{[]Efficiency{one}, maybe, Unclear},
		{[]Efficiency{one, at(2, 0.1, 0.01)}, maybe, Unclear},
		{[]Efficiency{one, at(2, 0.1, 0.01), at(4, 0.11, 0.01)}, maybe, Constant},
		{[]Efficiency{one, at(2, 0.1, 0.01), at(4, 0.11, 0.01)}, none, Constant},
		{[]Efficiency{one, at(2, 0.1, 0.01), at(4, 0.11, 0.01)}, coherent, Unclear},
		{[]Efficiency{one, at(2, 0.1, 0.2), at(4, 0.11, 0.01)}, none, Unclear},
		{[]Efficiency{one, at(2, 0.1, 0.01), at(4, 0.11, 0.2)}, none, Unclear},
		// A quarter of the fraction is near enough, whatever the fraction is.
		{[]Efficiency{one, at(4, 0.4, 0.09), at(8, 0.4, 0.09)}, none, Constant},
		{[]Efficiency{one, at(4, 0.4, 0.09), at(8, 0.4, 0.11)}, none, Unclear},
		{[]Efficiency{one, at(4, 0.06, 0.02), at(8, 0.06, 0.001)}, none, Unclear},
		{[]Efficiency{one, at(4, 0.02, 0.049), at(8, 0.03, 0.049)}, none, Unclear},
		// The two ends alike, and the middle not.
		{[]Efficiency{one, at(2, 0.1, 0.01), at(4, 0.3, 0.01), at(8, 0.1, 0.01)}, none, Unclear},
		{[]Efficiency{one, at(2, 0.1, 0.01), at(4, 0.2, 0.01)}, coherent, Rising},
		{[]Efficiency{one, at(2, 0.2, 0.01), at(3, 0.15, 0.2), at(4, 0.1, 0.01)}, none, Falling},
		{[]Efficiency{one, at(2, 0.2, 0.01), at(4, -0.1, 0.01)}, none, Superlinear},
		{[]Efficiency{one, at(2, -0.2, 0.01)}, none, Superlinear},
		// Noise on two cores says nothing of the others.
		{[]Efficiency{one, at(2, -0.02, 0.01), at(4, 0.03, 0.01), at(8, 0.05, 0.01)}, none, Rising},
		{[]Efficiency{one, at(2, -0.02, 0.01), at(4, 0.005, 0.02), at(8, 0.005, 0.02)}, none, Unclear},
		// Where nothing is lost, a share of the loss says nothing.
		{[]Efficiency{one, at(2, -0.01, 0.02), at(4, 0, 0.02)}, none, Lossless},
		{[]Efficiency{one, at(2, -0.01, 0.02), at(64, 0, 0.02)}, none, Unclear},
	} {
		if got := TrendOf(c.all, c.law); got != c.want {
			t.Errorf("%v with κ %v is %q, want %q", c.all, c.law.Kappa, got, c.want)
		}
	}
}

// A curve that contradicts a law has no serial fraction, and no limit below
// what was measured.
func TestCurvesThatAreNotOfTheLaw(t *testing.T) {
	of := func(e float64, xs ...float64) (c []Measure) {
		for i, x := range xs {
			c = append(c, Measure{N: math.Pow(2, float64(i)), X: x, Error: e})
		}
		return c
	}
	bent := of(0, 1, 1.9, 3.2, 1.2, 1.2, 1.15)
	for _, fit := range []func([]Measure, Loss) SerialFit{FitAmdahl, FitGustafson} {
		if s := fit(bent, Relative); !strings.Contains(s.Why, " law: off by ") || !math.IsNaN(s.Fraction.Value) || !math.IsNaN(s.Limit.Value) {
			t.Errorf("%+v", s)
		}
	}
	// Near enough to the law, but with a peak beyond its limit.
	peaked := of(0.01, 1, 1.7, 1.9, 1.6, 1.4)
	if s := FitAmdahl(peaked, Relative); !strings.Contains(s.Why, "× 1.9 was measured, above its limit of × 1.") || !math.IsNaN(s.Fraction.Value) {
		t.Errorf("%+v", s)
	}
	// Noise around a flat line is within it.
	for _, flat := range [][]Measure{of(0.02, 1, 1.03, 0.98, 1.01), of(0, 1, 1.03, 0.98, 1.01)} {
		if s := FitAmdahl(flat, Relative); s.Why != "" || s.Limit.Value < 1.03 || s.Limit.High < 1.03 || s.Fraction.Value < 0.9 {
			t.Errorf("%+v", s)
		}
	}
	if text := FitAmdahl(bent, Relative).Words(Unclear); !strings.HasPrefix(text, "not identifiable, the points do not follow Amdahl's law: off by ") {
		t.Error(text)
	}
}

// Under a ceiling that was measured without doubt, what more cores give is
// between the two suppositions for each law.
func TestCeilingPredictionsHoldTheLaws(t *testing.T) {
	for _, law := range []theta{{1, 0, 0}, {1, 0.05, 0}, {1, 0.5, 0}, {1, 0.05, 0.001}, {1, 0.02, 0.005}} {
		f := usl(law[0], law[1], law[2])
		for _, from := range [][2]int{{1, 2}, {2, 4}, {8, 16}, {8, 12}} {
			for _, share := range []float64{1, 0.8} { // of H(p) in p
				h := func(p int) interval.Interval { return interval.Exact(math.Pow(float64(p), share)) }
				at := func(p int) GainAt {
					return GainAt{P: p, Gain: interval.Exact(f(float64(p)) * h(p).Value / float64(p)), Ceiling: h(p)}
				}
				all, why := Predict([]GainAt{at(from[0]), at(from[1])}, FitUSL(nil, Relative))
				if at(from[1]).Gain.Value < LeastGain {
					if all != nil || !strings.Contains(why, "too small") {
						t.Errorf("%v of cores that do not help: %s", all, why)
					}
					continue
				}
				if len(all) != 2 || why != "" || all[0].P != 2*from[1] || all[1].P != 4*from[1] {
					t.Fatalf("%v %s", all, why)
				}
				for _, p := range all {
					truth := at(p.P).Gain.Value
					if c := p.Ceiling; !(c.Low <= truth+1e-9 && truth <= c.High+1e-9 && c.Low <= c.Value && c.Value <= c.High) {
						t.Errorf("%v, %v, share %v: %v of %d cores is not in %v", law, from, share, truth, p.P, c)
					}
					if law == (theta{1, 0, 0}) {
						want(t, "line", p.Ceiling.Value/truth, 1, 1e-9)
					}
					if !math.IsNaN(p.Model.Value) {
						t.Errorf("a model from nothing: %v", p.Model)
					}
				}
			}
		}
	}
	if all, why := Predict([]GainAt{{P: 1, Gain: interval.Exact(1), Ceiling: interval.Exact(1)}}, FitUSL(nil, Relative)); all != nil || why == "" {
		t.Errorf("from one core: %v, %q", all, why)
	}
	if all, _ := Predict([]GainAt{{P: 1, Gain: interval.Exact(1), Ceiling: interval.Exact(1)}, {P: 2, Gain: interval.Exact(2), Ceiling: interval.Unknown}}, FitUSL(nil, Relative)); !math.IsNaN(all[0].Ceiling.Value) {
		t.Errorf("a ceiling that was not measured predicts %v", all[0].Ceiling)
	}
}

func TestLooseHoldsZeroAndTheDouble(t *testing.T) {
	for i, want := range map[interval.Interval]bool{
		{Value: 0.5, Low: 0, High: 1.1}:   true,
		{Value: 0.5, Low: 0, High: 0.9}:   false, // not the double
		{Value: 0.5, Low: 0.1, High: 2}:   false, // not zero
		{Value: 0.01, Low: 0, High: 0.05}: false, // without effect
		{Value: 0.1, Low: 0, High: 0.2}:   true,  // with more than a tenth
	} {
		if loose(i, i) != want {
			t.Errorf("%v is loose: %v", i, !want)
		}
	}
}

// The limit of Amdahl's law is at least what was measured, and its fraction is reported
// only if the points narrow it down.
func TestAmdahlSaysOnlyWhatIsTold(t *testing.T) {
	exact := FitAmdahl(curveOf(func(p float64) float64 { return 1 / (0.05 + 0.95/p) }, 1, 2, 4, 8), Relative)
	if exact.Why != "" || math.Abs(exact.Fraction.Value-0.05) > 1e-6 {
		t.Errorf("%+v", exact)
	}
	wild := FitAmdahl([]Measure{{N: 1, X: 1, Error: 0.2}, {N: 2, X: 1.7, Error: 0.2}, {N: 4, X: 2.6, Error: 0.2}}, Relative)
	if !strings.HasPrefix(wild.Why, "the serial fraction may be anything from ") {
		t.Errorf("%+v", wild)
	}
	for seed := range 20 {
		c := curveOf(noisy(func(p float64) float64 { return 1 / (0.3 + 0.7/p) }, 0.03, seed), 1, 2, 4, 8, 16, 32)
		s := FitAmdahl(c, Relative)
		most := 0.0
		for _, m := range c {
			most = max(most, m.X/c[0].X)
		}
		if s.Why == "" && (s.Limit.High < most || s.Limit.Value < most) {
			t.Errorf("seed %d: limit %+v below %.3f", seed, s.Limit, most)
		}
	}
}
