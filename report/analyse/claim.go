package analyse

import (
	"math"

	"overlap/internal/interval"
)

// The margins of the words. That something gives nothing, is enough or scales is
// said only if the whole 95 % interval is within its margin: the lack of a
// difference may be noise. That something helps, hurts or stalls needs a difference
// beyond chance. All else is undecided.
const (
	negligible = 1.05 // a gain below it, and a loss to less than 1/negligible, is none
	almost     = 0.95 // the share of the best throughput that is enough
	acceptable = 0.8  // the share of what separate programs gain that scales (as in the guidelines of the POP project)
)

// certain is how many half-widths of its 95 % interval a number must be away from a
// limit to count as on one side of it. That is a certainty of 99.4 % with ten samples
// and 99.8 % with many. A report makes many comparisons, and under heavy noise
// most differences found at 97.5 % would be chance. 1.4 was rejected: with 20 % noise,
// 8 of 100 claims that cores help were wrong.
const certain = 1.6

// above reports whether a number is shown to be above a limit.
func above(i interval.Interval, limit float64) bool {
	return math.Log(i.Value/limit) > certain*math.Log(i.Value/i.Low)
}

// below reports whether it is shown to be below.
func below(i interval.Interval, limit float64) bool {
	return math.Log(limit/i.Value) > certain*math.Log(i.High/i.Value)
}

// isNothing reports whether a gain or loss is shown to be too small to matter.
func isNothing(i interval.Interval) bool { return i.Low > 1/negligible && i.High < negligible }

// helps reports whether a gain is shown and large enough to matter.
func helps(i interval.Interval) bool { return i.Value >= negligible && above(i, 1) }

// Hurts reports whether a loss is shown and large enough to matter.
func Hurts(i interval.Interval) bool { return i.Value <= 1/negligible && below(i, 1) }

// WorkersHelp reports whether workers are shown to help on one core.
func (r Row) WorkersHelp() bool { return helps(r.Concurrency) }

// CoresHelp reports whether cores are shown to help.
func (r Row) CoresHelp() bool { return r.coresBring(helps) }
