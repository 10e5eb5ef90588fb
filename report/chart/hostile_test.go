package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"overlap/report/chart"
)

// Numbers that no machine gives are drawn or left out; they do not end the
// program, nor fill its memory.
func TestNumbersBeyondBelief(t *testing.T) {
	var crowd strings.Builder
	for p := 1; p <= 300; p++ {
		fmt.Fprintf(&crowd, "BenchmarkEp/executor=pool/workers=1/cores=%d-%d 1 5 ns/op 1 tasks-inflight 1 cpus-busy 5 p50-ns/task\nBenchmarkEp/executor=pool/workers=%d/cores=1 1 5 ns/op 1 tasks-inflight 1 cpus-busy\n", p, p, p+1)
	}
	crowd.WriteString("BenchmarkEp/executor=pool/workers=2/cores=300-300 1 5 ns/op 1 tasks-inflight 1 cpus-busy\n")
	line := func(workers, cores int, ns, rest string) string {
		return fmt.Sprintf("BenchmarkEp/executor=pool/workers=%d/cores=%d-%d 1 %s ns/op %s\n", workers, cores, cores, ns, rest)
	}
	four := func(slow, fast, rest string) string {
		return "kinds: Ep=io\n" + line(1, 1, slow, rest) + line(2, 1, slow, rest) + line(1, 2, fast, rest) + line(2, 2, fast, rest)
	}
	for name, text := range map[string]string{
		"crowd":      crowd.String(),
		"far apart":  four("1e14", "1e-9", "1 tasks-inflight 1 cpus-busy"),
		"fast":       four("5", "1e-9", "1 tasks-inflight 1 cpus-busy"),
		"slow":       four("5", "1e14", "1 tasks-inflight 1 cpus-busy"),
		"busy":       four("5", "5", "1e9 tasks-inflight 1e9 cpus-busy 1e-300 p50-ns/task 1e15 p99-ns/task 1e-300 items/s"),
		"many cores": "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\nBenchmarkEp/executor=pool/workers=1/cores=65536-65536 1 5 ns/op 1 tasks-inflight 1 cpus-busy\n",
	} {
		t.Run(name, func(t *testing.T) {
			a := analysisOf(t, text)
			if len(a.Rows) == 0 {
				t.Fatal(a.Warnings)
			}
			for _, c := range append(chart.All(a), chart.OfRow(a, a.Rows[0])...) {
				svg, err := c.SVG(chart.Light)
				if err != nil {
					t.Fatal(err)
				}
				if len(svg) > 1<<19 {
					t.Errorf("%s of %q has %d bytes", c.Name, c.Row, len(svg))
				}
			}
		})
	}
}
