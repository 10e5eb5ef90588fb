// Package interval holds values with 95 % intervals, and the series of samples that they
// come from.
package interval

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
)

// Interval is a value with the bounds of its 95 % interval. Low and High are NaN if
// there are fewer than three samples.
type Interval struct {
	Value, Low, High float64
}

// HalfWidth is the distance from the value to the farther bound.
func (i Interval) HalfWidth() float64 { return max(i.High-i.Value, i.Value-i.Low) }

// Holds reports whether x is within the bounds.
func (i Interval) Holds(x float64) bool { return i.Low <= x && x <= i.High }

// Unknown stands for what was not measured.
var Unknown = Interval{math.NaN(), math.NaN(), math.NaN()}

// Exact is an interval without width.
func Exact(v float64) Interval { return Interval{v, v, v} }

// Over returns the quotient of two intervals of independent samples.
func (i Interval) Over(j Interval) Interval {
	value := i.Value / j.Value
	half := math.Exp(math.Hypot(math.Log(i.High/i.Value), math.Log(j.High/j.Value)))
	return Interval{value, value / half, value * half}
}

// MinForInterval is how many samples an interval needs. With two samples, the interval
// would be 13 times as wide as the distance between them.
const MinForInterval = 3

// Interval returns the mean with its 95 % interval.
func (s Series) Interval() Interval { return Around(s.Mean(), s.Logs()) }

// Throughput returns jobs per second, given the times of a job.
func Throughput(s Series) Interval {
	return Around(1/s.Mean(), s.Logs())
}

// Around returns the 95 % interval of a value whose logarithm is the mean of logs.
func Around(value float64, logs []float64) Interval {
	if len(logs) < MinForInterval {
		return Interval{value, math.NaN(), math.NaN()}
	}
	half := math.Exp(sampling.HalfWidth(logs))
	return Interval{value, value / half, value * half}
}

// welch returns the standard error of the difference between the means of two
// independent samples, and its degrees of freedom (Welch, 1947).
func welch(a, b []float64) (e, freedom float64) {
	ea, na := sampling.Error(a)
	eb, nb := sampling.Error(b)
	e = math.Hypot(ea, eb)
	if e == 0 {
		return 0, na + nb
	}
	return e, math.Pow(e, 4) / (math.Pow(ea, 4)/na + math.Pow(eb, 4)/nb)
}

// String returns the value and the wider half of its interval, in three digits:
// 1.90 ±0.05.
func (i Interval) String() string {
	if math.IsNaN(i.Value) {
		return "–"
	}
	digits := 2
	switch {
	case i.Value >= 1e6: // not a time that anybody measured; 300 digits would burst every table
		return fmt.Sprintf("%.1e", i.Value)
	case i.Value >= 100:
		digits = 0
	case i.Value >= 10:
		digits = 1
	}
	s := fmt.Sprintf("%.*f", digits, i.Value)
	if i.Value < 0 {
		s = strings.Replace(s, "-", "−", 1)
	}
	if strings.Trim(s, "−0.") == "" {
		s = strings.TrimPrefix(s, "−")
	}
	if !math.IsNaN(i.Low) && i.High > i.Low {
		half := i.HalfWidth()
		if wide := 10 * math.Abs(i.Value); half > wide && half >= 100 {
			return s + fmt.Sprintf(" ±>%.0f", wide) // of three samples, which is as good as unknown
		}
		s += fmt.Sprintf(" ±%.*f", digits, half)
	}
	return s
}

// Brief returns the value alone, in two digits; – if it is unknown.
func (i Interval) Brief() string { return table.Round(i.Value) }

// MarshalJSON writes {"value", "low", "high"}, or null for what was not
// measured.
func (i Interval) MarshalJSON() ([]byte, error) {
	if math.IsNaN(i.Value) {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		Value table.Null `json:"value"`
		Low   table.Null `json:"low"`
		High  table.Null `json:"high"`
	}{table.Null(i.Value), table.Null(i.Low), table.Null(i.High)})
}

// Through maps the value and the bounds by a monotonic function.
func (i Interval) Through(f func(float64) float64) Interval {
	low, high := f(i.Low), f(i.High)
	return Interval{f(i.Value), min(low, high), max(low, high)}
}

// Times returns the interval multiplied by a number.
func (i Interval) Times(by float64) Interval { return Interval{by * i.Value, by * i.Low, by * i.High} }
