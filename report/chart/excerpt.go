package chart

import (
	"fmt"

	"overlap/report"
)

// Excerpt returns a with only the rows that charts can show.
func Excerpt(a *report.Analysis) *report.Analysis {
	part := *a
	part.Rows = a.Shown()
	return &part
}

// admit says in the captions that the charts leave rows out, and draws the PNGs with fewer
// pixels, so that they do not take more memory than the results.
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
