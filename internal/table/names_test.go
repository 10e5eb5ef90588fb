package table

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rivo/uniseg"
)

func TestNumbersInNamesSortAsNumbers(t *testing.T) {
	want := []string{"", "1", "01a", "9", "A", "A/n=02", "A/n=2", "A/n=9", "A/n=10/x=9", "A/n=10/x=10", "A/n=100000000000000000000000", "A/size=1K", "B", "b10", "é"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, CompareNames)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for _, a := range want {
		for _, b := range want {
			if CompareNames(a, b) != -CompareNames(b, a) || (CompareNames(a, b) == 0) != (a == b) {
				t.Errorf("%q and %q have no order", a, b)
			}
		}
	}
}

// Names are cut where they are equal, and stay as they are where they fit.
func TestNamesAreShortenedWhereTheyAreEqual(t *testing.T) {
	var table []string
	for i := range 40 {
		table = append(table, fmt.Sprintf("Table/agentCount=%d,interactableCount=%d,stationary=50,awarenessRange_2000", i, 3*i))
	}
	for _, c := range []struct {
		names []string
		width int
		want  string // of the last
	}{
		{table, 100, table[39]},
		{table, 60, "Table/agentCou…=39,interact…=117,stationa…=50,awarenes…_2000"},
		{table, 36, "Ta…/ag…=39,in…=117,st…=50,aw…_2000"},
		{table, 24, "…/…=39,…=117,…=50,…_2000"},
		{table, 20, "…39…117…"},
		{[]string{"Sort", "Merge/the-very-long-name-of-one/n=8"}, 20, "Merge/the-very-long-name-of-one/n=8"},
		{[]string{"Decode/format=json/input=small", "Decode/format=yaml/input=small"}, 26, "Dec…/for…=yaml/inp…=sma…"},
		{[]string{"Ünïcödé/wört=1", "Ünïcödé/wört=2"}, 10, "Ün…/wö…=2"},
	} {
		got := Shorten(c.names, func(s string) bool { return uniseg.StringWidth(s) <= c.width })
		if last := got[len(got)-1]; last != c.want {
			t.Errorf("on %d columns %q, want %q", c.width, last, c.want)
		}
		slices.Sort(got)
		if len(slices.Compact(got)) < len(c.names) {
			t.Errorf("on %d columns two of %q are alike", c.width, got)
		}
	}
}
