package chart

import (
	"fmt"

	"overlap/report"
)

// Excerpt is a itself, or with more rows than a chart can show, a with those
// that are.
func Excerpt(a *report.Analysis) *report.Analysis {
	part := *a
	part.Rows = a.Shown()
	return &part
}

// admit says in the captions that the charts leave rows out, and lets their
// pixels take less memory than the results did.
func admit(charts []Chart, all int) []Chart {
	if all <= report.Readable {
		return charts
	}
	for i := range charts {
		charts[i].coarse = true
		charts[i].Caption += fmt.Sprintf(" Drawn are the first %d of %d rows: choose others with --filter.", report.First, all)
	}
	return charts
}
