package gate

import (
	"slices"

	"overlap/bench/sweep"
)

// Name names the benchmark of a change with its package. It is the key of Report.Where.
func (c Change) Name() string { return nameOf(c.Package, c.Benchmark) }

// FindPoint returns the one of some points that a change is of.
func (c Change) FindPoint(points []sweep.Point) (sweep.Point, bool) {
	i := slices.IndexFunc(points, func(p sweep.Point) bool {
		at := (&judged{prepared: &prepared{Point: p}}).change(c.Quantity)
		return at.Package == c.Package && at.Benchmark == c.Benchmark && at.Point == c.Point
	})
	if i < 0 {
		return sweep.Point{}, false
	}
	return points[i], true
}
