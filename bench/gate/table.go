package gate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"overlap/internal/table"
)

// shown are the changes that have rows, benchmarks with regressions first, and
// how many others there are.
func (r *Report) shown(all bool) (shown []Change, others int) {
	for _, c := range r.Changes {
		if !all && (c.Verdict == Same || c.Verdict == CannotTell && !decides(c.Quantity)) {
			others++
			continue
		}
		shown = append(shown, c)
	}
	worst, first := map[[3]string]int{}, map[[3]string]int{}
	for i, c := range shown {
		if _, seen := first[c.where()]; !seen {
			first[c.where()] = i
		}
		worst[c.where()] = max(worst[c.where()], severity(c))
	}
	slices.SortStableFunc(shown, func(a, b Change) int {
		return cmp.Or(worst[b.where()]-worst[a.where()], first[a.where()]-first[b.where()])
	})
	return shown, others
}

// where tells points of benchmarks apart.
func (c Change) where() [3]string { return [3]string{c.Package, c.Benchmark, c.Point} }

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
	shown, _ := r.shown(f.All)
	if len(shown) == 0 {
		return ""
	}
	rows := [][]string{{"base → head", "change [95 %]", "sees", "verdict"}}
	for _, c := range shown {
		rows = append(rows, []string{c.Quantity.symbol() + c.values(), c.difference(), c.sees(), c.Word()})
	}
	if slices.ContainsFunc(shown, moved) {
		rows[0] = slices.Insert(rows[0], 3, "layouts")
		for i, c := range shown {
			rows[i+1] = slices.Insert(rows[i+1], 3, c.moves())
		}
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	var b strings.Builder
	b.WriteByte('\n')
	for i, row := range rows {
		style := ""
		if i > 0 {
			c := shown[i-1]
			if style = changeStyle(c); i == 1 || c.where() != shown[i-2].where() {
				b.WriteString(f.Paint(table.Bold, table.Cut(c.full(), f.Columns())) + "\n")
			}
		}
		last := len(row) - 1
		for j, cell := range row[:last] {
			b.WriteString("  " + table.Left(cell, widths[j]))
		}
		b.WriteString("  " + f.Paint(style, row[last]) + "\n")
	}
	b.WriteByte('\n')
	return b.String()
}

// moved reports whether layouts are known to do something or nothing to a change.
func moved(c Change) bool { return c.Layouts != nil }

// legend explains the letters of a table: S, G_c, G_p, E, H and A as a report of
// a sweep has them.
func (r *Report) legend(all bool) string {
	shown, _ := r.shown(all)
	words := []string{"sees: the smallest change that this run would have called, four times in five"}
	if slices.ContainsFunc(shown, moved) {
		words[0] += ", and in brackets if code did not move"
		words = append(words, "layouts: by how much the same code differs from itself where the linker puts it elsewhere")
	}
	for _, l := range []struct {
		of    Quantity
		words string
	}{
		{MeanTime, "mean: of all slices, the tail included"},
		{Speedup, "S: speedup over one CPU and one worker"},
		{ConcurrencyGain, "G_c: gain from workers on one CPU"},
		{ParallelismGain, "G_p: gain from CPUs at the same workers"},
		{Efficiency, "E: S over the number of CPUs"},
		{SoftwareEfficiency, "S/H: S over what programs that share nothing gain"},
		{AverageParallelism, "A: mean CPUs busy"},
	} {
		if slices.ContainsFunc(shown, func(c Change) bool { return c.Quantity == l.of }) {
			words = append(words, l.words)
		}
	}
	if slices.ContainsFunc(shown, func(c Change) bool { return c.BaseSpan.words(c.Base) != "" }) {
		words = append(words, "±: the wider half of the 95 % interval")
	}
	if len(shown) == 0 {
		return ""
	}
	return strings.Join(words, "; ") + "."
}
