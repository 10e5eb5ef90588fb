package chart_test

import (
	"bytes"
	"slices"
	"testing"

	"overlap/report/chart"
)

// Benchmarks that decide their workers themselves have no concurrency gain and
// no line over workers; what is known of them is drawn.
func TestBenchmarksOfUnknownWorkers(t *testing.T) {
	const foreign = "BenchmarkGet/size=4/cores=1 1 10 ns/op 1 cpus-busy\nBenchmarkGet/size=4/cores=2-2 1 5 ns/op 1.9 cpus-busy\n" +
		"copies: 2\nBenchmarkGet/size=4/cores=1 1 11 ns/op 1 cpus-busy\ncopies: 1\n"
	const known = "BenchmarkAsk/workers=1/cores=1 1 10 ns/op\nBenchmarkAsk/workers=1/cores=2-2 1 5 ns/op\n"
	const both = known + "BenchmarkAsk/cores=1 1 9 ns/op\nBenchmarkAsk/cores=2-2 1 9 ns/op\n" // of two files
	for text, want := range map[string][]string{
		foreign + both:  {"gains", "scaling", "workers"},
		foreign:         {"gains", "scaling"},
		foreign + known: {"gains", "scaling", "workers"},
	} {
		var names []string
		for _, c := range chart.All(analysisOf(t, text)) {
			names = append(names, c.Name)
			svg, err := c.SVG(chart.Light)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
				t.Errorf("%s draws what is not a number", c.Name)
			}
			named := bytes.Contains(svg, []byte(">Get/size=4<"))
			if drawn := c.Name == "gains" || c.Name == "scaling"; named != drawn {
				t.Errorf("%s names the benchmark: %v, want %v", c.Name, named, drawn)
			}
			if c.Name == "gains" && (!bytes.Contains(svg, []byte(">2.00<")) || bytes.Contains(svg, []byte("–"))) {
				t.Errorf("gains does not say 2.00:\n%s", svg)
			}
		}
		if !slices.Equal(names, want) {
			t.Errorf("charts %v, want %v", names, want)
		}
	}
}
