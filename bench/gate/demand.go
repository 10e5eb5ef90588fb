package gate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// demands compares head's efficiency with the least that the user set. The best of
// several points on as many CPUs counts: one worker is not expected to use four.
func (j judgement) demands() (list []Demand, notes []string) {
	unseen := false
	for _, p := range slices.Sorted(maps.Keys(j.Demands)) {
		best := map[curve]*Demand{}
		var missing []string
		var order []curve
		for _, pt := range j.points {
			c := curveOf(pt.Point)
			if c.slices > 1 || pt.Copies > 1 {
				continue
			}
			if _, known := best[c]; !known {
				best[c] = nil
				order = append(order, c)
			}
			base := baseline(j.points, c)
			if base == nil || parallelism(pt.Point) != p || base == pt {
				continue
			}
			unseen = unseen || pt.blind() || base.blind()
			if d := j.efficiency(pt, base); best[c] == nil || d.Value > best[c].Value || math.IsNaN(best[c].Value) {
				best[c] = &d
			}
		}
		for _, c := range order {
			if d := best[c]; d != nil {
				list = append(list, *d)
			} else {
				missing = append(missing, c.title())
			}
		}
		if len(missing) > 0 {
			notes = append(notes, fmt.Sprintf("efficiency at %d cores is not demanded of what was not measured there and on one core: %s", p, strings.Join(missing, ", ")))
		}
	}
	if unseen {
		notes = append(notes, "what others had of the CPUs is not known, so an efficiency may be too low because of them")
	}
	return list, notes
}

func (c curve) title() string {
	if c.pkg != "" {
		return c.pkg + "." + c.workload
	}
	return c.workload
}

// efficiency is that of head at the point, with its interval.
func (j judgement) efficiency(pt, base *judged) Demand {
	c := pt.change(Efficiency)
	p := c.Cores
	d := Demand{Benchmark: c.Benchmark, Point: c.Point, Cores: p, Least: j.Demands[p], Verdict: CannotTell, Value: math.NaN(), High: math.Inf(1)}
	if pt.level == nil || base.level == nil {
		d.Why = j.why(pt, base)
		return d
	}
	g := quotient{points: []*judged{pt, base}, factor: 1 / float64(p), q: pt.level.Quantile()}
	if pt.Weak {
		g.factor *= float64(max(pt.Workers, 1)) / float64(max(base.Workers, 1))
	}
	value, span := g.value(true, j.Seed, stream(pt.Point, Efficiency))
	d.Value, d.Low, d.High = value, span.Low, span.High
	switch {
	case d.High < d.Least:
		d.Verdict = Worse
	case d.Low >= d.Least:
		d.Verdict = Same
	}
	return d
}
