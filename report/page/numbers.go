package page

import (
	"fmt"
	"math"

	"overlap/report"
)

// seconds is a time in three digits with a fitting unit.
func seconds(x float64) string {
	for _, u := range []struct {
		factor float64
		name   string
	}{{1, "s"}, {1e3, "ms"}, {1e6, "µs"}} {
		if x*u.factor >= 1 {
			return figures(x*u.factor) + " " + u.name
		}
	}
	return figures(x*1e9) + " ns"
}

func timeBounds(i report.Interval) string {
	if math.IsNaN(i.Low) {
		return "–"
	}
	return seconds(i.Low) + " … " + seconds(i.High)
}

func bounds(i report.Interval) string {
	if math.IsNaN(i.Low) {
		return "–"
	}
	return figures(i.Low) + " … " + figures(i.High)
}

// figures is a number in three digits; what is unknown is a dash.
func figures(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case x <= -0.005:
		return "−" + figures(-x)
	case math.Signbit(x): // or it would be -0.00
		return figures(-x)
	case x >= 1e6:
		return fmt.Sprintf("%.3g", x)
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// measured is a mean that is 0 where it was not measured.
func measured(x float64) string {
	if x == 0 {
		return "–"
	}
	return figures(x)
}

// cost is a number of cores, ∞ if no number was enough.
func cost(x float64) string {
	if math.IsInf(x, 1) {
		return "∞"
	}
	return fmt.Sprint(x)
}

// unknownZero is a number of workers; 0 is unknown.
func unknownZero(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

// ranged is a value with its bounds, where it has any that its digits tell from
// it: 12.0 (11.5 … 12.6).
func ranged(i report.Interval, write func(float64) string) string {
	value, low, high := write(i.Value), write(i.Low), write(i.High)
	if math.IsNaN(i.Value) || math.IsNaN(i.Low) || math.IsNaN(i.High) || low == value && value == high {
		return value
	}
	return fmt.Sprintf("%s (%s … %s)", value, low, high)
}

// nanoseconds is a time with its interval.
func nanoseconds(i report.Interval) string {
	return report.Interval{Value: 1e9 * i.Value, Low: 1e9 * i.Low, High: 1e9 * i.High}.String()
}

// signedTime is a time in three digits; what is unknown is a dash, and what noise made
// negative has its sign.
func signedTime(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case x < 0:
		return "−" + seconds(-x)
	}
	return seconds(x)
}

// edge is the time of a bound, which may lie beyond all that was measured.
func edge(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "∞"
	case x == 0:
		return "0"
	}
	return signedTime(x)
}
