// Package sampling holds the rules that a sweep follows when it takes samples and
// that a report applies when it reads them: which samples count, how many a verdict
// needs, and how wide an interval is.
package sampling

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// MaxPressure is the pressure above which a sample does not count: others had more
// than this share of the CPUs that it wanted.
const MaxPressure = 0.1

// MinSamples is how many samples of a point a verdict needs.
const MinSamples = 10

// MinBlocks is the same for samples that took turns with those of other points: each rests
// on several turns, all of a round on the same second, and each block starts new processes.
const MinBlocks = 5

// HalfWidth returns half the width of the 95 % interval of the mean of at least
// two values.
func HalfWidth(values []float64) float64 {
	e, freedom := Error(values)
	return StudentsT(freedom, 1) * e
}

// Error returns the standard error of the mean of at least two values, and its
// degrees of freedom.
func Error(values []float64) (e, freedom float64) {
	n := float64(len(values))
	return stat.StdDev(values, nil) / math.Sqrt(n), n - 1
}

// StudentsT returns the quantile of the 95 % interval, or of one of several that
// hold all at once in 95 %. It remembers its results: a quantile takes longer to
// compute than all else about a point, and most points have as many samples as
// others.
func StudentsT(freedom float64, several int) float64 {
	key := [2]float64{freedom, float64(several)}
	if t, ok := quantiles.Load(key); ok {
		return t.(float64)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(1 - 0.025/float64(several))
	quantiles.Store(key, t)
	return t
}

var quantiles sync.Map // degrees of freedom and several → quantile
