package chart_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/chart"
)

func names(charts []chart.Chart) (list []string) {
	for _, c := range charts {
		list = append(list, c.Name)
	}
	return list
}

// named is the chart of that name.
func named(t *testing.T, charts []chart.Chart, name string) chart.Chart {
	t.Helper()
	i := slices.IndexFunc(charts, func(c chart.Chart) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no %s among %v", name, names(charts))
	}
	return charts[i]
}

func TestRowsHaveTheChartsThatTheFileCanTell(t *testing.T) {
	const kinds = "kinds: Ep=cpu\n"
	line := func(workers, cores int, units string) string {
		return fmt.Sprintf("BenchmarkEp/executor=pool/workers=%d/cores=%d-%d 1 5 ns/op %s\n", workers, cores, cores, units)
	}
	four := func(units string) string {
		return kinds + line(1, 1, units) + line(2, 1, units) + line(1, 2, units) + line(2, 2, units)
	}
	for text, want := range map[string][]string{
		four("1 tasks-inflight 1 cpus-busy 5 p50-ns/task"):                               {"curves", "stack", "latency", "heat"},
		four("5 p99-ns/task"):                                                            {"curves", "latency", "heat"},
		kinds + line(1, 1, "") + line(1, 2, ""):                                          {"curves"},
		"BenchmarkGet/cores=1 1 9 ns/op\nBenchmarkGet/cores=2-2 1 5 ns/op 1 cpus-busy\n": {"curves"},
	} {
		a := analysisOf(t, text)
		r := a.Rows[0]
		charts := chart.OfRow(a, r)
		if got := names(charts); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
		for _, c := range charts {
			if c.Row != r.ID() || c.Alt == "" || c.Caption == "" {
				t.Errorf("%+v", c)
			}
			svg, err := c.SVG(chart.Light)
			if err != nil || bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
				t.Errorf("%s draws what is not a number: %v\n%s", c.Name, err, svg)
			}
		}
	}
}

// A page of 30 rows has 150 of these pictures.
func TestPicturesOfARowAreSmall(t *testing.T) {
	for cores, most := range map[int]int{2: 16 << 10, 16: 21 << 10} {
		a := machine(t, cores)
		for _, r := range a.Rows {
			total := 0
			charts := chart.OfRow(a, r)
			for _, c := range charts {
				svg, err := c.SVG(chart.Light)
				if err != nil {
					t.Fatal(err)
				}
				total += len(svg)
			}
			if mean := total / len(charts); mean > most {
				t.Errorf("%s on %d cores: %d bytes each, want at most %d", r.Name(), cores, mean, most)
			}
		}
	}
}

func TestAltTextsStateTheFinding(t *testing.T) {
	a := machine(t, 2)
	request := a.Rows[slices.IndexFunc(a.Rows, func(r analyse.Row) bool { return r.Workload == "Request" })]
	all, of := chart.All(a), chart.OfRow(a, request)
	open, _ := chart.Latency(loads(t, 2))
	for want, c := range map[string]chart.Chart{
		"ep 1.00 × 2.00 = 2.00 ±0.06, ceiling × 1.90 ±0.03;":                  named(t, all, "gains"),
		"counter reaches 1.00 on 2 cores, where separate programs reach 1.90": named(t, all, "scaling"),
		"ep 250 jobs per second at 64 workers, 99 % of its bound":             named(t, all, "workers"),
		"sleepers 64.0 and 0.09":            named(t, all, "plane"),
		"ep: work 1.92 of 2 cores, GC 0.06": named(t, all, "stack"),
		"in cores: 64 workers, 2 cores: work 1.18 of 2 cores, inflation 0.75; 32 workers":                         named(t, of, "stack"),
		"request on 2 cores 2.36 ms, 3.53 ms at 1 worker and 5.49 ms, 24.7 ms at 64 workers":                      named(t, of, "latency"),
		"request × 27.5 at GOMAXPROCS 2 with 32 workers":                                                          named(t, of, "heat"),
		"request open on 2 cores 2.39 ms, 5.98 ms at 1k items per second and 10 ms, 25 ms at 8k items per second": open,
	} {
		if !strings.Contains(c.Alt, want) {
			t.Errorf("%s: %q does not say %q", c.Name, c.Alt, want)
		}
	}
}

func TestAltTextsOfManyRowsStop(t *testing.T) {
	var b strings.Builder
	for i := range 12 {
		fmt.Fprintf(&b, "BenchmarkGet/id=%d/workers=1/cores=1 1 5 ns/op\nBenchmarkGet/id=%d/workers=1/cores=2-2 1 5 ns/op\n", i, i)
	}
	for _, c := range chart.All(analysisOf(t, b.String()))[:3] {
		if !strings.HasSuffix(c.Alt, "; and 4 more.") || strings.Count(c.Alt, "; ") != 8 {
			t.Errorf("%s: %q", c.Name, c.Alt)
		}
	}
}
