package page

import (
	"fmt"
	"math"

	"overlap/internal/table"
	"overlap/report"
)

// seconds is a time in three digits with a fitting unit.
func seconds(x float64) string { return table.Time(x, table.Figures) }

// bounds is an interval as write writes its ends.
func bounds(i report.Interval, write func(float64) string) string {
	if math.IsNaN(i.Low) {
		return "–"
	}
	return write(i.Low) + " … " + write(i.High)
}

// measured is a mean that is 0 where it was not measured.
func measured(x float64) string {
	if x == 0 {
		return "–"
	}
	return table.Figures(x)
}

// orUnknown is a number of workers; 0 is unknown.
func orUnknown(n int) string {
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
	return fmt.Sprintf("%s (%s)", value, bounds(i, write))
}
