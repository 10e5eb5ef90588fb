package sweep_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
	"overlap/internal/racing"
	"overlap/internal/sampling"
)

// noisy is a sampler whose times vary by a factor of exp(σ), as each point has
// it, and of which some samples are under pressure.
type noisy struct {
	rng      *rand.Rand
	sigma    func(sweep.Point) float64
	pressure func(sweep.Point) float64
	samples  map[sweep.Point]int
}

func (n *noisy) Sample(_ context.Context, p sweep.Point, _, _ int) (*benchfmt.Result, error) {
	time.Sleep(time.Second)
	n.samples[p]++
	r := &benchfmt.Result{
		Name:   benchfmt.Name(p.Name()),
		Iters:  1,
		Values: []benchfmt.Value{{Value: math.Exp(n.sigma(p) * n.rng.NormFloat64()), Unit: "sec/op"}},
	}
	if n.pressure != nil {
		r.Values = append(r.Values, benchfmt.Value{Value: n.pressure(p), Unit: "pressure"})
	}
	return r, nil
}

func newNoisy(sigma, pressure func(sweep.Point) float64) *noisy {
	return &noisy{rng: rand.New(rand.NewPCG(1, 2)), sigma: sigma, pressure: pressure, samples: map[sweep.Point]int{}}
}

func ep(p sweep.Point) bool { return p.Workload == "Ep" }

// A quiet point gets the least number of samples, a noisy one as many as its
// interval needs.
func TestBudgetGoesToThePointsThatNeedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNoisy(func(p sweep.Point) float64 {
			if ep(p) {
				return 0.05
			}
			return 0.001
		}, nil)
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: n, Append: keep, Budget: 100 * time.Hour, Precision: 0.02,
		})
		if err != nil || summary.Precise != summary.Points {
			t.Fatalf("%+v, %v", summary, err)
		}
		for p, samples := range n.samples {
			// (1.96·0.05/0.02)² = 24, give or take what the estimate of σ varies
			if ep(p) && (samples < 11 || samples > 60) || !ep(p) && samples != sampling.MinSamples {
				t.Errorf("%s: %d samples", p, samples)
			}
		}
	})
}

// Stopping when an interval is narrow favours intervals that are too narrow by
// chance; the least number of samples keeps that small.
func TestAdaptiveIntervalsCoverTheTruth(t *testing.T) {
	racing.Long(t)
	synctest.Test(t, func(t *testing.T) {
		covered, all := 0, 0
		for seed := range uint64(200) {
			n := newNoisy(func(sweep.Point) float64 { return 0.05 }, nil)
			n.rng = rand.New(rand.NewPCG(seed, 0))
			logs := map[string]float64{}
			counts := map[string]int{}
			if _, err := sweep.Run(t.Context(), sweep.Config{
				Plan: twoCores(t), Sampler: n, Budget: 100 * time.Hour, Precision: 0.02, Seed: seed,
				Append: func(es ...sweep.Entry) error {
					e := es[0]
					logs[e.Point] += math.Log(e.Result.Values[0].Value)
					counts[e.Point]++
					return nil
				},
			}); err != nil {
				t.Fatal(err)
			}
			for p, sum := range logs {
				all++
				if math.Abs(sum/float64(counts[p])) <= math.Log1p(0.02) {
					covered++
				}
			}
		}
		if share := float64(covered) / float64(all); share < 0.90 || share > 0.97 {
			t.Errorf("%.3f of %d times are within 2 %% of the truth, want about 0.95", share, all)
		}
	})
}

// What a noisy point is compared with goes on with it, and nothing else does.
func TestPartnersOfANoisyPointGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			about  string
			noisy  func(sweep.Point) bool
			goesOn func(sweep.Point) bool
		}{
			{"two workers on two cores",
				func(p sweep.Point) bool { return p.Workers == 2 && p.Cores == 2 },
				func(p sweep.Point) bool {
					return p.Workers == 2 || p.Workers == 1 && p.Cores == 1 && p.Slices == 1
				}},
			{"a slice alone",
				func(p sweep.Point) bool { return p.Slices == 2 && p.Copies == 1 },
				func(p sweep.Point) bool { return p.Slices == 2 }},
		} {
			n := newNoisy(func(p sweep.Point) float64 {
				if ep(p) && c.noisy(p) {
					return 0.05
				}
				return 0.001
			}, nil)
			if _, err := sweep.Run(t.Context(), sweep.Config{
				Plan: twoCores(t), Sampler: n, Append: keep, Budget: 100 * time.Hour, Precision: 0.02,
			}); err != nil {
				t.Fatal(err)
			}
			most := 0
			for _, samples := range n.samples {
				most = max(most, samples)
			}
			for p, samples := range n.samples {
				want := sampling.MinSamples
				if ep(p) && c.goesOn(p) {
					want = most
				}
				if samples != want || most < 11 {
					t.Errorf("%s: %d samples of %s, want %d", c.about, samples, p, want)
				}
			}
		}
	})
}

