package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/table"
)

// Columns are the headings of the headline table. The verdict is the last.
func (a *Analysis) Columns() []string {
	return []string{"workload", "kind", "workers", "cores", "concurrency gain", "parallelism gain", "speedup", "ceiling H(p)", "tasks in flight", "CPUs busy", "COST", "expected", "verdict"}
}

// Cells are the row as text, one for each column.
func (r Row) Cells() []string {
	return []string{
		r.Name(), r.Kind, count(r.Workers), fmt.Sprint(r.P),
		"× " + r.Concurrency.String(), "× " + r.Parallelism.String(), "= " + r.Speedup.String(), r.Ceiling.String(),
		number(r.Inflight.Value), number(r.CPUsBusy.Value), cost(r.Cost), r.Expected.String(), r.Verdict,
	}
}

// Name is the workload as people write it: a workload of the suite is known by
// its kind and spelt in lower case, another benchmark as in its file.
func (r Row) Name() string {
	if r.Kind != "" {
		return strings.ToLower(r.Workload) + r.variant
	}
	return r.prefix + r.Workload + r.variant
}

// Brief is the name for a sentence: it is cut where it is long, and there where
// the rows of an analysis are called alike.
func (r Row) Brief() string { return cmp.Or(r.brief, table.Cut(r.Name(), longestName)) }

// String is the value and the wider half of its interval, in three digits:
// 1.90 ±0.05.
func (i Interval) String() string {
	if math.IsNaN(i.Value) {
		return "–"
	}
	digits := 2
	switch {
	case i.Value >= 1e6: // of times that nobody measured; three hundred digits would burst every table
		return fmt.Sprintf("%.1e", i.Value)
	case i.Value >= 100:
		digits = 0
	case i.Value >= 10:
		digits = 1
	}
	s := fmt.Sprintf("%.*f", digits, i.Value)
	if i.Value < 0 {
		s = strings.Replace(s, "-", "−", 1)
	}
	if strings.Trim(s, "−0.") == "" {
		s = strings.TrimPrefix(s, "−")
	}
	if !math.IsNaN(i.Low) && i.High > i.Low {
		half := i.HalfWidth()
		if wide := 10 * math.Abs(i.Value); half > wide && half >= 100 {
			return s + fmt.Sprintf(" ±>%.0f", wide) // three samples tell no more than that it is not known
		}
		s += fmt.Sprintf(" ±%.*f", digits, half)
	}
	return s
}

// cost is a number of cores, ∞ if no number was enough.
func cost(x float64) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case math.IsInf(x, 1):
		return "∞"
	}
	return fmt.Sprint(x)
}

// count is a number of workers; 0 is unknown.
func count(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

func number(x float64) string {
	switch {
	case math.IsNaN(x) || x == 0:
		return "–"
	case x < 0:
		return "−" + number(-x)
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// Notes explain the table of the page, which has the Columns but the tasks in
// flight, the CPUs busy and what was expected, and carry the warnings, a line each.
func (a *Analysis) Notes() []string {
	notes := append(a.legend(), a.sampleNote())
	notes = append(notes, a.crossoverNotes()...)
	for _, r := range a.Rows {
		if r.Expected.Outcome == NotMet {
			notes = append(notes, fmt.Sprintf("not met: %s is not %s: %s", r.Brief(), r.Expected.Shape, r.Expected.Reason))
		}
	}
	for _, err := range a.warnings() {
		notes = append(notes, "warning: "+err.Error())
	}
	return notes
}

// legend explains the columns in which a row has something.
func (a *Analysis) legend() []string {
	some := func(known func(Row) bool) bool { return slices.ContainsFunc(a.Rows, known) }
	var parts []string
	if some(func(r Row) bool { return !math.IsNaN(r.Concurrency.Value) }) {
		parts = append(parts, "G_c: gain from workers on one core.")
	}
	if some(func(r Row) bool { return !math.IsNaN(r.Parallelism.Value) }) {
		parts = append(parts, "G_p: gain from cores at those workers.")
	}
	if some(func(r Row) bool { return !math.IsNaN(r.Ceiling.Value) }) {
		parts = append(parts, "H(p): what p separate programs gain from p cores.")
	}
	spread := "± is the wider half of the 95 % interval."
	if some(func(r Row) bool { return !math.IsNaN(r.Cost) }) {
		spread = "COST: the fewest cores on which it beats the plain serial program. " + spread
	}
	if len(parts) == 0 {
		return []string{spread}
	}
	return []string{strings.Join(parts, " "), spread}
}

// sampleNote says what the numbers rest on.
func (a *Analysis) sampleNote() string {
	if !a.Data.knowsPressure() {
		return fmt.Sprintf("%s; the gains and ceilings in the table rest on at least %d.", countOf(a.Samples, "sample"), a.Fewest)
	}
	return fmt.Sprintf("%s, %d left out because others wanted more than %.0f %% of the CPUs; the gains and ceilings in the table rest on at least %d.",
		countOf(a.Samples, "sample"), a.LeftOut, 100*MaxPressure, a.Fewest)
}

// longestName is where a name within a sentence is cut, in columns.
const longestName = 60

// warnings are those of the analysis and of its rows.
func (a *Analysis) warnings() []error {
	all := slices.Clone(a.Warnings)
	var ofRows grouped
	for _, r := range a.Rows {
		for _, err := range r.Warnings {
			ofRows.add(r.Brief(), err.Error())
		}
	}
	for _, text := range ofRows.sentences(len(ofRows.order)) {
		all = append(all, errors.New(text))
	}
	return all
}
