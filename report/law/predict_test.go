package law

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"overlap/internal/interval"
)

// fourCores is a curve of 1, 2 and 4 cores as 12 rounds of a sweep with 5 % noise
// give it: gains by truth, and the ceiling, of the slowest of as many programs.
func fourCores(truth, ceiling func(p float64) float64, seed int) (curve []GainAt) {
	rng := rand.New(rand.NewPCG(uint64(seed), 5))
	times := func(x float64, programs int) (s interval.Series) {
		for round := range 12 {
			slowest := math.Inf(-1)
			for range programs {
				slowest = max(slowest, rng.NormFloat64())
			}
			s = append(s, interval.Timing{Round: round + 1, Seconds: math.Exp(0.05*slowest) / x})
		}
		return s
	}
	one := times(1, 1)
	curve = []GainAt{{P: 1, Gain: interval.Exact(1), Ceiling: interval.Exact(1)}}
	for _, p := range []int{2, 4} {
		n := float64(p)
		h := interval.Quotient(times(n, 1), times(ceiling(n), p)).Times(n)
		curve = append(curve, GainAt{P: p, Gain: interval.Quotient(one, times(truth(n), 1)), Ceiling: h})
	}
	return curve
}

// The upper half of a sweep is hidden, and the interval of the ceiling holds it.
// The interval is at most what may be supposed: from cores that give nothing more to
// cores that go on as the first one did.
func TestTheCeilingHoldsTheHiddenHalf(t *testing.T) {
	const seeds = 200
	for name, law := range map[string]func(float64) float64{
		"all parallel": usl(1, 0, 0), "a twentieth serial": usl(1, 0.05, 0), "a fifth serial": usl(1, 0.2, 0), "coherency": usl(1, 0.05, 0.001),
	} {
		for _, share := range []float64{1, 0.9} {
			ceiling := func(p float64) float64 { return max(share*p, 1) }
			truth := func(p float64) float64 { return law(p) * ceiling(p) / p }
			var held [2]int
			var widths [2][]float64
			for seed := range seeds {
				all, why := Predict(fourCores(truth, ceiling, seed), USL{})
				if len(all) != 2 {
					t.Fatalf("%s, ceiling %vp: %s", name, share, why)
				}
				for i, p := range all {
					if p.Ceiling.Holds(truth(float64(p.P))) {
						held[i]++
					}
					widths[i] = append(widths[i], p.Ceiling.High/p.Ceiling.Low)
				}
			}
			for i, most := range []float64{4, 12} {
				slices.Sort(widths[i])
				if middle := widths[i][seeds/2]; held[i] < seeds*9/10 || middle > most {
					t.Errorf("%s, ceiling %vp: %d cores are in %d of %d intervals, half of whose bounds are × %.1f apart", name, share, []int{8, 16}[i], held[i], seeds, middle)
				}
			}
		}
	}
}

// So it does of published curves, whose ceiling nobody measured: it is that of
// perfect cores.
func TestTheCeilingHoldsPublishedCurves(t *testing.T) {
	scaled := func(c []Measure, n float64) GainAt {
		for _, m := range c {
			if m.N == n {
				return GainAt{P: int(n), Gain: about(m.X / c[0].X), Ceiling: interval.Exact(n)}
			}
		}
		t.Fatalf("no point of %v", n)
		return GainAt{}
	}
	for _, c := range []struct {
		points       []Measure
		before, last float64
		hidden       []float64
	}{
		{specSDM, 36, 72, []float64{144}}, {specSDM, 18, 36, []float64{72, 144}}, {rayTracer, 12, 16, []float64{32, 64}}, {rayTracer, 4, 8, []float64{16, 32}},
	} {
		all, why := Predict([]GainAt{scaled(c.points, c.before), scaled(c.points, c.last)}, USL{})
		if len(all) != 2 {
			t.Fatal(why)
		}
		for i, n := range c.hidden {
			if truth := scaled(c.points, n).Gain.Value; all[i].P != int(n) || !all[i].Ceiling.Holds(truth) {
				t.Errorf("%v cores gain %.1f, predicted %+v", n, truth, all[i])
			}
		}
	}
}

