package law

import (
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/interval"
)

// Measures returns the points of a curve with their errors, over the rounds that all
// points have in common. Drift that all points of a round share does not bend the
// curve, so it is taken out of the errors where enough rounds are complete. It does
// move λ, whose interval does not include it.
func Measures(ns []float64, all []interval.Series) []Measure {
	all = interval.SameRounds(all...)
	var points []Measure
	for i, s := range all {
		points = append(points, Measure{N: ns[i], X: 1 / s.Mean()})
		if len(s) > 1 {
			points[i].Error = stat.StdDev(s.Logs(), nil) / math.Sqrt(float64(len(s)))
		}
	}
	shared := sharedRounds(all)
	if len(all) < 2 || len(shared) < 3 || 5*len(shared) < 4*len(all[0]) {
		return points
	}
	rounds, curves := float64(len(shared)), float64(len(all))
	common := make([]float64, len(shared))
	for j, logs := range shared {
		common[j] = stat.Mean(logs, nil)
	}
	for i := range points {
		rest := make([]float64, len(shared))
		for j, logs := range shared {
			rest[j] = logs[i] - common[j]
		}
		// The common part has a share of each point's own noise.
		points[i].Error = stat.StdDev(rest, nil) / math.Sqrt(rounds*(1-1/curves))
	}
	return points
}

// sharedRounds returns the logarithms of the times of all series, for each round that
// all series have.
func sharedRounds(all []interval.Series) (rounds [][]float64) {
	if len(all) == 0 {
		return nil
	}
	times := make([]map[int]float64, len(all))
	for i, s := range all {
		times[i] = map[int]float64{}
		for _, v := range s {
			times[i][v.Round] = math.Log(v.Seconds)
		}
	}
	for _, round := range slices.Sorted(maps.Keys(times[0])) {
		var logs []float64
		for _, of := range times {
			if x, ok := of[round]; ok {
				logs = append(logs, x)
			}
		}
		if len(logs) == len(all) {
			rounds = append(rounds, logs)
		}
	}
	return rounds
}
