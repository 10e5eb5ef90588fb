package analyse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report/load"
)

// lawful is a sweep of workers and cores in 12 rounds of lines, whose times have
// noise of a share, and a drift that a round shares.
func lawful(truth func(n float64) float64, seed int) string {
	rng := rand.New(rand.NewPCG(uint64(seed), 11))
	var b strings.Builder
	for round := range 12 {
		drift := math.Exp(0.1 * rng.NormFloat64())
		for p := 1; p <= 32; p *= 2 {
			for w := 1; w <= 32; w *= 2 {
				sec := drift * math.Exp(0.05*rng.NormFloat64()) / truth(float64(min(w, p)))
				fmt.Fprintf(&b, "# sample: {\"round\":%d}\nBenchmarkEp/executor=pool/workers=%d/cores=%d-%d 1 %.0f ns/op\n", round+1, w, p, p, 1e9*sec)
			}
		}
	}
	return b.String()
}

// The intervals of a whole report cover the truth with errors from 12 samples.
func TestIntervalsOfAReportCoverTheTruth(t *testing.T) {
	racing.Long(t)
	const sigma, kappa = 0.05, 0.001
	const seeds, low, high = 600, 0.92, 0.98
	law := func(n float64) float64 { return n / (1 + sigma*(n-1) + kappa*n*(n-1)) }
	covered := map[string]int{}
	for seed := range seeds {
		d, err := load.Read(strings.NewReader(lawful(law, seed)), "run.txt")
		if err != nil {
			t.Fatal(err)
		}
		u := Analyze(d).Rows[0].Models.OverCores
		if u.Sigma.Holds(sigma) {
			covered["σ"]++
		}
		if u.Kappa.Holds(kappa) {
			covered["κ"]++
		}
	}
	for _, name := range []string{"σ", "κ"} {
		if share := float64(covered[name]) / seeds; share < low || share > high {
			t.Errorf("%.1f %% of the intervals of %s cover it", 100*share, name)
		}
	}
}
