package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"overlap/report/analyse"
)

// gridOf is the analysis of points given as cores, GOMAXPROCS, workers and
// throughput.
func gridOf(t *testing.T, points ...[4]int) analyse.Row {
	t.Helper()
	var b strings.Builder
	for _, p := range points {
		suffix := ""
		if p[1] > 1 {
			suffix = fmt.Sprintf("-%d", p[1])
		}
		b.WriteString(strings.Repeat(fmt.Sprintf("BenchmarkEp/executor=pool/workers=%d/cores=%d%s 1 %.6f ns/op\n", p[2], p[0], suffix, 1e6/float64(p[3])), 3))
	}
	a := read(t, b.String())
	if len(a.Rows) != 1 {
		t.Fatalf("%d rows, %v", len(a.Rows), a.Warnings)
	}
	return a.Rows[0]
}

func cells(r analyse.Row) (list [][3]int) {
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
		throughput [4]int // of (1,1), (1,8), (2,1), (2,8): GOMAXPROCS, workers
		advised    int
	}{
		"alone":         {[4]int{100, 100, 100, 200}, 3},
		"within":        {[4]int{100, 191, 100, 200}, 1},
		"beyond":        {[4]int{100, 189, 100, 200}, 3},
		"fewer workers": {[4]int{100, 100, 198, 200}, 2},
		"either":        {[4]int{100, 199, 199, 200}, 1},
		"nothing helps": {[4]int{100, 101, 90, 80}, 0},
	} {
		x := c.throughput
		r := gridOf(t, [4]int{1, 1, 1, x[0]}, [4]int{1, 1, 8, x[1]}, [4]int{2, 2, 1, x[2]}, [4]int{2, 2, 8, x[3]})
		if got := r.AdvisedCell(); got != c.advised {
			t.Errorf("%s: cell %d is advised, want %d", name, got, c.advised)
		} else if cell := r.Grid[got]; cell.Workers != r.Advice.Workers || cell.Cores != r.Advice.Cores {
			t.Errorf("%s: cell %+v is not the advice, %v", name, cell, r.Advice)
		}
	}
	if got := (analyse.Row{}).AdvisedCell(); got != -1 {
		t.Errorf("of nothing: %d", got)
	}
	// Cores beyond GOMAXPROCS and GOMAXPROCS beyond the cores bring nothing.
	r := analyse.Row{Advice: analyse.Advice{Workers: 2, Cores: 2}, Grid: []analyse.Cell{{Cores: 2, Procs: 1, Workers: 2}, {Cores: 2, Procs: 2, Workers: 1}, {Cores: 2, Procs: 2, Workers: 2}, {Cores: 2, Procs: 4, Workers: 2}}}
	if got := r.AdvisedCell(); got != 2 {
		t.Errorf("cell %d is advised, want 2", got)
	}
}
