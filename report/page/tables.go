package page

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/write"
)

// grid is the table with the numbers of a chart of all rows.
type grid struct {
	ID string
	Numbers
}

// link says where the numbers of a chart are. Without an id, its text is not a link.
type link struct{ id, text string }

var (
	inSections = link{"the_workloads", "in each workload’s section"}
	inJSON     = link{"", "in report.json"}
)

// numberTable describes the table with the numbers of a chart of all rows. If rows is nil,
// or returns nothing or more than maxRows, the page says where else the numbers are.
type numberTable struct {
	name      string
	columns   []string
	rows      func(*analyse.Analysis) [][]string
	elsewhere link
}

// numberTables are the tables by the names of their charts.
var numberTables = map[string]numberTable{
	"gains":   {elsewhere: link{"all_rows", "the table"}},
	"history": {elsewhere: link{"", "by overlap history, as JSON"}},
	"timeline": {"the recordings",
		[]string{"cores", "length", "customers", "most in progress", "in progress on average", "most running", "running on average"},
		recordingRows, inJSON},
	"coretocore": {"nanoseconds between CPUs", nil, pairRows, inJSON},
	"crossover": {"tasks by executor",
		[]string{"workload", "executor", "cores", "workers", "time of a task", "efficiency", "ceiling", "overhead of a task", "n½ of the executor"},
		crossoverRows, inJSON},
	"executors": {"the executors",
		[]string{"workload", "executor", "workers", "cores", "over the serial program"},
		executorRows, inSections},
	"scaling": {"gain by cores", append([]string{"workload"}, scalingColumns...), scalingRows, inSections},
	"workers": {"throughput by workers",
		[]string{"workload", "cores", "workers", "jobs/s", "bound"},
		workerRows, inSections},
	"plane": {"tasks in flight and CPUs busy",
		[]string{"workload", "workers", "cores", "tasks in flight", "CPUs busy"},
		planeRows, inSections},
	"stack": {"stacks at the best point", append([]string{"workload"}, write.StackColumns()...), stackRows, inSections},
	"latency": {"latencies of tasks",
		[]string{"workload", "cores", "workers", "time from", "items/s", "p50", "p99", "capacity p/D"},
		latencyRows, inSections},
	"heat": {"gain by GOMAXPROCS and workers",
		[]string{"workload", "cores", "GOMAXPROCS", "workers", "speedup"},
		heatRows, inSections},
}

// maxRows limits the table of a chart. The sections have the numbers of longer ones.
const maxRows = 1000

// numbersOf returns the table of a chart of all rows, nil if it has none, and where its
// numbers are then.
func numbersOf(a *analyse.Analysis, c Chart) (*grid, link) {
	id := "numbers_" + c.Name
	s := numberTables[c.Name]
	switch n := c.Numbers; {
	case n != nil:
		return &grid{id, *n}, s.elsewhere
	case s.rows == nil:
		return nil, s.elsewhere
	}
	t := &grid{id, Numbers{s.name, s.columns, s.rows(a)}}
	if c.Name == "coretocore" && len(t.Rows) > 0 {
		t.Columns = []string{"from CPU"}
		for _, row := range t.Rows {
			t.Columns = append(t.Columns, "to "+row[0])
		}
	}
	if len(t.Rows) == 0 || len(t.Rows) > maxRows {
		return nil, s.elsewhere
	}
	return t, s.elsewhere
}

func recordingRows(a *analyse.Analysis) (rows [][]string) {
	for _, l := range a.Data.Timelines {
		rows = append(rows, []string{
			fmt.Sprint(l.Procs), seconds(l.Length), fmt.Sprint(len(l.Customers)),
			fmt.Sprint(l.MostInProgress), table.Figures(l.InProgress), fmt.Sprint(l.MostRunning), table.Figures(l.Running),
		})
	}
	return rows
}

// maxMapped limits the CPUs in the table of latencies between them: a larger one exceeds
// the screen in both directions.
const maxMapped = 64

