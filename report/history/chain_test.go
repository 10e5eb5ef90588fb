package history

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/rivo/uniseg"
)

// compared is an entry with one ratio and an interval of 1 % to either side.
func compared(base, commit int, minute int, ratio float64) Entry {
	return Entry{
		Base: hashOf(base), Commit: hashOf(commit), Time: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC), Host: "quiet", Blocks: 22,
		Results: []Result{{Metric: Metric{"m/a", "Sort", Time}, Ratio: Ratio{ratio, ratio / 1.01, ratio * 1.01}}},
	}
}

func orderOf(n int) (order []Commit) {
	for i := range n {
		order = append(order, Commit{Hash: hashOf(i), Time: time.Date(2025, 1, 1, i, 0, 0, 0, time.UTC), Subject: fmt.Sprint("change ", i)})
	}
	return order
}

// levels are those of the first series: commit, level and, at the start of a
// segment, what it is.
func levels(h *History) string {
	var b strings.Builder
	for _, p := range h.Series[0].Points {
		var n int
		fmt.Sscanf(h.Commits[p.Commit].Hash, "%x", &n)
		mark := ""
		switch {
		case p.Gap:
			mark = "gap"
		case p.Base < 0:
			mark = "start"
		}
		fmt.Fprintf(&b, "%d:%.3g%s ", n-1, p.Level, mark)
	}
	return strings.TrimSpace(b.String())
}

func TestChains(t *testing.T) {
	identical := Entry{Base: hashOf(1), Commit: hashOf(2), Time: time.Unix(1, 0), Identical: []string{"m/a"}}
	for name, x := range map[string]struct {
		entries []Entry
		order   []Commit
		want    string
	}{
		"one":                 {[]Entry{compared(0, 1, 0, 2)}, nil, "0:1start 1:2"},
		"by time":             {[]Entry{compared(1, 2, 9, 3), compared(0, 1, 0, 2)}, nil, "0:1start 1:2 2:6"},
		"by repository":       {[]Entry{compared(0, 1, 9, 2), compared(1, 2, 0, 3)}, orderOf(3), "0:1start 1:2 2:6"},
		"gap":                 {[]Entry{compared(0, 1, 0, 2), compared(5, 6, 1, 3)}, nil, "0:1start 1:2 5:2gap 6:6"},
		"same program":        {[]Entry{compared(0, 1, 0, 2), identical, compared(2, 3, 1, 3)}, orderOf(4), "0:1start 1:2 2:2 3:6"},
		"repeated":            {[]Entry{compared(0, 1, 0, 2), compared(0, 1, 1, 8)}, nil, "0:1start 1:4"},
		"nearest base":        {[]Entry{compared(0, 1, 0, 2), compared(0, 2, 1, 5), compared(1, 2, 2, 3)}, orderOf(3), "0:1start 1:2 2:6"},
		"two on one base":     {[]Entry{compared(0, 1, 0, 2), compared(0, 2, 1, 3), compared(2, 3, 2, 2)}, orderOf(4), "0:1start 1:2 2:3 3:6"},
		"backwards":           {[]Entry{compared(0, 1, 0, 2), compared(3, 2, 1, 9)}, orderOf(4), "0:1start 1:2"},
		"unknown in between":  {[]Entry{compared(0, 1, 0, 2), compared(1, 9, 1, 3), compared(9, 2, 2, 2)}, nil, "0:1start 1:2 9:6 2:12"},
		"nobody compared it":  {[]Entry{compared(3, 4, 0, 2)}, orderOf(5), "3:1start 4:2"},
		"base far in history": {[]Entry{compared(0, 1, 0, 2), compared(1, 2, 1, 2), compared(0, 3, 2, 3)}, orderOf(4), "0:1start 1:2 2:4 0:1start 3:3"},
	} {
		h := Build(x.entries, Options{Order: x.order})
		if name == "backwards" && len(h.Commits) != 2 {
			t.Errorf("%s: commits of an entry that was left out stay: %v", name, h.Commits)
		}
		if got := levels(h); got != x.want {
			t.Errorf("%s: %s, not %s", name, got, x.want)
		}
	}
}

