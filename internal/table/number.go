package table

import (
	"fmt"
	"math"
)

// Round writes a number in two digits, however small, mostly without an exponent; – if it
// is unknown.
func Round(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.IsInf(x, 1):
		return "∞"
	case math.Abs(x) >= 99.5: // which %.2g rounds to 1e+02
		return fmt.Sprintf("%.0f", x)
	case x != 0 && math.Abs(x) < 1e-9:
		return "0"
	}
	return fmt.Sprintf("%.2g", x)
}

// Amount writes a number of things that need not be whole: 1 core, 1.5 cores.
func Amount(x float64, thing string) string {
	if text := Round(x); text != "1" {
		return text + " " + thing + "s"
	}
	return Count(1, thing)
}

// Number writes a number in three digits or more; – if it is unknown or 0, which means
// not measured.
func Number(x float64) string {
	switch {
	case math.IsNaN(x) || x == 0:
		return "–"
	case x < 0:
		return "−" + Number(-x)
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// Hundredths writes a number with two decimals, never −0.00; – if it is unknown.
func Hundredths(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.Abs(x) < 0.005:
		return "0.00"
	case x < 0:
		return "−" + Hundredths(-x)
	}
	return fmt.Sprintf("%.2f", x)
}
