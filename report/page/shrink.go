package page

import (
	"fmt"
	"slices"

	"overlap/internal/table"
)

// shrink leaves out what takes the most room for what it says, from the last
// row: the pictures of samples, then the tables behind charts, then charts of
// rows by their kind, then whole sections and at last lines of the table. It is
// false if nothing is left to leave out.
func (v *view) shrink(size, excess int) bool {
	before := v.strips + v.tables + v.charts
	v.dropStrips(&excess)
	v.dropTables(&excess)
	v.dropCharts(&excess)
	return v.strips+v.tables+v.charts > before || v.dropSections(size, excess) || v.dropLines(size, excess)
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

// dropTables drops the largest ones first: the small ones, such as of the
// recordings, have numbers that no section has.
func (v *view) dropTables(excess *int) {
	for *excess > 0 {
		var largest *figure
		size := 0
		for i := range v.Figures {
			if n := v.Figures[i].Table.size(); n > size {
				largest, size = &v.Figures[i], n
			}
		}
		if largest == nil {
			return
		}
		*excess -= size
		v.tables++
		largest.Table = nil
		largest.tell()
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

// dropSections takes a section for as much as one takes on average, at least
// one, and never all.
func (v *view) dropSections(size, excess int) bool {
	n := len(v.Sections)
	if n < 2 {
		return false
	}
	v.Sections = v.Sections[:max(1, n-max(1, excess*n/size))]
	for i := range v.Lines {
		v.Lines[i].Linked = i < len(v.Sections)
	}
	return true
}

func (v *view) dropLines(size, excess int) bool {
	n := len(v.Lines)
	if n < 2 {
		return false
	}
	v.Lines = v.Lines[:max(1, n-max(1, excess*n/size))]
	return true
}

// cutLines leaves as many lines of the table as take about so many bytes.
func (v *view) cutLines(room int) {
	const around = 40 // bytes of a cell's element
	for i, l := range v.Lines {
		for _, cell := range l.Cells {
			room -= len(cell) + around
		}
		if room < 0 && i > 0 {
			v.Lines = v.Lines[:i]
			return
		}
	}
}

// Which says which rows the table has.
func (v *view) Which() string {
	if len(v.Lines) == v.rows {
		return "all workloads"
	}
	return "the first " + table.Count(len(v.Lines), "workload")
}

// LeftOut says what the page does not have.
func (v *view) LeftOut() (notes []string) {
	if n := len(v.Lines); n < v.rows {
		notes = append(notes, fmt.Sprintf("the table has the first %d of %d rows: choose others with --filter; report.json has all", n, v.rows))
	}
	if n := len(v.Sections); n < v.rows {
		notes = append(notes, fmt.Sprintf("the first %d of %d rows have a section with charts and models: choose others with --filter", n, v.rows))
	}
	const remedy = "so that the page stays small; a report of fewer workloads has them"
	if v.charts > 0 {
		notes = append(notes, fmt.Sprintf("left out: %s of single workloads, %s", table.Count(v.charts, "chart"), remedy))
	}
	if v.tables > 0 {
		notes = append(notes, fmt.Sprintf("left out: %s behind charts of all workloads, %s", table.Count(v.tables, "table"), remedy))
	}
	if v.strips > 0 {
		notes = append(notes, fmt.Sprintf("left out: %s of samples by round, %s", table.Count(v.strips, "picture"), remedy))
	}
	return notes
}
