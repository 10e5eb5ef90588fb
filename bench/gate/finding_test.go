package gate_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"overlap/bench/gate"
	"overlap/internal/table"
)

// changed is a change of a quantity of a benchmark on some CPUs. It is exact, for its texts to
// be short.
func changed(benchmark string, q gate.Quantity, cores int, ratio float64, v gate.Verdict) gate.Change {
	return gate.Change{Package: "m", Benchmark: benchmark, Point: fmt.Sprintf("cores=%d", cores), Cores: cores, Quantity: q, Base: 100, Head: 100 * ratio, Ratio: ratio, Low: ratio - .1, High: ratio + .1, Exact: true, Verdict: v}
}

func reportOf(changes ...gate.Change) *gate.Report {
	return &gate.Report{Complete: true, Changes: changes}
}

func TestAllVerdictsOfABenchmarkAreOneFinding(t *testing.T) {
	missed := gate.Demand{Package: "m", Benchmark: "B", Point: "cores=2", Cores: 2, Least: .8, Value: .5, Low: .4, High: .6, Verdict: gate.Worse}
	on4 := missed
	on4.Point, on4.Cores = "cores=4", 4
	excused := changed("B", gate.Speedup, 2, .9, gate.Worse)
	excused.Excused = true
	for name, c := range map[string]struct {
		report     *gate.Report
		says, also string // says is empty where there is no finding
		verdict    gate.Verdict
		regression bool
	}{
		"contention": {
			reportOf(
				changed("B", gate.AverageParallelism, 2, .5, gate.Worse), changed("B", gate.Efficiency, 2, .5, gate.Worse), changed("B", gate.Speedup, 2, .5, gate.Worse),
				changed("B", gate.SoftwareEfficiency, 2, .4, gate.Worse), changed("B", gate.MeanTime, 2, 1.9, gate.Worse), changed("B", gate.Time, 2, 2, gate.Worse), changed("B", gate.Time, 1, 1, gate.Same),
			),
			"B/cores=2: slower: 100 → 200 ns (+100 %); one CPU as before (0.0 %)",
			"also: mean time +90 %, speedup −50 %, software efficiency −60 %, efficiency −50 %, average parallelism −50 %", gate.Worse, true,
		},
		"one CPU first": {
			reportOf(changed("B", gate.Allocs, 1, 5, gate.Worse), changed("B", gate.Time, 2, 3, gate.Worse), changed("B", gate.Time, 1, 1.1, gate.Worse), changed("B", gate.MeanTime, 1, 1.2, gate.Worse)),
			"B/cores=1: slower: 100 → 110 ns (+10 %)", "also: 100 → 500 allocs/op, mean time +20 %; cores=2: time ×3.00", gate.Worse, true,
		},
		"allocations before several CPUs": {
			reportOf(changed("B", gate.Time, 2, 3, gate.Worse), changed("B", gate.Bytes, 1, 9, gate.Worse), changed("B", gate.Allocs, 1, 2, gate.Worse)),
			"B/cores=1: more allocations: 100 → 200 allocs/op (+100 %)", "also: 100 → 900 B/op; cores=2: time ×3.00", gate.Worse, true,
		},
		"the speedup only": {
			reportOf(changed("B", gate.Speedup, 4, .9, gate.Worse), changed("B", gate.Speedup, 2, .8, gate.Worse)),
			"B/cores=2: scales worse: speedup 100 → 80.0 (−20 %)", "also: cores=4: speedup −10.0 %", gate.Worse, true,
		},
		"a copy comes last": {
			reportOf(gate.Change{Package: "m", Benchmark: "B", Point: "cores=1 ×2", Cores: 1, Quantity: gate.Time, Base: 1, Head: 9, Ratio: 9, Exact: true, Verdict: gate.Worse}, changed("B", gate.Bytes, 1, 2, gate.Worse)),
			"B/cores=1: more bytes: 100 → 200 B/op (+100 %)", "also: cores=1 ×2: time ×9.00", gate.Worse, true,
		},
		"a trade": {
			reportOf(changed("B", gate.Time, 1, .5, gate.Better), changed("B", gate.Allocs, 1, 1.01, gate.Worse)),
			"B/cores=1: more allocations: 100 → 101 allocs/op (+1.0 %)", "also: time −50 % (faster)", gate.Worse, true,
		},
		"better": {
			reportOf(excused, changed("B", gate.Time, 1, .8, gate.Better)),
			"B/cores=1: faster: 100 → 80.0 ns (−20 %)", "also: cores=2: speedup −10.0 %, only because one CPU became faster", gate.Better, false,
		},
		"what fails comes first": {
			reportOf(excused, changed("B", gate.ParallelismGain, 4, .95, gate.Worse)),
			"B/cores=4: scales worse: parallelism gain 100 → 95.0 (−5.0 %)", "also: cores=2: speedup −10.0 %, only because one CPU became faster", gate.Worse, true,
		},
		"excused": {reportOf(excused), "B/cores=2: scales worse: speedup 100 → 90.0 (−10.0 %)", "", gate.Worse, false},
		"idler":   {reportOf(changed("B", gate.AverageParallelism, 2, .5, gate.Worse)), "", "", "", false},
		"a missed minimum": {
			&gate.Report{Complete: true, Changes: []gate.Change{excused}, Demands: []gate.Demand{missed, missed, on4}},
			"B/cores=2: efficiency on 2 cores 0.50 [0.40, 0.60], too low: it must be at least 0.80",
			"also: speedup −10.0 %, only because one CPU became faster, efficiency on 2 cores 0.50 [0.40, 0.60], too low: it must be at least 0.80; cores=4: efficiency on 4 cores 0.50 [0.40, 0.60], too low: it must be at least 0.80", gate.Worse, true,
		},
	} {
		found := c.report.Findings()
		if c.says == "" {
			if len(found) > 0 {
				t.Errorf("%s: %+v", name, found)
			}
			continue
		}
		if len(found) != 1 {
			t.Errorf("%s: %d findings", name, len(found))
			continue
		}
		f := found[0]
		if f.Says != c.says || f.Verdict != c.verdict || f.Regression != c.regression || len(f.Evidence) != len(slices.DeleteFunc(c.report.Changes, func(c gate.Change) bool { return c.Verdict == gate.Same })) {
			t.Errorf("%s: %q, want %q; verdict %s, regression %v, %d pieces", name, f.Says, c.says, f.Verdict, f.Regression, len(f.Evidence))
		}
		said := text(t, c.report, gate.Form{})
		if c.also != "" && !strings.Contains(strings.Join(strings.Fields(said), " "), c.also) || c.also == "" && strings.Contains(said, "also:") {
			t.Errorf("%s: no %q in\n%s", name, c.also, said)
		}
		if outcome := c.report.Outcome(); (outcome == gate.Regressed) != c.regression {
			t.Errorf("%s: %s", name, outcome)
		}
	}
}

