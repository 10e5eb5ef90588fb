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
		lines = append(lines, "- "+table.CodeSpan(c.short())+": "+table.Prose(r.finding(c))+"\n")
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
	shown, others := r.shown(false)
	b.WriteString(markdownTable(shown, maxMarkdown/4))
	if others > 0 {
		fmt.Fprintf(&b, "\n%s.\n", strings.Join(r.counts(), "; "))
	}
	b.WriteString("\n<details><summary>All comparisons, and what the result rests on</summary>\n")
	all, _ := r.shown(true)
	b.WriteString(block(r.details()) + markdownTable(all, maxMarkdown/4) + "\n</details>\n")
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
		text = append(text, table.Cut(table.OneLine(line), 10*longestName)+"\n")
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
	layouts := slices.ContainsFunc(changes, moved)
	var rows []string
	for _, c := range changes {
		cells := []string{table.CodeSpan(c.short()), table.Prose(c.Quantity.symbol() + c.values()), c.difference(), c.sees(), c.Word()}
		if Regression(c) {
			cells[len(cells)-1] = "**" + c.Word() + "**"
		}
		if layouts {
			cells = slices.Insert(cells, 4, c.moves())
		}
		rows = append(rows, "| "+strings.Join(cells, " | ")+" |\n")
	}
	head := "\n| benchmark | base → head | change [95 %] | sees | verdict |\n| :-- | :-- | :-- | --: | :-- |\n"
	if layouts {
		head = "\n| benchmark | base → head | change [95 %] | sees | layouts | verdict |\n| :-- | :-- | :-- | --: | --: | :-- |\n"
	}
	return fill(head, rows, limit)
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
