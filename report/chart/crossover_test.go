package chart_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/chart"
)

// overheads are those of made-up executors, in nanoseconds a task.
var overheads = map[string]float64{"inline": 60, "spawn": 700, "pool": 400, "threads": 2500, "loop": 350, "processes": 12000}

// executors is a made-up machine on which each of the workloads, of which grain
// comes in six sizes of task, runs under all executors.
func executors(t *testing.T, cores int, workloads ...string) *analyse.Analysis {
	t.Helper()
	var b strings.Builder
	b.WriteString("kinds:")
	for _, w := range workloads {
		fmt.Fprintf(&b, " %s=spawn", w)
	}
	b.WriteByte('\n')
	for round := range 12 {
		for i, w := range workloads {
			variants := map[string]float64{"": 16}
			if w == "Grain" {
				variants = map[string]float64{"": 16, "/variant=250ns": 0.25, "/variant=1us": 1, "/variant=4us": 4, "/variant=64us": 64, "/variant=250us": 250}
			}
			for variant, us := range variants {
				if w != "Grain" {
					us *= float64(i + 1)
				}
				line := func(name string, p int, seconds float64) {
					seconds *= 1 + 0.06*math.Sin(float64(round*(3+i)+5*len(name)))
					suffix := variant
					if p > 1 {
						suffix += fmt.Sprintf("-%d", p)
					}
					fmt.Fprintf(&b, "Benchmark%s/%s/cores=%d%s 1 %.6f ns/op %.6f items/s 1 tasks-inflight 1 cpus-busy\n", w, name, p, suffix, 1e9*seconds, 16000/us/seconds)
				}
				line("executor=serial/workers=1", 1, 0.016)
				for _, copies := range []int{1, cores} {
					fmt.Fprintf(&b, "copies: %d\n", copies)
					line(fmt.Sprintf("slices=%d/executor=pool/workers=1", cores), 1, 0.016/float64(cores)*(1+0.03*math.Log2(float64(copies))))
				}
				b.WriteString("copies: 1\n")
				for executor, ns := range overheads {
					for _, p := range []int{1, cores} {
						width := float64(p)
						if executor == "loop" || executor == "inline" {
							width = 1
						}
						work := 0.016 + 16000/us*ns*1e-9*math.Sqrt(float64(p))
						line("executor="+executor+"/workers=1", p, work)
						if executor != "inline" {
							line(fmt.Sprintf("executor=%s/workers=%d", executor, cores), p, work/width)
						}
					}
				}
			}
		}
	}
	return analysisOf(t, b.String())
}

func TestExecutorsLookAsBefore(t *testing.T) {
	racing.Skip(t)
	for _, cores := range []int{2, 16} {
		a := executors(t, cores, "Grain", "Ep", "Sort", "AVeryLongNameOfABenchmark")
		for name, draw := range map[string]func(*analyse.Analysis) (chart.Chart, bool){"crossover": chart.Crossovers, "executors": chart.Executors} {
			c, ok := draw(a)
			if !ok || c.Name != name {
				t.Fatalf("%s is not drawn", name)
			}
			golden(t, c, chart.Light, fmt.Sprintf("%s-%d-light.png", name, cores))
			if cores == 2 {
				golden(t, c, chart.Dark, name+"-2-dark.png")
			}
		}
	}
}

// The text says what the pictures show, and both are among the charts.
func TestExecutorsSayWhatTheyShow(t *testing.T) {
	a := executors(t, 2, "Grain", "Ep")
	var names []string
	for _, c := range chart.All(a) {
		names = append(names, c.Name)
		switch c.Name {
		case "crossover":
			for _, want := range []string{"grain on 1 core: inline below ", "grain on 2 cores: loop above ", "; pool 5", "; processes 1"} {
				if !strings.Contains(c.Alt, want) {
					t.Errorf("%q lacks %q", c.Alt, want)
				}
			}
		case "executors":
			if !strings.Contains(c.Alt, " ep: inline 1.00, loop 0.98, pool 1.95") || strings.Contains(c.Alt, "grain") {
				t.Error(c.Alt)
			}
		}
	}
	if !slices.Contains(names, "crossover") || !slices.Contains(names, "executors") {
		t.Errorf("charts %v", names)
	}
}

func TestOneExecutorIsNotCompared(t *testing.T) {
	for _, c := range chart.All(machine(t, 2)) {
		if c.Name == "executors" || c.Name == "crossover" {
			t.Errorf("%s of one executor and no sizes of task", c.Name)
		}
	}
}

func TestOneExecutorBesideTheSerialProgramIsNotCompared(t *testing.T) {
	a := executors(t, 2, "Ep")
	a.Rows = slices.DeleteFunc(a.Rows, func(r analyse.Row) bool { return r.Executor != "pool" })
	if c, ok := chart.Executors(a); ok {
		t.Errorf("%s", c.Alt)
	}
}

// An interval beyond the frame ends there: how far beyond makes no difference.
func TestIntervalsStayInTheFrame(t *testing.T) {
	a := executors(t, 2, "Grain")
	var pictures []string
	for _, high := range []float64{9, 1e6} {
		g := &a.Crossovers[2].Grains[3]
		g.Efficiency.Low, g.Efficiency.High = -high, high
		c, _ := chart.Crossovers(a)
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		pictures = append(pictures, string(svg))
	}
	if pictures[0] != pictures[1] {
		t.Error("the interval leaves the frame")
	}
}

// Hostile names stay text, sizes beyond reason still have axes, and a sample
// alone has no interval.
func TestStrangeExecutors(t *testing.T) {
	const name = `<script>alert(1)</script>"&'`
	var b strings.Builder
	for _, w := range []string{"X", "Y"} {
		for i, variant := range []string{"/variant=1ns", "/variant=1us", "/variant=9000h"} {
			if w == "Y" && i > 0 {
				continue
			}
			for _, x := range []string{"serial", name, "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
				fmt.Fprintf(&b, "Benchmark%s/executor=%s/workers=1/cores=1%s 1 %d ns/op %d items/s\n", w, strings.ReplaceAll(x, "/", ""), variant, 1+i*7, 1+int64(i*i)*1_000_000_000)
			}
		}
	}
	a := analysisOf(t, strings.ReplaceAll(b.String(), "Y/executor", "Y/x=1/executor"))
	for _, draw := range []func(*analyse.Analysis) (chart.Chart, bool){chart.Crossovers, chart.Executors} {
		c, ok := draw(a)
		if !ok {
			t.Error("not drawn")
			continue
		}
		for _, theme := range []chart.Theme{chart.Light, chart.Dark} {
			svg, err := c.SVG(theme)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(svg), "<script") || strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
				t.Errorf("%s: %.300s", c.Name, svg)
			}
			for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
				if _, err := d.Token(); err != nil {
					if !errors.Is(err, io.EOF) {
						t.Errorf("%s: %v", c.Name, err)
					}
					break
				}
			}
		}
	}
}
