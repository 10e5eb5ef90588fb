package page

import (
	"fmt"
	"math"
	"strings"

	"overlap/report"
)

// table is the numbers behind a chart of all rows that no other table has.
type table struct {
	ID, Name string
	Columns  []string
	Rows     [][]string
}

// mostMapped is how many CPUs the table of latencies between them may have: one
// of more is larger than a screen in both directions.
const mostMapped = 64

// tableOf is that of the chart of a name, nil if it has none of its own.
func tableOf(a *report.Analysis, name string) *table {
	t := &table{ID: "numbers_" + name}
	switch {
	case name == "timeline" && len(a.Data.Timelines) > 0:
		t.Name = "the recordings"
		t.Columns = []string{"cores", "length", "customers", "most in progress", "in progress on average", "most running", "running on average"}
		for _, l := range a.Data.Timelines {
			t.Rows = append(t.Rows, []string{
				fmt.Sprint(l.Procs), seconds(l.Length), fmt.Sprint(len(l.Customers)),
				fmt.Sprint(l.MostInProgress), figures(l.InProgress), fmt.Sprint(l.MostRunning), figures(l.Running),
			})
		}
	case name == "coretocore" && a.Data.Pairs != nil && len(a.Data.Pairs.CPUs) <= mostMapped:
		t.Name = "nanoseconds between CPUs"
		t.Columns = []string{"from CPU"}
		for i, cpu := range a.Data.Pairs.CPUs {
			t.Columns = append(t.Columns, fmt.Sprint("to ", cpu))
			row := []string{fmt.Sprint(cpu)}
			for _, x := range a.Data.Pairs.Latency[i] {
				row = append(row, nanoseconds(x))
			}
			t.Rows = append(t.Rows, row)
		}
	case name == "crossover" && len(a.Crossovers) > 0:
		t.Name = "tasks by executor"
		t.Columns = []string{"workload", "executor", "cores", "workers", "time of a task", "efficiency", "ceiling", "overhead of a task", "n½ of the executor"}
		for _, c := range a.Crossovers {
			t.Rows = append(t.Rows, crossoverRows(c)...)
		}
	default:
		return nil
	}
	return t
}

func crossoverRows(c report.Crossover) (rows [][]string) {
	for _, g := range c.Grains {
		rows = append(rows, []string{
			strings.TrimSpace(c.Workload + " " + c.Size), c.Executor, fmt.Sprint(c.P), fmt.Sprint(c.Workers),
			time(g.Task), g.Efficiency.String(), g.Ceiling.String(), time(g.Overhead.Value), time(c.Half.Value),
		})
	}
	return rows
}

// nanoseconds is a time with its interval.
func nanoseconds(i report.Interval) string {
	return report.Interval{Value: 1e9 * i.Value, Low: 1e9 * i.Low, High: 1e9 * i.High}.String()
}

// time is a time in three digits; what is unknown is a dash, and what noise made
// negative has its sign.
func time(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case x < 0:
		return "−" + seconds(-x)
	}
	return seconds(x)
}

// scaling is the gain by cores of a row, and what the models make of it.
func scaling(r report.Row) (rows [][]string) {
	for i, x := range r.Scaling {
		row := []string{fmt.Sprint(x.P), x.Gain.String(), x.Ceiling.String()}
		if i < len(r.Models.Cores) {
			e := r.Models.Cores[i]
			row = append(row, e.OfIdeal.String(), e.OfCeiling.String(), e.Serial.String())
		}
		rows = append(rows, row)
	}
	return rows
}

// origin is where the numbers of a chart stand, and how its link says so.
type origin struct{ id, text string }

// sourceOf is that of a chart of all rows; own is its own table.
func sourceOf(name string, own *table) origin {
	switch {
	case own != nil:
		return origin{own.ID, own.Name}
	case name == "gains":
		return origin{"all_rows", "the table"}
	case name == "coremap":
		return origin{"the_machine", "the machine"}
	case name == "history":
		return origin{"", "by overlap history --json"}
	case name == "timeline" || name == "coretocore" || name == "crossover":
		return origin{"", "in report.json"}
	}
	return origin{"the_workloads", "in each workload’s section"}
}