// Regressions come first, the largest first, and each format counts findings.
func TestEveryFormatCountsFindings(t *testing.T) {
	r := reportOf(
		changed("Better", gate.Time, 1, .1, gate.Better), changed("Better", gate.MeanTime, 1, .1, gate.Better),
		changed("Small", gate.Time, 1, 1.1, gate.Worse), changed("Small", gate.MeanTime, 1, 1.1, gate.Worse),
		changed("Large", gate.Time, 1, 2, gate.Worse), changed("Large", gate.Allocs, 1, 2, gate.Worse), changed("Large", gate.Time, 2, 2, gate.Worse),
	)
	var order []string
	for _, f := range r.Findings() {
		order = append(order, f.Name())
	}
	if !slices.Equal(order, []string{"m.Large", "m.Small", "m.Better"}) {
		t.Errorf("order %q", order)
	}
	const want = "2 regressions: Large/cores=1 slower (+100 %), Small/cores=1 slower (+10 %)"
	if got := r.Summary(); got != want {
		t.Errorf("summary %q", got)
	}
	if got := annotations(t, r); len(got) != 2 {
		t.Errorf("annotations %q", got)
	}
	comment := markdownOf(t, r)
	if !strings.Contains(comment, "\n❌ **overlap check:** 2 regressions\n") {
		t.Errorf("comment:\n%s", comment)
	}
	var b strings.Builder
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Findings []struct {
			Benchmark  string
			Regression bool
			Evidence   []struct{ Quantity string }
		}
		Changes []any
	}
	if err := json.Unmarshal([]byte(b.String()), &parsed); err != nil || len(parsed.Findings) != 3 || len(parsed.Changes) != 7 || len(parsed.Findings[0].Evidence) != 3 || !parsed.Findings[1].Regression || parsed.Findings[2].Regression {
		t.Errorf("%v, %+v", err, parsed)
	}
}

