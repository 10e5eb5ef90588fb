package report

import (
	"fmt"
	"io"
	"strings"

	"overlap/internal/table"
)

// MaxMarkdown is the length of the longest comment that GitHub takes, in
// characters. WriteMarkdown counts bytes, of which there are never fewer.
const MaxMarkdown = 65536

// WriteMarkdown writes the headline as a comment for a pull request, of at most
// MaxMarkdown bytes: rows and warnings that do not fit are left out, and it says
// how many. What a result file holds is text in it: no name becomes a mention,
// a reference, a link or markup.
func (a *Analysis) WriteMarkdown(w io.Writer) error {
	columns := []string{"workload", "w × p", "concurrency gain", "parallelism gain", "speedup", "ceiling H(p)", "in flight", "CPUs busy", "verdict"}
	aligns := []string{":--", "--:", "--:", "--:", "--:", "--:", "--:", "--:", ":--"}
	var b strings.Builder
	b.WriteString(a.markdownSummary() + "\n\n" + markdownRow(columns) + markdownRow(aligns))
	details := a.markdownDetails(MaxMarkdown / 4)
	for i, r := range a.Rows {
		row := markdownRow(r.markdownCells())
		note := fmt.Sprintf("\nA comment has no room for %s: see the whole report.\n", table.Count(len(a.Rows)-i, "more row"))
		if b.Len()+len(row)+len(note)+len(details) > MaxMarkdown {
			b.WriteString(note)
			break
		}
		b.WriteString(row)
	}
	_, err := io.WriteString(w, b.String()+details)
	return err
}

// markdownSummary is what a reader learns before the table. It counts the
// intervals, not the words of the verdicts.
func (a *Analysis) markdownSummary() string {
	workers, cores, both, unknown := 0, 0, 0, 0
	var most Row
	for _, r := range a.Rows {
		c, g := r.WorkersHelp(), r.CoresHelp()
		if r.Class == Undecided {
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
		open = fmt.Sprintf(", and %d cannot be told", unknown)
	}
	return fmt.Sprintf("**overlap**: of %s, more workers speed up %d, more cores %d, both %d%s; %s%s.", table.Count(len(a.Rows), "workload"), workers, cores, both, open, most.upTo(), where)
}

func (r Row) markdownCells() []string {
	words := table.Prose(r.Verdict)
	if e := r.Expected; e.Outcome == NotMet {
		words += "; **not met**: it should be " + table.CodeSpan(e.Shape) + ": " + table.Prose(e.Reason)
	}
	return []string{
		table.CodeSpan(r.Name()), fmt.Sprintf("%s × %d", count(r.Workers), r.P),
		r.Concurrency.String(), r.Parallelism.String(), r.Speedup.String(), r.Ceiling.String(),
		table.Number(r.Inflight.Value), table.Number(r.CPUsBusy.Value), words,
	}
}

func markdownRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// markdownDetails are the notes and the warnings, folded, in at most limit
// bytes. They stand in a block of code, in which nothing is markup.
func (a *Analysis) markdownDetails(limit int) string {
	warnings := a.allWarnings()
	summary := a.sampleNote()
	if len(warnings) > 0 {
		summary += fmt.Sprintf(" Warnings: %d.", len(warnings))
	}
	var text strings.Builder
	for _, note := range tableNotes()[:1] {
		text.WriteString(note + "\n")
	}
	text.WriteString("± is the wider half of the 95 % interval.\n")
	for _, note := range a.lawNotes() {
		text.WriteString(note + "\n")
	}
	for i, err := range warnings {
		line := "warning: " + table.OneLine(err.Error()) + "\n"
		if text.Len()+len(line) > limit {
			fmt.Fprintf(&text, "%d more warnings do not fit\n", len(warnings)-i)
			break
		}
		text.WriteString(line)
	}
	fence := strings.Repeat("`", max(3, table.LongestRun(text.String())+1))
	return "\n<details><summary>" + summary + "</summary>\n\n" + fence + "text\n" + text.String() + fence + "\n\n</details>\n"
}
