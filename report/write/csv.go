package write

import (
	"cmp"
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/interval"
	"overlap/report/analyse"
	"overlap/report/load"
)

// pointLine is a point and what its columns need.
type pointLine struct {
	d       *load.Data
	p       load.Point
	times   interval.Series
	seconds interval.Interval
	stack   *analyse.Stack // nil if unknown
}

// pointColumn is a column of the CSV.
type pointColumn struct {
	name  string
	value func(pointLine) string
}

// pointColumns returns the columns: the point, its samples, its speedup stack, and what
// was added later. A new column goes to the end of the last append, so that the positions
// of the others stay.
func pointColumns() []pointColumn {
	columns := []pointColumn{
		{"workload", func(l pointLine) string { return cellText(l.p.Workload) }},
		{"package", func(l pointLine) string { return cellText(l.p.Package) }},
		{"kind", func(l pointLine) string { return cellText(l.d.Kinds[l.p.Workload]) }},
		{"variant", func(l pointLine) string { return cellText(l.p.Variant) }},
		{"executor", func(l pointLine) string { return cellText(l.p.Executor) }},
		{"size", func(l pointLine) string { return cellText(l.p.Size) }},
		{"scaling", func(l pointLine) string { return scaling(l.p.Weak) }},
		{"slices", func(l pointLine) string { return strconv.Itoa(l.p.Slices) }},
		{"copies", func(l pointLine) string { return strconv.Itoa(l.p.Copies) }},
		{"workers", func(l pointLine) string { return whole(l.p.Workers) }},
		{"cores", func(l pointLine) string { return strconv.Itoa(l.p.Cores) }},
		{"gomaxprocs", func(l pointLine) string { return strconv.Itoa(l.p.Procs) }},
		{"samples", func(l pointLine) string { return strconv.Itoa(len(l.times)) }},
		{"left_out", func(l pointLine) string { return strconv.Itoa(l.d.Count(l.p) - len(l.times)) }},
		{"sec_per_op", func(l pointLine) string { return decimal(l.seconds.Value) }},
		{"sec_per_op_low", func(l pointLine) string { return decimal(l.seconds.Low) }},
		{"sec_per_op_high", func(l pointLine) string { return decimal(l.seconds.High) }},
	}
	mean := func(l pointLine, get func(load.Sample) float64) float64 { return l.d.Mean(l.p, get) }
	typical := func(l pointLine, get func(load.Sample) float64) float64 { return l.d.GeometricMean(l.p, get).Value }
	for _, m := range []struct {
		name string
		get  func(load.Sample) float64
		mean func(pointLine, func(load.Sample) float64) float64 // geometric for times
	}{
		{"tasks_in_flight", func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.Inflight) }, mean},
		{"cpus_busy", func(s load.Sample) float64 { return load.NaNIfUnmeasured(s.CPUsBusy) }, mean},
		{"items_per_sec", func(s load.Sample) float64 { return s.Items }, mean},
		{"task_p50_sec", func(s load.Sample) float64 { return s.Task50 }, typical},
		{"task_p99_sec", func(s load.Sample) float64 { return s.Task99 }, typical},
		{"arrival_p50_sec", func(s load.Sample) float64 { return s.Arrival50 }, typical},
		{"arrival_p99_sec", func(s load.Sample) float64 { return s.Arrival99 }, typical},
		{"fairness", func(s load.Sample) float64 { return s.Fairness }, mean},
	} {
		columns = append(columns, pointColumn{m.name, func(l pointLine) string { return decimal(m.mean(l, m.get)) }})
	}
	for _, part := range []struct {
		name string
		get  func(analyse.Stack) float64
	}{
		{"stack_work", func(s analyse.Stack) float64 { return s.Work }},
		{"stack_inflation", func(s analyse.Stack) float64 { return s.Inflation }},
		{"stack_gc", func(s analyse.Stack) float64 { return s.GC }},
		{"stack_run_queue", func(s analyse.Stack) float64 { return s.RunQueue }},
		{"stack_imbalance", func(s analyse.Stack) float64 { return s.Imbalance }},
		{"stack_locked", func(s analyse.Stack) float64 { return s.Locked }},
		{"stack_runnable", func(s analyse.Stack) float64 { return s.Runnable }},
		{"stack_waiting", func(s analyse.Stack) float64 { return s.Waiting }},
		{"stack_residual", func(s analyse.Stack) float64 { return s.Residual }},
	} {
		columns = append(columns, pointColumn{part.name, func(l pointLine) string {
			if l.stack == nil {
				return ""
			}
			return decimal(part.get(*l.stack))
		}})
	}
	return append(columns,
		pointColumn{"column", func(l pointLine) string { return cellText(l.p.Column) }},
		pointColumn{"stack_saved", func(l pointLine) string {
			if l.stack == nil {
				return ""
			}
			return decimal(l.stack.Saved())
		}})
}