func pairRows(a *analyse.Analysis) (rows [][]string) {
	if a.Data.Pairs == nil || len(a.Data.Pairs.CPUs) > maxMapped {
		return nil
	}
	for i, cpu := range a.Data.Pairs.CPUs {
		row := []string{fmt.Sprint(cpu)}
		for _, x := range a.Data.Pairs.Latency[i] {
			row = append(row, interval.Interval{Value: 1e9 * x.Value, Low: 1e9 * x.Low, High: 1e9 * x.High}.String())
		}
		rows = append(rows, row)
	}
	return rows
}

func crossoverRows(a *analyse.Analysis) (rows [][]string) {
	for _, c := range a.Crossovers {
		for _, g := range c.Grains {
			rows = append(rows, []string{
				strings.TrimSpace(c.Workload + " " + c.Size), c.Executor, fmt.Sprint(c.P), fmt.Sprint(c.Workers),
				seconds(g.Task), g.Efficiency.String(), g.Ceiling.String(), ranged(g.Overhead, seconds), ranged(c.Half, seconds),
			})
		}
	}
	return rows
}

func executorRows(a *analyse.Analysis) (rows [][]string) {
	compared := slices.DeleteFunc(slices.Clone(a.Shown()), func(r analyse.Row) bool { return r.Executor == "" || !(r.OverSerial.Value > 0) })
	for i, r := range compared {
		for j, other := range compared {
			if i != j && r.SameButExecutor(other) {
				rows = append(rows, []string{r.Work(), r.Executor, table.Natural(r.Workers), fmt.Sprint(r.P), r.OverSerial.String()})
				break
			}
		}
	}
	return rows
}

func scalingRows(a *analyse.Analysis) (rows [][]string) {
	for _, r := range a.Shown() {
		for _, row := range scaling(r) {
			rows = append(rows, append([]string{r.Name()}, row...))
		}
	}
	return rows
}

func workerRows(a *analyse.Analysis) (rows [][]string) {
	for _, r := range a.Shown() {
		for _, l := range r.Lines {
			for _, p := range l.Points {
				rows = append(rows, []string{
					r.Name(), fmt.Sprint(l.P), fmt.Sprint(p.Workers), ranged(p.Throughput, table.Figures), table.Figures(l.MaxThroughput(float64(p.Workers))),
				})
			}
		}
	}
	return rows
}

func planeRows(a *analyse.Analysis) (rows [][]string) {
	for _, r := range a.Shown() {
		if r.Inflight.Value > 0 && !math.IsNaN(r.CPUsBusy.Value) {
			rows = append(rows, []string{r.Name(), table.Natural(r.Workers), fmt.Sprint(r.P), ranged(r.Inflight, table.Figures), ranged(r.CPUsBusy, table.Figures)})
		}
	}
	return rows
}

func stackRows(a *analyse.Analysis) (rows [][]string) {
	for _, r := range a.Shown() {
		for _, s := range r.Stacks {
			if s.Workers == r.Workers && s.P == r.P {
				rows = append(rows, append([]string{r.Name()}, write.StackCells(s)...))
			}
		}
	}
	return rows
}

func latencyRows(a *analyse.Analysis) (rows [][]string) {
	for _, r := range a.Shown() {
		for _, l := range r.Latencies {
			from := "start"
			if l.Arrivals {
				from = "when due"
			}
			rows = append(rows, []string{
				r.Name(), fmt.Sprint(l.P), table.Natural(l.Workers), from, table.Figures(l.Load),
				ranged(l.P50, seconds), ranged(l.P99, seconds), table.Figures(l.Capacity),
			})
		}
	}
	return rows
}

func heatRows(a *analyse.Analysis) (rows [][]string) {
	for _, r := range a.Shown() {
		for _, c := range r.Grid {
			rows = append(rows, []string{r.Name(), fmt.Sprint(c.Cores), fmt.Sprint(c.Procs), fmt.Sprint(c.Workers), c.Gain.String()})
		}
	}
	return rows
}
