package page

import (
	"maps"
	"slices"
	"testing"

	"overlap/report/chart"
)

// Every chart of all rows says where its numbers are, in a table or elsewhere.
func TestEveryChartHasItsNumbers(t *testing.T) {
	want := slices.Sorted(slices.Values(chart.Names()))
	if got := slices.Sorted(maps.Keys(numberTables)); !slices.Equal(got, want) {
		t.Errorf("numberTables are of %q, the charts are %q", got, want)
	}
}
