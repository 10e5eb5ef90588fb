package page

import (
	"fmt"
	"math"

	"overlap/internal/interval"
	"overlap/internal/table"
)

// seconds writes a time in three digits.
func seconds(x float64) string { return table.Time(x, table.Figures) }

// bounds writes the ends of an interval.
func bounds(i interval.Interval, save func(float64) string) string {
	if math.IsNaN(i.Low) {
		return "–"
	}
	return save(i.Low) + " … " + save(i.High)
}

// measured writes a mean, for which 0 stands for not measured.
func measured(x float64) string {
	if x == 0 {
		return "–"
	}
	return table.Figures(x)
}

// orUnknown writes a number of workers; 0 is unknown.
func orUnknown(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

// ranged writes a value with its bounds, unless they look the same: 12.0 (11.5 … 12.6).
func ranged(i interval.Interval, save func(float64) string) string {
	value, low, high := save(i.Value), save(i.Low), save(i.High)
	if math.IsNaN(i.Value) || math.IsNaN(i.Low) || math.IsNaN(i.High) || low == value && value == high {
		return value
	}
	return fmt.Sprintf("%s (%s)", value, bounds(i, save))
}