// The budget that precise points leave buys rounds of the others.
func TestRoundsOfFewPointsAreShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNoisy(func(p sweep.Point) float64 {
			if ep(p) {
				return 1
			}
			return 0
		}, nil)
		points := time.Duration(len(twoCores(t).FixedPoints())) // half of them Ep's
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: n, Append: keep, Budget: 12 * points * time.Second, Precision: 0.02,
		})
		if err != nil || summary.Rounds != 14 {
			t.Errorf("%+v, %v; want 10 rounds of all, and for the time of two more 4 of half of them", summary, err)
		}
	})
}

// What is left of the budget when no round fits goes to the points that lack
// samples for a verdict, because some of theirs were under pressure.
func TestTheRestGoesToPointsThatLackSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		visits := map[sweep.Point]int{}
		unlucky := func(p sweep.Point) bool { return ep(p) && p.Workers == 1 && p.Cores == 1 && p.Slices == 1 }
		n := newNoisy(func(sweep.Point) float64 { return 1 }, func(p sweep.Point) float64 {
			if visits[p]++; unlucky(p) && visits[p] <= 2 {
				return 0.5
			}
			return 0
		})
		points := len(twoCores(t).FixedPoints())
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: n, Append: keep, Budget: time.Duration(11*points-3) * time.Second, Precision: 0.02,
		})
		if err != nil || summary.Rounds != 10 {
			t.Fatalf("%+v, %v", summary, err)
		}
		for p, samples := range n.samples {
			want := 10
			if unlucky(p) { // itself, and as a serial program
				want = 12
			}
			if samples != want {
				t.Errorf("%s: %d samples, want %d", p, samples, want)
			}
		}
	})
}

func TestNoPrecisionMeansASampleInEveryRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNoisy(func(sweep.Point) float64 { return 0 }, nil)
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: n, Append: keep, Budget: 100 * time.Hour, Rounds: 15,
		})
		if err != nil || summary.Samples != 15*summary.Points || summary.Precise != 0 {
			t.Errorf("%+v, %v", summary, err)
		}
	})
}

// Samples under pressure do not make a point precise, and the sweep asks for a
// quiet machine after each of them, and once at its beginning.
func TestSamplesUnderPressureDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pressure := func(p sweep.Point) float64 {
			if ep(p) {
				return 0.11
			}
			return 0.10
		}
		n, asked := newNoisy(func(sweep.Point) float64 { return 0 }, pressure), 0
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: n, Append: keep, Budget: 100 * time.Hour, Rounds: 15, Precision: 0.02,
			Quiet: func(context.Context) { asked++ },
		})
		if err != nil {
			t.Fatal(err)
		}
		pressed := 0
		for p, samples := range n.samples {
			want := sampling.MinSamples
			if ep(p) {
				want = 15
				pressed += samples
			}
			if samples != want {
				t.Errorf("%s: %d samples, want %d", p, samples, want)
			}
		}
		if asked != pressed+1 {
			t.Errorf("asked %d times for a quiet machine, %d samples were under pressure", asked, pressed)
		}
		if summary.Precise*2 != summary.Points {
			t.Errorf("%d of %d points are precise", summary.Precise, summary.Points)
		}
	})
}

// The time for which the guard waits is not a part of the budget.
func TestWaitingIsNotMeasuring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		points := time.Duration(len(twoCores(t).FixedPoints()))
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: &fake{}, Append: keep, Budget: 2 * points * time.Second,
			Quiet: func(context.Context) { time.Sleep(time.Hour) },
		})
		if err != nil || summary.Rounds != 2 {
			t.Errorf("%+v, %v", summary, err)
		}
	})
}

func TestGuardWaitsForAQuietMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window = 200 * time.Millisecond
		busy := 5 // windows
		var said []string
		g := sweep.Guard{
			CPUs: 2, Allowed: 0.2, Patience: 10 * time.Second,
			Say: func(text string) { said = append(said, text) },
			Others: func(context.Context) (float64, bool) {
				time.Sleep(window)
				if busy--; busy >= 0 {
					return 0.9, true
				}
				return 0.2, true
			},
		}
		start := time.Now()
		g.Wait(t.Context())
		if took := time.Since(start); took != 6*window || len(said) != 2 || said[1] != "the machine is quiet: measuring" || !strings.Contains(said[0], "others use 0.9 of 2 CPUs: waiting up to 10s") {
			t.Errorf("waited %v: %q", took, said)
		}

		busy = 5
		g.Wait(t.Context())
		busy, said = 1000, nil
		start = time.Now()
		g.Wait(t.Context())
		// 2.4 s of the patience are spent already
		if took := time.Since(start); took < 7600*time.Millisecond || took > 7800*time.Millisecond || len(said) != 2 || !strings.Contains(said[1], "measuring anyway") {
			t.Errorf("waited %v: %q", took, said)
		}
		start = time.Now()
		g.Wait(t.Context())
		if took := time.Since(start); took != 0 || len(said) != 2 {
			t.Errorf("without patience: waited %v: %q", took, said)
		}
	})
}

func TestGuardDoesNotWaitWhereItCannotTell(t *testing.T) {
	g := sweep.Guard{CPUs: 2, Allowed: 0.2, Patience: time.Hour, Others: func(context.Context) (float64, bool) { return 2, false }}
	g.Wait(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g.Others = func(context.Context) (float64, bool) { t.Error("it looks although it shall end"); return 0, true }
	g.Wait(ctx)
}
