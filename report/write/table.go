// Package write writes an analysis as text, Markdown, CSV and JSON. The numbers are
// computed by package analyse.
package write

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/law"
)

// Columns returns the headings of the headline table. The verdict is the last.
func Columns(a *analyse.Analysis) []string {
	return []string{"workload", "kind", "workers", "cores", "concurrency gain", "parallelism gain", "speedup", "ceiling H(p)", "tasks in flight", "CPUs busy", "COST", "expected", "verdict"}
}

// Cells returns the row as text, one cell for each column.
func Cells(r analyse.Row) []string {
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

// Notes returns the notes and warnings below the table of the page, a line each.
func Notes(a *analyse.Analysis) []string {
	notes := append(legend(a), sampleNote(a))
	notes = append(notes, crossoverNotes(a)...)
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
		parts = append(parts, "G_c: gain from workers on one core.")
	}
	if some(func(r analyse.Row) bool { return !math.IsNaN(r.Parallelism.Value) }) {
		parts = append(parts, "G_p: gain from cores at those workers.")
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

// sampleNote says how many samples the numbers rest on.
func sampleNote(a *analyse.Analysis) string {
	if !a.Data.KnowsPressure() {
		return fmt.Sprintf("%s; the gains and ceilings in the table rest on at least %d.", table.Count(a.Samples, "sample"), a.Fewest)
	}
	return fmt.Sprintf("%s, %d left out because others wanted more than %.0f %% of the CPUs; the gains and ceilings in the table rest on at least %d.",
		table.Count(a.Samples, "sample"), a.LeftOut, 100*sampling.MaxPressure, a.Fewest)
}

// crossoverNotes lists n½ of all executors, a line for each workload and core count.
func crossoverNotes(a *analyse.Analysis) (notes []string) {
	for i, c := range a.Crossovers {
		if i > 0 && a.Crossovers[i-1].Rival(c) {
			notes[len(notes)-1] += fmt.Sprintf("; %s %v", c.Executor, c)
			continue
		}
		notes = append(notes, fmt.Sprintf("n½, the smallest task of %s of which half the time of %s is work: %s %v", c.Name(), table.Count(c.P, "core"), c.Executor, c))
	}
	return notes
}

// lawNotes says which error the laws are fitted to; it is empty if no row has a law.
func lawNotes(a *analyse.Analysis) []string {
	for _, r := range a.Rows {
		if m := r.Models; len(m.Cores) > 0 && (m.Amdahl.Why == "" || m.OverCores.Drawable() || m.OverWorkers.Drawable()) {
			return []string{"The laws, on the page and in report.json, are " + law.FittedTo + "."}
		}
	}
	return nil
}