func TestErrorsAddUpInAChain(t *testing.T) {
	var entries []Entry
	for i := range 4 {
		entries = append(entries, compared(i, i+1, i, 1))
	}
	p := Build(entries, Options{}).Series[0].Points[4]
	if want := 2 * math.Log(1.01); math.Abs(math.Log(p.High)-want) > 1e-9 || math.Abs(math.Log(p.Low)+want) > 1e-9 {
		t.Errorf("after four ratios ± 1 %% the interval is %g … %g, not ± 2 %%", p.Low, p.High)
	}
	twice := Build([]Entry{compared(0, 1, 0, 1), compared(0, 1, 1, 1)}, Options{}).Series[0].Points[1]
	if want := math.Log(1.01) / math.Sqrt2; math.Abs(math.Log(twice.High)-want) > 1e-9 {
		t.Errorf("measured twice the interval is up to %g", twice.High)
	}
}

func TestStepNamesItsCommits(t *testing.T) {
	order := orderOf(12)
	order[8].Subject = "fast\x1b[31m path\u202e <b>"
	h := Build([]Entry{compared(0, 1, 0, 1), compared(1, 4, 1, 1), compared(4, 8, 2, 1.5), compared(8, 9, 3, 1)}, Options{Order: order})
	if len(h.Steps) != 1 {
		t.Fatalf("%d steps: %+v", len(h.Steps), h.Steps)
	}
	s := h.Steps[0]
	if s.Before != order[4] || s.After != order[8] || s.Inside != 0 || s.Unmeasured != 3 || !s.Worse || s.Percent() != "+50.0 %" || math.Abs(s.Ratio.High-1.515) > 1e-9 {
		t.Errorf("step %+v", s)
	}
	var b strings.Builder
	if err := h.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"+50.0 % worse", "a.Sort: time ", hashOf(4)[:9] + ".." + hashOf(8)[:9], "3 not measured", "2025-01-01", "fast�[31m path� <b>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if uniseg.StringWidth(line) > 100 || strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Errorf("line %q", line)
		}
	}
}

func TestAFixedBaseReportsAStepOnce(t *testing.T) {
	var entries []Entry
	for i := 1; i < 40; i++ {
		ratio := 1.0
		if i >= 10 {
			ratio = 1.2
		}
		entries = append(entries, compared(0, i, i, ratio))
	}
	h := Build(entries, Options{Order: orderOf(40)})
	s := h.Series[0]
	if len(h.Steps) != 1 || len(s.Points) != 40 || math.Abs(s.Points[39].Level-1.2) > 1e-9 {
		t.Fatalf("%d steps in %d points, the last at %v", len(h.Steps), len(s.Points), s.Points[len(s.Points)-1].Level)
	}
	if step := h.Steps[0]; step.Before.Hash != hashOf(9) || step.After.Hash != hashOf(10) {
		t.Errorf("the step is from %s to %s", step.Before.Hash, step.After.Hash)
	}
}

func TestStepsAreForTheWorseByQuantity(t *testing.T) {
	e := compared(0, 1, 0, 1.5)
	e.Results = append(e.Results, Result{Metric{"m/a", "Sort", Speedup}, Ratio{1.5, 1.49, 1.51}, 0}, Result{Metric{"m/a", "Sort", Allocs}, Ratio{0.5, 0.5, 0.5}, 0})
	worse := map[Quantity]bool{}
	for _, s := range Build([]Entry{e}, Options{}).Steps {
		worse[s.Quantity] = s.Worse
	}
	if len(worse) != 3 || !worse[Time] || worse[Speedup] || worse[Allocs] {
		t.Errorf("for the worse: %v", worse)
	}
}

func TestOptionsChoose(t *testing.T) {
	entries := []Entry{compared(0, 1, 0, 2), compared(1, 2, 1, 2), compared(2, 3, 2, 1.005), compared(20, 21, 3, 2)}
	if got := levels(Build(entries, Options{Order: orderOf(4), Since: hashOf(1)})); got != "1:1start 2:2 3:2.01" {
		t.Errorf("since the second commit: %s", got)
	}
	if h := Build(entries, Options{Bench: regexp.MustCompile("^m/a.Sort$")}); len(h.Series) != 1 {
		t.Errorf("%d series match", len(h.Series))
	}
	if h := Build(entries, Options{Bench: regexp.MustCompile("Other")}); len(h.Series) != 0 || len(h.Steps) != 0 {
		t.Error("a benchmark that was not asked for")
	}
	if h := Build(entries, Options{MinChange: 9}); len(h.Steps) != 0 {
		t.Errorf("steps of less than tenfold: %v", h.Steps)
	}
}

