package table

import (
	"fmt"
	"math"
	"strconv"
)

// Which to use: Figures for a measured number in a table; Number where 0 means that it
// was not measured; Round for a number inside a sentence; Amount for one with its noun;
// Natural for a count of which 0 means unknown.

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

// Number is Figures for a mean that is 0 if it was not measured.
func Number(x float64) string {
	if x == 0 {
		return "–"
	}
	return Figures(x)
}

// Natural writes a number of things; – if it is 0, which stands for unknown.
func Natural(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

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

// ShortTime writes seconds in two digits: 320 ns, 1.2 µs.
func ShortTime(seconds float64) string {
	return Time(seconds, func(x float64) string {
		if x >= 9.95 {
			return fmt.Sprintf("%.0f", x)
		}
		return fmt.Sprintf("%.1f", x)
	})
}
