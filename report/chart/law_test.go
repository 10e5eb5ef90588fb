package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/chart"
)

// curvesOf are the curves of the rows of a machine, by the name of the row.
func curvesOf(t *testing.T, a *analyse.Analysis) map[string]chart.Chart {
	t.Helper()
	all := map[string]chart.Chart{}
	for _, r := range a.Rows {
		all[r.Name()] = named(t, chart.OfRow(a, r), "curves")
	}
	return all
}

func TestGoldenLaws(t *testing.T) {
	racing.Skip(t)
	all := curvesOf(t, machine(t, 64))
	golden(t, all["mandelbrot"], chart.Light, "curves-mandelbrot-64-light.png")
	golden(t, all["netecho"], chart.Dark, "curves-netecho-64-dark.png")
}

// A law is drawn where it rests on enough points and is that of the program, and the
// words say how far the points are from it.
func TestLawsAreDrawnOnlyWhereTheyHold(t *testing.T) {
	const legend, small = ">universal scalability law<", "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\nBenchmarkEp/executor=pool/workers=1/cores=2-2 1 5 ns/op\n"
	of16, of64 := curvesOf(t, machine(t, 16)), curvesOf(t, machine(t, 64))
	for name, c := range map[string]struct {
		chart         chart.Chart
		cores, worker bool
	}{
		"of two points":                       {curvesOf(t, analysisOf(t, small))["Ep"], false, false},
		"5 numbers of cores":                  {of16["request"], false, true},
		"7 numbers of cores":                  {of64["netecho"], true, true},
		"that is not the program's":           {of16["counter"], false, false},
		"of workers that queue for the cores": {of16["mandelbrot"], false, false},
	} {
		cores, workers := strings.Contains(c.chart.Alt, "law over cores: σ "), strings.Contains(c.chart.Alt, "law over workers: σ ")
		if cores != c.cores || workers != c.worker {
			t.Errorf("a law %s: over cores %v, over workers %v: %s", name, cores, workers, c.chart.Alt)
		}
		any := c.cores || c.worker
		if strings.Contains(svgOf(t, c.chart), legend) != any || strings.Contains(c.chart.Caption, "X(N) = ") != any || strings.Contains(c.chart.Alt, "the largest residual is ") != any {
			t.Errorf("a law %s: the legend, the caption and the words do not agree: %s", name, c.chart.Caption)
		}
	}
}

// Points without errors have no bars; bands may be endless.
func TestEndlessBandsAreDrawn(t *testing.T) {
	var one strings.Builder
	for w := 1; w <= 64; w *= 2 {
		fmt.Fprintf(&one, "Benchmark%s/executor=pool/workers=%d/cores=1 1 %d ns/op\n", strings.Repeat("long", 20), w, 5000/w+w*w*w)
	}
	for _, c := range curvesOf(t, analysisOf(t, one.String())) {
		for _, theme := range []chart.Theme{chart.Light, chart.Dark} {
			svg, err := c.SVG(theme)
			if err != nil || strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
				t.Errorf("coordinates that are not numbers, or %v", err)
			}
		}
	}
}
