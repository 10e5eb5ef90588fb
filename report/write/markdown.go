package write

import (
	"fmt"
	"io"
	"slices"

	"overlap/internal/table"
	"overlap/report/analyse"
)

// Markdown writes the headline as a comment for a pull request, of at most
// table.MaxComment bytes: rows and warnings that do not fit are counted. The
// content of a result file stays text: no name becomes a mention, a reference, a
// link or markup.
func Markdown(w io.Writer, a *analyse.Analysis) error {
	rows := table.Table{
		Head:    []string{"workload", "w × p", "concurrency gain", "parallelism gain", "speedup", "ceiling H(p)", "in flight", "CPUs busy", "verdict"},
		Numbers: []bool{false, true, true, true, true, true, true, true, false},
	}
	for _, r := range a.Rows {
		rows.Rows = append(rows.Rows, markdownCells(r))
	}
	summary, details := markdownSummary(a)+"\n", markdownDetails(a, table.MaxComment/4)
	_, err := io.WriteString(w, summary+rows.Markdown(table.MaxComment-len(summary)-len(details))+details)
	return err
}

// markdownSummary is what a reader learns before the table. It counts the
// intervals, not the words of the verdicts.
func markdownSummary(a *analyse.Analysis) string {
	workers, cores, both, unknown := 0, 0, 0, 0
	var most analyse.Row
	for _, r := range a.Rows {
		c, g := r.WorkersHelp(), r.CoresHelp()
		if r.Class == analyse.Undecided {
			unknown++
		}
		if c {
			workers++
		}
		if g {
			cores++
		}
		if c && g {
			both++
		}
		if r.P > most.P {
			most = r
		}
	}
	where := ""
	if host := a.Data.Host["host"]; host != "" {
		where = " of " + table.Code(host)
		if cpu := a.Data.Host["cpu"]; cpu != "" {
			where += " (" + table.Code(cpu) + ")"
		}
	}
	open := ""
	if unknown > 0 {
		open = fmt.Sprintf(", and %d have no verdict", unknown)
	}
	return fmt.Sprintf("**overlap**: of %s, more workers speed up %d, more cores %d, both %d%s; %s%s.", table.Count(len(a.Rows), "workload"), workers, cores, both, open, most.UpTo(), where)
}

func markdownCells(r analyse.Row) []string {
	words := table.Prose(r.Verdict)
	if e := r.Expected; e.Outcome == analyse.NotMet {
		words += "; **not met**: it should be " + table.CodeCell(e.Shape) + ": " + table.Prose(e.Reason)
	}
	return []string{
		table.CodeCell(r.Name()), fmt.Sprintf("%s × %d", table.Natural(r.Workers), r.P),
		r.Concurrency.String(), r.Parallelism.String(), r.Speedup.String(), r.Ceiling.String(),
		table.Number(r.Inflight.Value), table.Number(r.CPUsBusy.Value), words,
	}
}

// markdownDetails returns the notes and the warnings, folded, of which limit bytes
// are shown.
func markdownDetails(a *analyse.Analysis, limit int) string {
	warnings, summary := a.AllWarnings(), sampleNote(a)
	if len(warnings) > 0 {
		summary += fmt.Sprintf(" Warnings: %d.", len(warnings))
	}
	lines := slices.Concat([]string{tableNotes(a)[0], "± is the wider half of the 95 % interval."}, gainNotes(a), lawNotes(a))
	for _, err := range warnings {
		lines = append(lines, "warning: "+err.Error())
	}
	return "\n<details><summary>" + summary + "</summary>\n" + table.CodeBlock(lines, limit) + "\n</details>\n"
}
