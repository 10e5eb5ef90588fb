package gate

import (
	"fmt"
	"math"
	"strings"
)

// demands compares head's efficiency with the minimum that is demanded. Among points on
// equally many CPUs the best counts: one worker is not expected to use four CPUs.
func (j judgement) demands() (list []Demand, notes []string) {
	unknown := false
	for _, p := range j.demandedCores() {
		best := map[curve]*Demand{}
		var missing []string
		var order []curve
		for _, pt := range j.points {
			c := curveOf(pt.Point)
			if c.slices > 1 || pt.Copies > 1 || j.least(c, p) == 0 {
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
			unknown = unknown || pt.ignoresOthers() || base.ignoresOthers()
			if d := j.efficiency(pt, base); best[c] == nil || d.Value > best[c].Value || math.IsNaN(best[c].Value) {
				best[c] = &d
			}
		}
		for _, c := range order {
			if d := best[c]; d != nil {
				list = append(list, *d)
			} else {
				missing = append(missing, c.name())
			}
		}
		if len(missing) > 0 {
			notes = append(notes, fmt.Sprintf("the minimum efficiency on %d cores does not apply to these benchmarks, because they were not measured on 1 and on %[1]d cores: %[2]s", p, strings.Join(missing, ", ")))
		}
	}
	if unknown {
		notes = append(notes, "how much CPU time other programs took is unknown, so an efficiency may be too low because of them")
	}
	return list, notes
}

func (c curve) name() string {
	if c.pkg != "" {
		return c.pkg + "." + c.workload
	}
	return c.workload
}

// efficiency compares the efficiency of head at the point with the minimum.
func (j judgement) efficiency(pt, base *judged) Demand {
	c := pt.change(Efficiency)
	p := c.Cores
	d := Demand{Package: c.Package, Benchmark: c.Benchmark, Point: c.Point, Cores: p, Least: j.least(curveOf(pt.Point), p), Verdict: CannotTell, Value: math.NaN(), High: math.Inf(1)}
	if pt.level == nil || base.level == nil {
		d.Why = j.why(pt, base)
		return d
	}
	gain := gainOf(weakFactor(pt, base)/float64(p), pt.level.Quantile(), pt, base)
	d.Value, d.Low, d.High = gain.Value(true, j.Seed, stream(pt.Point, Efficiency))
	switch {
	case d.High < d.Least:
		d.Verdict = Worse
	case d.Low >= d.Least:
		d.Verdict = Same
	}
	return d
}
