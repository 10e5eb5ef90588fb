package report_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"overlap/report/load"
	"overlap/report/write"
)

// foreignFile is what a sweep of other people's benchmarks would write, on two
// cores: t gives the milliseconds on one core, on two, and of two copies.
func foreignFile(t map[string][3]float64, order ...string) *file {
	f := &file{rounds: 12, extra: "1.5 cpus-busy"}
	for _, name := range order {
		f.add(name+"/cores=2-2", t[name][1])
		f.add(name+"/cores=1", t[name][0])
		f.add(name+"/cores=1 ×2", t[name][2])
	}
	return f
}

func TestBenchmarksThatDecideTheirWorkers(t *testing.T) {
	times := map[string][3]float64{
		"Map/size=10/impl=sync":  {10, 5.2, 11},
		"Map/size=10/impl=mutex": {10, 10, 11},
		"Map/size=99/impl=mutex": {10, 20, 11},
		"Copy/part:8/a-4":        {10, 7, 15},
	}
	a := analyze(t, foreignFile(times, "Map/size=99/impl=mutex", "Map/size=10/impl=sync", "Copy/part:8/a-4", "Map/size=10/impl=mutex").save(t))
	want := []struct {
		name    string
		gp, h   float64
		verdict string
	}{
		{"Map/size=99/impl=mutex", 0.5, 20. / 11, "contends: 2 cores run at 0.50× the speed of 1 core; enough: 1 core, which loses nothing"},
		{"Map/size=10/impl=sync", 10 / 5.2, 20. / 11, "scales: 2 cores give 1.92× where separate programs get 1.82×"},
		{"Copy/part:8/a-4", 10. / 7, 20. / 15, "shares: even separate programs get only 1.33× from 2 cores; this workload gets 1.43×"},
		{"Map/size=10/impl=mutex", 1, 20. / 11, "serial: a second core adds nothing (0 ±1 %); enough: 1 core, which loses at most 1 %"},
	}
	if len(a.Rows) != len(want) {
		t.Fatalf("%d rows, warnings %v", len(a.Rows), a.Warnings)
	}
	if got := a.Explain(); !strings.HasPrefix(got, "overlap why --pkg ") || !strings.HasSuffix(got, "--bench '^BenchmarkMap$/^size=99$/^impl=mutex$'") {
		t.Errorf("the command that explains the first row is %s", got)
	}
	for i, w := range want {
		r := a.Rows[i]
		if r.Name() != w.name || r.Workers != 0 || r.P != 2 || r.Verdict != w.verdict {
			t.Errorf("row %d: %s, %d workers on %d cores: %s; want %s: %s", i, r.Name(), r.Workers, r.P, r.Verdict, w.name, w.verdict)
		}
		if !math.IsNaN(r.Concurrency.Value) || r.Speedup != r.Parallelism || math.Abs(r.Speedup.Value/w.gp-1) > 0.02 {
			t.Errorf("%s: %v × %v = %v, want unknown × %.2f", w.name, r.Concurrency, r.Parallelism, r.Speedup, w.gp)
		}
		if math.Abs(r.Ceiling.Value/w.h-1) > 0.02 || r.CPUsBusy.Value != 1.5 || len(r.Lines) != 0 || r.Samples != 12 {
			t.Errorf("%s: ceiling %v, want %.2f; CPUs busy %v, %d lines, %d samples", w.name, r.Ceiling, w.h, r.CPUsBusy.Value, len(r.Lines), r.Samples)
		}
		if n := len(r.Scaling); n != 2 || r.Scaling[1].P != 2 || r.Scaling[1].Gain != r.Speedup || r.Scaling[1].Ceiling != r.Ceiling {
			t.Errorf("%s: scaling %v", w.name, r.Scaling)
		}
		if c := write.PageCells(r); c[2] != "–" || c[4] != "× –" || c[8] != "–" || c[9] != "1.50" {
			t.Errorf("%s: cells %q", w.name, c)
		}
	}
	var out strings.Builder
	if err := write.JSON(&out, a); err != nil {
		t.Fatal(err)
	}
	var read struct{ Rows []map[string]any }
	if err := json.Unmarshal([]byte(out.String()), &read); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"workers", "concurrency_gain", "tasks_inflight", "cost"} {
		if got, there := read.Rows[0][key]; !there || got != nil {
			t.Errorf("%s is %v in JSON, want null", key, got)
		}
	}
	if busy := read.Rows[0]["cpus_busy"]; busy != 1.5 {
		t.Errorf("cpus_busy is %v", busy)
	}
}

