package workloads

import (
	"fmt"
	"testing"
)

func TestUtsSearchTravels(t *testing.T) {
	tree := UtsTree{Seed: 2, Levels: 3, Root: 5, Probability: 0.25}
	for open := range 3 {
		want := UtsSearch{UtsHead: UtsHead{Tree: tree, Budget: 9, Counts: UtsCounts{1, 2, 3, 4}}}
		for i := range open {
			root := tree.root()
			want.Open = append(want.Open, root.child(i))
		}
		b, err := want.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got UtsSearch
		if err := got.UnmarshalBinary(b); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v arrives as %v, %v", want, got, err)
		}
	}
	if new(UtsSearch).UnmarshalBinary([]byte{1, 2, 3}) == nil {
		t.Error("three bytes are a search")
	}
}
