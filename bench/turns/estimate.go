package turns

import (
	"math"
	"slices"
)

// Undisturbed estimates how long a job takes on a machine that nobody else uses, from the
// times that it took in turns: the geometric mean of their middle half.
//
// The mean holds every interruption. A low quantile is nearer to an idle machine, but few
// times make it uncertain, and it leaves out what the job itself does only now and then,
// such as collecting garbage. On a quiet virtual machine, gains of 60 s differ from run to
// run by 0.1 to 1 % where jobs compute, and those of a low quantile by as much; beside a
// neighbour that takes a CPU in spells of up to 2 s neither is right, so such samples are
// marked by their pressure instead.
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
