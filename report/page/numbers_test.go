package page

import (
	"math"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
)

// Bounds that the digits do not distinguish from the value are not repeated.
func TestRanges(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		i    interval.Interval
		want string
	}{
		{interval.Interval{Value: 12, Low: 11, High: 14}, "12.0 (11.0 … 14.0)"},
		{interval.Interval{Value: 12, Low: 11.99, High: 12.01}, "12.0"},
		{interval.Interval{Value: 12, Low: nan, High: nan}, "12.0"},
		{interval.Interval{Value: nan, Low: 1, High: 2}, "–"},
	} {
		if got := ranged(c.i, table.Figures); got != c.want {
			t.Errorf("%v is written as %q, want %q", c.i, got, c.want)
		}
	}
}

// A table that nobody reads to its end is left to the sections.
func TestLongTablesAreLeftToTheSections(t *testing.T) {
	for cells, want := range map[int]bool{1: true, maxRows: true, maxRows + 1: false} {
		r := analyse.Row{Workload: "ep", Grid: make([]analyse.Cell, cells)}
		table, elsewhere := numbersOf(&analyse.Analysis{Rows: []analyse.Row{r}}, Chart{Name: "heat"})
		if (table != nil) != want || elsewhere != inSections {
			t.Errorf("%d cells have a table: %v", cells, table != nil)
		}
	}
}

// Each of several executors of one work has one line.
func TestExecutorsHaveALineEach(t *testing.T) {
	a := analysisOf(t, `BenchmarkEp/executor=serial/workers=1/cores=1 1 10 ns/op
BenchmarkEp/executor=pool/workers=1/cores=1 1 10 ns/op
BenchmarkEp/executor=spawn/workers=1/cores=1 1 11 ns/op
BenchmarkEp/executor=threads/workers=1/cores=1 1 12 ns/op
`)
	if rows := executorRows(a); len(a.Rows) != 3 || len(rows) != 3 {
		t.Errorf("%d rows: %v", len(a.Rows), rows)
	}
}

func analysisOf(t *testing.T, text string) *analyse.Analysis {
	t.Helper()
	d, err := load.Read(strings.NewReader(text), "run.txt")
	if err != nil {
		t.Fatal(err)
	}
	return analyse.Analyze(d)
}
