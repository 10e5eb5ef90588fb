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

// pairedRatio compares a[i] with b[i] of the same round i: the conditions of that round
// affect both and cancel. It uses logarithms, so that a ratio and its inverse have the
// same weight. It skips rounds without a sample (0) of a side. One round has no interval,
// so that it is all of (0, ∞).
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
