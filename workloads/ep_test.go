package workloads

import (
	"fmt"
	"math"
	"math/rand/v2"
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

// The table's logarithm is as near to that of math as its documentation says.
func TestEpLog(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		x := math.Ldexp(1-random.Float64(), -random.IntN(90))
		if random.IntN(4) == 0 {
			x = 1 - random.Float64()/1024
		}
		got, want := epLog(x), math.Log(x)
		if math.Abs(got-want) > 5e-16*max(1, math.Abs(want)) {
			t.Fatalf("log %v is %v, want %v", x, got, want)
		}
	}
}
