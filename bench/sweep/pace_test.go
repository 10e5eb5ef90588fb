package sweep

import (
	"math/rand/v2"
	"testing"
	"time"

	"overlap/bench"
)

// The turns of a block are as many as its time allows. A part that is timed for less gets
// more of them, one that settles first fewer, and short ones some in any case.
func TestOrderSharesTheTime(t *testing.T) {
	const ms = time.Millisecond
	on := func(cores int, took time.Duration) *part {
		return &part{point: Point{Point: bench.Point{Cores: cores, Procs: cores}}, took: took}
	}
	s := &sitting{
		Block:  Block{Time: time.Second, Settle: 100 * ms},
		random: rand.New(rand.NewPCG(1, 2)),
		parts:  []*part{on(1, 10*ms), on(2, 150*ms), on(1, 100*ms), on(1, 0)},
	}
	count := func() (n [4]int, all time.Duration) {
		for _, p := range s.order() {
			for i, q := range s.parts {
				if p == q {
					n[i]++
					all += time.Duration(s.cost(p))
				}
			}
		}
		return n, all
	}
	// Each turn is 1 s / (√1.5 + √3 + 1) / √(cost × timed).
	if n, all := count(); n != [4]int{21, 3, 3, 0} || all < 900*ms || all > 1100*ms {
		t.Errorf("%v turns, %v together", n, all)
	}
	s.Time = 0
	if n, _ := count(); n != [4]int{4, 0, 0, 0} {
		t.Errorf("without time: %v turns", n)
	}
}
