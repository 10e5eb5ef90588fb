package table

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 whole rounds", 1: "1 whole round", 2: "2 whole rounds"} {
		if got := Count(n, "whole round"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
