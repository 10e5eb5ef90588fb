package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/chart"
	"overlap/report/load"
)

var update = flag.Bool("update", false, "redraw the golden pictures")

// machine is the analysis of a made-up machine of cores cores, on which every
// shape occurs: linear, saturating, retrograde, waiting, mixed.
func machine(t *testing.T, cores int) *analyse.Analysis {
	t.Helper()
	workloads := []struct {
		name, kind       string
		demand, waiting  float64 // CPU and waiting milliseconds of a job
		useful, slowdown float64 // cores that help, factor per further core
	}{
		{"Ep", "cpu", 8, 0, 64, 1},
		{"Mandelbrot", "cpu", 16, 0, 64, 1.01},
		{"Nstream", "memory", 16, 0, 2.5, 1},
		{"Counter", "lock", 8, 0, 1, 1.6},
		{"Sleepers", "wait", 0.1, 69, 64, 1},
		{"Netecho", "io", 1.5, 70, 64, 1},
		{"Request", "mixed", 11, 140, 64, 1},
	}
	var b strings.Builder
	b.WriteString("kinds:")
	for _, w := range workloads {
		fmt.Fprintf(&b, " %s=%s", w.name, w.kind)
	}
	b.WriteByte('\n')
	for round := range 12 {
		for i, w := range workloads {
			for p := 1; p <= cores; p *= 2 {
				for workers := 1; workers <= 64; workers *= 2 {
					running := math.Min(float64(min(workers, p)), w.useful)
					over := math.Max(0, float64(min(workers, p))-w.useful)
					ms := math.Max((w.demand+w.waiting)/float64(workers), math.Min(1e5, w.demand/running*math.Pow(w.slowdown, over)))
					ms *= 1 + 0.03*math.Sin(float64(round+i+workers*p))
					suffix := ""
					if p > 1 {
						suffix = fmt.Sprintf("-%d", p)
					}
					fmt.Fprintf(&b, "copies: 1\nBenchmark%s/executor=pool/workers=%d/cores=%d%s 1 %.0f ns/op %.3f tasks-inflight %.3f cpus-busy %s\n",
						w.name, workers, p, suffix, 1e6*ms, (w.demand+w.waiting)/ms, math.Min(w.demand/ms, float64(p)), details(w.kind, workers, p, ms))
				}
				if p > 1 {
					for _, copies := range []int{1, p} {
						ms := 10 * (1 + 0.05*math.Log2(float64(copies))) * (1 + 0.02*math.Sin(float64(round*copies)))
						fmt.Fprintf(&b, "copies: %d\nBenchmark%s/executor=pool/workers=1/cores=1/slices=%d 1 %.0f ns/op\n", copies, w.name, p, 1e6*ms)
					}
				}
			}
		}
	}
	return analysisOf(t, b.String())
}

// details are the units that stacks and latencies are made of, for a job of 64
// tasks that takes ms.
func details(kind string, workers, cores int, ms float64) string {
	task := 1e6 * ms * float64(workers) / 64
	locked := 0.0
	if kind == "lock" {
		locked = float64(workers - 1)
	}
	return fmt.Sprintf("%.0f p50-ns/task %.0f p99-ns/task %.0f items/s %.3f gc-cpus %.3f runq-cpus 0.001 steal-cpus %.3f goroutines-locked %.3f goroutines-runnable",
		task, task*(1.5+0.5*math.Log2(float64(workers))), 64e3/ms, 0.03*float64(cores), 0.02*float64(cores), locked, 0.1*float64(workers))
}

