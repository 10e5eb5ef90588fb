package sweep

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/bench/overlay"
)

// A metric of a foreign benchmark with the name of one of our units would be read as
// ours. Only the time, and what the overlay reports, may have such a name.
func TestForeignResultsHaveNoReservedUnits(t *testing.T) {
	line := "BenchmarkX 1"
	for _, unit := range append(bench.Units(), overlay.SetUpUnit, "B/op", "parsed-MB") {
		line += " 7 " + unit
	}
	for hooked, allowed := range map[bool][]string{false: nil, true: overlay.Units} {
		r := benchfmt.NewReader(strings.NewReader(line+"\n"), "x")
		if !r.Scan() {
			t.Fatal("no result")
		}
		result, ok := r.Result().(*benchfmt.Result)
		if !ok {
			t.Fatal(r.Result())
		}
		f := &Foreign{binaries: map[string]binary{"p": {hooked: hooked}}}
		f.configure(result, Point{Package: "p"})
		var got []string
		for _, v := range result.Values {
			got = append(got, v.Unit)
		}
		want := append([]string{"sec/op", "B/op", "parsed-B"}, allowed...)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("hooked %t: a foreign result has %v, want %v", hooked, got, want)
		}
	}
}
