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
	"strings"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"overlap/report"
	"overlap/report/chart"
)

var update = flag.Bool("update", false, "redraw the golden pictures")

// machine is the analysis of a made-up machine of cores cores, on which every
// shape occurs: linear, saturating, retrograde, waiting, mixed.
func machine(t *testing.T, cores int) *report.Analysis {
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
					ms := math.Max((w.demand+w.waiting)/float64(workers), w.demand/running*math.Pow(w.slowdown, over))
					ms *= 1 + 0.03*math.Sin(float64(round+i+workers*p))
					suffix := ""
					if p > 1 {
						suffix = fmt.Sprintf("-%d", p)
					}
					fmt.Fprintf(&b, "copies: 1\nBenchmark%s/executor=pool/workers=%d/cores=%d%s 1 %.0f ns/op %.3f tasks-inflight %.3f cpus-busy\n",
						w.name, workers, p, suffix, 1e6*ms, (w.demand+w.waiting)/ms, math.Min(w.demand/ms, float64(p)))
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
	return load(t, b.String())
}

func load(t *testing.T, text string) *report.Analysis {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := report.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return report.Analyze(d)
}

func TestGoldenPictures(t *testing.T) {
	for _, cores := range []int{2, 16} {
		for _, c := range chart.All(machine(t, cores)) {
			for name, theme := range map[string]chart.Theme{"light": chart.Light, "dark": chart.Dark} {
				if name == "dark" && (cores != 2 || c.Name != "gains") {
					continue
				}
				got, err := c.PNG(theme)
				if err != nil {
					t.Fatal(err)
				}
				golden := filepath.Join("testdata", fmt.Sprintf("%s-%d-%s.png", c.Name, cores, name))
				if *update {
					if err := os.WriteFile(golden, got, 0o666); err != nil {
						t.Fatal(err)
					}
					continue
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				// Approximately: other processors round the last bit of a
				// coordinate in another way.
				if same, err := cmpimg.EqualApprox("png", got, want, 0.05); err != nil || !same {
					failed := filepath.Join(os.TempDir(), "overlap-"+filepath.Base(golden))
					t.Errorf("%s looks different (%v); go test -update redraws it; the new picture: %s", golden, err, failed)
					if err := os.WriteFile(failed, got, 0o666); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}
}

// Whatever a file calls a benchmark, the picture is well-formed and holds the
// name as text.
func TestHostileNamesStayText(t *testing.T) {
	const name = `<script>alert(1)</script>"&'`
	a := load(t, "kinds: x=<script>\nBenchmark"+name+"/executor=pool/workers=1/cores=1 1 5 ns/op 1 tasks-inflight 1 cpus-busy\n")
	if len(a.Rows) != 1 {
		t.Fatalf("rows %v, warnings %v", a.Rows, a.Warnings)
	}
	for _, c := range chart.All(a) {
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
		for _, c := range chart.All(load(t, text)) {
			if _, err := c.SVG(chart.Dark); err != nil {
				t.Error(err)
			}
		}
	}
	if got := chart.All(&report.Analysis{}); len(got) != 0 {
		t.Errorf("%d charts of nothing", len(got))
	}
}
