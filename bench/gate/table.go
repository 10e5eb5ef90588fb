package gate

import (
	"cmp"
	"slices"
	"strings"

	"overlap/internal/table"
)

// listed are the changes in the order of their rows, benchmarks with regressions first.
func (r *Report) listed() []Change {
	list := slices.Clone(r.Changes)
	worst, first := map[[3]string]int{}, map[[3]string]int{}
	for i, c := range list {
		if _, seen := first[c.point()]; !seen {
			first[c.point()] = i
		}
		worst[c.point()] = max(worst[c.point()], severity(c))
	}
	slices.SortStableFunc(list, func(a, b Change) int {
		return cmp.Or(worst[b.point()]-worst[a.point()], first[a.point()]-first[b.point()])
	})
	return list
}

// point identifies the point of the change.
func (c Change) point() [3]string { return [3]string{c.Package, c.Benchmark, c.Point} }

func severity(c Change) int {
	switch {
	case Regression(c):
		return 3
	case c.Verdict == Worse:
		return 2
	case c.Verdict == CannotTell:
		return 1
	}
	return 0
}

// table has a heading for each benchmark's point and a row for each of its
// changes. With the name in a column of the rows, either it or the numbers would
// have to be cut to fit 100 columns.
func (r *Report) table(f Form) string {
	list := r.listed()
	if len(list) == 0 {
		return ""
	}
	rows := cells(list)
	lines := table.Table{Head: rows[0], Numbers: make([]bool, len(rows[0])), Rows: rows[1:]}.Lines(2)
	var b strings.Builder
	b.WriteString("\n  " + lines[0] + "\n")
	for i, c := range list {
		if i == 0 || c.point() != list[i-1].point() {
			b.WriteString(f.Paint(table.Bold, table.Cut(c.fullName(), f.Columns())) + "\n")
		}
		b.WriteString("  " + strings.TrimSuffix(lines[i+1], c.Word()) + f.Paint(changeStyle(c), c.Word()) + "\n")
	}
	b.WriteByte('\n')
	return b.String()
}

// cells are a heading and a row for each change. There is a column of layouts if
// something is known of them.
func cells(list []Change) [][]string {
	rows := [][]string{{"base → head", "change [95 %]", "detects", "verdict"}}
	for _, c := range list {
		rows = append(rows, []string{c.Quantity.traits().symbol + c.values(), c.difference(), c.floorText(), c.Word()})
	}
	if !slices.ContainsFunc(list, hasLayouts) {
		return rows
	}
	rows[0] = slices.Insert(rows[0], 3, "layouts")
	for i, c := range list {
		rows[i+1] = slices.Insert(rows[i+1], 3, c.layoutsText())
	}
	return rows
}

func hasLayouts(c Change) bool { return c.Layouts != nil }

// legend is a line that explains the letters of the table, if there is one: S, G_c, G_p, E,
// H and A as a report of a sweep has them.
func (r *Report) legend() []string {
	list := r.listed()
	if len(list) == 0 {
		return nil
	}
	words := []string{"detects: the smallest change that this run would have detected, four times in five"}
	if slices.ContainsFunc(list, hasLayouts) {
		words[0] += ", and in brackets if code did not move"
		words = append(words, "layouts: by how much the same code differs from itself where the linker puts it elsewhere")
	}
	for _, t := range allTraits {
		if t.legend != "" && slices.ContainsFunc(list, func(c Change) bool { return c.Quantity == t.Quantity }) {
			words = append(words, t.legend)
		}
	}
	if slices.ContainsFunc(list, func(c Change) bool { return c.BaseSpan.halfWidth(c.Base) != "" }) {
		words = append(words, "±: the wider half of the 95 % interval")
	}
	return []string{strings.Join(words, "; ") + "."}
}
