package gate

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"overlap/internal/table"
)

// WriteMarkdown writes the report as a comment for a pull request, of at most
// 65,536 bytes: rows that do not fit are counted. Names are text in it: none
// becomes a mention, a link or markup.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s **overlap check: %s**\n\n%s → %s\n", r.mark(), r.Outcome(), r.Base.markdown(), r.Head.markdown())
	var lines []string
	for _, c := range r.regressions() {
		lines = append(lines, "- "+table.CodeCell(c.shortName())+": "+table.Prose(r.explain(c))+"\n")
	}
	for _, d := range r.missed() {
		lines = append(lines, "- "+table.CodeCell(join(d.Benchmark, d.Point))+": "+table.Prose(d.finding())+"\n")
	}
	b.WriteString(table.Fill("\n", lines, table.MaxComment/8))
	var problems []string
	for _, lines := range r.problems() {
		problems = append(problems, lines...)
	}
	b.WriteString(block(append(problems, r.differing()...)))
	b.WriteString(markdownTable(r.listed(false), table.MaxComment/4))
	if counts := r.counts(); counts != nil {
		fmt.Fprintf(&b, "\n%s.\n", strings.Join(counts, "; "))
	}
	b.WriteString("\n<details><summary>All comparisons, and what the result rests on</summary>\n")
	b.WriteString(block(r.details()) + markdownTable(r.listed(true), table.MaxComment/4) + "\n</details>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// mark is the outcome at a glance.
func (r *Report) mark() string {
	switch r.Outcome() {
	case Regressed, Unmeasured:
		return "❌"
	case Inconclusive:
		return "❔"
	}
	return "✅"
}

func (v Revision) markdown() string { return table.CodeCell(v.String()) }

// details are the lines that a reader needs only in doubt.
func (r *Report) details() []string {
	lines := []string{r.Summary(), r.basis()}
	for _, d := range r.Demands {
		lines = append(lines, d.sentence())
	}
	lines = append(lines, r.lists()...)
	lines = append(lines, r.legend(true))
	for _, note := range r.Notes {
		lines = append(lines, "note: "+note)
	}
	return lines
}

// block returns lines as a block of code, of at most an eighth of a comment. A line is
// cut to a length that nobody reads to its end.
func block(lines []string) string {
	var text []string
	for _, line := range lines {
		text = append(text, table.Cut(table.OneLine(line), 10*maxName))
	}
	return table.CodeBlock(text, table.MaxComment/8)
}

// markdownTable returns a row for each change, as many as fit into limit bytes.
func markdownTable(changes []Change, limit int) string {
	rows := cells(changes)
	t := table.Table{Head: append([]string{"benchmark"}, rows[0]...)}
	t.Numbers = slices.Repeat([]bool{true}, len(t.Head))
	for _, column := range []int{0, 1, 2, len(t.Head) - 1} {
		t.Numbers[column] = false
	}
	for i, c := range changes {
		row := rows[i+1]
		row[0] = table.Prose(row[0])
		if Regression(c) {
			row[len(row)-1] = "**" + c.Word() + "**"
		}
		t.Rows = append(t.Rows, append([]string{table.CodeCell(c.shortName())}, row...))
	}
	return t.Markdown(limit)
}
