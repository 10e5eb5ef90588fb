package chart_test

import (
	"fmt"
	"strings"
	"testing"

	"overlap/internal/racing"
	"overlap/report/chart"
)

// mapOf is the core map of a file with the given line.
func mapOf(t *testing.T, topology string) (chart.Chart, bool) {
	t.Helper()
	return chart.CoreMap(load(t, "topology: "+topology+"\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n"))
}

var machines = map[string]struct{ topology, finding string }{
	"2":      {"cpus=0-1 package=0x2 die=0x2 node=0x2 llc=0x2 core=0-1 thread=0x2", "2 cores in 1 package share one last-level cache"},
	"hybrid": {"cpus=0-15 package=0x16 node=0x16 llc=0x16 core=0-5x2,6-9 thread=0-1*6,0x4 class=0x12,1x4", "6 performance and 4 efficiency cores in 1 package share one last-level cache"},
	"256":    {"cpus=0-255 package=0-1x64*2 die=0x256 node=0-7x16*2 llc=0-15x8*2 core=0-127*2 thread=0-1x128", "128 cores with 256 threads in 2 packages have 16 last-level caches and 8 memory nodes"},
}

func TestGoldenCoreMaps(t *testing.T) {
	racing.Skip(t)
	for name, m := range machines {
		c, ok := mapOf(t, m.topology)
		if !ok {
			t.Fatalf("%s is not drawn", name)
		}
		for mode, theme := range map[string]chart.Theme{"light": chart.Light, "dark": chart.Dark} {
			golden(t, c, theme, fmt.Sprintf("coremap-%s-%s.png", name, mode))
		}
	}
}

func TestCoreMapSaysWhatItShows(t *testing.T) {
	for _, m := range machines {
		c, _ := mapOf(t, m.topology)
		if !strings.Contains(c.Alt, m.finding) {
			t.Errorf("%q, want %q", c.Alt, m.finding)
		}
	}
	for topology, finding := range map[string]string{
		"cpus=5":                       "1 core.",
		"cpus=0,2-3":                   "3 cores.",
		"cpus=3 package=0 llc=0":       "1 core in 1 package has 1 last-level cache.",
		"cpus=0-1 core=0x2":            "1 core with 2 threads.",
		"cpus=0-1 node=0-1 llc=?x2":    "2 cores have 2 memory nodes.",
		"cpus=0-1 node=0-1 llc=0x2":    "2 cores share one last-level cache and have 2 memory nodes.",
		"cpus=0-1 class=1x2":           "2 cores.",
		"cpus=0-1 later=7x2 core=0,?":  "2 cores.",
		"cpus=0-3 package=0x2,? llc=?": "",
	} {
		c, ok := mapOf(t, topology)
		if ok != (finding != "") || !strings.HasSuffix(c.Alt, finding) {
			t.Errorf("%s: %q, want %q", topology, c.Alt, finding)
		}
	}
}

// Every CPU has its number in the picture, wherever it belongs.
func TestCoreMapShowsEveryCPU(t *testing.T) {
	for name, m := range machines {
		c, _ := mapOf(t, m.topology)
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		for id := range 256 {
			shown := strings.Contains(string(svg), fmt.Sprintf(">%d</text>", id)) || strings.Contains(string(svg), fmt.Sprintf(">CPU %d</text>", id))
			if want := name == "256" || name == "hybrid" && id < 16 || id < 2; shown != want {
				t.Errorf("%s: CPU %d is in the picture: %v", name, id, shown)
			}
		}
	}
}

func TestMalformedTopologyIsNotDrawn(t *testing.T) {
	for _, topology := range []string{
		"", "nonsense", "cpus", "cpus=", "cpus=1,0", "cpus=0,0", "cpus=?", "cpus=-1", "cpus=0-9999", "cpus=0x9999*9999", "cpus=0-99999999999",
		"cpus=0-1 package=0", "package=0 cpus=0", "cpus=0 core=x2", "cpus=0 core=0x", "cpus=0 core=0x0", "cpus=0 core=0*", "cpus=0 core=1-0", "cpus=0 core=+1", "cpus=0 core=0x2*2",
		"cpus=0-1023,1024",
	} {
		if c, ok := mapOf(t, topology); ok {
			t.Errorf("%q is drawn: %s", topology, c.Alt)
		}
	}
	if len(chart.All(load(t, "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n"))) != 3 {
		t.Error("a file without topology has not its three charts")
	}
	if len(chart.All(load(t, "topology: cpus=0\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n"))) != 4 {
		t.Error("the core map is not among the charts")
	}
}
