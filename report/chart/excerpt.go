package chart

import (
	"fmt"

	"overlap/report"
)

// Beyond readable rows nobody reads a picture, and it takes longer to draw than
// a million results to analyse. Then the charts are of the first few rows.
const (
	readable = 60
	few      = 12
)

// Excerpt is a itself, or with more rows than a chart can show, a with its
// first few.
func Excerpt(a *report.Analysis) *report.Analysis {
	if len(a.Rows) <= readable {
		return a
	}
	part := *a
	part.Rows = a.Rows[:few:few]
	return &part
}

// admit says in the captions that the charts leave rows out, and lets their
// pixels take less memory than the results did.
func admit(charts []Chart, all int) []Chart {
	if all <= readable {
		return charts
	}
	for i := range charts {
		charts[i].coarse = true
		charts[i].Caption += fmt.Sprintf(" Drawn are the first %d of %d rows: choose others with --filter.", few, all)
	}
	return charts
}