func TestBenchmarksThatReadTheirWorkers(t *testing.T) {
	f := &file{rounds: 12}
	for w, ms := range map[int]float64{1: 64, 16: 4} {
		f.add(fmt.Sprintf("Ask/workers=%d/cores=1", w), ms)
		f.add(fmt.Sprintf("Ask/workers=%d/cores=2-2", w), ms/2)
	}
	f.add("Ask/workers=1/cores=1 ×2", 64)
	r := analyze(t, f.save(t)).Rows[0]
	if r.Workers != 16 || math.Abs(r.Concurrency.Value/16-1) > 0.02 || math.Abs(r.Ceiling.Value/2-1) > 0.02 || len(r.Lines) != 2 {
		t.Errorf("%d workers, G_c %v, ceiling %v, %d lines", r.Workers, r.Concurrency, r.Ceiling, len(r.Lines))
	}
}

func TestPackagesTellBenchmarksApart(t *testing.T) {
	text := func(packages ...string) string {
		var b strings.Builder
		for _, pkg := range packages {
			fmt.Fprintf(&b, "pkg: %s\nBenchmarkGet/cores=1 1 10 ns/op\nBenchmarkGet/cores=2-2 1 5 ns/op\n", pkg)
		}
		return b.String()
	}
	for want, packages := range map[string][]string{
		"Get":                     {"example.com/a/lru"},
		"lru.Get map/v3.Get":      {"example.com/map/v3", "example.com/a/lru"},
		"a.b/lru.Get c.d/lru.Get": {"c.d/lru", "a.b/lru"},
	} {
		a := analyze(t, save(t, text(packages...)))
		var names []string
		for _, r := range a.Rows {
			names = append(names, r.Name())
			if math.Abs(r.Speedup.Value-2) > 1e-9 {
				t.Errorf("%s: %v: times of two packages are mixed", r.Name(), r.Speedup)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("rows %s, want %s", got, want)
		}
	}
}

func TestHostileForeignFiles(t *testing.T) {
	for text, want := range map[string]string{
		"BenchmarkX/scaling=weak/cores=1 1 5 ns/op\n":   "does not give its workers=",
		"BenchmarkX/executor=pool/cores=1 1 5 ns/op\n":  "does not give its workers=",
		"BenchmarkX/workers=none/cores=1 1 5 ns/op\n":   "workers is",
		"BenchmarkX/scaling=other/cores=1 1 5 ns/op\n":  "scaling is",
		"BenchmarkX/cores=1/slices=nothing 1 5 ns/op\n": "slices is",
	} {
		if _, err := load.Load(save(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	// Shapes are of workloads with workers.
	a := analyze(t, save(t, "expect: X=knee Y=linear\npkg: a\u202eb\nBenchmarkX/cores=1 1 5 ns/op\nBenchmarkY/cores=2-2 1 5 ns/op\nBenchmarkY/cores=1 1 5 ns/op\n"))
	if len(a.Rows) != 2 || a.Rows[0].Expected.Shape != "" || a.Rows[0].P != 1 || strings.Contains(a.Rows[0].Package, "\u202e") {
		t.Errorf("rows %+v, warnings %v", a.Rows, a.Warnings)
	}
	// Some samples with workers and some without are not compared.
	a = analyze(t, save(t, "BenchmarkX/cores=1 1 10 ns/op\nBenchmarkX/workers=2/cores=2-2 1 5 ns/op\n"))
	if len(a.Rows) != 1 || a.Rows[0].P != 1 || warned(a, "X/workers=N: no measurement with 1 worker on 1 core") != 1 {
		t.Errorf("rows %v, warnings %v", a.Rows, a.Warnings)
	}
}
