package calibrate

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// Budgets are the seconds of a pair, base and head, of one benchmark: processes
// and all.
var Budgets = []float64{10, 14, 30}

// Turns is how often the names of a suite are given out for false alarms.
const Turns = 10

// Analyse judges what Measure stored and writes tables in Markdown. It blocks
// for an hour or two with 40 trials, and uses all CPUs; nothing it says depends on how fast they are.
func Analyse(w io.Writer, suites []Suite, s Study) error {
	if len(suites) == 0 {
		return errors.New("calibrate: no suites: measure first")
	}
	out := &page{Writer: w}
	out.measured(suites)
	same, alone := of("same", suites), of("alone", suites)
	s.Tests = len(serialNames) + len(parallelNames)
	if len(same) > 0 {
		out.alarms(s, same, alone)
		out.powers(s, join(same), join(alone))
		out.alternatives(s, join(alone))
	}
	out.practice(judgeUsual(of("usual", suites)))
	out.injected(s, join(of("slower", suites)))
	out.scaling(s, suites)
	return out.err
}

// page keeps the first error of writing.
type page struct {
	io.Writer
	err error
}

func (p *page) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.Writer, format, args...)
	}
}

// heading starts a table.
func (p *page) heading(title string, columns ...string) {
	p.printf("\n## %s\n\n| %s |\n|%s\n", title, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func (p *page) measured(suites []Suite) {
	p.heading("Measured", "part", "suites", "points", "blocks a point", "took", "since")
	var parts []string
	for _, s := range suites {
		if !slices.Contains(parts, s.Part) {
			parts = append(parts, s.Part)
		}
	}
	for _, part := range parts {
		list := of(part, suites)
		var took time.Duration
		for _, s := range list {
			took += s.Took
		}
		series, blocks := join(list), 0
		if len(series) > 0 {
			blocks = len(series[0].Blocks)
		}
		p.printf("| %s | %d | %d | %d | %s | %s |\n", part, len(list), max(len(series), len(list[0].Usual)), blocks, took.Round(time.Second), list[0].Began.UTC().Format(time.DateTime))
	}
}

func (p *page) alarms(s Study, same, alone []Suite) {
	p.heading(fmt.Sprintf("False alarms: base and head are the same binary, level %v a suite", s.Alpha),
		"method", "suites", "disjoint", "called different", "called slower", "gate would fail")
	for _, row := range []struct {
		Method
		suites []Suite
	}{{Gate, same}, {Looking, same}, {withoutTurns, alone}, {Anchor, alone}} {
		var whole [][]Series
		for _, suite := range row.suites {
			whole = append(whole, suite.Series)
		}
		p.alarm(row.Name+", suites as measured", s.False(row.Method, whole, 1), len(whole))
		p.alarm(row.Name+", names given out anew", s.False(row.Method, whole, Turns), len(whole))
		for _, budget := range Budgets {
			if long := cut(join(row.suites), budget); len(long) > 0 {
				p.alarm(fmt.Sprintf("%s, %v s a pair, names anew", row.Name, budget), s.False(row.Method, long, Turns), len(long))
			}
		}
	}
}

func (p *page) alarm(name string, a Alarms, disjoint int) {
	p.printf("| %s | %d | %d | %d | %d | %d |\n", name, a.Suites, disjoint, a.Differ, a.Slower, a.Worse)
}

func (p *page) powers(s Study, same, alone []Series) {
	var all [][]Power
	var names []string
	for _, row := range []struct {
		Method
		series []Series
	}{{Gate, same}, {Looking, same}, {withoutTurns, alone}, {Anchor, alone}} {
		for _, budget := range Budgets {
			all = append(all, s.Of(row.Method, row.series, budget))
			names = append(names, fmt.Sprintf("%s, %v s", row.Name, budget))
		}
	}
	p.heading("Smallest slowdown found in 80 % of trials, of any size", summaryColumns...)
	for i, list := range all {
		p.summary(names[i], list)
	}
	for i, list := range all {
		p.details(names[i], list)
	}
}

var summaryColumns = []string{"method, budget a pair", "median", "best–worst", "≤ 5 %", "error, median benchmark (worst)", "found +2 / +5 / +10 %", "gate fails for +6 %", "alarms", "trials", "slices used"}

func (p *page) summary(name string, list []Power) {
	if len(list) == 0 {
		p.printf("| %s | not measured for long enough | | | | | | | | |\n", name)
		return
	}
	var steps, errs []float64
	within, trials, alarms, fails := 0, 0, 0, 0
	used := 0.0
	found := make([]float64, len(Steps))
	for _, one := range list {
		steps, errs = append(steps, one.Smallest()), append(errs, one.Error)
		trials, alarms, fails = trials+one.Trials, alarms+one.Alarms, fails+one.Fails
		used += cmp.Or(one.Used, 1) / float64(len(list))
		if one.Smallest() <= 0.05 {
			within++
		}
		for i, n := range one.Found {
			found[i] += float64(n)
		}
	}
	share := func(e float64) float64 { return 100 * found[slices.Index(Steps, e)] / float64(trials) }
	p.printf("| %s | %s | %s–%s | %d of %d | %s (%s) | %.0f / %.0f / %.0f %% | %.0f %% | %d | %d × %d | %.0f %% |\n", name,
		percent(median(steps)), percent(slices.Min(steps)), percent(slices.Max(steps)), within, len(list),
		percent(median(errs)), percent(slices.Max(errs)), share(0.02), share(0.05), share(0.1), 100*float64(fails)/float64(trials), alarms, list[0].Trials, len(list), 100*used)
}

func (p *page) details(name string, list []Power) {
	if len(list) == 0 {
		return
	}
	p.heading(name, "benchmark", "smallest", "error", "blocks", "windows", "trials")
	for _, one := range list {
		p.printf("| %s | %s | %s | %d | %d | %d |\n", one.Name, percent(one.Smallest()), percent(one.Error), one.Blocks, one.Windows, one.Trials)
	}
}

// alternatives holds other designs against the gate's at the smallest budget.
func (p *page) alternatives(s Study, series []Series) {
	p.heading("Other designs and statistics, on slots one after the other", summaryColumns...)
	for _, m := range Alternatives() {
		p.summary(fmt.Sprintf("%s, %v s", m.Name, Budgets[0]), s.Of(m, series, Budgets[0]))
	}
}

func (p *page) practice(u Practice) {
	if u.Suites == 0 {
		return
	}
	p.heading("Usual practice: go test -count=10 twice, benchstat", "rule", "suites with a false alarm", "comparisons called different")
	for _, row := range []struct {
		name string
		Share
	}{{"p < .05", u.Alone}, {"Holm, .05", u.Holm}, {"Bonferroni, .01", u.Bonferroni}} {
		p.printf("| %s | %d of %d | %d of %d |\n", row.name, row.Suites, u.Suites, row.Comparisons, u.Comparisons)
	}
	p.printf("\n%.1f s a pair. Median error of the ratio: %s. Called slower, at p < .05:", u.Pair, percent(u.Error))
	for i, e := range Steps {
		p.printf(" +%s %.0f %%;", percent(e), 100*u.Found[i])
	}
	p.printf("\n")
	if u.Alone.Suites > 0 {
		p.printf("\nSmallest slowdown found at one false alarm in 100 suites: none, there are more alarms than that.\n")
	}
}

// injected compares what was measured with the knob turned with what it says.
func (p *page) injected(s Study, series []Series) {
	if len(series) == 0 {
		return
	}
	p.heading(fmt.Sprintf("Slowed by %d %% indeed", Slowed), "benchmark", "blocks", "estimate", "called slower")
	for _, one := range series {
		call := Gate.Judge([]Trial{measured(one.Point, one.Blocks)}, s.Alpha/float64(s.Tests), s.Seed)[0]
		p.printf("| %s | %d | %+.2f %% | %v |\n", one.Point.Workload, len(one.Blocks), 100*(call.Ratio-1), call.Slower)
	}
}

// scaling is about the efficiency of two cores, with half of the budget for each
// point.
func (p *page) scaling(s Study, suites []Suite) {
	const each, lost = 10, 0.2
	same, worse := of("scaling-same", suites), of("scaling-worse", suites)
	p.heading("A fifth of the efficiency of two cores lost, 20 s a pair", "trials", "number", "said to scale worse", "one core called slower")
	row := func(name string, f Scaling) {
		p.printf("| %s (%d blocks) | %d | %d | %d |\n", name, f.Blocks, f.Trials, f.Found, f.OneCore)
	}
	row("measured, disjoint", s.Real(Gate, join(worse), each))
	row("made of slots of the same code", s.Made(Gate, join(same), each, lost))
	row("nothing lost", s.Made(Gate, join(same), each, 0))
	var whole [][]Series
	for _, suite := range same {
		whole = append(whole, suite.Series)
	}
	a := s.False(Gate, whole, Turns)
	p.printf("\nSuites of the same code, level %v: %d (%d disjoint), %d with something said to scale worse, %d called slower, %d that the gate would fail.\n",
		s.Alpha, a.Suites, len(whole), a.Scales, a.Slower, a.Worse)
}

func percent(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return fmt.Sprintf("> %g %%", 100*Steps[len(Steps)-1])
	case math.IsNaN(x):
		return "unknown"
	}
	return fmt.Sprintf("%.3g %%", 100*x)
}
