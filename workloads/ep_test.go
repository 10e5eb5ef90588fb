package workloads

import (
	"fmt"
	"testing"
)

func TestEpJump(t *testing.T) {
	x := uint64(epSeed)
	for n := range uint64(1000) {
		if got := epJump(n); got != x {
			t.Fatalf("number %d is %d, want %d", n, got, x)
		}
		x = x * epMultiplier & epMask
	}
}

func TestEpSumsPrint(t *testing.T) {
	if got := fmt.Sprint(EpSums{SX: 1, SY: -2, Counts: [10]int64{3, 4}}); got != "7 accepted: sx 1.000000000e+00, sy -2.000000000e+00, counts [3 4 0 0 0 0 0 0 0 0]" {
		t.Error(got)
	}
}
