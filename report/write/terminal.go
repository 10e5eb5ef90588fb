// Package write writes an analysis in the formats of package report. The numbers are
// computed by package analyse.
package write

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
)

// Table writes the headline table, its notes and the warnings. A row is a line of
// numbers and a line of words: with the words in a last column, the table is wider than
// a screen, and a table whose lines wrap is unreadable. COST, the tasks in flight and
// the CPUs busy are on the page, in the JSON and in the CSV.
func Table(w io.Writer, a *analyse.Analysis, t table.Terminal) error {
	var b strings.Builder
	for _, line := range tableLines(a, t) {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteByte('\n')
	for _, note := range slices.Concat(tableNotes(a), gainNotes(a), crossoverNotes(a), lawNotes(a), []string{sampleNote(a)}) {
		b.WriteString(strings.Join(t.Wrap(note, "", "  "), "\n") + "\n")
	}
	if command := a.Explain(); command != "" {
		b.WriteString("which lines take the cores: " + command + "\n")
	}
	for _, err := range a.AllWarnings() {
		for _, line := range t.Wrap("warning: "+table.OneLine(err.Error()), "", "  ") {
			b.WriteString(t.Paint(table.Yellow, line) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Source writes which files were analysed and where they were measured.
func Source(w io.Writer, a *analyse.Analysis, t table.Terminal) error {
	text := table.Printable(strings.Join(a.Data.Files, ", "))
	if name, cpu := a.Data.Host["host"], a.Data.Host["cpu"]; name != "" {
		text += fmt.Sprintf(" (measured on %s, %s)", table.Printable(name), table.Printable(cpu))
	}
	_, err := io.WriteString(w, strings.Join(t.Wrap(text, "", "  "), "\n")+"\n")
	return err
}

// tableNotes explain the table.
func tableNotes(a *analyse.Analysis) []string {
	return []string{
		a.InTheirWords("w × p: workers × cores. G_c: gain from workers on one core. G_p: gain from cores at those workers. H(p): what p separate programs gain from p cores."),
		"Bars: equal lengths are equal factors; ‹ is a loss. ± is the wider half of the 95 % interval.",
	}
}

// The columns of the table. Each of the two gains is followed by a bar.
const (
	nameColumn = iota
	gridColumn
	concurrencyColumn
	parallelismColumn
	speedupColumn
	ceilingColumn
	columns
)

// shortestName is the width to which names are cut before the bars get shorter.
const shortestName = 16

// tableLines returns the headings and the rows.
func tableLines(a *analyse.Analysis, t table.Terminal) (lines []string) {
	cells := [][columns]string{{"workload", "w × p", "G_c", "G_p", "S = G_c×G_p", "H(p)"}}
	for _, r := range a.Rows {
		cells = append(cells, [columns]string{
			r.Name(), fmt.Sprintf("%s × %d", table.Natural(r.Workers), r.P),
			r.Concurrency.String(), r.Parallelism.String(), r.Speedup.String(), r.Ceiling.String(),
		})
	}
	widths, bar := widthsOf(t.Columns(), cells)
	names, scale := fittingNames(a.Rows, widths[nameColumn]), scaleOf(a.Rows)
	for i, c := range cells {
		if i > 0 {
			if c[nameColumn] = names[i-1]; c[nameColumn] == "" {
				lines = append(lines, wholeName(t, a.Rows[i-1].Name())...)
			}
		}
		c[nameColumn] = table.Left(c[nameColumn], widths[nameColumn])
		for j := gridColumn; j < columns; j++ {
			c[j] = table.Right(c[j], widths[j])
		}
		if i == 0 {
			blank := strings.Repeat(" ", bar)
			c[concurrencyColumn] += blank
			c[parallelismColumn] += blank
			lines = append(lines, strings.Join(c[:], "  "))
			continue
		}
		r := a.Rows[i-1]
		c[nameColumn] = t.Paint(table.Bold, c[nameColumn])
		c[concurrencyColumn] += t.Paint(table.Blue, barOf(r.Concurrency, scale, bar))
		c[parallelismColumn] += t.Paint(table.Yellow, barOf(r.Parallelism, scale, bar))
		lines = append(lines, strings.Join(c[:], "  "))
		lines = append(lines, words(t, r)...)
	}
	return lines
}

// fittingNames returns the names of rows, cut to a width; "" where two would look the
// same.
func fittingNames(rows []analyse.Row, width int) []string {
	var names []string
	for _, r := range rows {
		names = append(names, r.Name())
	}
	short := table.Shorten(names, func(name string) bool { return uniseg.StringWidth(name) <= width })
	alike := map[string]int{}
	for i := range short {
		short[i] = table.Cut(short[i], width)
		alike[short[i]]++
	}
	for i, name := range short {
		if alike[name] > 1 && name != names[i] {
			short[i] = ""
		}
	}
	return short
}

// wholeName returns a name on lines of its own.
func wholeName(t table.Terminal, name string) (lines []string) {
	for _, line := range t.Wrap(name, "", "  ") {
		lines = append(lines, t.Paint(table.Bold, line))
	}
	return lines
}

// words returns the verdict, and the expectation if it is not met.
func words(t table.Terminal, r analyse.Row) []string {
	lines := t.Wrap(r.Verdict, "  ", "    ")
	if e := r.Expected; e.Outcome == analyse.NotMet {
		for _, line := range t.Wrap(fmt.Sprintf("not met: it should be %s: %s", e.Shape, e.Reason), "  ", "    ") {
			lines = append(lines, t.Paint(table.Red, line))
		}
	}
	return lines
}

// widthsOf returns the widths of the columns and of the bars with the blank before
// them: the widest bars that leave enough for the names, or 0.
func widthsOf(width int, cells [][columns]string) (widths [columns]int, bar int) {
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	left := width - 2*(columns-1)
	for _, w := range widths[gridColumn:] {
		left -= w
	}
	for _, bar = range []int{11, 9, 7, 5, 0} {
		if left-2*bar >= min(widths[nameColumn], shortestName) {
			break
		}
	}
	widths[nameColumn] = min(widths[nameColumn], max(left-2*bar, len("workload")))
	return widths, bar
}

// scaleOf returns the doublings of the longest bar, at least one.
func scaleOf(rows []analyse.Row) float64 {
	most := 1.0
	for _, r := range rows {
		most = max(most, doublings(r.Concurrency), doublings(r.Parallelism))
	}
	return most
}

// doublings returns log2 of a gain; 0 if there is none or it is unknown.
func doublings(i interval.Interval) float64 {
	if !(i.Value > 1) {
		return 0
	}
	return min(math.Log2(i.Value), 64)
}

// barOf draws a gain in width columns, the first one blank. Eighths of a block show
// differences of 7 % where the longest bar is a gain of 64. A loss that noise does not
// explain is a mark: bars to the left would halve the space.
func barOf(i interval.Interval, scale float64, width int) string {
	if width == 0 {
		return ""
	}
	eighths := int(math.Round(8 * float64(width-1) * doublings(i) / scale))
	text := " " + strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	if analyse.Hurts(i) {
		text += "‹"
	}
	return table.Left(text, width)
}
