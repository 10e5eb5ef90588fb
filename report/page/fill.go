package page

import (
	"slices"
	"strings"
)

// dropEmptyColumns leaves out columns without any value, such as kinds and ceilings for a
// file of go test. The first column, with the names, stays.
func dropEmptyColumns(columns []string, rows [][]string) (left []string, cells [][]string) {
	empty := make([]bool, len(columns))
	for i := range columns {
		empty[i] = i > 0 && len(rows) > 0 && !slices.ContainsFunc(rows, func(row []string) bool { return !blank(row[i]) })
	}
	keep := func(row []string) (kept []string) {
		for i, cell := range row {
			if !empty[i] {
				kept = append(kept, cell)
			}
		}
		return kept
	}
	for _, row := range rows {
		cells = append(cells, keep(row))
	}
	return keep(columns), cells
}

// blank reports whether a cell has no value.
func blank(cell string) bool { return strings.Trim(cell, "×=– ") == "" }

// hideEmpty leaves empty columns out of the headline table.
func (v *view) hideEmpty() {
	var rows [][]string
	for _, l := range v.Lines {
		rows = append(rows, l.Cells)
	}
	v.Columns, rows = dropEmptyColumns(v.Columns, rows)
	for i, row := range rows {
		v.Lines[i].Cells = row
	}
}

// points sets the table of points.
func (s *section) points(points []point) {
	var rows [][]string
	for _, p := range points {
		rows = append(rows, p.Cells)
	}
	s.PointColumns, rows = dropEmptyColumns(pointHeadings, rows)
	for i := range points {
		points[i].Cells = rows[i]
	}
	s.Points = points
}
