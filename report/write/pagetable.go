package write

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/table"
	"overlap/report/analyse"
)

// PageColumns returns the headings of the table on the page. The verdict is the last.
func PageColumns(a *analyse.Analysis) []string {
	return []string{"workload", "kind", "workers", "cores", "concurrency gain", "parallelism gain", "speedup", "ceiling H(p)", "tasks in flight", "CPUs busy", "COST", "expected", "verdict"}
}

// PageCells returns the row as text, one cell for each of the PageColumns.
func PageCells(r analyse.Row) []string {
	return []string{
		r.Name(), r.Kind, table.Natural(r.Workers), fmt.Sprint(r.P),
		"× " + r.Concurrency.String(), "× " + r.Parallelism.String(), "= " + r.Speedup.String(), r.Ceiling.String(),
		table.Number(r.Inflight.Value), table.Number(r.CPUsBusy.Value), cost(r.Cost), r.Expected.String(), r.Verdict,
	}
}

// cost writes a number of cores; ∞ if no number was enough.
func cost(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.IsInf(x, 1):
		return "∞"
	}
	return fmt.Sprint(x)
}

// PageNotes returns the notes and warnings below the table of the page, a line each.
func PageNotes(a *analyse.Analysis) []string {
	notes := append(legend(a), sampleNote(a))
	notes = slices.Concat(notes, gainNotes(a), crossoverNotes(a))
	for _, r := range a.Rows {
		if r.Expected.Outcome == analyse.NotMet {
			notes = append(notes, fmt.Sprintf("not met: %s is not %s: %s", r.Brief(), r.Expected.Shape, r.Expected.Reason))
		}
	}
	for _, err := range a.AllWarnings() {
		notes = append(notes, "warning: "+err.Error())
	}
	return notes
}

// legend explains the columns that are not empty.
func legend(a *analyse.Analysis) []string {
	some := func(known func(analyse.Row) bool) bool { return slices.ContainsFunc(a.Rows, known) }
	var parts []string
	if some(func(r analyse.Row) bool { return !math.IsNaN(r.Concurrency.Value) }) {
		parts = append(parts, a.InTheirWords("G_c: gain from workers on one core."))
	}
	if some(func(r analyse.Row) bool { return !math.IsNaN(r.Parallelism.Value) }) {
		parts = append(parts, a.InTheirWords("G_p: gain from cores at those workers."))
	}
	if some(func(r analyse.Row) bool { return !math.IsNaN(r.Ceiling.Value) }) {
		parts = append(parts, "H(p): what p separate programs gain from p cores.")
	}
	spread := "± is the wider half of the 95 % interval."
	if some(func(r analyse.Row) bool { return !math.IsNaN(r.Cost) }) {
		spread = "COST: the fewest cores on which it beats the plain serial program. " + spread
	}
	if len(parts) == 0 {
		return []string{spread}
	}
	return []string{strings.Join(parts, " "), spread}
}
