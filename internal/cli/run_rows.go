package cli

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/rivo/uniseg"

	"overlap/bench/sweep"
	"overlap/internal/sampling"
	"overlap/internal/table"
	"overlap/report"
	"overlap/report/analyse"
)

// rows shows what a run has found out: the rows that have enough samples for a verdict, the
// best known first. On a terminal they are a table above the bar; elsewhere, each is said
// once.
type rows struct {
	path string // of the result file
	bar  *progress
	said map[string]bool
	all  bool      // nothing is left to say
	next time.Time // when to look again
	late bool      // there are entries since the last look
}

// look shows the rows after some entries. The run waits for it, so it takes at most the same
// share of the time as drawing a report that is watched.
func (r *rows) look(entries []sweep.Entry) {
	if entries[0].Round < sampling.MinBlocks || r.all {
		return
	}
	if r.late = time.Now().Before(r.next); r.late {
		return
	}
	began := time.Now()
	r.show()
	r.next = time.Now().Add((watchShare - 1) * time.Since(began))
}

// finish shows what the last look has not.
func (r *rows) finish() {
	if r.late {
		r.show()
	}
}

// show reads the result file and shows its rows. They are about what was measured, so an
// error is left to the report at the end.
func (r *rows) show() {
	data, err := report.Read(report.Input{Paths: []string{r.path}})
	if err != nil {
		return
	}
	analysis := report.Analyze(data)
	known := slices.DeleteFunc(slices.Clone(analysis.Rows), func(row analyse.Row) bool { return !row.Known() })
	slices.SortStableFunc(known, func(a, b analyse.Row) int { return cmp.Compare(doubt(a), doubt(b)) })
	if r.bar.board != nil {
		if len(known) > 0 {
			columns, _ := r.bar.board.size()
			r.bar.place(earlyTable(known, columns))
		}
		return
	}
	for _, row := range known {
		if !r.said[row.ID()] {
			r.said[row.ID()] = true
			r.bar.say(earlyLine(row))
		}
	}
	r.all = len(known) == len(analysis.Rows)
}

// doubt is by what factor the speedup may be larger than it seems.
func doubt(r analyse.Row) float64 {
	if factor := r.Speedup.High / r.Speedup.Value; !math.IsNaN(factor) {
		return factor
	}
	return math.Inf(1)
}

// earlyLine is a row in one line.
func earlyLine(r analyse.Row) string {
	gains := fmt.Sprintf("S %v", r.Speedup)
	if !math.IsNaN(r.Concurrency.Value) {
		gains = fmt.Sprintf("G_c %v, G_p %v", r.Concurrency, r.Parallelism)
	}
	return fmt.Sprintf("%s: %s: %s", table.Printable(r.Name()), gains, table.Printable(r.Verdict))
}

// earlyTable is rows as lines of so many columns. Verdicts end where the line does.
func earlyTable(known []analyse.Row, columns int) []string {
	t := table.Table{Head: []string{"known so far", "G_c", "G_p", "S"}, Numbers: []bool{false, true, true, true}}
	for _, r := range known {
		t.Rows = append(t.Rows, []string{table.Cut(table.OneLine(r.Name()), columns/3), r.Concurrency.String(), r.Parallelism.String(), r.Speedup.String()})
	}
	lines := t.Lines(2)
	for i, r := range known {
		const gap, more = "  ", " …"
		left := columns - uniseg.StringWidth(lines[i+1]+gap+more)
		if verdict := table.Wrap(table.OneLine(r.Verdict), left, "", ""); len(verdict) > 0 {
			lines[i+1] += gap + verdict[0]
			if len(verdict) > 1 {
				lines[i+1] += more
			}
		}
	}
	return lines
}
