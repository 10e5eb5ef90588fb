package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
)

// seconds writes a time without needless digits: 250 µs, 1.25 ms, 2 s.
func seconds(s float64) string { return table.Time(s, plain) }

func percent(i interval.Interval) string { return fmt.Sprintf("%.0f %%", 100*i.Value) }

// plain writes a number in three digits without an exponent: 1990, 0.125.
func plain(x float64) string {
	short := strconv.FormatFloat(x, 'g', 3, 64)
	rounded, err := strconv.ParseFloat(short, 64)
	if err != nil || math.Abs(rounded) >= 1e15 || math.Abs(rounded) < 1e-9 {
		return short
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// decimal writes a number of either sign without needless digits.
func decimal(x float64) string {
	text := strconv.FormatFloat(math.Round(x*1000)/1000+0, 'f', -1, 64) // + 0, because -0 is written so
	return strings.Replace(text, "-", "−", 1)
}

// rate writes a round number briefly: 0.5, 200, 5k.
func rate(v float64) string {
	switch {
	case v >= 1e6:
		return plain(math.Round(v/1e5)/10) + "M"
	case v >= 1e3:
		return plain(math.Round(v/100)/10) + "k"
	}
	return plain(v)
}

// brief writes a gain in three characters, if possible: <.01, .14, 1.9, 54, 1.2k.
func brief(gain float64) string {
	switch {
	case gain < 0.005:
		return "<.01"
	case gain < 0.995:
		return strconv.FormatFloat(gain, 'f', 2, 64)[1:]
	case gain < 9.95:
		return strconv.FormatFloat(gain, 'f', 1, 64)
	}
	return rate(math.Round(gain))
}

// nanoseconds writes seconds in three digits.
func nanoseconds(sec float64) string {
	if sec < 9.95e-9 {
		return fmt.Sprintf("%.1f", 1e9*sec)
	}
	return fmt.Sprintf("%.0f", 1e9*sec)
}