// Noise is not multiplied: a gain that may by its interval be above the cores
// predicts no more than all of them. One that is above stays.
func TestPredictionsMultiplyNoNoise(t *testing.T) {
	before := GainAt{P: 2, Gain: about(2), Ceiling: about(2)}
	for _, c := range []struct {
		gain       interval.Interval
		value, top float64
	}{{interval.Interval{Value: 3.9, Low: 3.5, High: 4.4}, 7.61, 8}, {interval.Interval{Value: 4.2, Low: 3.9, High: 4.5}, 8.4, 8.4}, {interval.Interval{Value: 3, Low: 2.9, High: 3.1}, 4.5, 6.2}} {
		i := beyond(before, GainAt{P: 4, Gain: c.gain, Ceiling: about(4)}, 2)
		if math.Abs(i.High-c.top) > 1e-9 || math.Abs(i.Value/c.value-1) > 0.01 {
			t.Errorf("4 cores gain %v: 8 cores %v, want %v and at most %v", c.gain, i, c.value, c.top)
		}
	}
}

// As much of the efficiency is lost with every further step of the size of the
// last as with that.
func TestPredictionsGoOnAsTheLastStep(t *testing.T) {
	last := GainAt{P: 4, Gain: about(3), Ceiling: about(4)}
	for _, c := range []struct {
		before GainAt
		times  int
		want   float64
	}{{GainAt{2, about(2), about(2)}, 2, 4.5}, {GainAt{2, about(2), about(2)}, 4, 6.75}, {GainAt{1, interval.Exact(1), interval.Exact(1)}, 4, 9}} {
		if i := beyond(c.before, last, c.times); math.Abs(i.Value/c.want-1) > 1e-9 {
			t.Errorf("after %d and 4 cores, %d times as many gain %v, want %v", c.before.P, c.times, i, c.want)
		}
	}
}

// Levels close to each other are no step to go on from.
func TestPredictionsGoOnFromADoubling(t *testing.T) {
	var curve []GainAt
	for _, p := range []int{1, 2, 3, 128, 224, 256} {
		curve = append(curve, GainAt{P: p})
	}
	for n, want := range map[int]int{2: 1, 3: 2, 4: 3, 5: 128, 6: 128} {
		if before, last := lastDoubling(curve[:n]); before.P != want || last.P != curve[n-1].P {
			t.Errorf("of %d levels: from %d to %d cores, want from %d", n, before.P, last.P, want)
		}
	}
}

// The ceiling grows by as much as the last step, but not faster than the cores,
// and does not shrink; the bounds are those of the gain.
func TestSuppositionsBeyondTheCeiling(t *testing.T) {
	before := GainAt{P: 1, Gain: interval.Exact(1), Ceiling: interval.Exact(1)}
	last := GainAt{P: 2, Gain: interval.Interval{Value: 1.9, Low: 1.8, High: 1.9 * 1.9 / 1.8}, Ceiling: interval.Exact(1.95)}
	four := beyond(before, last, 2)
	share := 1.9 / 1.95
	want(t, "value", four.Value, share*share*1.95*1.95, 1e-12)
	// The efficiency may have fallen to 1.8/1.95 with the doubling.
	want(t, "low", four.Low, 1.8*1.8/1.95, 1e-12)
	// Two cores gave no more than two, whatever the noise says.
	want(t, "high", four.High, 4, 1e-12)
	steep := GainAt{P: 2, Gain: interval.Exact(2.6), Ceiling: interval.Exact(2.6)}
	want(t, "value under a steep ceiling", beyond(before, steep, 2).Value, 5.2, 1e-12)
	falling := beyond(GainAt{P: 2, Gain: interval.Exact(1.8), Ceiling: interval.Exact(2)}, GainAt{P: 4, Gain: interval.Exact(1.8), Ceiling: interval.Exact(1.8)}, 2)
	want(t, "value under a falling ceiling", falling.Value, 1.8, 1e-12)
}

func about(x float64) interval.Interval {
	return interval.Interval{Value: x, Low: x / 1.01, High: x * 1.01}
}
