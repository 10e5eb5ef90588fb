package gate

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"overlap/internal/table"
)

// maxMarkdown is the length of the longest comment that GitHub takes, in
// characters. WriteMarkdown counts bytes, of which there are never fewer.
const maxMarkdown = 65536

// WriteMarkdown writes the report as a comment for a pull request, of at most
// 65,536 bytes: rows that do not fit are counted. What names hold is text in it:
// none becomes a mention, a link or markup.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s **overlap check: %s**\n\n%s → %s\n", r.mark(), r.Outcome(), r.Base.markdown(), r.Head.markdown())
	var lines []string
	for _, c := range r.regressions() {
		lines = append(lines, "- "+table.CodeSpan(c.shortName())+": "+table.Prose(r.explain(c))+"\n")
	}
	for _, d := range r.missed() {
		lines = append(lines, "- "+table.CodeSpan(join(d.Benchmark, d.Point))+": "+table.Prose(d.finding())+"\n")
	}
	b.WriteString(fill("\n", lines, maxMarkdown/8))
	var problems []string
	for _, lines := range r.problems() {
		problems = append(problems, lines...)
	}
	if changed := r.changed(); changed != "" {
		problems = append(problems, changed)
	}
	b.WriteString(block(problems))
	b.WriteString(markdownTable(r.listed(false), maxMarkdown/4))
	if counts := r.counts(); counts != nil {
		fmt.Fprintf(&b, "\n%s.\n", strings.Join(counts, "; "))
	}
	b.WriteString("\n<details><summary>All comparisons, and what the result rests on</summary>\n")
	b.WriteString(block(r.details()) + markdownTable(r.listed(true), maxMarkdown/4) + "\n</details>\n")
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

func (v Revision) markdown() string { return table.CodeSpan(v.String()) }

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

// block is lines in a block of code, in which nothing is markup, of at most an
// eighth of a comment.
func block(lines []string) string {
	var text []string
	for _, line := range lines {
		text = append(text, table.Cut(table.OneLine(line), 10*maxName)+"\n")
	}
	body := fill("", text, maxMarkdown/8)
	if body == "" {
		return ""
	}
	fence := strings.Repeat("`", max(3, table.LongestRun(body)+1))
	return "\n" + fence + "text\n" + body + fence + "\n"
}

// markdownTable is a row for each change, as many as fit into limit bytes.
func markdownTable(changes []Change, limit int) string {
	rows := cells(changes)
	heading := rows[0]
	alignment := slices.Repeat([]string{"--:"}, len(heading)+1)
	for _, column := range []int{0, 1, 2, len(heading)} {
		alignment[column] = ":--"
	}
	head := "\n" + markdownRow("benchmark", heading) + "| " + strings.Join(alignment, " | ") + " |\n"
	var lines []string
	for i, c := range changes {
		row := rows[i+1]
		row[0] = table.Prose(row[0])
		if Regression(c) {
			row[len(row)-1] = "**" + c.Word() + "**"
		}
		lines = append(lines, markdownRow(table.CodeSpan(c.shortName()), row))
	}
	return fill(head, lines, limit)
}

func markdownRow(first string, others []string) string {
	return "| " + first + " | " + strings.Join(others, " | ") + " |\n"
}

// fill is the head and as many lines as fit into limit bytes, and how many do
// not. Without lines it is empty.
func fill(head string, lines []string, limit int) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(head)
	for i, line := range lines {
		if b.Len()+len(line) > limit {
			fmt.Fprintf(&b, "\n%d more do not fit into a comment.\n", len(lines)-i)
			break
		}
		b.WriteString(line)
	}
	return b.String()
}
