package sweep

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// turnTime is for about how long jobs are timed at once, unless one takes longer: long
// beside the microseconds in which a process wakes up, and short beside what disturbs a
// machine.
const turnTime = time.Millisecond

// settleTime is how long a process on several CPUs runs before a turn of it is timed, which
// it is for half as long. Threads that were idle wake up on a CPU together, and the system
// takes some ten milliseconds to move them apart: of cashiers with 16 workers on two CPUs,
// jobs take up to twice as long for 60 to 150 ms.
const settleTime = 100 * time.Millisecond

// pieceTime is for how long jobs are timed between two looks at the CPUs, unless one takes
// longer: spells in which others have a CPU, or the thread beside it, are mostly longer.
const pieceTime = 10 * time.Millisecond

// settles reports whether jobs of a point need b.Settle until they run as they do alone.
func settles(p Point) bool { return min(p.Cores, p.Procs) > 1 }

// settle is for how long a part runs before its turn is timed.
func (t *sitting) settle(p *part) time.Duration {
	switch {
	case settles(p.point):
		return t.Settle
	case p.took > 0 && p.took < 2*pieceTime: // the first turn, which does not count, is as long as later ones
		return 1 // a job
	}
	return 0
}

// shortestTurn is less than any turn takes.
const shortestTurn = 10 * time.Microsecond

// maxTurns bounds the memory for the turns of a part.
const maxTurns = 1 << 13

// A part has at least leastTurns turns, unless these take longer than leastTime together.
const (
	leastTurns = 4
	leastTime  = 60 * time.Millisecond
)

// order is the parts in the order of their turns. In a given time, the error of all
// quotients together is least if the number of turns goes with the error of one, and with
// the root of how often it fits into the time (Neyman, 1934). The error of a turn goes with
// the root of the time that is timed in it, of which settling is no part.
func (t *sitting) order() (order []*part) {
	type at struct {
		part  *part
		place float64
	}
	var all []at
	costs := map[*part]float64{} // of a turn
	roots := 0.0
	for _, p := range t.parts {
		if p.took > 0 { // else it had no turn
			costs[p] = t.cost(p)
			roots += math.Sqrt(costs[p] / t.timed(p))
		}
	}
	for _, p := range t.parts {
		cost, ok := costs[p]
		if !ok {
			continue
		}
		n := int(math.Round(float64(t.Time) / roots / math.Sqrt(cost*t.timed(p))))
		n = max(n, min(leastTurns, int(leastTime/p.took)))
		for k := range min(n, maxTurns) {
			all = append(all, at{p, (float64(k) + t.random.Float64()) / float64(n)})
		}
	}
	slices.SortFunc(all, func(a, b at) int { return cmp.Compare(a.place, b.place) })
	for _, a := range all {
		order = append(order, a.part)
	}
	return order
}

// cost is about how long a turn takes that is not the first: that had no job to settle.
func (t *sitting) cost(p *part) float64 {
	if !settles(p.point) && t.settle(p) > 0 {
		return 1.5 * float64(p.took)
	}
	return float64(p.took)
}

// timed is about how much of a turn is timed.
func (t *sitting) timed(p *part) float64 {
	if settles(p.point) {
		return max(float64(p.took)/3, float64(p.took-t.Settle))
	}
	return float64(p.took)
}
