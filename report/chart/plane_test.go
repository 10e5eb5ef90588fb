package chart

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"overlap/internal/interval"
	"overlap/report/analyse"
)

func TestPlaneHasALineForEachNumberOfCores(t *testing.T) {
	rows := func(cores ...int) (list []analyse.Row) {
		for _, p := range cores {
			list = append(list, analyse.Row{P: p})
		}
		return list
	}
	for _, c := range []struct {
		cores []int
		want  []float64
	}{{[]int{8, 2, 8, 4}, []float64{2, 4, 8}}, {[]int{2, 2}, []float64{2}}, {[]int{1, 2, 4, 8, 16}, nil}} {
		if got := levelsOf(rows(c.cores...)); !slices.Equal(got, c.want) {
			t.Errorf("%v cores: lines at %v, want %v", c.cores, got, c.want)
		}
	}
}

// A label is inside the frame and over nothing, or there is none.
func TestLabelsOfThePlaneKeepTheirPlace(t *testing.T) {
	frame := span(0, 300, 0, 100)
	named := box(vg.Point{X: 290, Y: 50}, 9, 9)
	for _, c := range []struct {
		width vg.Length
		taken []vg.Rectangle
		ok    bool
	}{{40, nil, true}, {280, nil, true}, {400, nil, false}, {40, []vg.Rectangle{frame}, false}} {
		size := vg.Point{X: c.width, Y: 12}
		spot, ok := spotFor(named, size, frame, c.taken)
		if ok != c.ok || ok && !free(box(spot, size.X, size.Y), frame, append(c.taken, named)) {
			t.Errorf("a label %v long is at %v (%v)", c.width, spot, ok)
		}
	}
}

// Names as long as the picture are cut before they are placed.
func TestLongNamesStayInThePlane(t *testing.T) {
	long := strings.Repeat("name/", 60)
	a := &analyse.Analysis{Rows: []analyse.Row{{Workload: long, P: 2, Inflight: interval.Interval{Value: 3}, CPUsBusy: interval.Interval{Value: 1.9}}}}
	svg, err := mustDraw(Plane(a)).SVG(Light)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(svg); strings.Contains(text, long) || !strings.Contains(text, ">name/") || !strings.Contains(text, "…") {
		t.Error("the name is not cut")
	}
}

// A file that does not tell how many tasks were in flight has no such chart.
func TestNoPlaneWithoutNumbers(t *testing.T) {
	a := &analyse.Analysis{Rows: []analyse.Row{{Workers: 4, P: 2, CPUsBusy: interval.Interval{Value: math.NaN()}}}}
	for _, c := range All(a) {
		if c.Name == "plane" {
			t.Errorf("a chart of nothing: %q", c.Alt)
		}
	}
}

// On any number of cores, few CPUs busy are told from 0 and from each other, and
// every label is a doubling of the one below.
func TestBusyCPUsDouble(t *testing.T) {
	for cores, want := range map[float64]string{1: "0 0.5 1", 2: "0 0.5 1 1.5 2", 12: "0 1 2 4 8", 256: "0 1 2 4 8 16 32 64 128 256"} {
		var labels []string
		last := math.Inf(-1)
		for _, tick := range (busyTicks{cores}).Ticks(0, 0) {
			if tick.Value <= last {
				t.Errorf("%v cores: a tick at %v after one at %v", cores, tick.Value, last)
			}
			last = tick.Value
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("%v cores: labels %s, want %s", cores, got, want)
		}
	}
	for x, want := range map[float64]float64{0: 0, 0.01: 0.01, 1: 1, 2: 2, 4: 3, 256: 9} {
		if got := busyHeight(x); got != want {
			t.Errorf("%v CPUs are at %v, want %v", x, got, want)
		}
	}
}
