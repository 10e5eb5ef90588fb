package analyse

import (
	"math"

	"overlap/report/load"
)

// baseline is the number of workers that gains are over: one, or of goroutines the fewest
// that a benchmark can have.
func (s survey) baseline() int {
	all := s.workers(s.lowest())
	if len(all) > 0 && all[0] > 0 && s.Goroutines(s.base.At(all[0], s.lowest())) {
		return all[0]
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
