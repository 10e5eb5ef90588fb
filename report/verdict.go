package report

import (
	"fmt"
	"math"
)

// matters is the gain from which on something is said to help.
const matters = 1.1

// verdict says in words what the two gains mean. It rests on the measurement
// alone, not on what the workload claims to be.
func verdict(r Row) string {
	var text string
	workers, cores := helps(r.Concurrency), helps(r.Parallelism)
	switch {
	case r.P == 1 && workers:
		text = "workers help; one core was measured"
	case r.P == 1:
		text = "workers do not help; one core was measured"
	case workers && cores:
		text = "mixes: workers and cores both help"
	case workers:
		text = "waits: workers help, cores do not"
	case cores && shared(r):
		text = fmt.Sprintf("shares: %d cores are worth %.1f even to separate programs", r.P, r.Ceiling.Value)
	case cores:
		text = "computes: cores help, workers do not"
	case r.Worst < 1/matters:
		text = fmt.Sprintf("contends: neither helps; %d workers on %d cores run at %.2f×", r.WorstWorkers, r.P, r.Worst)
	default:
		text = "serial: neither workers nor cores help"
	}
	if r.Samples < minSamples {
		return text + fmt.Sprintf(" (provisional: %d of %d samples)", r.Samples, minSamples)
	}
	if unsure(r.Concurrency) || r.P > 1 && unsure(r.Parallelism) {
		return text + " (unsure: too noisy)"
	}
	return text
}

// helps reports whether a gain matters and is no accident of noise.
func helps(i Interval) bool { return i.Value >= matters && !(i.Low <= 1) }

// shared reports whether even programs that share nothing lose a quarter of
// the cores: then the machine is the limit, not the program.
func shared(r Row) bool {
	return !math.IsNaN(r.Ceiling.Value) && r.Ceiling.Value < 0.75*float64(r.P)
}

// unsure reports whether the interval has both answers in it.
func unsure(i Interval) bool {
	return !math.IsNaN(i.Low) && i.Low < matters && matters <= i.High
}
