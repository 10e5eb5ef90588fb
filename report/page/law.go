package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/law"
)

// scalingColumns are the headings of the gain by cores.
var scalingColumns = []string{"cores", "gain from cores", "ceiling H(p)", "efficiency", "software efficiency", "Karp–Flatt"}

// scaling returns the gain by cores of a row, with what the models say about it.
func scaling(r analyse.Row) (rows [][]string) {
	for i, x := range r.Scaling {
		row := []string{fmt.Sprint(x.P), x.Gain.String(), ceilingOf(r, x)}
		shares := []string{"", "", ""}
		if i < len(r.Models.Cores) {
			e := r.Models.Cores[i]
			shares = []string{e.OfIdeal.String(), e.OfCeiling.String(), e.Serial.String()}
			if row[2] == "–" {
				shares[1] = "–"
			}
		}
		row = append(row, shares...)
		rows = append(rows, row)
	}
	return rows
}

// ceilingOf returns the ceiling at a number of cores. Without any measured ceiling it is
// unknown also on one core, where it would be 1.
func ceilingOf(r analyse.Row, x law.GainAt) string {
	if math.IsNaN(r.Ceiling.Value) {
		return "–"
	}
	return x.Ceiling.String()
}

// lawColumns are the headings of the universal scalability law's table.
var lawColumns = []string{"over", "N", "measured", "USL", "95 % interval", "measured over fitted"}

// lawRows returns the points of a row against its fits, over cores as gains and over workers
// in jobs per second; none where the law does not fit. The interval is that of the fitted
// value.
func lawRows(r analyse.Row) (rows [][]string) {
	add := func(over string, u law.USL) {
		if !u.Drawable() {
			return
		}
		for _, m := range slices.SortedFunc(slices.Values(u.Points), func(a, b law.Measure) int { return cmp.Compare(a.N, b.N) }) {
			fitted := u.At(m.N)
			rows = append(rows, []string{over, fmt.Sprint(m.N), ranged(m.Interval(), table.Figures), table.Figures(fitted.Value), bounds(fitted, table.Figures), table.Figures(1 + u.Residual(m))})
		}
	}
	add("cores", r.Models.OverCores)
	add("workers", r.Models.OverWorkers)
	return rows
}
