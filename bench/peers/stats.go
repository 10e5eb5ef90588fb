package main

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/sampling"
)

// interval is a geometric mean of ratios with its 95 % interval.
type interval struct {
	Value, Low, High float64
	N                int
}

// pairedRatio compares a[i] with b[i] of the same round i: what the machine
// did in that round is in both and cancels. Logarithms, because a ratio and
// its inverse must weigh the same. Rounds in which a side has no sample (0)
// are left out. From one round no interval follows, so it is all of (0, ∞).
func pairedRatio(a, b []float64) interval {
	var logs []float64
	for i := range min(len(a), len(b)) {
		if a[i] > 0 && b[i] > 0 {
			logs = append(logs, math.Log(a[i]/b[i]))
		}
	}
	n := len(logs)
	if n == 0 {
		return interval{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	if n == 1 {
		return interval{Value: math.Exp(logs[0]), Low: 0, High: math.Inf(1), N: 1}
	}
	mean, half := stat.Mean(logs, nil), sampling.HalfWidth(logs)
	return interval{Value: math.Exp(mean), Low: math.Exp(mean - half), High: math.Exp(mean + half), N: n}
}
