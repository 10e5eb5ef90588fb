package turns

import (
	"math"
	"slices"
)

// MiddleHalf estimates how long a job takes from turns that others may have disturbed: the
// geometric mean of the middle half of its times.
//
// The mean holds every interruption, and a low quantile of few times is uncertain. What a
// job does itself in fewer than a quarter of its times is left out as well: the report says
// so where the mean gives another speedup.
func MiddleHalf(times []float64) float64 {
	sorted := slices.Sorted(slices.Values(times))
	n := len(sorted)
	middle := sorted[n/4 : n-n/4]
	sum := 0.0
	for _, t := range middle {
		sum += math.Log(t)
	}
	return math.Exp(sum / float64(len(middle)))
}
