package page

import (
	"fmt"
	"slices"
)

// shrink leaves out what takes the most room for what it says, from the last
// row: the pictures of samples, then charts of rows by their kind, then whole
// rows. It is false if nothing is left to leave out.
func (v *view) shrink(size, excess int) bool {
	before := v.strips + v.charts
	v.dropStrips(&excess)
	v.dropCharts(&excess)
	return v.strips+v.charts > before || v.dropRows(size, excess)
}

func (v *view) dropStrips(excess *int) {
	for i := len(v.Sections) - 1; i >= 0 && *excess > 0; i-- {
		for j := range v.Sections[i].Points {
			p := &v.Sections[i].Points[j]
			if p.Strip != "" {
				*excess -= len(p.Strip)
				v.strips++
				p.Strip = ""
			}
		}
	}
}

func (v *view) dropCharts(excess *int) {
	for _, name := range []string{"heat", "latency", "stack", ""} {
		for i := len(v.Sections) - 1; i >= 0 && *excess > 0; i-- {
			s := &v.Sections[i]
			s.Figures = slices.DeleteFunc(s.Figures, func(f figure) bool {
				if name != "" && f.name != name {
					return false
				}
				*excess -= len(f.SVG)
				v.charts++
				return true
			})
		}
	}
}

// dropRows takes a row for as much as a row takes on average, at least one, and
// never all.
func (v *view) dropRows(size, excess int) bool {
	n := len(v.Sections)
	if n < 2 {
		return false
	}
	v.Sections = v.Sections[:max(1, n-max(1, excess*n/size))]
	return true
}

// LeftOut says what the page does not have.
func (v *view) LeftOut() (notes []string) {
	if n := len(v.Sections); n < v.rows {
		notes = append(notes, fmt.Sprintf("shown are the first %d of %d rows: choose others with --filter; report.json has all", n, v.rows))
	}
	const remedy = "so that the page stays small; a report of fewer workloads has them"
	if v.charts > 0 {
		notes = append(notes, fmt.Sprintf("%d charts of single workloads were left out, %s", v.charts, remedy))
	}
	if v.strips > 0 {
		notes = append(notes, fmt.Sprintf("%d pictures of samples by round were left out, %s", v.strips, remedy))
	}
	return notes
}
