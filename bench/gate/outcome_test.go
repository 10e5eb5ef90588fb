package gate_test

import (
	"strings"
	"testing"

	"overlap/bench/gate"
)

func TestOutcomes(t *testing.T) {
	change := func(q gate.Quantity, v gate.Verdict) []gate.Change {
		return []gate.Change{{Benchmark: "B", Quantity: gate.Time, Ratio: 1, Low: .99, High: 1.01, Verdict: gate.Same}, {Benchmark: "B", Quantity: q, Ratio: 1.2, Low: 1.1, High: 1.3, Verdict: v}}
	}
	problem := []gate.Problem{{Name: "m/e", Why: "head does not build"}}
	for name, c := range map[string]struct {
		report       gate.Report
		outcome      gate.Outcome
		code, strict int
		says         string
	}{
		"the same":             {gate.Report{Complete: true, Changes: change(gate.Speedup, gate.Same)}, gate.NoRegression, 0, 0, "no regression in 1 benchmark"},
		"better":               {gate.Report{Complete: true, Changes: change(gate.Time, gate.Better)}, gate.NoRegression, 0, 0, "no regression in 1 benchmark; 1 better: B faster (+20 % [10, 30])"},
		"slower":               {gate.Report{Complete: true, Changes: change(gate.Time, gate.Worse)}, gate.Regressed, 1, 1, "1 regression: B slower (+20 % [10, 30])"},
		"slower, interrupted":  {gate.Report{Changes: change(gate.Time, gate.Worse)}, gate.Regressed, 1, 1, "1 regression"},
		"slower, and a broken": {gate.Report{Complete: true, Changes: change(gate.Time, gate.Worse), NotCompared: gate.NotCompared{Problems: problem}}, gate.Regressed, 1, 1, "1 regression"},
		"less efficient":       {gate.Report{Complete: true, Changes: change(gate.Efficiency, gate.Worse)}, gate.NoRegression, 0, 0, "no regression"},
		"idler":                {gate.Report{Complete: true, Changes: change(gate.AverageParallelism, gate.Worse)}, gate.NoRegression, 0, 0, "no regression"},
		"cannot tell":          {gate.Report{Complete: true, Changes: change(gate.Time, gate.CannotTell)}, gate.Inconclusive, 0, 2, "inconclusive: no regression found, but 1 of 2 comparisons of times, allocations, speedups and minimum efficiencies is undecided"},
		"mean cannot tell":     {gate.Report{Complete: true, Changes: change(gate.MeanTime, gate.CannotTell)}, gate.NoRegression, 0, 0, "no regression"},
		"interrupted":          {gate.Report{Changes: change(gate.Time, gate.Same)}, gate.Inconclusive, 0, 2, "not all blocks were measured"},
		"broken":               {gate.Report{Complete: true, Changes: change(gate.Time, gate.Same), NotCompared: gate.NotCompared{Problems: problem}}, gate.Unmeasured, 3, 3, "could not measure: m/e: head does not build"},
		"nothing":              {gate.Report{Complete: true}, gate.Unmeasured, 3, 3, "no benchmark was compared"},
		"only new ones":        {gate.Report{Complete: true, NotCompared: gate.NotCompared{Added: []string{"m.New"}}}, gate.NoRegression, 0, 0, "no regression: nothing to compare, as base has none of the benchmarks (1)"},
		"changed and the same": {gate.Report{Complete: true, Changes: change(gate.Time, gate.Same), NotCompared: gate.NotCompared{Changed: []string{"m.B"}}}, gate.Inconclusive, 0, 2, "inconclusive: no regression found, but the test code of m.B differs"},
		"changed, identical":   {gate.Report{Complete: true, NotCompared: gate.NotCompared{Changed: []string{"m.B"}, Identical: []string{"n"}}}, gate.Inconclusive, 0, 2, "the test code of m.B differs"},
		"changed and vanished": {gate.Report{Complete: true, Changes: change(gate.Time, gate.Same), NotCompared: gate.NotCompared{Changed: []string{"B"}, Removed: []string{"A"}}}, gate.Inconclusive, 0, 2, "A vanished, and the test code of B differs"},
		"only changed":         {gate.Report{Complete: true, NotCompared: gate.NotCompared{Changed: []string{"m.B"}}}, gate.Unmeasured, 3, 3, "the test code of 1 benchmark differs"},
		"vanished":             {gate.Report{Complete: true, Changes: change(gate.Time, gate.Same), NotCompared: gate.NotCompared{Removed: []string{"m.A", "m.B", "m.C", "n"}}}, gate.Inconclusive, 0, 2, "inconclusive: no regression found, but m.A, m.B, m.C, and 1 more vanished"},
		"vanished, open":       {gate.Report{Changes: change(gate.Time, gate.Same), NotCompared: gate.NotCompared{Removed: []string{"m.A"}}}, gate.Inconclusive, 0, 2, "no regression found, but not all blocks were measured, and m.A vanished"},
		"vanished and slower":  {gate.Report{Complete: true, Changes: change(gate.Time, gate.Worse), NotCompared: gate.NotCompared{Removed: []string{"m.A"}}}, gate.Regressed, 1, 1, "1 regression"},
		"only vanished":        {gate.Report{Complete: true, NotCompared: gate.NotCompared{Removed: []string{"m.A"}}}, gate.Unmeasured, 3, 3, "no benchmark was compared"},
		"identical":            {gate.Report{Complete: true, NotCompared: gate.NotCompared{Identical: []string{"m", "n"}}}, gate.NoRegression, 0, 0, "test binaries of 2 packages are identical"},
		"identical and broken": {gate.Report{Complete: true, NotCompared: gate.NotCompared{Identical: []string{"m"}, Problems: problem}}, gate.Unmeasured, 3, 3, "could not measure"},
		"demand missed":        {gate.Report{Complete: true, Changes: change(gate.Time, gate.Same), Demands: []gate.Demand{{Benchmark: "B", Verdict: gate.Worse}}}, gate.Regressed, 1, 1, "B misses the minimum efficiency"},
		"demand open":          {gate.Report{Complete: true, Changes: change(gate.Time, gate.Same), Demands: []gate.Demand{{Benchmark: "B", Verdict: gate.CannotTell}}}, gate.Inconclusive, 0, 2, "1 of 3"},
		"demand met":           {gate.Report{Complete: true, Changes: change(gate.Time, gate.Same), Demands: []gate.Demand{{Benchmark: "B", Verdict: gate.Same}}}, gate.NoRegression, 0, 0, "no regression"},
	} {
		r := c.report
		if r.Outcome() != c.outcome || r.Exit(false) != c.code || r.Exit(true) != c.strict || !strings.Contains(r.Summary(), c.says) {
			t.Errorf("%s: %s, exit %d, strict %d: %s", name, r.Outcome(), r.Exit(false), r.Exit(true), r.Summary())
		}
		if words := text(t, &r, gate.Form{Exit: c.strict}); !strings.Contains(words, "exit code "+string(rune('0'+c.strict))) {
			t.Errorf("%s: the exit code is not said:\n%s", name, words)
		}
	}
}
