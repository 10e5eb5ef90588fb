package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/bench/host"
	"overlap/report"
	"overlap/report/chart"
)

// The package that writes the topology and the one that draws it must not know
// each other, so only here can be seen that they mean the same.
func TestTopologyOfTheHostIsDrawn(t *testing.T) {
	here, err := host.Read()
	if err != nil {
		t.Fatal(err)
	}
	strange := host.Host{}
	for i := range 300 {
		strange.CPUs = append(strange.CPUs, host.CPU{
			ID: 3*i + i%2, Package: i*i%7 - 1, Die: i / 9, Node: 5 - i%3, LLC: i / 2 % 9, Core: i%150 - 1, Thread: i / 150,
			Class: []string{"", host.Performance, host.Efficiency}[i%3],
		})
	}
	for _, h := range []host.Host{here, strange} {
		file := filepath.Join(t.TempDir(), "run.txt")
		line := "topology: " + h.Topology() + "\nBenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n"
		if err := os.WriteFile(file, []byte(line), 0o666); err != nil {
			t.Fatal(err)
		}
		d, err := report.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := chart.CoreMap(report.Analyze(d))
		if !ok {
			t.Fatalf("%s is not drawn", h.Topology())
		}
		n := h.Count()
		if want := fmt.Sprintf("%d package", n.Packages); n.Packages > 0 && !strings.Contains(c.Alt, want) {
			t.Errorf("%q does not say %s", c.Alt, want)
		}
		svg, err := c.SVG(chart.Light)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range h.IDs() {
			if text := string(svg); !strings.Contains(text, fmt.Sprintf(">%d<", id)) && !strings.Contains(text, fmt.Sprintf(">CPU %d<", id)) {
				t.Errorf("CPU %d is not drawn", id)
			}
		}
	}
}
