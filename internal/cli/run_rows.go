package cli

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/internal/table"
	"overlap/report"
	"overlap/report/analyse"
)

// rows shows what a run has found out, a line for each row, as soon as it has enough
// samples for a verdict.
type rows struct {
	path string // of the result file
	say  func(string)
	said map[string]bool
}

// look reads the result file after some entries, if one of them may have completed a row.
// What it says is about measured rows, so an error is left to the report at the end.
func (r *rows) look(entries []sweep.Entry) {
	if len(entries) < 2 || entries[0].Round < sampling.MinBlocks {
		return
	}
	data, err := report.Read(report.Input{Paths: []string{r.path}})
	if err != nil {
		return
	}
	var fresh []analyse.Row
	for _, row := range report.Analyze(data).Rows {
		if row.Known() && !r.said[row.ID()] {
			r.said[row.ID()] = true
			fresh = append(fresh, row)
		}
	}
	width := func(row analyse.Row) float64 { return math.Log(row.Speedup.High / row.Speedup.Value) }
	slices.SortStableFunc(fresh, func(a, b analyse.Row) int { return cmp.Compare(width(a), width(b)) })
	for _, row := range fresh {
		r.say(earlyLine(row))
	}
}

// earlyLine is a row in one line.
func earlyLine(r analyse.Row) string {
	gains := fmt.Sprintf("S %v", r.Speedup)
	if !math.IsNaN(r.Concurrency.Value) {
		gains = fmt.Sprintf("G_c %v, G_p %v", r.Concurrency, r.Parallelism)
	}
	return fmt.Sprintf("%s: %s: %s", table.Printable(r.Name()), gains, table.Printable(r.Verdict))
}
