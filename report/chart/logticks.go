package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
)

// rateTicks labels a log₂ axis at round numbers, and marks the others between the powers
// of ten without a label, which shows that the scale is logarithmic.
type rateTicks struct{}

func (rateTicks) Ticks(low, high float64) []plot.Tick {
	return decades(low, high, math.Log2(10), rate)
}

// timeTicks does the same for a log₂ axis of seconds.
type timeTicks struct{}

func (timeTicks) Ticks(low, high float64) []plot.Tick {
	return decades(low, high, math.Log2(10), seconds)
}

// decadeTicks does the same for a log₁₀ axis of seconds.
type decadeTicks struct{}

func (decadeTicks) Ticks(low, high float64) []plot.Tick {
	return decades(low, high, 1, seconds)
}

// decades returns the ticks of an axis on which a factor of ten has the length decade. On
// an axis of 100 points, the height of a panel, labels are at least 12 points apart.
func decades(low, high, decade float64, label func(float64) string) (ticks []plot.Tick) {
	marked, labelled, every := roundNumbers((high - low) / decade)
	for e := math.Floor(low / decade); e <= math.Ceil(high/decade); e++ {
		for _, s := range marked {
			v := s * math.Pow(10, e)
			at := decade * math.Log10(v)
			if !(at >= low && at <= high) {
				continue
			}
			tick := plot.Tick{Value: at}
			if slices.Contains(labelled, s) && math.Mod(e, every) == 0 {
				tick.Label = label(v)
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// roundNumbers returns which multiples of a power of ten have a tick and which have a
// label, and of which powers (every first, second …), on an axis of so many decades.
func roundNumbers(decades float64) (marked, labelled []float64, every float64) {
	ones := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	switch {
	case decades <= 0.9:
		return []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9}, []float64{1, 1.5, 2, 3, 5, 7}, 1
	case decades <= 2.4:
		return ones, []float64{1, 2, 5}, 1
	case decades <= 6:
		return ones, ones[:1], 1
	}
	return ones[:1], ones[:1], math.Ceil(decades / 8)
}
