package table

import (
	"fmt"
	"math"
)

// Figures writes a number in three digits; – if it is unknown.
func Figures(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.IsInf(x, 1):
		return "∞"
	case x <= -0.005:
		return "−" + Figures(-x)
	case x >= 1e6:
		return fmt.Sprintf("%.3g", x)
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", math.Abs(x)) // or it may be −0.00
}

// Time writes seconds in the unit that fits, the number as write does; – if they are
// unknown.
func Time(seconds float64, write func(float64) string) string {
	switch {
	case math.IsNaN(seconds):
		return "–"
	case math.IsInf(seconds, 1):
		return "∞"
	case seconds < 0:
		return "−" + Time(-seconds, write)
	case seconds == 0:
		return "0"
	}
	for _, unit := range []struct {
		name  string
		times float64
	}{{"s", 1}, {"ms", 1e3}, {"µs", 1e6}} {
		if x := seconds * unit.times; x >= 0.9995 { // three digits of which are 1.00
			return write(x) + " " + unit.name
		}
	}
	return write(seconds*1e9) + " ns"
}
