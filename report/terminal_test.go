package report_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/load"
	"overlap/report/write"
)

// printed is the table as lines.
func printed(t *testing.T, term table.Terminal, a *analyse.Analysis) []string {
	t.Helper()
	var b strings.Builder
	if err := write.Table(&b, a, term); err != nil {
		t.Fatal(err)
	}
	return strings.Split(b.String(), "\n")
}

func TestTable(t *testing.T) {
	f := sweep("Waiter", func(w, p int) float64 { return 64 / float64(w) }, 2)
	f.kinds = "Waiter=wait"
	lines := printed(t, table.Terminal{}, analyze(t, f.save(t)))
	for i, want := range []string{
		"workload   w × p        G_c                    G_p             S = G_c×G_p        H(p)",
		"waiter    64 × 2  64.0 ±0.2 ██████████  1.00 ±0.00               64.0 ±0.1  2.00 ±0.00",
		"  waits: 64 workers give 64.0× on one core, because their waiting overlaps; a second core adds",
		"    nothing (0 ±1 %); enough: 64 workers on 1 core, which loses at most 1 %",
		"",
	} {
		if lines[i] != want {
			t.Errorf("line %d is\n%s\nwant\n%s", i, lines[i], want)
		}
	}
}

// A gain of two is as long a bar in both columns, a loss beyond noise is a
// mark, and everything else is blank.
func TestBars(t *testing.T) {
	rows := []analyse.Row{
		{Workload: "a", Concurrency: between(32, 31), Parallelism: between(2, 1.9)},
		{Workload: "b", Concurrency: between(2, 1.9), Parallelism: between(0.5, 0.4)},
		{Workload: "c", Concurrency: between(1.15, 1), Parallelism: interval.Interval{Value: 0.98, Low: 0.9, High: 1.1}},
		{Workload: "d", Concurrency: between(math.NaN(), math.NaN()), Parallelism: between(1.005, 1)},
	}
	lines := printed(t, table.Terminal{}, &analyse.Analysis{Data: &load.Data{}, Rows: rows})
	behind := func(line, heading string) string { // the ten columns that a bar may fill
		from := uniseg.StringWidth(lines[0][:strings.Index(lines[0], heading)]) + len(heading) + 1
		runes := []rune(line + strings.Repeat(" ", 100))
		return strings.TrimSpace(string(runes[from : from+10]))
	}
	for i, want := range [][2]string{{"██████████", "██"}, {"██", "‹"}, {"▍", ""}, {"", ""}} {
		if got := [2]string{behind(lines[1+i], "G_c"), behind(lines[1+i], "G_p")}; got != want {
			t.Errorf("row %d has bars %q, want %q in\n%s", i, got, want, lines[1+i])
		}
	}
}

func between(value, low float64) interval.Interval {
	return interval.Interval{Value: value, Low: low, High: value + (value - low)}
}

// throng is many workloads with long and hostile names, numbers of any size and
// what else makes a line long.
func throng(t *testing.T) *analyse.Analysis {
	t.Helper()
	var rows []analyse.Row
	for i := range 27 {
		rows = append(rows, analyse.Row{
			Workload: fmt.Sprintf("BenchmarkOfSomething/with=%02d/a-long-name-for", i), Workers: 1 << i, P: 256,
			Concurrency: between(math.Pow(10, float64(i-8)), math.Pow(10, float64(i-9))), Parallelism: between(1.5, 1e-300),
			Speedup: between(1e300, 1), Ceiling: between(999.94, 123.45),
			Verdict:  "limited by the lock: 0.9 of 2 cores are blocked while a task holds what the others wait for, on and on",
			Expected: analyse.Expected{Shape: "linear", Outcome: analyse.NotMet, Reason: strings.Repeat("number ", 20)},
			Warnings: []error{fmt.Errorf("see %s", strings.Repeat("x", 300))},
		})
	}
	rows[3].Workload = strings.Repeat("漢字", 20)
	rows[4].Workload = strings.Repeat("e\u0301", 60)
	return &analyse.Analysis{Data: &load.Data{}, Rows: rows}
}

func TestTableFitsItsTerminal(t *testing.T) {
	a := throng(t)
	for _, width := range []int{0, 75, 80, 100, 101, 140, 300} {
		limit := width
		if width == 0 {
			limit = 100
		}
		lines := printed(t, table.Terminal{Width: width}, a)
		for _, line := range lines {
			if n := uniseg.StringWidth(line); n > limit {
				t.Fatalf("%d columns on a terminal of %d:\n%s", n, limit, line)
			}
		}
		// The columns of numbers end where their headings do.
		head := uniseg.StringWidth(lines[0])
		found := 0
		for _, line := range lines {
			if strings.HasSuffix(line, "999.9 ±876.5") || strings.HasSuffix(line, "1000 ±876") {
				found++
				if n := uniseg.StringWidth(line); n != head {
					t.Errorf("width %d: a row ends at %d, its heading at %d:\n%s\n%s", width, n, head, lines[0], line)
				}
			}
		}
		if found != len(a.Rows) {
			t.Errorf("width %d: %d of %d rows:\n%s", width, found, len(a.Rows), strings.Join(lines[:4], "\n"))
		}
	}
}

