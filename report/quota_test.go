package report_test

import (
	"fmt"
	"strings"
	"testing"
)

// Under a quota of 2 on 8 cores, by GOMAXPROCS, with what it stops of the largest.
func TestTheBestGOMAXPROCSUnderAQuotaIsNamed(t *testing.T) {
	for _, c := range []struct {
		quota string
		time  map[int]float64
		noise float64
		want  string
	}{
		{"2", map[int]float64{1: 2e6, 2: 1e6, 8: 3e6}, 0.01, "; under the CPU quota of 2, which stops 6 of 8 CPUs at GOMAXPROCS 8, GOMAXPROCS 2 is best: 3.01 ±0.01× the throughput of 8"},
		{"2", map[int]float64{1: 2e6, 2: 1e6, 8: 0.5e6}, 0.01, "GOMAXPROCS 8 is best: 1.99 ±0.01× the throughput of 2"},
		{"2", map[int]float64{1: 2e6, 2: 0.99e6, 8: 1e6}, 0.01, "no GOMAXPROCS is clearly best: 2 brings 1.02 ±0.00× the throughput of 8"},
		{"2", map[int]float64{1: 2e6, 2: 0.9e6, 8: 1e6}, 0.5, "cannot tell which GOMAXPROCS is best: 2 brings 1.36 ±0.29×"},
		{"8", map[int]float64{1: 2e6, 2: 1e6, 8: 3e6}, 0.01, ""},
		{"none", map[int]float64{1: 2e6, 2: 1e6, 8: 3e6}, 0.01, ""},
	} {
		var b strings.Builder
		fmt.Fprintf(&b, "quota: %s\n", c.quota)
		for round := range 12 {
			for procs, ns := range c.time {
				if procs == 8 && round%2 == 0 {
					ns *= 1 + c.noise
				}
				level := "8"
				if procs > 1 { // as testing names it
					level = fmt.Sprintf("8-%d", procs)
				}
				fmt.Fprintf(&b, "BenchmarkX/executor=pool/workers=4/cores=%s 1 %f ns/op 6 throttled-cpus\n", level, ns)
				fmt.Fprintf(&b, "BenchmarkX/executor=pool/workers=1/cores=%s 1 %f ns/op\n", level, 4*ns)
			}
		}
		got := analyze(t, save(t, b.String())).Rows[0].Verdict
		if !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "CPU quota of") {
			t.Errorf("quota %s: %s\nwant %s", c.quota, got, c.want)
		}
	}
}