// PointColumns returns the headings of the CSV.
func PointColumns() (names []string) {
	for _, c := range pointColumns() {
		names = append(names, c.name)
	}
	return names
}

// CSV writes a line per point, from which every chart can be made, as RFC 4180
// and in UTF-8. Times are seconds of wall time per job, the geometric mean of the
// samples with its 95 % interval; with weak scaling, of the work that one worker would
// have had. The parts of the speedup stack are cores. If the jobs needed less CPU
// time than the baseline, inflation is negative by that amount, and work is too large by
// the same amount, which stack_saved states. The executor serial is the plain serial
// program; points with slices or copies above 1 belong to the ceiling. What was not
// measured is an empty cell. A text that a spreadsheet would take for a formula begins
// with an apostrophe.
//
// The columns are workload, package, kind, variant, executor, size, scaling (strong or
// weak), slices, copies, workers, cores, gomaxprocs, samples (those that count),
// left_out (those that do not), sec_per_op, sec_per_op_low, sec_per_op_high,
// tasks_in_flight, cpus_busy, items_per_sec, task_p50_sec, task_p99_sec,
// arrival_p50_sec, arrival_p99_sec, fairness, stack_work, stack_inflation, stack_gc,
// stack_run_queue, stack_imbalance, stack_locked, stack_runnable, stack_waiting,
// stack_residual, column, stack_saved.
func CSV(w io.Writer, a *analyse.Analysis) error {
	out := csv.NewWriter(w)
	columns := pointColumns()
	if err := out.Write(PointColumns()); err != nil {
		return err
	}
	stacks := a.StacksByPoint()
	for _, p := range inOrder(a.Data) {
		line := pointLine{d: a.Data, p: p}
		line.times, _ = a.Data.Series(p)
		line.seconds = line.times.Interval()
		if s, ok := stacks[p]; ok {
			line.stack = &s
		}
		var cells []string
		for _, c := range columns {
			cells = append(cells, c.value(line))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// inOrder returns the points as people would list them: a sweep visits them in random
// order.
func inOrder(d *load.Data) []load.Point {
	points := slices.Clone(d.Points)
	slices.SortStableFunc(points, func(a, b load.Point) int {
		return cmp.Or(
			d.Rank(a.Workload)-d.Rank(b.Workload), cmp.Compare(a.Package, b.Package), cmp.Compare(a.Workload, b.Workload),
			cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.Size, b.Size), cmp.Compare(scaling(a.Weak), scaling(b.Weak)),
			cmp.Compare(a.Executor, b.Executor), a.Copies-b.Copies, a.Slices-b.Slices,
			a.Cores-b.Cores, a.Procs-b.Procs, a.Workers-b.Workers,
		)
	})
	return points
}

func scaling(weak bool) string {
	if weak {
		return "weak"
	}
	return "strong"
}

// whole writes a number of things; 0 is unknown.
func whole(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// decimal writes a number in six digits, more than any sample is worth.
func decimal(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

// cellText returns a text that no spreadsheet evaluates (OWASP, CSV injection). Tabs
// and line breaks would do so as well, but names have none.
func cellText(text string) string {
	if text != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}
