package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report"
	"overlap/report/chart"
)

// fits are the fits of the rows of a machine, by name of the row.
func fits(a *report.Analysis) map[string]chart.Chart {
	all := map[string]chart.Chart{}
	for _, r := range a.Rows {
		for _, c := range chart.OfRow(a, r) {
			if c.Name == "usl" {
				all[r.Name()] = c
			}
		}
	}
	return all
}

func TestGoldenFits(t *testing.T) {
	racing.Skip(t)
	for _, cores := range []int{16, 64} {
		drawn := fits(machine(t, cores))
		if _, ok := drawn["mandelbrot"]; ok != (cores == 64) {
			t.Errorf("mandelbrot on %d cores: workers that queue for a core are in a law: %v", cores, ok)
		}
		for _, name := range []string{"mandelbrot", "netecho", "request"} {
			c, ok := drawn[name]
			if (cores == 64) != (name != "request") && name != "netecho" {
				continue
			}
			if !ok {
				t.Fatalf("no fit of %s on %d cores", name, cores)
			}
			theme, shade := chart.Light, "light"
			if cores == 64 && name == "netecho" {
				theme, shade = chart.Dark, "dark"
			}
			golden(t, c, theme, fmt.Sprintf("usl-%s-%d-%s.png", name, cores, shade))
		}
	}
}

// The law of cores is drawn under what they could bring; that of workers has no
// such limit.
func TestLawOfCoresHasItsLimits(t *testing.T) {
	for cores, want := range map[int]bool{16: false, 64: true} { // 5 numbers of cores are no curve
		c, ok := fits(machine(t, cores))["netecho"]
		if !ok {
			t.Fatalf("no fit on %d cores", cores)
		}
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{">ideal<", ">ceiling H(p)<"} {
			if got := strings.Contains(string(svg), name); got != want {
				t.Errorf("%d cores: %s is named: %v", cores, name, got)
			}
		}
	}
}

func TestFitsAreDrawnOnlyWhereTheyAre(t *testing.T) {
	small := "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\nBenchmarkEp/executor=pool/workers=1/cores=2-2 1 5 ns/op\n"
	if n := len(fits(load(t, small))); n != 0 {
		t.Errorf("%d fits of two points", n)
	}
	if _, ok := chart.Efficiency(load(t, "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n")); ok {
		t.Error("efficiency of one core")
	}
	// Points without errors have no bars; bands may be endless.
	var one strings.Builder
	for w := 1; w <= 64; w *= 2 {
		fmt.Fprintf(&one, "Benchmark%s/executor=pool/workers=%d/cores=1 1 %d ns/op\n", strings.Repeat("long", 20), w, 5000/w+w*w*w)
	}
	for name, c := range fits(load(t, one.String())) {
		for _, theme := range []chart.Theme{chart.Light, chart.Dark} {
			svg, err := c.SVG(theme)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
				t.Errorf("%s has coordinates that are no numbers", name)
			}
		}
	}
}

func TestAltTextsOfModelsTellTheNumbers(t *testing.T) {
	a := machine(t, 16)
	c, ok := chart.Efficiency(a)
	if !ok || !strings.Contains(c.Alt, "ep gains ") || !strings.Contains(c.Alt, " % of what 16 cores could bring, ") {
		t.Error(c.Alt)
	}
	if _, ok := fits(a)["counter"]; ok {
		t.Error("a curve that is not of the law is drawn as if")
	}
	alt := fits(a)["request"].Alt
	if !strings.Contains(alt, "Over workers: σ ") || !strings.Contains(alt, "the largest residual is ") || strings.Contains(alt, "Over cores") {
		t.Error(alt)
	}
}
