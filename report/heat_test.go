package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"overlap/report"
)

// gridOf is the analysis of points given as cores, GOMAXPROCS, workers and
// throughput.
func gridOf(t *testing.T, points ...[4]int) report.Row {
	t.Helper()
	var b strings.Builder
	for _, p := range points {
		suffix := ""
		if p[1] > 1 {
			suffix = fmt.Sprintf("-%d", p[1])
		}
		fmt.Fprintf(&b, "BenchmarkEp/executor=pool/workers=%d/cores=%d%s 1 %.6f ns/op\n", p[2], p[0], suffix, 1e6/float64(p[3]))
	}
	a := read(t, b.String())
	if len(a.Rows) != 1 {
		t.Fatalf("%d rows, %v", len(a.Rows), a.Warnings)
	}
	return a.Rows[0]
}

func cells(r report.Row) (list [][3]int) {
	for _, c := range r.Grid {
		list = append(list, [3]int{c.Cores, c.Procs, c.Workers})
	}
	return list
}

func TestGridTakesTheCoresWithMostGOMAXPROCS(t *testing.T) {
	r := gridOf(t, [4]int{1, 1, 1, 100}, [4]int{1, 1, 2, 100}, [4]int{4, 4, 2, 300}, [4]int{4, 1, 2, 110}, [4]int{4, 4, 1, 100}, [4]int{4, 2, 2, 200},
		[4]int{2, 2, 2, 200}, [4]int{2, 1, 1, 200}, [4]int{3, 1, 1, 100}, [4]int{3, 2, 1, 100}, [4]int{3, 3, 1, 100})
	if got, want := cells(r), [][3]int{{4, 1, 2}, {4, 2, 2}, {4, 4, 1}, {4, 4, 2}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := r.Grid[3].Gain.Value; !closeTo(got, 3) {
		t.Errorf("gain %v over one worker on one core, want 3", got)
	}
}

func TestGridIsTheDiagonalWhereBothGrow(t *testing.T) {
	r := gridOf(t, [4]int{2, 2, 2, 200}, [4]int{2, 2, 1, 100}, [4]int{1, 1, 2, 100}, [4]int{1, 1, 1, 100})
	if got, want := cells(r), [][3]int{{1, 1, 1}, {1, 1, 2}, {2, 2, 1}, {2, 2, 2}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The advice spares GOMAXPROCS before workers, which cost less.
func TestAdvisedIsTheCheapestWithinFivePercent(t *testing.T) {
	for name, c := range map[string]struct {
		throughput    [4]int // of (1,1), (1,8), (2,1), (2,8): GOMAXPROCS, workers
		best, advised int
	}{
		"alone":         {[4]int{100, 100, 100, 200}, 3, 3},
		"within":        {[4]int{100, 191, 100, 200}, 3, 1},
		"beyond":        {[4]int{100, 189, 100, 200}, 3, 3},
		"fewer workers": {[4]int{100, 100, 198, 200}, 3, 2},
		"either":        {[4]int{100, 199, 199, 200}, 3, 1},
		"nothing helps": {[4]int{100, 101, 90, 80}, 1, 0},
	} {
		x := c.throughput
		r := gridOf(t, [4]int{1, 1, 1, x[0]}, [4]int{1, 1, 8, x[1]}, [4]int{2, 2, 1, x[2]}, [4]int{2, 2, 8, x[3]})
		if best, advised := r.BestCell(); best != c.best || advised != c.advised {
			t.Errorf("%s: best %d, advised %d, want %d and %d", name, best, advised, c.best, c.advised)
		}
	}
	if best, advised := (report.Row{}).BestCell(); best != -1 || advised != -1 {
		t.Errorf("of nothing: %d, %d", best, advised)
	}
}
