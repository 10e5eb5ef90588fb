package write

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"overlap/internal/table"
	"overlap/report/analyse"
)

// StackColumns returns the headings of a table of stacks.
func StackColumns() []string {
	return []string{"workers", "cores", "work", "inflation", "GC", "run queue", "imbalance", "locked", "runnable", "waiting", "sum", "residual", "saved", "idle (kernel)", "largest loss"}
}

// StackCells returns the stack as text, one cell for each of the StackColumns. Work is the
// smaller of what the jobs took and their baseline: Work above the number of cores,
// with a negative Inflation to balance it, does not account for the cores.
func StackCells(s analyse.Stack) []string {
	cells := []string{"–", fmt.Sprint(s.P)} // whoever decides the workers itself has none to say
	if s.Workers > 0 {
		cells[0] = fmt.Sprint(s.Workers)
	}
	saved := s.Saved()
	for _, x := range []float64{s.Work - saved, s.Inflation + saved, s.GC, s.RunQueue, s.Imbalance, s.Locked, s.Runnable, s.Waiting, s.Sum(), s.Residual, saved, s.Idle} {
		cells = append(cells, table.Figures(x))
	}
	loss := s.Largest().Name
	if loss == "" {
		loss = "–"
	}
	return append(cells, loss)
}

// StackNotes returns what explains a table of stacks, a line each.
func StackNotes() []string {
	return []string{
		"In cores, which the parts sum to. Work: busy at the CPU time that a job takes with one worker on one core, or at what it took, if that is less. Inflation: CPU time beyond that. Run queue: others had the core while it was wanted.",
		"Saved: CPU time that the jobs did not need because they overlapped. It is not part of the sum: work and saved together are the CPU time of as many jobs one after the other.",
		"Cores that nothing of the job used: imbalance had no task; locked, runnable and waiting had tasks that waited for a lock, to be woken, or for something else.",
		"–: unknown. Without its own number GC is in work and inflation, the others are in waiting; with more workers than cores, runnable is in imbalance.",
		"Residual: what the clocks disagree by. Idle, as the kernel saw it, is a check and not a part: where it is below the cores that nothing used, other programs used them.",
	}
}

// Stacks writes the speedup stacks of every point, a table per row of the
// headline.
func Stacks(w io.Writer, a *analyse.Analysis) error {
	var b strings.Builder
	found := false
	for _, r := range a.Rows {
		if len(r.Stacks) == 0 {
			fmt.Fprintf(&b, "%s: no speedup stack: the file lacks %s\n\n", r.Name(), lacking(r))
			continue
		}
		found = true
		fmt.Fprintf(&b, "%s, in cores\n", r.Name())
		stacks := table.Table{Head: narrowColumns, Numbers: slices.Repeat([]bool{true}, len(narrowColumns))}
		stacks.Numbers[len(narrowColumns)-1] = false
		for _, s := range r.Stacks {
			stacks.Rows = append(stacks.Rows, slices.Delete(StackCells(s), sumColumn, sumColumn+1))
		}
		b.WriteString(strings.Join(stacks.Lines(1), "\n") + "\n\n")
	}
	if found {
		for _, note := range append([]string{"w: workers, p: cores, infl.: inflation, runq: run queue, imbal.: imbalance, resid.: residual."}, StackNotes()...) {
			b.WriteString(strings.Join(table.Wrap(note, 100, "", "  "), "\n") + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// lacking names the units without which there is no stack.
func lacking(r analyse.Row) string {
	switch inflight, busy := r.Inflight.Value > 0, r.CPUsBusy.Value > 0; {
	case inflight && !busy:
		return "cpus-busy"
	case busy && !inflight:
		return "tasks-inflight, which is unknown where a benchmark begins goroutines of its own"
	}
	return "tasks-inflight or cpus-busy"
}

// narrowColumns are the headings for a terminal, without the sum, which is p less the
// residual.
var narrowColumns = []string{"w", "p", "work", "infl.", "GC", "runq", "imbal.", "locked", "runnable", "waiting", "resid.", "saved", "idle", "largest loss"}

const sumColumn = 10 // of the StackColumns