// loads is the analysis of an open loop under several loads, which cores can
// serve up to 5000 items a second each.
func loads(t *testing.T, cores int) *analyse.Analysis {
	t.Helper()
	var b strings.Builder
	b.WriteString("kinds: Request=mixed\n")
	for round := range 12 {
		for times := 1; times <= 8; times *= 2 {
			for p := 1; p <= cores; p *= cores {
				for _, workers := range []int{1, 64} {
					due := 1000 * float64(times)
					done := math.Min(due, math.Min(5000*float64(p), 450*float64(workers)))
					p50 := 2.2e6/(1.02-math.Min(due/(5000*float64(p)), 1)) + 100*float64(round)
					fmt.Fprintf(&b, "BenchmarkRequest/executor=pool/workers=%d/cores=%d/variant=%s-%d 1 %.0f ns/op %.0f items/s %.0f due-items/s %.0f p50-ns/arrival %.0f p99-ns/arrival %.3f cpus-busy\n",
						workers, p, []string{1: "open", 2: "double", 4: "four", 8: "eight"}[times], p, 64e9/done, done, due, p50, 2.5*p50, done/5000)
				}
			}
		}
	}
	return analysisOf(t, b.String())
}

func analysisOf(t *testing.T, text string) *analyse.Analysis {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := load.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d)
}

func TestGoldenPictures(t *testing.T) {
	racing.Skip(t)
	for _, cores := range []int{2, 16} {
		a := machine(t, cores)
		pictures := map[string]chart.Chart{}
		for _, c := range chart.All(a) {
			pictures[c.Name] = c
		}
		request := a.Rows[slices.IndexFunc(a.Rows, func(r analyse.Row) bool { return r.Workload == "Request" })]
		for _, c := range chart.OfRow(a, request) {
			pictures["request-"+c.Name] = c
		}
		open, ok := chart.Latency(loads(t, cores))
		if !ok {
			t.Fatal("no latencies of an open loop")
		}
		pictures["open-latency"] = open
		for name, c := range pictures {
			golden(t, c, chart.Light, fmt.Sprintf("%s-%d-light.png", name, cores))
			if dark := []string{"gains", "stack", "latency", "heat", "request-curves"}; cores == 2 && slices.Contains(dark, name) {
				golden(t, c, chart.Dark, fmt.Sprintf("%s-%d-dark.png", name, cores))
			}
		}
	}
}

// golden compares a picture with the one of that name.
func golden(t *testing.T, c chart.Chart, theme chart.Theme, name string) {
	t.Helper()
	got, err := c.PNG(theme)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	want, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	// Approximately: other processors round the last bit of a coordinate in
	// another way.
	same, err := cmpimg.EqualApprox("png", got, want, 0.05)
	switch {
	case err == nil && same: // nor are the bytes of another packing a change
	case *update:
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		failed := filepath.Join(os.TempDir(), "overlap-"+name)
		t.Errorf("%s looks different (%v); go test -update redraws it; the new picture: %s", path, err, failed)
		if err := os.WriteFile(failed, got, 0o666); err != nil {
			t.Error(err)
		}
	}
}

// Whatever a file calls a benchmark, the picture is well-formed and holds the
// name as text.
func TestHostileNamesStayText(t *testing.T) {
	const name = `<script>alert(1)</script>"&'`
	a := analysisOf(t, "kinds: x=<script>\nBenchmark"+name+"/executor=pool/workers=1/cores=1 1 5 ns/op 1 tasks-inflight 1 cpus-busy\n")
	if len(a.Rows) != 1 {
		t.Fatalf("rows %v, warnings %v", a.Rows, a.Warnings)
	}
	for _, c := range append(chart.All(a), chart.OfRow(a, a.Rows[0])...) {
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(svg, []byte("<script")) {
			t.Errorf("%s holds a script element", c.Name)
		}
		for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
			if _, err := d.Token(); err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("%s: %v", c.Name, err)
				}
				break
			}
		}
	}
}

// A machine with one core, or a file without the optional units, still has
// pictures.
func TestSparseData(t *testing.T) {
	for _, text := range []string{
		"BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n",
		"BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\nBenchmarkEp/executor=pool/workers=1/cores=2-2 1 5 ns/op\n",
	} {
		for _, c := range chart.All(analysisOf(t, text)) {
			if _, err := c.SVG(chart.Dark); err != nil {
				t.Error(err)
			}
		}
	}
	if got := chart.All(&analyse.Analysis{}); len(got) != 0 {
		t.Errorf("%d charts of nothing", len(got))
	}
}
