package page_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/internal/table"
	"overlap/report"
	"overlap/report/chart"
	"overlap/report/page"
)

var oneOfMany = regexp.MustCompile(`[^\n<>]{0,60}(?:^|[^\d.,/·×–-])1 (?:[a-z]+ )?(?:cores|workers|samples|rounds|points|rows|workloads|benchmarks|results|tasks|CPUs|programs|runs|charts|tables|pictures|commits|threads|numbers)\b[^\n<>]{0,30}`)

// small is a sweep of one workload over doublings of both: rounds samples of each
// point, whose time is that of t(workers, cores).
func small(rounds, workers, cores int, t func(w, p int) float64) string {
	var b strings.Builder
	b.WriteString("kinds: A=cpu\n")
	for round := range rounds {
		for p := 1; p <= cores; p *= 2 {
			for w := 1; w <= workers; w *= 2 {
				fmt.Fprintf(&b, "copies: 1\nBenchmarkA/executor=pool/workers=%d/cores=%d-%d 1 %.0f ns/op 1 cpus-busy 1 tasks-inflight 900 p50-ns/task 990 p99-ns/task\n", w, p, p, 1e6*t(w, p)*(1+0.01*float64((7*round+w+p)%5)))
			}
			if p > 1 {
				fmt.Fprintf(&b, "copies: 1\nBenchmarkA/executor=pool/workers=1/cores=1/slices=%d 1 9e6 ns/op\ncopies: %d\nBenchmarkA/executor=pool/workers=1/cores=1/slices=%d 1 9.5e6 ns/op\n", p, p, p)
			}
		}
	}
	return b.String()
}

// Whatever there is only one of is singular, on the page and in every format.
func TestOneIsSingular(t *testing.T) {
	racing.Skip(t)
	if oneOfMany.FindString("it ran on 1 cores") == "" || oneOfMany.FindString("1 whole rounds") == "" || oneOfMany.FindString("on 11 cores, 0.1 cores, 1 core") != "" {
		t.Fatal("the test would not see 1 cores")
	}
	for name, time := range map[string]func(w, p int) float64{
		"scales":   func(w, p int) float64 { return 8 / float64(min(w, p)) },
		"serial":   func(w, p int) float64 { return 8 },
		"contends": func(w, p int) float64 { return 8 * float64(min(w, p)) },
		"waits":    func(w, p int) float64 { return 64 / float64(w) },
	} {
		for _, rounds := range []int{1, 12} {
			if testing.Short() && name != "contends" {
				continue
			}
			for _, workers := range []int{1, 2, 64} {
				for _, cores := range []int{1, 2, 64} {
					a := analysis(t, small(rounds, workers, cores, time))
					var b strings.Builder
					err := page.Write(&b, a, drawn(t, a), page.Options{Dark: chart.Recolour()})
					for _, format := range report.Formats() {
						err = errors.Join(err, report.Write(&b, a, format, table.Terminal{}))
					}
					if err != nil {
						t.Fatal(err)
					}
					for _, said := range oneOfMany.FindAllString(b.String(), -1) {
						t.Errorf("%s, %d rounds, %d workers, %d cores: %q", name, rounds, workers, cores, said)
					}
				}
			}
		}
	}
}
