package law

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"overlap/internal/interval"
	"overlap/internal/racing"
)

// Noise that all points of a round share does not count as an error of a point. A point's
// own noise counts in full, however few points the curve has.
func TestErrorsAreThoseThatBendACurve(t *testing.T) {
	const rounds, own = 400, 0.05
	rng := rand.New(rand.NewPCG(1, 1))
	for _, curves := range []int{2, 3, 6} {
		all, ns := make([]interval.Series, curves), make([]float64, curves)
		for round := range rounds {
			drift := 0.3 * rng.NormFloat64()
			for i := range all {
				all[i] = append(all[i], interval.Timing{Round: round + 1, Seconds: math.Exp(drift + own*rng.NormFloat64())})
			}
		}
		for i := range ns {
			ns[i] = float64(i + 1)
		}
		for i, m := range Measures(ns, all) {
			if share := m.Error * math.Sqrt(rounds) / own; math.Abs(share-1) > 0.12 {
				t.Errorf("point %d of %d: the error is %.2f times what the noise makes it", i+1, curves, share)
			}
		}
	}
}

// Points that are further off the law than their errors widen its intervals.
func TestResidualsBeyondTheErrorsCount(t *testing.T) {
	width := func(share float64) float64 {
		c := curveOf(noisy(usl(100, 0.05, 0.001), share, 3), 1, 2, 4, 8, 12, 16, 24, 32)
		for i := range c {
			c[i].Error = 0.005
		}
		return FitUSL(c, Relative).Sigma.HalfWidth()
	}
	exact, off := width(0), width(0.05)
	if !(exact > 0) || off < 3*exact {
		t.Errorf("σ ±%.2g of points with 0.5 %% error, ±%.2g of points that are off by 5 %%", exact, off)
	}
}

// A coherency that does less at the largest N than is ever known may be none.
func TestNoBoundOfAPeakThatIsHardlyTold(t *testing.T) {
	u := FitUSL(curveOf(usl(1, 0.05, 2e-6), 1, 2, 4, 8, 16, 32), Relative)
	if math.IsInf(u.Peak.Value, 1) || !math.IsInf(u.Peak.High, 1) || u.Kappa.Low != 0 {
		t.Errorf("peak %v, κ %v", u.Peak, u.Kappa)
	}
	u = FitUSL(curveOf(usl(1, 0.05, 2e-5), 1, 2, 4, 8, 16, 32), Relative)
	if math.IsInf(u.Peak.High, 1) || !(u.Kappa.Low > 0) {
		t.Errorf("peak %v, κ %v of an exact curve", u.Peak, u.Kappa)
	}
}

// covered counts how many seeds of a parallel loop say yes.
func covered(seeds int, holds func(seed int) [2]bool) (shares [2]float64) {
	var mu sync.Mutex
	var group sync.WaitGroup
	for part := range 2 {
		group.Go(func() {
			for seed := part; seed < seeds; seed += 2 {
				yes := holds(seed)
				mu.Lock()
				for i := range shares {
					if yes[i] {
						shares[i] += 1 / float64(seeds)
					}
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return shares
}

// Intervals by known errors hold the truth as often as they say, too. Where the
// few residuals happen to be smaller than the errors, the errors count, so that
// they hold it rather more often than 95 times of 100.
func TestIntervalsByKnownErrorsCoverTheTruth(t *testing.T) {
	racing.Skip(t)
	const sigma, kappa = 0.05, 0.001
	seeds, low := 1000, 0.94
	if testing.Short() {
		seeds, low = 300, 0.92
	}
	shares := covered(seeds, func(seed int) [2]bool {
		c := curveOf(noisy(usl(100, sigma, kappa), 0.02, seed), 1, 2, 4, 8, 16, 32)
		for i := range c {
			c[i].Error = 0.02
		}
		u := FitUSL(c, Relative)
		return [2]bool{u.Sigma.Holds(sigma), u.Kappa.Holds(kappa)}
	})
	t.Logf("%.3f", shares)
	for i, share := range shares {
		if share < low {
			t.Errorf("%.1f %% of the intervals of %s cover it", 100*share, []string{"σ", "κ"}[i])
		}
	}
}
