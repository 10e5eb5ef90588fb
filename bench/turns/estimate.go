package turns

import (
	"math"
	"slices"
)

// Undisturbed estimates how long a job takes on a machine that nobody else uses, from the
// times that it took in turns: the geometric mean of their middle half.
//
// The mean holds every interruption. A low quantile is nearer to an idle machine, but few
// times make it uncertain. What a job does itself in fewer than a quarter of its times is
// left out as well: the report says so where the mean gives another speedup. Beside a
// neighbour that takes a CPU in spells of up to 2 s no quantile of a second is right, so
// such samples are marked by their pressure.
func Undisturbed(times []float64) float64 {
	sorted := slices.Sorted(slices.Values(times))
	n := len(sorted)
	middle := sorted[n/4 : n-n/4]
	sum := 0.0
	for _, t := range middle {
		sum += math.Log(t)
	}
	return math.Exp(sum / float64(len(middle)))
}
