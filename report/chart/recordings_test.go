package chart_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report/analyse"
	"overlap/report/chart"
	"overlap/report/trace"
)

// recorded is an analysis with the traces that lie in report/testdata: 10
// workers on one core, and on two.
func recorded(t *testing.T, names ...string) *analyse.Analysis {
	t.Helper()
	a := analysisOf(t, "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n")
	for _, name := range names {
		f, err := os.Open(filepath.Join("..", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		line, err := trace.ReadTimeline(f)
		if err != nil {
			t.Fatal(err)
		}
		a.Data.Timelines = append(a.Data.Timelines, line)
	}
	return a
}

// linked is the analysis of a made-up machine whose CPUs share last-level
// caches by eights, with the caches in packages by twos: 40 ns within a cache,
// 110 ns to the other of the package, 190 ns to the other package.
func linked(t *testing.T, cpus int) *analyse.Analysis {
	t.Helper()
	topology := fmt.Sprintf("cpus=0-%d package=0-%dx16 llc=0-%dx8 core=0-%d", cpus-1, max(0, cpus/16-1), max(0, cpus/8-1), cpus-1)
	if cpus < 8 {
		topology = fmt.Sprintf("cpus=0-%d package=0x%d llc=0x%d core=0-%d", cpus-1, cpus, cpus, cpus-1)
	}
	a := analysisOf(t, "topology: "+topology+"\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n")
	var b strings.Builder
	b.WriteString("latency: one way, median of 21 batches\n")
	for round := range 10 {
		for i := range cpus {
			for j := range i {
				ns := 40.0
				if i/16 != j/16 {
					ns = 190
				} else if i/8 != j/8 {
					ns = 110
				}
				ns *= 1 + 0.02*float64((round+i+j)%5)
				fmt.Fprintf(&b, "BenchmarkCoreToCore/from=%d/to=%d 1 %.1f ns/op\n", j, i, ns)
			}
		}
	}
	var err error
	if a.Data.Pairs, err = trace.ReadPairs(strings.NewReader(b.String()), "pairs"); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestGoldenRecordings(t *testing.T) {
	racing.Skip(t)
	pictures := map[string]chart.Chart{}
	pictures["timeline-2"], _ = chart.Timeline(recorded(t, "1core.trace", "2cores.trace"))
	pictures["timeline-1"], _ = chart.Timeline(recorded(t, "1core.trace"))
	for _, cpus := range []int{2, 16, 64} {
		pictures[fmt.Sprintf("coretocore-%d", cpus)], _ = chart.CoreToCore(linked(t, cpus))
	}
	for name, c := range pictures {
		for mode, theme := range map[string]chart.Theme{"light": chart.Light, "dark": chart.Dark} {
			golden(t, c, theme, name+"-"+mode+".png")
		}
	}
}

func TestTimelineSaysWhatItShows(t *testing.T) {
	c, ok := chart.Timeline(recorded(t, "1core.trace", "2cores.trace"))
	for _, want := range []string{"1 core: ", " customers in progress, scanned one at a time (0.", "2 cores: ", "scanned up to 2 at the same instant (1.", "32 served in "} {
		if !ok || !strings.Contains(c.Alt, want) {
			t.Errorf("no %q in %q", want, c.Alt)
		}
	}
	svg := svgOf(t, c)
	for _, want := range []string{">On average 6.3 customers in progress and 0.8 scanned on 1 core, 8.4 and 1.6 on 2 cores<", ">10<", ">16<", ">core 2<", ">queue A<", ">queue B<", ">A1<", ">B5<", ">time since the first customer (ms)<", ">0<", ">5<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in the picture", want)
		}
	}
	c, _ = chart.Timeline(recorded(t, "1core.trace"))
	if svg := svgOf(t, c); strings.Contains(svg, "core 2") || !strings.Contains(svg, " scanned on 1 core<") {
		t.Error("the recording on one core alone has a second core, or no title")
	}
}

func svgOf(t *testing.T, c chart.Chart) string {
	t.Helper()
	svg, err := c.SVG(chart.Light)
	if err != nil {
		t.Fatal(err)
	}
	return string(svg)
}

// What is too much for a picture is left out of it.
func TestTimelineOfTooMuchIsNotDrawn(t *testing.T) {
	a := analysisOf(t, "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n")
	if _, ok := chart.Timeline(a); ok {
		t.Error("a timeline without a recording")
	}
	crowd := trace.Timeline{Procs: 1, Length: 1}
	for i := range 65 {
		crowd.Customers = append(crowd.Customers, trace.Customer{Number: i + 1, End: 1})
	}
	a.Data.Timelines = []trace.Timeline{{Procs: 9, Length: 1, Customers: crowd.Customers[:1]}, crowd}
	if c, ok := chart.Timeline(a); ok {
		t.Errorf("drawn: %s", c.Alt)
	}
	crowd.Customers = crowd.Customers[:64]
	a.Data.Timelines = []trace.Timeline{crowd}
	if c, ok := chart.Timeline(a); !ok || len(svgOf(t, c)) == 0 {
		t.Error("64 customers at once are not drawn")
	}
}

func TestCoreToCoreSaysWhatItShows(t *testing.T) {
	for cpus, want := range map[int]string{
		2:  "A value takes 42 ns from one core to the other.",
		4:  "A value takes 42 to 42 ns from one core to another.",
		16: "A value takes 42 ns within a last-level cache, 114 ns to another cache in the package.",
		64: "A value takes 42 ns within a last-level cache, 114 ns to another cache in the package, 198 ns to another package.",
	} {
		c, ok := chart.CoreToCore(linked(t, cpus))
		if wide := strings.Contains(c.Caption, ", 95 % intervals at most ±"); wide != (cpus > 10) || strings.Contains(c.Caption, " with their 95 % intervals") == wide {
			t.Errorf("%d CPUs: the caption does not tell how well they are known: %s", cpus, c.Caption)
		}
		if !ok || !strings.HasSuffix(c.Alt, want) {
			t.Errorf("%d CPUs: %q, want %q", cpus, c.Alt, want)
		}
		if !strings.Contains(c.Caption, "at least 10 samples") || !strings.Contains(c.Caption, "95 % intervals") || !strings.Contains(c.Caption, "median of 21 batches") {
			t.Errorf("%d CPUs: %q does not say what the numbers are", cpus, c.Caption)
		}
		svg := svgOf(t, c)
		if numbers := strings.Count(svg, ">42</text>"); (cpus <= 16) != (numbers > 0) {
			t.Errorf("%d CPUs: %d cells have their number", cpus, numbers)
		}
		if !strings.Contains(svg, ">ns, one way<") {
			t.Errorf("%d CPUs: the scale has no unit", cpus)
		}
	}
}

// CPUs stand as they lie in the machine, not by their numbers.
func TestCoreToCoreGroupsCPUs(t *testing.T) {
	a := analysisOf(t, "topology: cpus=0-3 package=0x4 llc=0-1*2 core=0-3\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n")
	var err error
	a.Data.Pairs, err = trace.ReadPairs(strings.NewReader("BenchmarkCoreToCore/from=0/to=2 1 40 ns/op\nBenchmarkCoreToCore/from=0/to=1 1 120 ns/op\nBenchmarkCoreToCore/from=3/to=9 1 80 ns/op\n"), "pairs")
	if err != nil {
		t.Fatal(err)
	}
	c, _ := chart.CoreToCore(a)
	if !strings.Contains(c.Alt, "40 ns within a last-level cache, 120 ns to another cache in the package, 80 ns to another package") {
		t.Error(c.Alt)
	}
	svg := svgOf(t, c)
	at := func(label string) int { return strings.Index(svg, ">"+label+"</text>") }
	if at("9") < 0 || !(at("9") < at("0") && at("0") < at("2") && at("2") < at("1") && at("1") < at("3")) {
		t.Error("the CPUs do not stand in the order 9 (unknown), 0, 2, 1, 3")
	}
	if strings.Count(svg, ">–</text>") != 25-6 {
		t.Errorf("%d cells are empty, want 19", strings.Count(svg, ">–</text>"))
	}
}

func TestCoreToCoreOfTooManyIsNotDrawn(t *testing.T) {
	a := linked(t, 2)
	a.Data.Pairs.CPUs = make([]int, 257)
	if _, ok := chart.CoreToCore(a); ok {
		t.Error("a map of 257 CPUs is drawn")
	}
	a.Data.Pairs = nil
	if _, ok := chart.CoreToCore(a); ok {
		t.Error("a map without latencies is drawn")
	}
}

// The page turns a picture dark by colours, so that those of a heat map, which
// stay, must be in no theme.
func TestHeatIsInNoTheme(t *testing.T) {
	light, err := first(chart.CoreToCore(linked(t, 16))).SVG(chart.Light)
	if err != nil {
		t.Fatal(err)
	}
	svg := strings.ToLower(string(light))
	if !strings.Contains(svg, "#fefefe") || !strings.Contains(svg, "#010101") || !strings.Contains(svg, "#ffea46") {
		t.Error("the numbers in the cells, or the slowest cells, have other colours")
	}
}

func first(c chart.Chart, _ bool) chart.Chart { return c }
