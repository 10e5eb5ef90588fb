package page

import (
	"fmt"

	"overlap/internal/table"
)

// shrink leaves out as many of the last accounts as the excess takes on average, at least
// one, then sections, and when one is left, lines of the table. It is false if nothing is left to leave
// out.
func (v *view) shrink(size int) bool {
	rest := func(n int) int { return max(1, n-max(1, (size-Limit)*n/size)) }
	switch {
	case len(v.Accounts) > 0:
		n := len(v.Accounts)
		v.Accounts = v.Accounts[:min(rest(n), n-1)]
	case len(v.Sections) > 1:
		v.Sections = v.Sections[:rest(len(v.Sections))]
		for i := range v.Lines {
			v.Lines[i].Linked = i < len(v.Sections)
		}
	case len(v.Lines) > 1:
		v.Lines = v.Lines[:rest(len(v.Lines))]
	default:
		return false
	}
	return true
}

// cutLines keeps as many lines of the table as take about this many bytes.
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

// LeftOut says what the page leaves out.
func (v *view) LeftOut() (notes []string) {
	if n := len(v.Lines); n < v.rows {
		notes = append(notes, fmt.Sprintf("the table has the first %d of %d rows: choose others with a filter; report.json has all", n, v.rows))
	}
	if n := len(v.Sections); n < v.rows {
		notes = append(notes, fmt.Sprintf("the first %d of %d rows have a section with charts and models: choose others with a filter", n, v.rows))
	}
	if n := len(v.Accounts); n < v.accounts {
		notes = append(notes, fmt.Sprintf("%d of %s of overlap why are on the page: choose others with a filter", n, table.Count(v.accounts, "account")))
	}
	return notes
}
