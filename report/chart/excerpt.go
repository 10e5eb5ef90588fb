package chart

import (
	"fmt"

	"overlap/report/analyse"
)

// Excerpt returns a with only the rows that charts can show.
func Excerpt(a *analyse.Analysis) *analyse.Analysis {
	part := *a
	part.Rows = a.Shown()
	return &part
}

// noteOmittedRows says in the captions that rows are missing, and draws the PNGs with fewer
// pixels, so that they do not take more memory than the results.
func noteOmittedRows(charts []Chart, all int) []Chart {
	if all <= analyse.Readable {
		return charts
	}
	for i := range charts {
		charts[i].coarse = true
		charts[i].Caption += fmt.Sprintf(" It shows the first %d of %d rows: a filter chooses others.", analyse.First, all)
	}
	return charts
}
