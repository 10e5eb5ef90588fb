package analyse

import (
	"math"

	"overlap/internal/interval"
	"overlap/report/load"
)

// roles reports whether odd numbers of goroutines do other work than even ones, as where
// every second one writes and the others read. On one core, the throughput by goroutines
// then goes up and down: three are on one side of both two and four, and one is on that
// side of two. Where all do the same, the curve bends once.
func (s survey) roles() bool {
	if len(s.levels) == 0 || s.lowest().P() > 1 || !s.Goroutines(s.base.At(1, s.lowest())) {
		return false
	}
	times := map[int]interval.Series{}
	for w := 1; w <= 4; w++ {
		if times[w] = s.times(s.base.At(w, s.lowest())); len(times[w]) == 0 {
			return false
		}
	}
	above, below := 0, 0
	for _, pair := range [][2]int{{1, 2}, {3, 2}, {3, 4}} {
		gain := interval.Quotient(times[pair[1]], times[pair[0]])
		if gain.Low > zigzag {
			above++
		}
		if gain.High < 1/zigzag {
			below++
		}
	}
	return max(above, below) == 3
}

// zigzag is by how much three must differ from two and from four at least. Other reasons
// for a bend, such as one more goroutine than there are locks, are smaller.
const zigzag = 1.1

// baseline is the number of workers that gains are over.
func (s survey) baseline() int {
	if s.even {
		return 2
	}
	return 1
}

// UnknownGain is why the gain from workers is unknown of a benchmark that chooses their number
// itself; empty if it is known, or the file does not say.
func (r Row) UnknownGain() string {
	switch {
	case r.Workers > 0 || !r.swept || !r.parts:
		return ""
	case r.Inflight.Value > 1.5:
		return "G_c is unknown, because it runs with no number of goroutines but its own"
	case math.IsNaN(load.NaNIfUnmeasured(r.Inflight.Value)):
		return "G_c is unknown, because goroutines begin in it, and it does not say how many tasks are in progress; it can by OVERLAP_WORKERS"
	}
	return "no G_c, because no goroutine begins in it"
}
