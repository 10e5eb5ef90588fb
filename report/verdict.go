package report

import (
	"fmt"
	"math"
)

// matters is the gain from which on something is said to help, and 1/matters
// the one below which it is said to hurt.
const matters = 1.1

// verdict says in words what the two gains mean. It rests on the measurement
// alone, not on what the workload claims to be.
func verdict(r Row) string {
	if math.IsNaN(r.Speedup.Low) {
		return "one sample: no verdict"
	}
	text := gains(r)
	if undecided(r.Concurrency) || undecided(r.Parallelism) {
		text = "cannot tell: too noisy"
	}
	if r.Samples < minSamples {
		return text + fmt.Sprintf(" (provisional: %d of %d samples)", r.Samples, minSamples)
	}
	if unsure(r.Concurrency) || r.P > 1 && unsure(r.Parallelism) {
		return text + " (unsure: too noisy)"
	}
	return text
}

func gains(r Row) string {
	if r.Workers == 0 {
		return coreGain(r)
	}
	workers, cores := helps(r.Concurrency), helps(r.Parallelism)
	several := len(r.Lines[len(r.Lines)-1].Points) > 1
	switch {
	case r.P == 1 && workers:
		return "workers help; one core was measured"
	case r.P == 1:
		return "workers do not help; one core was measured"
	case workers && cores:
		return "mixes: workers and cores both help"
	case workers && hurts(r.Parallelism):
		return "waits: workers help, cores hurt"
	case workers:
		return "waits: workers help, cores do not"
	case cores && shared(r):
		return fmt.Sprintf("shares: %d cores are worth %.1f even to separate programs", r.P, r.Ceiling.Value)
	case cores && !several:
		return "scales: cores help; other workers were not measured"
	case cores:
		return "scales: cores help, workers do not"
	case r.Worst.Value < 1/matters && r.WorstWorkers > 1:
		return fmt.Sprintf("contends: neither helps; %d workers on %d cores run at %.2f×", r.WorstWorkers, r.P, r.Worst.Value)
	case hurts(r.Parallelism):
		return "serial: workers do not help, cores hurt"
	default:
		return "serial: neither workers nor cores help"
	}
}

// coreGain is the verdict on a benchmark that decides itself how many workers
// it has.
func coreGain(r Row) string {
	switch {
	case r.P == 1:
		return "one core was measured"
	case helps(r.Parallelism) && shared(r):
		return fmt.Sprintf("shares: %d cores are worth %.1f even to separate programs", r.P, r.Ceiling.Value)
	case helps(r.Parallelism):
		return fmt.Sprintf("scales: %d cores give %.1f×", r.P, r.Parallelism.Value)
	case hurts(r.Parallelism):
		return fmt.Sprintf("contends: %d cores run at %.2f×", r.P, r.Parallelism.Value)
	default:
		return "serial: cores do not help"
	}
}

// helps reports whether a gain matters and is no accident of noise.
func helps(i Interval) bool { return i.Value >= matters && i.Low > 1 }

// hurts reports the same of a loss.
func hurts(i Interval) bool { return i.Value <= 1/matters && i.High < 1 }

// undecided reports whether a gain or loss that would matter may be noise.
func undecided(i Interval) bool {
	return i.Value >= matters && i.Low <= 1 || i.Value <= 1/matters && i.High >= 1
}

// shared reports whether even programs that share nothing lose a quarter of
// the cores: then the machine is the limit, not the program.
func shared(r Row) bool { return r.Ceiling.Value < 0.75*float64(r.P) }

// unsure reports whether the interval has both answers in it.
func unsure(i Interval) bool { return i.Low < matters && matters <= i.High }
