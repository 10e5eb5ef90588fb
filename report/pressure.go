package report

import (
	"fmt"
	"slices"
	"strings"
)

// basis is the points that a part of a row rests on.
type basis struct {
	what   string
	points []Point
}

// What a row rests on that its verdict is about.
const theGains, theCeiling = "the gains", "the ceiling"

// bases are what a row rests on. The last is the other points of its curves.
func (d survey) bases(r Row, first Point, levels []level) []basis {
	one, most := levels[0], levels[len(levels)-1]
	all := []basis{{theGains, []Point{first, r.base.at(r.Workers, one), r.base.at(r.Workers, most)}}}
	if alone, together, ok := d.ceilingPoints(r.base, r.P); ok {
		all = append(all, basis{theCeiling, []Point{alone, together}})
	}
	if p := d.serial(r.base, one); d.count(p) > 0 {
		all = append(all, basis{"the comparison with the serial program", []Point{p}})
	}
	all = append(all, basis{"the worst point", []Point{r.base.at(r.WorstWorkers, most)}})
	curves := basis{what: "the curves"}
	for _, l := range levels {
		if alone, together, ok := d.ceilingPoints(r.base, l.p()); ok && l != most {
			curves.points = append(curves.points, alone, together)
		}
		for _, w := range d.workersAt(r.base, l) {
			p := r.base.at(w, l)
			if !slices.ContainsFunc(all, func(b basis) bool { return slices.Contains(b.points, p) }) {
				curves.points = append(curves.points, p)
			}
		}
	}
	return append(all, curves)
}

// countSamples tells how many samples the row rests on, and warns of what rests on
// samples under pressure.
func (d survey) countSamples(r *Row, first Point, levels []level) {
	all := d.bases(*r, first, levels)
	r.Samples = d.count(first)
	var under []string
	for i, b := range all {
		tainted := false
		var of []series
		for _, p := range b.points {
			s, pressed := d.series(p)
			tainted = tainted || pressed
			of = append(of, s)
		}
		if i < len(all)-1 {
			for _, s := range sameRounds(of...) {
				r.Samples = min(r.Samples, len(s))
			}
		}
		if tainted {
			under = append(under, b.what)
			r.disturbed = r.disturbed || b.what == theGains || b.what == theCeiling
		}
	}
	if len(under) == 0 {
		return
	}
	r.tainted = true
	r.warn(fmt.Sprintf("resting on samples under pressure, because fewer than 3 are without: %s; measure again on a quieter machine", strings.Join(under, ", ")))
}
