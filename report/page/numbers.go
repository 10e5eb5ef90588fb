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
func bounds(i interval.Interval, format func(float64) string) string {
	if math.IsNaN(i.Low) {
		return "–"
	}
	return format(i.Low) + " … " + format(i.High)
}

// ranged writes a value with its bounds, unless they look the same: 12.0 (11.5 … 12.6).
func ranged(i interval.Interval, format func(float64) string) string {
	value, low, high := format(i.Value), format(i.Low), format(i.High)
	if math.IsNaN(i.Value) || math.IsNaN(i.Low) || math.IsNaN(i.High) || low == value && value == high {
		return value
	}
	return fmt.Sprintf("%s (%s)", value, bounds(i, format))
}
