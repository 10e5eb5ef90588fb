package gate

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"overlap/internal/table"
)

// maxShown is how many findings and lines of problems a comment shows with its details closed.
const maxShown = 3

// Mark is the first line of a comment, which readers do not see: whoever posts a comment
// replaces the one that begins with the same mark. Checks that are not to replace each
// other's comments have different keys, of any text; the only check has none.
func Mark(key string) string {
	if key == "" {
		return "<!-- overlap check -->"
	}
	h := fnv.New32a()
	_, _ = io.WriteString(h, key) // no hash fails
	return fmt.Sprintf("<!-- overlap check %08x -->", h.Sum32())
}

// WriteMarkdown writes the report as a comment for a pull request, of at most
// 65,536 bytes: rows that do not fit are counted. Names are text in it: none
// becomes a mention, a link or markup. The key is that of Mark.
//
// With its details closed, the comment has 4 lines if all is well, at most 12 for one
// finding, and not many more for a hundred. These are lines of its text: the mark and blank
// ones count, and the details count as one.
func (r *Report) WriteMarkdown(w io.Writer, key string) error {
	found := r.ofKind(regression)
	var shown []string
	for _, f := range found[:min(len(found), maxShown)] {
		shown = append(shown, bullet(f, r.claim(f)))
		places := f.Where
		if len(found) > 1 {
			places = places[:min(len(places), 1)]
		}
		for _, p := range places {
			shown = append(shown, "  "+p.bullet())
		}
	}
	if more := len(found) - maxShown; more > 0 {
		shown = append(shown, fmt.Sprintf("- and %d more, see below\n", more))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s **overlap check:** %s\n", Mark(key), r.mark(), r.headline())
	b.WriteString(table.Fill("\n", shown, table.MaxComment/8))
	problems := r.problemLines()
	var folded []string
	if more := len(problems) - maxShown; more > 1 {
		folded = problems
		problems = append(problems[:maxShown:maxShown], fmt.Sprintf("… %d more lines below", more))
	}
	b.WriteString(block(problems))
	b.WriteString("\n<details><summary>Evidence, all comparisons, and what they rest on</summary>\n")
	b.WriteString(r.evidence())
	b.WriteString(markdownTable(r.listed(), table.MaxComment*3/8))
	b.WriteString(block(r.details(folded)) + "\n</details>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// headline is the outcome without what the lines below it say.
func (r *Report) headline() string {
	switch found := r.ofKind(regression); {
	case len(found) > 0:
		return table.Count(len(found), "regression")
	case len(r.Problems) > 0:
		return string(r.Outcome())
	}
	text := r.Summary()
	if len(text) > 10*maxName { // names may have characters without a width
		text = strings.ToValidUTF8(text[:10*maxName], "") + "…"
	}
	return table.Prose(text)
}

func bullet(f Finding, text string) string {
	return "- " + table.Code(f.point()) + f.andOthers() + ": " + table.Prose(text) + "\n"
}

func (p Place) bullet() string {
	text := fmt.Sprintf("%s %s: %s\n", table.Code(p.at()), table.Code(p.Function), table.Prose(p.grew()))
	if p.InDiff {
		text = "**in the diff:** " + text
	}
	return "- " + text
}

// evidence lists what a comment does not show of the findings.
func (r *Report) evidence() string {
	var lines []string
	for i, f := range r.Findings() {
		var parts []string
		if i >= maxShown || !f.Regression {
			parts = append(parts, r.claim(f))
		}
		if also := f.also(); also != "" {
			parts = append(parts, also)
		}
		if len(f.Others) > 0 {
			parts = append(parts, "the other benchmarks: "+listNames(f.Others))
		}
		if len(parts) == 0 {
			continue
		}
		lines = append(lines, bullet(f, strings.Join(parts, "; ")))
	}
	return table.Fill("\n", lines, table.MaxComment/8)
}

// problemLines are the lines of all problems, and what was not compared for another reason.
func (r *Report) problemLines() (lines []string) {
	for _, problem := range r.problems() {
		lines = append(lines, problem...)
	}
	return append(lines, r.differing()...)
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

// details are the lines that a reader needs only in doubt.
func (r *Report) details(problems []string) []string {
	lines := []string{fmt.Sprintf("%s → %s", r.Base, r.Head), r.Summary(), r.basis()}
	lines = slices.Concat(lines, problems, r.undecided())
	for _, d := range r.Demands {
		lines = append(lines, d.sentence())
	}
	lines = slices.Concat(lines, r.counts(), r.lists(), r.legend())
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