// Names are cut where they are equal, so that they are still told apart.
func TestLongNamesKeepWhatTellsThemApart(t *testing.T) {
	lines := printed(t, table.Terminal{}, throng(t))
	if want := "B…/w…=00/a-l…-n…-f… "; !strings.HasPrefix(lines[1], want) {
		t.Errorf("no %q in\n%s", want, lines[1])
	}
	wide := printed(t, table.Terminal{Width: 200}, throng(t))
	if want := "BenchmarkOfSomething/with=00/a-long-name-for "; !strings.HasPrefix(wide[1], want) {
		t.Errorf("cut although there is room:\n%s", wide[1])
	}
	var rows []analyse.Row
	for _, middle := range []string{"one", "two"} { // which no shortening keeps
		rows = append(rows, analyse.Row{Workload: strings.Repeat("a", 50) + middle + strings.Repeat("b", 50), P: 2})
	}
	text := strings.Join(printed(t, table.Terminal{}, &analyse.Analysis{Data: &load.Data{}, Rows: rows}), "")
	for _, r := range rows {
		if !strings.Contains(strings.ReplaceAll(text, "  ", ""), r.Workload) {
			t.Errorf("no %s in\n%s", r.Workload, text)
		}
	}
}

// Colours are added to the text, and change nothing in it.
func TestColoursAreOnlyAdded(t *testing.T) {
	a := throng(t)
	plain := strings.Join(printed(t, table.Terminal{}, a), "\n")
	text := strings.Join(printed(t, table.Terminal{Colour: true}, a), "\n")
	for _, style := range []string{"1", "31", "33", "34"} {
		if !strings.Contains(text, "\x1b["+style+"m") {
			t.Errorf("nothing is in style %s", style)
		}
		text = strings.ReplaceAll(text, "\x1b["+style+"m", "")
	}
	var stripped []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\x1b[0m", ""), "\n") {
		stripped = append(stripped, strings.TrimRight(line, " "))
	}
	if got := strings.Join(stripped, "\n"); got != plain {
		t.Errorf("with colours it says\n%s\nwithout\n%s", got, plain)
	}
	if strings.Contains(plain, "\x1b") {
		t.Error("colours where none were asked for")
	}
}

func TestIntervalsOfAnySizeAreShort(t *testing.T) {
	for _, c := range []struct {
		i    interval.Interval
		want string
	}{
		{between(1.9, 1.85), "1.90 ±0.05"},
		{between(58.3, 55.4), "58.3 ±2.9"},
		{between(1234, 1200), "1234 ±34"},
		{between(1.57, -10000), "1.57 ±>16"},
		{between(3e300, 1), "3.0e+300"},
		{between(math.Inf(1), 1), "+Inf"},
		{between(math.NaN(), 1), "–"},
		{interval.Interval{Value: 2, Low: math.NaN(), High: math.NaN()}, "2.00"},
	} {
		if got := c.i.String(); got != c.want {
			t.Errorf("%v: %q, want %q", c.i, got, c.want)
		}
	}
}

// Bars get shorter before a name is cut: both bars take from its room.
func TestBarsLeaveNamesTheirRoom(t *testing.T) {
	row := analyse.Row{Workload: strings.Repeat("n", 16), Workers: 16, P: 2, Concurrency: between(1.5, 1.4), Parallelism: between(1.5, 1.4), Speedup: between(2.25, 2), Ceiling: between(2, 1.9), Verdict: "scales"}
	a := &analyse.Analysis{Data: &load.Data{}, Rows: []analyse.Row{row}}
	for width := 76; width < 110; width++ {
		if lines := printed(t, table.Terminal{Width: width}, a); !strings.HasPrefix(lines[1], row.Workload+" ") {
			t.Errorf("on %d columns a name of 16 is cut:\n%s", width, lines[1])
		}
	}
}

// A name of three hundred characters does not make a warning of four lines.
func TestWarningsCutNames(t *testing.T) {
	row := analyse.Row{Workload: strings.Repeat("long", 75), Workers: 1, P: 2, Warnings: []error{errors.New("too few samples")}}
	lines := printed(t, table.Terminal{}, &analyse.Analysis{Data: &load.Data{}, Rows: []analyse.Row{row}})
	if want := "warning: longlong"; !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want) && strings.HasSuffix(l, ": too few samples") }) {
		t.Errorf("no line %q … too few samples in\n%s", want, strings.Join(lines, "\n"))
	}
}
