package page_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/chart"
	"overlap/report/page"
	"overlap/report/write"
)

// Each chart of all rows has its numbers in a table, a line for each mark, with
// the intervals.
func TestChartsOfAllRowsHaveTheirNumbers(t *testing.T) {
	a := recorded(t)
	html := rendered(t, a)
	r := a.Rows[0]
	for _, c := range []struct {
		chart  string
		number int // of lines
		line   int
		want   []string
	}{
		{"scaling", 4, 1, []string{r.Name(), "2", r.Scaling[1].Gain.String(), "–", r.Models.Cores[1].OfIdeal.String(), "–", r.Models.Cores[1].Serial.String()}},
		{"workers", 8, 0, []string{r.Name(), "1", "1", fmt.Sprintf("%.0f", r.Lines[0].Points[0].Throughput.Value), fmt.Sprintf("%.0f", r.Lines[0].MaxThroughput(1))}},
		{"heat", 8, 3, []string{r.Name(), "2", "2", "2", r.Grid[3].Gain.String()}},
	} {
		rows := rowsOf(t, html, "numbers_"+c.chart)
		if len(rows) != c.number || strings.Join(rows[c.line], "|") != strings.Join(c.want, "|") {
			t.Errorf("%s has %d lines, want %d; line %d is %q, want %q", c.chart, len(rows), c.number, c.line, rows[c.line], c.want)
		}
		_, after, _ := strings.Cut(html, `id="chart_`+c.chart+`"`)
		caption, _, _ := strings.Cut(after, "</figure>")
		if want := `href="#numbers_` + c.chart + `">Its numbers: `; !strings.Contains(caption, want) {
			t.Errorf("the caption of %s has no %s", c.chart, want)
		}
	}
	a = machine(t, 2, 2)
	stack := rowsOf(t, rendered(t, a), "numbers_stack")
	r = a.Rows[1]
	if want := fmt.Sprintf("%s|%d|2|", r.Name(), r.Workers); len(stack) != 2 || !strings.HasPrefix(strings.Join(stack[1], "|"), want) || len(stack[1]) != 1+len(write.StackColumns()) {
		t.Errorf("stacks %q, want two, of which the second begins %q", stack, want)
	}
}

// Latencies have their intervals, and say from when they count; so do tasks in
// flight and jobs per second.
func TestTablesHaveIntervals(t *testing.T) {
	var b strings.Builder
	b.WriteString("kinds: Loop=wait\n")
	for round := range 10 {
		n := float64(round % 3)
		for _, cores := range []int{1, 2} {
			suffix := []string{"", "-2"}[cores-1]
			for workers := 1; workers <= 2; workers++ {
				fmt.Fprintf(&b, "BenchmarkLoop/executor=pool/workers=%d/cores=%d%s 1 %g ns/op %g tasks-inflight %g cpus-busy %g p50-ns/task %g p99-ns/task 1000 items/s\n",
					workers, cores, suffix, (1e6+1e5*n)/float64(workers), 1+0.1*n, 0.5+0.1*n, 1e6+1e5*n, 3e6+1e5*n)
			}
			for _, executor := range []string{"spawn", "serial"} {
				fmt.Fprintf(&b, "BenchmarkLoop/executor=%s/workers=1/cores=%d%s 1 %g ns/op\n", executor, cores, suffix, (1e6+1e5*n)/float64(cores))
			}
		}
	}
	html := rendered(t, analysis(t, b.String()))
	latency := rowsOf(t, html, "numbers_latency")
	if len(latency) != 4 || latency[0][3] != "start" || latency[0][4] != "1000" || !ranged.MatchString(latency[0][5]) || !ranged.MatchString(latency[0][6]) || !strings.HasPrefix(latency[0][6], "3.09 ms (") {
		t.Errorf("latencies %q", latency)
	}
	plane := rowsOf(t, html, "numbers_plane")
	if len(plane) != 1 || !ranged.MatchString(plane[0][3]) || !ranged.MatchString(plane[0][4]) {
		t.Errorf("plane %q", plane)
	}
	if jobs := rowsOf(t, html, "numbers_workers"); !ranged.MatchString(jobs[0][3]) {
		t.Errorf("jobs %q", jobs)
	}
	if executors := rowsOf(t, html, "numbers_executors"); len(executors) != 2 || executors[0][1] != "pool" || executors[1][1] != "spawn" || !strings.HasPrefix(executors[1][4], "2.00") {
		t.Errorf("executors %q", executors)
	}
}

var ranged = regexp.MustCompile(`^[0-9.]+( [nmµ]?s)? \([^ ]+( [nmµ]?s)? … [^ ]+( [nmµ]?s)?\)$`)

// The overhead of a task and n½ have their intervals, which may be open.
func TestCrossoversHaveIntervals(t *testing.T) {
	a := recorded(t)
	for i := range a.Crossovers {
		a.Crossovers[i].Half = interval.Interval{Value: 5e-6, Low: 0, High: 1 / zero}
		a.Crossovers[i].Grains[0].Overhead = interval.Interval{Value: 1e-6, Low: -1e-9, High: 2e-6}
	}
	rows := rowsOf(t, written(t, a, drawn(t, recorded(t)), page.Options{Dark: chart.Recolour()}), "numbers_crossover")
	if rows[0][7] != "1.00 µs (−1.00 ns … 2.00 µs)" || rows[0][8] != "5.00 µs (0 … ∞)" {
		t.Errorf("%q", rows[0])
	}
}

var zero float64

// Where a law is that of a row's points its section has both, as a table and as a
// curve.
func TestSectionsHaveTheLawAndThePoints(t *testing.T) {
	var b strings.Builder
	for round := range 10 {
		for w := 1; w <= 32; w *= 2 {
			n := float64(w)
			ns := 1e6 * (1 + 0.05*(n-1) + 0.001*n*(n-1)) / n * (1 + 0.01*float64((round*7+w)%5-2))
			fmt.Fprintf(&b, "BenchmarkJob/executor=pool/workers=%d/cores=1 1 %g ns/op\nBenchmarkJob/executor=pool/workers=%d/cores=2-2 1 %g ns/op\n", w, ns, w, ns)
		}
	}
	a := analysis(t, b.String())
	html := rendered(t, a)
	rows := rowsOf(t, html, "job_law")
	u := a.Rows[0].Models.OverWorkers
	last := len(rows) - 1
	if len(rows) != 6 || rows[0][0] != "workers" || rows[0][1] != "1" || rows[last][1] != "32" || rows[last][3] != fmt.Sprintf("%.0f", u.At(32).Value) || !strings.Contains(rows[last][4], " … ") || !strings.HasPrefix(rows[last][5], "1.0") && !strings.HasPrefix(rows[last][5], "0.9") {
		t.Errorf("the law's table is %q", rows)
	}
	if !strings.Contains(html, "universal scalability law</text>") {
		t.Error("the law is not drawn")
	}
	if html := rendered(t, machine(t, 2, 1)); strings.Contains(html, "_law") {
		t.Error("points that no law fits have its table")
	}
}
