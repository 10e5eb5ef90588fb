package cli

import (
	"fmt"
	"io"
	"strings"

	"overlap/bench/sweep"
	"overlap/workloads"
)

// list prints the workloads of the grid, and its points.
func list(out io.Writer, g sweep.Grid) {
	for _, w := range g.Workloads {
		describe(out, w)
	}
	for _, p := range g.FixedPoints() {
		fmt.Fprintln(out, p)
	}
	if len(g.Levels) > 2 {
		fmt.Fprintln(out, "and, at the numbers of cores in between, each workload with its best number of workers")
	}
}

// describe writes the table of one workload.
func describe(out io.Writer, w workloads.Workload) {
	fmt.Fprintf(out, "%-12s %-10s %s\n", w.Name, w.Kind, w.Doc)
	row := func(what, text string) {
		if text != "" {
			fmt.Fprintf(out, "%12s %-10s %s\n", "", what, text)
		}
	}
	row("models", w.Models)
	row("source", w.Source)
	row("limit", w.Limit)
	row("checked", w.Checked)
	row("expect", string(w.Expect)+": "+w.Why)
	for i, v := range w.Variants {
		text := v.Name + ": " + v.Doc + "; " + string(v.Expect)
		if i == 0 {
			text += " (runs unless another is named)"
		}
		row("variant", text)
	}
	under := strings.Join(w.Executors(), ", ")
	if w.NoProcesses != "" {
		under += "; not processes: " + w.NoProcesses
	}
	if w.NoInline != "" {
		under += "; not inline: " + w.NoInline
	}
	row("executors", under)
	scaling := "strong, weak"
	if w.NoWeak != "" {
		scaling = "strong; not weak: " + w.NoWeak
	}
	row("scaling", scaling)
	fmt.Fprintln(out)
}
