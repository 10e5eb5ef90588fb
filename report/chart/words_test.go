package chart_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/chart"
)

// everything is all charts of a and those of its rows, by name.
func everything(a *analyse.Analysis) map[string]chart.Chart {
	all := map[string]chart.Chart{}
	for _, c := range chart.All(a) {
		all[c.Name] = c
	}
	for _, r := range a.Rows {
		for _, c := range chart.OfRow(a, r) {
			all["row "+c.Name] = c
		}
	}
	return all
}

// One sample has no interval, so that no chart of such samples explains one.
func TestLegendsOfSingleSamplesHaveNoInterval(t *testing.T) {
	const words = ">95 % interval<"
	all := everything(analysisOf(t, twoHosts()))
	for _, name := range []string{"gains", "scaling", "workers", "executors", "crossover", "latency", "row curves"} {
		if c, ok := all[name]; !ok || strings.Contains(svgOf(t, c), words) {
			t.Errorf("%s is there: %v, and explains an interval", name, ok)
		}
	}
	all = everything(machine(t, 16))
	for _, name := range []string{"gains", "scaling", "workers", "plane", "latency", "row curves"} {
		if c, ok := all[name]; !ok || !strings.Contains(svgOf(t, c), words) {
			t.Errorf("%s is there: %v, and explains no interval", name, ok)
		}
	}
}

func TestLogScalesSaySo(t *testing.T) {
	all := everything(machine(t, 16))
	crossover, ok := chart.Crossovers(analysisOf(t, twoHosts()))
	if !ok {
		t.Fatal("no crossover")
	}
	all["crossover"] = crossover
	for _, name := range []string{"gains", "scaling", "workers", "plane", "latency", "crossover", "row curves"} {
		if !regexp.MustCompile(`(log|doubling) scale`).MatchString(svgOf(t, all[name])) {
			t.Errorf("%s does not say that a scale is logarithmic", name)
		}
	}
	if s := svgOf(t, all["row curves"]); !strings.Contains(s, ">Gain from cores, and throughput against workers, on log scales<") {
		t.Error("the headline of the curves is another")
	}
}

// A section begins with a paragraph that can be read at once.
func TestCaptionsOfSectionsAreShort(t *testing.T) {
	a := machine(t, 16)
	for _, r := range a.Rows {
		c := named(t, chart.OfRow(a, r), "curves")
		if n := len(strings.Fields(c.Caption)); n > 85 || n < 35 {
			t.Errorf("%s: %d words: %s", r.Name(), n, c.Caption)
		}
		for _, word := range []string{"Cores: ", "Workers: "} {
			if !strings.Contains(c.Caption, word) {
				t.Errorf("no %sin %q", word, c.Caption)
			}
		}
	}
}

// Names of customers stand on their blocks in a colour that is read there, also
// when the page turns dark.
func TestNamesOnTheTimeline(t *testing.T) {
	c, _ := chart.Timeline(recorded(t, "1core.trace", "2cores.trace"))
	s := svgOf(t, c)
	for queue, ink := range map[string]string{"A": "#FFFFFF", "B": "#010101"} {
		found := regexp.MustCompile(`<text[^>]*fill:([#0-9A-F]+)[^>]*>`+queue+`\d+<`).FindAllStringSubmatch(s, -1)
		if len(found) < 10 {
			t.Fatalf("%d names of queue %s", len(found), queue)
		}
		for _, f := range found {
			if f[1] != ink {
				t.Fatalf("a name of queue %s is %s, want %s", queue, f[1], ink)
			}
		}
	}
}

func TestAltTextsSayAtWhichWorkers(t *testing.T) {
	var b strings.Builder
	for _, cores := range []int{1, 2} {
		for _, workers := range []int{1, 2, 4} {
			fmt.Fprintf(&b, "BenchmarkEp/executor=pool/workers=%d/cores=%d-%d 1 %.0f ns/op\n", workers, cores, cores, 1e9/1987/math.Min(float64(workers), float64(cores))*2)
		}
	}
	a := analysisOf(t, b.String())
	for name, want := range map[string]string{
		"scaling": "Gain from cores at the best number of workers: Ep reaches 2.00 on 2 cores",
		"workers": "Highest throughput on all cores: Ep 1990 jobs per second at ",
	} {
		if c := named(t, chart.All(a), name); !strings.HasPrefix(c.Alt, want) {
			t.Errorf("%s: %q does not begin with %q", name, c.Alt, want)
		}
	}
}

// Nine are told in full: "and 1 more" would be as long as the one.
func TestAltTextsOfNineRowsAreWhole(t *testing.T) {
	var b strings.Builder
	for i := range 9 {
		fmt.Fprintf(&b, "BenchmarkGet/id=%d/workers=1/cores=1 1 5 ns/op\nBenchmarkGet/id=%d/workers=1/cores=2-2 1 5 ns/op\n", i, i)
	}
	if scaling, _ := chart.Scaling(analysisOf(t, b.String())); strings.Contains(scaling.Alt, "more") || strings.Count(scaling.Alt, " reaches ") != 9 {
		t.Error(scaling.Alt)
	}
}

// The workers of RunParallel are goroutines, and everything calls them that, except names.
func TestWorkersOfRunParallelAreGoroutines(t *testing.T) {
	var b strings.Builder
	b.WriteString("program: goroutines\npkg: example.com/x\n")
	for _, w := range []int{1, 4} {
		for _, cores := range []int{1, 2} {
			fmt.Fprintf(&b, "BenchmarkA_worker/workers=%d/cores=%d-%d 20 %d ns/op %d cpus-busy 0.1 gc-cpus %d tasks-inflight 0.01 runq-cpus 0.01 idle-cpus\n", w, cores, cores, 1000/w/cores, cores, w)
		}
	}
	for program, want := range map[string]bool{"goroutines": true, "tasks": false} {
		all := everything(analysisOf(t, strings.Replace(b.String(), "program: goroutines", "program: "+program, 1)))
		for _, name := range []string{"gains", "workers", "row stack", "row curves"} {
			c, ok := all[name]
			if !ok {
				t.Fatalf("no chart %s", name)
			}
			for what, text := range map[string]string{"picture": svgOf(t, c), "caption": c.Caption, "alternative": c.Alt, "title": c.Title} {
				if strings.Contains(text, "A_goroutine") {
					t.Errorf("the %s of %s changes a name:\n%s", what, name, text)
				}
				text = strings.ReplaceAll(text, "A_worker", "")
				if want && strings.Contains(strings.ToLower(text), "worker") || !want && strings.Contains(strings.ToLower(text), "goroutines") {
					t.Errorf("%s: the %s of %s: %s", program, what, name, text)
				}
			}
		}
	}
}
