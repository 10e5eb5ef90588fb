package gate

import (
	"math"
	"slices"

	"overlap/bench/gate/stat"
)

// layoutsOf is what layouts do to a contrast, nil where they do not vary.
func layoutsOf(c stat.Contrast, level float64, seed, stream uint64) *Layouts {
	l, ok := c.Layouts(level, seed, stream)
	if !ok {
		return nil
	}
	return &Layouts{Differ: math.Expm1(l.SD), Low: math.Expm1(l.Low), High: math.Expm1(l.High), Floor: math.Expm1(l.Floor), Explain: l.Explain}
}

// noteLinkedOnce notes the benchmarks with intervals that leave out what layouts do.
func noteLinkedOnce(points []*judged) []string {
	var once []string
	for _, pt := range points {
		moved := pt.times.Relinked() || pt.headOnly && pt.blocks[0].Slots[0].Layout != 0
		if name := curveOf(pt.Point).name(); !moved && !slices.Contains(once, name) {
			once = append(once, name)
		}
	}
	if once == nil {
		return nil
	}
	return []string{"each side was linked once, and the intervals leave out the luck of its layout, of some code more than 10 %: " + listNames(once)}
}
