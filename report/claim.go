package report

import (
	"fmt"
	"math"
)

// The margins of what is said in words. That something brings nothing, is enough or
// scales is said where the whole 95 % interval is within its margin: it is shown,
// and not concluded from the lack of a difference, which noise has, too. That
// something helps, hurts or stalls is said of a difference that is no chance. All
// else cannot be told.
const (
	negligible = 1.05 // a gain below it, and a loss to less than 1/negligible, is none
	almost     = 0.95 // the share of the best throughput that is enough
	acceptable = 0.8  // the share of what separate programs gain that scales (as in the guidelines of the POP project)
)

// certain is how many of its 95 % intervals a number must be away from a limit to
// be shown to be on one side of it. That is 99.4 %, because a report makes many
// comparisons, and where noise hides most differences, most of those that are
// found in one of forty by chance would be false.
const certain = 1.4

// above reports whether a number is shown to be above a limit.
func above(i Interval, limit float64) bool {
	return math.Log(i.Value/limit) > certain*math.Log(i.Value/i.Low)
}

// below reports whether it is shown to be below.
func below(i Interval, limit float64) bool {
	return math.Log(limit/i.Value) > certain*math.Log(i.High/i.Value)
}

// isNothing reports whether a gain or loss is shown to be too small to matter.
func isNothing(i Interval) bool { return i.Low > 1/negligible && i.High < negligible }

// helps reports whether a gain is shown, and its value matters.
func helps(i Interval) bool { return i.Value >= negligible && above(i, 1) }

// hurts reports the same of a loss.
func hurts(i Interval) bool { return i.Value <= 1/negligible && below(i, 1) }

// distance is how near to a gain its bounds must be, in logarithms, to show that it
// is one or that it is nothing.
func distance(i Interval) float64 {
	size := math.Abs(math.Log(i.Value))
	if size < math.Log(negligible) {
		return math.Log(negligible) - size
	}
	return size / certain
}

// mayBe says how far a gain may reach that is taken for none, or how little one
// may be that is taken for a gain. It is empty where that changes nothing.
func mayBe(name string, i Interval) string {
	switch {
	case !(i.Low < negligible && negligible < i.High):
		return ""
	case helps(i):
		return fmt.Sprintf("%s may be as little as %.2f", name, i.Low)
	}
	return fmt.Sprintf("%s may be as much as %.2f", name, i.High)
}

// matters is the gain from which on COST and predictions speak of one, and the loss
// from which on a law of scaling says something.
const matters = 1.1

// pays reports whether a gain is a tenth or more, and no accident of noise.
func pays(i Interval) bool { return i.Value >= matters && i.Low > 1 }

// mostSamples is how many anybody takes of a point.
const mostSamples = 1000

// remedy says about how many samples would bring the bounds of a number that rests
// on n of them within a distance of its value, in logarithms, if they spread as
// these do. It is a guess, as the value will be another one then.
func remedy(swept bool, n int, i Interval, distance float64) string {
	now := 1.96 / studentsT(float64(n-1), 1) * math.Log(i.High/i.Value)
	wanted := max(math.Ceil(float64(n)*now*now/distance/distance), float64(n+1), minSamples)
	if !(wanted <= mostSamples) {
		return fmt.Sprintf("%d samples would not tell on a machine as noisy as this", mostSamples)
	}
	return fmt.Sprintf("about %.0f samples would tell (%s), or a quieter machine", wanted, longer(swept, int(wanted)))
}
