package table

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"
)

// Table is rows of cells under headings. Columns with Numbers are aligned to the right.
type Table struct {
	Head    []string
	Numbers []bool
	Rows    [][]string
}

// Lines returns the head and the rows as lines for a terminal, gap blanks between
// the columns. It does not change cells: see OneLine.
func (t Table) Lines(gap int) (lines []string) {
	rows := append([][]string{t.Head}, t.Rows...)
	widths := make([]int, len(t.Head))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cells[i] = Left(cell, widths[i]); t.Numbers[i] {
				cells[i] = Right(cell, widths[i])
			}
		}
		lines = append(lines, strings.TrimRight(strings.Join(cells, strings.Repeat(" ", gap)), " "))
	}
	return lines
}

// Markdown returns the head and as many rows as fit into limit bytes. Cells are
// Markdown: see CodeCell and Prose.
func (t Table) Markdown(limit int) string {
	marks := make([]string, len(t.Head))
	for i, number := range t.Numbers {
		if marks[i] = ":--"; number {
			marks[i] = "--:"
		}
	}
	lines := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		lines[i] = markdownRow(row)
	}
	return Fill("\n"+markdownRow(t.Head)+markdownRow(marks), lines, limit)
}

func markdownRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

// MaxComment is the length of the longest comment that GitHub accepts, in characters.
// Writers count bytes instead, which are never fewer.
const MaxComment = 65536

// Fill returns the head and as many lines as fit into limit bytes. If some do not fit, a last
// line says how many. It returns nothing without lines.
func Fill(head string, lines []string, limit int) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(head)
	for i, line := range lines {
		more := fmt.Sprintf("\n%d more do not fit into a comment.\n", len(lines)-i)
		if b.Len()+len(line)+len(more) > limit {
			b.WriteString(more)
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// CodeBlock returns lines as a block of code, in which nothing is markup: as many as fit
// into limit bytes without the fences. It returns nothing without lines.
func CodeBlock(lines []string, limit int) string {
	var text []string
	for _, line := range lines {
		text = append(text, OneLine(line)+"\n")
	}
	body := Fill("", text, limit)
	if body == "" {
		return ""
	}
	fence := strings.Repeat("`", max(3, LongestRun(body)+1))
	return "\n" + fence + "text\n" + body + fence + "\n"
}