// The fake lines stand in for those that a profile of both sides would show.
func TestBenchmarksOfOneLineAreOneFinding(t *testing.T) {
	line := gate.Place{Function: "m.(*Cache).Get", File: "cache.go", Line: 31, Grew: "CPU +90 ns/op", InDiff: true}
	other := line
	other.Line = 32
	r := reportOf(changed("A", gate.Time, 1, 1.2, gate.Worse), changed("B", gate.Time, 1, 1.5, gate.Worse), changed("C", gate.Time, 1, 1.1, gate.Worse), changed("C", gate.Allocs, 1, 1.1, gate.Worse),
		changed("D", gate.Time, 1, 1.4, gate.Worse), changed("E", gate.Time, 1, .5, gate.Better))
	if n := len(r.Findings()); n != 5 {
		t.Fatalf("%d findings without lines", n)
	}
	r.Where = map[string][]gate.Place{"m.A": {line, other}, "m.B": {line, other, line, other}, "m.C": {line}, "m.D": {other, line}, "m.E": {line}}
	found := r.Findings()
	if len(found) != 3 || found[0].Name() != "m.B" || !slices.Equal(found[0].Others, []string{"m.A", "m.C"}) || len(found[0].Evidence) != 4 || len(found[0].Where) != 3 || found[2].Name() != "m.E" {
		t.Fatalf("%+v", found)
	}
	if want := "2 regressions: B/cores=1 and 2 other benchmarks slower (+50 %), D/cores=1 slower (+40 %)"; r.Summary() != want {
		t.Errorf("%q", r.Summary())
	}
	said := text(t, r, gate.Form{Terminal: table.Terminal{Width: 200}})
	for _, want := range []string{
		"B/cores=1 and 2 other benchmarks: slower: 100 → 150 ns (+50 %)\n  also: A/cores=1: time +20 %; C/cores=1: time +10 %, 100 → 110 allocs/op\n  at cache.go:31, m.(*Cache).Get: CPU +90 ns/op (in the diff)\n  at cache.go:32, ",
		"D/cores=1: slower",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if n := strings.Count(said, "  at cache.go"); n != 6 {
		t.Errorf("%d lines of code, want 3, 2 and 1:\n%s", n, said)
	}
	// several findings: the first line of each, and all that is left in the details
	comment := markdownOf(t, r)
	for _, want := range []string{"\n- `B/cores=1` and 2 other benchmarks: slower", "\n  - **in the diff:** `cache.go:31` `m.(*Cache).Get`: CPU +90 ns/op\n- `D/cores=1`", "the other benchmarks: m.A, m.C"} {
		if !strings.Contains(comment, want) {
			t.Errorf("no %q in\n%s", want, comment)
		}
	}
	if got := annotations(t, r); len(got) != 2 || !strings.HasPrefix(got[0], "::error file=cache.go,line=31,title=") || !strings.Contains(got[0], "%0Aat cache.go:31, m.(*Cache).Get: CPU") {
		t.Errorf("%q", got)
	}
	outside := gate.Place{File: "example.com/m@v1.2.3/x.go", Line: 9, Outside: true}
	for _, places := range [][]gate.Place{{{File: "../../etc/passwd", Line: 1}}, {outside}, {outside, line}, {}} {
		r.Where["m.B"], r.Declared = places, nil
		if got := annotations(t, r); !strings.HasPrefix(got[0], "::error title=") {
			t.Errorf("%+v is none in the repository: %q", places, got[0])
		}
		r.Declared = map[string]gate.Place{"m.B": {File: "b_test.go", Line: 3}}
		if got := annotations(t, r); !strings.HasPrefix(got[0], "::error file=b_test.go,line=3,title=") {
			t.Errorf("%+v, and the benchmark's own line is known: %q", places, got[0])
		}
		r.Declared["m.B"] = gate.Place{File: "../b_test.go", Line: 3}
		if got := annotations(t, r); !strings.HasPrefix(got[0], "::error title=") {
			t.Errorf("the benchmark is of another module: %q", got[0])
		}
	}
	sub := reportOf(changed("A/b/c", gate.Time, 1, 1.2, gate.Worse))
	sub.Declared = map[string]gate.Place{"m.A": {File: "a_test.go", Line: 4}}
	if got := annotations(t, sub); !strings.HasPrefix(got[0], "::error file=a_test.go,line=4,title=") {
		t.Errorf("a sub-benchmark: %q", got[0])
	}
}

// What is undecided of a benchmark matters unless it has regressed.
func TestUndecidedBenchmarksAreNamed(t *testing.T) {
	open := changed("Better", gate.Allocs, 1, 1.5, gate.CannotTell)
	noisy := changed("Noisy", gate.Time, 1, 1.2, gate.CannotTell)
	noisy.Exact, noisy.Floor, noisy.Layouts = false, .4, &gate.Layouts{Differ: .29, Low: .2, High: .4, Floor: .013, Explain: true}
	r := reportOf(changed("Better", gate.Time, 1, .5, gate.Better), open, noisy, changed("Worse", gate.Time, 1, 2, gate.Worse), changed("Worse", gate.Allocs, 1, 1.5, gate.CannotTell), changed("Mean", gate.MeanTime, 1, 1.5, gate.CannotTell))
	for i := range 5 {
		r.Changes = append(r.Changes, changed(fmt.Sprint("More", i), gate.Time, 1, 1.5, gate.CannotTell))
	}
	said := text(t, r, gate.Form{Terminal: table.Terminal{Width: 200}})
	for _, want := range []string{
		"\nBetter/cores=1: cannot tell: allocs/op 100 → 150 allocs/op (+50 %)\n",
		"\nNoisy/cores=1: cannot tell from layout: time 100 → 120 ns (+20 % [10, 30]); this run detects ≥ 40 %, and ≥ 1.3 % if code did not move: layouts of the same code differ by 29 %\n",
		"\ncannot tell of 2 other benchmarks either\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if strings.Contains(said, "Worse/cores=1: cannot") || strings.Contains(said, "Mean/cores=1: cannot") {
		t.Error(said)
	}
}

func markdownOf(t *testing.T, r *gate.Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteMarkdown(&b, ""); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// seen counts the lines of a comment with its details closed: those of its text, the mark
// and blank ones included, and one for the details.
func seen(comment string) int {
	closed := regexp.MustCompile(`(?s)<details>.*</details>`).ReplaceAllString(comment, "")
	return strings.Count(closed, "\n")
}

func TestCommentsAreShort(t *testing.T) {
	places := []gate.Place{{Function: "m.f", File: "f.go", Line: 1, Grew: "CPU"}, {Function: "m.g", File: "g.go", Line: 2, Grew: "CPU"}, {Function: "m.h", File: "h.go", Line: 3, Grew: "CPU"}, {Function: "m.i", File: "i.go", Line: 4, Grew: "CPU"}}
	worse := func(n int) *gate.Report {
		r := &gate.Report{Complete: true, Where: map[string][]gate.Place{}}
		for i := range n {
			name := fmt.Sprint("B", i)
			for _, q := range []gate.Quantity{gate.Time, gate.MeanTime, gate.Bytes, gate.Allocs, gate.Speedup, gate.ParallelismGain, gate.SoftwareEfficiency} {
				r.Changes = append(r.Changes, changed(name, q, 1, 1.5, gate.Worse), changed(name, q, 2, 1.5, gate.Worse))
			}
			r.Where["m."+name] = slices.Clone(places)
			r.Where["m."+name][0].Line = i
		}
		return r
	}
	well := reportOf(changed("A", gate.Time, 1, 1, gate.Same), changed("B", gate.Time, 1, .8, gate.Better), changed("B", gate.Allocs, 1, .8, gate.Better))
	open := reportOf(changed("A", gate.Time, 1, 1, gate.CannotTell))
	open.Changes[0].Why = taken
	broken := worse(1)
	broken.Problems = []gate.Problem{{Name: "m/e", Why: strings.Repeat("it does not build\n", 100)}}
	for name, c := range map[string]struct {
		report *gate.Report
		most   int
	}{"well": {well, 4}, "undecided": {open, 4}, "nothing": {&gate.Report{}, 4}, "one": {worse(1), 12}, "four": {worse(4), 13}, "hundred": {worse(100), 13}, "one and problems": {broken, 17}} {
		comment := markdownOf(t, c.report)
		if n := seen(comment); n > c.most {
			t.Errorf("%s: %d lines, want at most %d:\n%s", name, n, c.most, comment)
		}
		if !strings.HasPrefix(comment, "<!-- overlap check -->\n") || strings.Count(comment, "<details>") != 1 {
			t.Errorf("%s: no mark, or no details:\n%s", name, comment)
		}
	}
	if comment := markdownOf(t, worse(100)); !strings.Contains(comment, "\n- and 97 more, see below\n") || !strings.Contains(comment, "❌ **overlap check:** 100 regressions\n") {
		t.Error(comment)
	}
}

// A push replaces the comment of the push before, and no other check's.
func TestMarksAreOfOneCheck(t *testing.T) {
	keys := []string{"", "--pkg=./a", "--pkg=./b", "-->\n# x"}
	seen := map[string]bool{}
	for _, key := range keys {
		mark := gate.Mark(key)
		if seen[mark] || mark != gate.Mark(key) || !regexp.MustCompile(`^<!-- overlap check ([0-9a-f]{8} )?-->$`).MatchString(mark) {
			t.Errorf("%q has the mark %q", key, mark)
		}
		seen[mark] = true
	}
}

func TestBisectExitCodes(t *testing.T) {
	same, worse := changed("B", gate.Time, 1, 1, gate.Same), changed("B", gate.Time, 1, 2, gate.Worse)
	with := func(c gate.Change, n gate.NotCompared) *gate.Report {
		return &gate.Report{Complete: true, Changes: []gate.Change{c}, NotCompared: n}
	}
	gone := gate.NotCompared{Removed: []string{"m.C"}}
	for name, c := range map[string]struct {
		report       *gate.Report
		code, strict int
	}{
		"same":               {reportOf(same), 0, 0},
		"identical":          {&gate.Report{Complete: true, NotCompared: gate.NotCompared{Identical: []string{"m"}}}, 0, 0},
		"worse":              {reportOf(worse), 1, 1},
		"undecided":          {reportOf(changed("B", gate.Time, 1, 2, gate.CannotTell)), 0, gate.ExitSkip},
		"nothing":            {reportOf(), gate.ExitSkip, gate.ExitSkip},
		"vanished":           {with(same, gone), gate.ExitSkip, gate.ExitSkip},
		"other code":         {with(same, gate.NotCompared{Changed: []string{"m.C"}}), gate.ExitSkip, gate.ExitSkip},
		"broken":             {with(same, gate.NotCompared{Problems: []gate.Problem{{Name: "m"}}}), gate.ExitSkip, gate.ExitSkip},
		"worse and vanished": {with(worse, gone), 1, 1},
		"new":                {with(same, gate.NotCompared{Added: []string{"m.C"}}), 0, 0},
	} {
		if got, strict := c.report.BisectExit(false), c.report.BisectExit(true); got != c.code || strict != c.strict {
			t.Errorf("%s: %d, strict %d", name, got, strict)
		}
	}
}