// All series share the chance of a false step.
func TestMoreSeriesNeedMoreEvidence(t *testing.T) {
	e := compared(0, 1, 0, 1.023) // ± 1 %: at 4.5 standard errors
	if h := Build([]Entry{e}, Options{}); len(h.Steps) != 1 {
		t.Fatalf("alone it is not a step: %v", h.Steps)
	}
	for i := range 200 {
		e.Results = append(e.Results, Result{Metric{"m/a", fmt.Sprint("B", i), Time}, Ratio{1, 0.99, 1.01}, 0})
	}
	if h := Build([]Entry{e}, Options{}); len(h.Steps) != 0 || h.Tests != 201 {
		t.Errorf("among 201 tests it is a step: %v, %d tests", h.Steps, h.Tests)
	}
}

func TestNewestStepsGoFirst(t *testing.T) {
	h := Build([]Entry{compared(0, 1, 0, 2), compared(1, 2, 1, 1), compared(2, 3, 2, 3)}, Options{})
	if len(h.Steps) != 2 || h.Steps[0].After.Hash != hashOf(3) || h.Steps[1].After.Hash != hashOf(1) {
		t.Errorf("steps in the order %+v", h.Steps)
	}
}

// Mean times are chained and not searched, so they weaken no test, and what was measured
// last is known.
func TestMeansAreNotSearched(t *testing.T) {
	entries := []Entry{compared(0, 1, 0, 1), compared(1, 2, 1, 1.5), compared(2, 3, 2, 1)}
	before := Build(entries, Options{})
	for i := range entries {
		mean := entries[i].Results[0]
		mean.Quantity, mean.Head = MeanTime, []float64{7, 9, 0}[i]
		entries[i].Results = append(entries[i].Results, mean)
		entries[i].Results[0].Head = []float64{5, math.Inf(1), math.NaN()}[i]
	}
	h := Build(entries, Options{})
	if h.Tests != before.Tests || len(h.Steps) != len(before.Steps) || len(h.Series) != 1 || len(h.Means) != 1 {
		t.Fatalf("%d tests, %d steps, %d series, %d means; without means %d tests, %d steps", h.Tests, len(h.Steps), len(h.Series), len(h.Means), before.Tests, len(before.Steps))
	}
	if m := h.Means[0]; m.Quantity != MeanTime || m.Points[3].Level != h.Series[0].Points[3].Level || len(m.Steps) != 0 || m.Head != 9 || h.Series[0].Head != 5 {
		t.Errorf("mean %+v, head of the time %g", m, h.Series[0].Head)
	}
}

// A mean beside a time, like a band, stretches an axis by no more than the time takes.
func TestAxesHaveRoom(t *testing.T) {
	series := func(q Quantity, levels ...float64) Series {
		s := Series{Metric: Metric{Quantity: q}}
		for i, x := range levels {
			s.Points = append(s.Points, Point{Commit: i + 2, Level: x, Low: x / 1.01, High: x * 1.01})
		}
		return s
	}
	time, mean := series(Time, 1, 2), series(MeanTime, 1, 1024)
	for _, x := range []struct {
		series    []Series
		low, high float64
	}{
		{[]Series{time}, -0.0144 - 0.08*1.0288, 1.0144 + 0.24*1.0288},
		{[]Series{time, mean}, -0.0144 - 0.08*2.0144, 2 + 0.40*2.0144},
		{[]Series{mean}, -0.08 * 10, 12.4},
		{[]Series{series(Allocs, 1, 1)}, -0.0144 - 0.08*0.0287, 0.0144 + 0.24*0.0287},
	} {
		first, last, low, high := Extent(x.series)
		if first != 2 || last != 3 || math.Abs(low-x.low) > 0.01 || math.Abs(high-x.high) > 0.01 {
			t.Errorf("%d series of %s: %d to %d, %.3f to %.3f, want 2 to 3, %.3f to %.3f", len(x.series), x.series[0].Quantity, first, last, low, high, x.low, x.high)
		}
	}
	for _, x := range []struct {
		low, high float64
		want      string
	}{
		{-0.1, 0.2, "0 % +10 %"}, {-0.6, 0.1, "−20 % 0 %"}, {-3, 1, "× 0.125 × 0.25 × 0.5 × 1 × 2"}, {0, 40, "× 1 × 256 × 65536 × 1.6777e+07 × 4.295e+09 × 1.0995e+12"},
	} {
		var labels []string
		for _, tick := range Ticks(x.low, x.high, 5) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != x.want {
			t.Errorf("from %g to %g: %s, want %s", x.low, x.high, got, x.want)
		}
	}
}
