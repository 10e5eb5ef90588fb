package gate_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"overlap/bench/gate"
	"overlap/internal/table"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

var nan, inf = math.NaN(), math.Inf(1)

const (
	oldCommit = "0123456789abcdef0123456789abcdef01234567"
	newCommit = "fedcba9876543210fedcba9876543210fedcba98"
)

const taken = "CPU 1 was taken by others in 83 % of the slots"

// sample is a report with one of everything.
func sample() *gate.Report {
	r := &gate.Report{
		Setup: gate.Setup{
			Base: gate.Revision{Name: "main", Commit: oldCommit},
			Head: gate.Revision{Name: "worktree", Commit: newCommit, Dirty: true},
			Time: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), Host: "box", Machine: "Zephyr 3000, 2 CPUs",
			Blocks: 22, Budget: time.Minute, Seed: 42, Alpha: .01, Threshold: .03,
		},
		Took: 61500 * time.Millisecond, Tests: 9, File: "results/box/checks/t.txt", Complete: true,
		Changes: []gate.Change{
			{Package: "m/a", Benchmark: "Sum", Point: "cores=1", Cores: 1, Quantity: gate.Time, Base: 153, Head: 152.6, Ratio: .9974, Low: .99, High: 1.005, Floor: .009, P: .3, Adjusted: 1, Quantile: .02, Blocks: 22, Verdict: gate.Same},
			{Package: "m/a", Benchmark: "Parse", Point: "cores=1", Cores: 1, Quantity: gate.Time, Base: 1234, Head: 1297, Ratio: 1.051, Low: 1.046, High: 1.057, Floor: .004, P: 1e-4, Adjusted: 9e-4, Quantile: .01, Blocks: 22, Verdict: gate.Worse},
			{Package: "m/a", Benchmark: "Parse", Point: "cores=1", Cores: 1, Quantity: gate.MeanTime, Base: 2234, Head: 2297, Ratio: 1.03, Low: .9, High: 1.2, Floor: .2, P: .4, Adjusted: 1, Blocks: 22, Verdict: gate.CannotTell},
			{Package: "m/a", Benchmark: "Parse", Point: "cores=1", Cores: 1, Quantity: gate.Allocs, Base: 0, Head: 2, Ratio: inf, Low: nan, High: nan, Exact: true, Blocks: 22, Verdict: gate.Worse},
			{Package: "m/b", Benchmark: "Counter", Point: "workers=2/cores=1", Cores: 1, Quantity: gate.Time, Base: 21e6, Head: 21.1e6, Ratio: 1.005, Low: .995, High: 1.015, Floor: .01, P: .5, Adjusted: 1, Blocks: 22, Verdict: gate.Same},
			{Package: "m/b", Benchmark: "Counter", Point: "workers=1/cores=1", Cores: 1, Quantity: gate.Time, Base: 20.1e6, Head: 20.14e6, Ratio: 1.002, Low: .997, High: 1.006, Floor: .008, P: .5, Adjusted: 1, Blocks: 22, Verdict: gate.Same},
			{Package: "m/b", Benchmark: "Counter", Point: "workers=2/cores=2-2", Cores: 2, Quantity: gate.Time, Base: 10.5e6, Head: 19.9e6, Ratio: 1.895, Low: 1.88, High: 1.91, Floor: .011, P: 1e-4, Adjusted: 9e-4, Blocks: 22, Verdict: gate.Worse},
			{Package: "m/b", Benchmark: "Counter", Point: "workers=2/cores=2-2", Cores: 2, Quantity: gate.Speedup, Base: 1.92, Head: 1.01, Ratio: .53, Low: .51, High: .54, Floor: .012, P: 1e-4, Adjusted: 9e-4, Blocks: 22, Verdict: gate.Worse, BaseSpan: gate.Span{Low: 1.9, High: 1.95}, HeadSpan: gate.Span{Low: 1, High: inf}},
			{Package: "m/b", Benchmark: "Beside", Point: "cores=2-2", Cores: 2, Quantity: gate.Speedup, Base: nan, Head: nan, Ratio: nan, Low: nan, High: nan, Floor: nan, P: nan, Adjusted: nan, Blocks: 3, Verdict: gate.CannotTell, Why: taken},
			{Package: "m/b", Benchmark: "Counter", Point: "workers=2/cores=2-2", Cores: 2, Quantity: gate.AverageParallelism, Base: 1.97, Head: 1.05, Ratio: .533, Low: .5, High: .55, Floor: .02, P: 1e-4, Adjusted: 9e-4, Blocks: 22, Verdict: gate.Worse},
			{Package: "m/b", Benchmark: "Wide", Point: "cores=1", Cores: 1, Quantity: gate.Time, Base: 2e9, Head: 1.5e9, Ratio: .75, Low: .74, High: .76, Floor: .02, P: 1e-4, Adjusted: 9e-4, Blocks: 22, Verdict: gate.Better, Layouts: &gate.Layouts{Differ: .001, High: .004, Floor: .02}},
			{Package: "m/b", Benchmark: "Noisy", Point: "cores=1", Cores: 1, Quantity: gate.Time, Base: 0.5, Head: 0.6, Ratio: 1.2, Low: .8, High: 1.6, Floor: .4, P: .2, Adjusted: 1, Blocks: 22, Verdict: gate.CannotTell, Layouts: &gate.Layouts{Differ: .29, Low: .21, High: .42, Floor: .013, Explain: true}},
		},
		Demands: []gate.Demand{
			{Package: "m/b", Benchmark: "Counter", Point: "workers=2/cores=2-2", Cores: 2, Least: .8, Value: .505, Low: .49, High: .52, Verdict: gate.Worse},
			{Package: "m/a", Benchmark: "Sum", Point: "cores=2-2", Cores: 2, Least: .8, Value: .95, Low: .93, High: .97, Verdict: gate.Same},
			{Package: "m/b", Benchmark: "Beside", Point: "cores=2-2", Cores: 2, Least: .8, Value: nan, High: inf, Verdict: gate.CannotTell, Why: taken},
		},
		NotCompared: gate.NotCompared{
			Identical: []string{"m/c", "m/d"}, Added: []string{"m/a.New"}, Removed: []string{"m/a.Old"}, Changed: []string{"m/a.Other", "m/b.Moved"},
			Problems: []gate.Problem{{Name: "m/e", Why: "head does not build: exit status 1\n# m/e\n./e.go:3:1: expected declaration"}},
		},
		Ruled: gate.Ruled{
			Rules:       gate.Rules{{Package: "m/b", Benchmark: "Counter", Threshold: .1, Demands: map[int]float64{2: .8, 4: .75}}},
			RuleChanges: []gate.RuleChange{{Base: gate.Rule{Package: "m/b", Benchmark: "Counter", Threshold: .05}, Head: gate.Rule{Package: "m/b", Benchmark: "Counter"}}},
		},
		Notes: []string{"the machine was busy"},
		Where: map[string][]gate.Place{
			"m/b.Counter": {
				{Function: "m/b.(*Counter).Add", File: "b/counter.go", Line: 31, Grew: "waiting for locks +8.9 ms/op", InDiff: true},
				{Function: "sync.(*Mutex).Unlock", File: "vendor/x/mutex.go", Line: 7, Grew: "CPU +0.4 ms/op"},
			},
		},
	}
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.Threshold = .03; c.Benchmark == "Counter" {
			c.Threshold = .1
		}
	}
	return r
}

// evil is a name that tries everything.
const evil = "E\x1b[31m\n::error::x\r|a|`b`<script>@everyone\u202egnp,:%0A#1"

// hostile has nothing but evil texts, and NaN and infinities for numbers.
func hostile() *gate.Report {
	r := sample()
	r.Base.Name, r.Base.Commit, r.Head.Name, r.Host, r.Machine, r.File = evil, evil, evil, evil, evil, evil
	r.Head.Settings = gate.Settings{Go: evil, Env: []string{evil}, Flags: []string{evil}, Tags: evil}
	for i := range r.Changes {
		c := &r.Changes[i]
		c.Package, c.Benchmark, c.Point = evil, strings.Repeat(evil, i), strings.Repeat("漢", 20*i)
		c.Base, c.Head, c.Ratio, c.Low, c.High, c.Floor = []float64{nan, inf, -inf, 1e300, 0}[i%5], nan, []float64{nan, inf, 1e300, -1}[i%4], -inf, inf, []float64{nan, inf, 1e300}[i%3]
	}
	r.Demands[0].Benchmark, r.Demands[0].Value, r.Demands[0].Low = evil, nan, -inf
	r.Where = map[string][]gate.Place{}
	for i, c := range r.Changes {
		r.Where[gate.Finding{Package: c.Package, Benchmark: c.Benchmark}.Name()] = []gate.Place{{Function: evil, File: evil, Line: i, Grew: evil, InDiff: true}, {File: "../" + evil}}
	}
	r.Identical, r.Added, r.Removed, r.Notes, r.Changed = []string{evil}, []string{evil}, []string{evil}, []string{evil}, []string{evil}
	r.Rules, r.RuleChanges = gate.Rules{{Package: evil, Benchmark: evil, Threshold: 1e300}}, []gate.RuleChange{{Head: gate.Rule{Package: evil, Benchmark: strings.Repeat(evil, 9), Demands: map[int]float64{-1: 1e300}}}}
	r.Problems = []gate.Problem{{Name: evil, Why: strings.Repeat(evil+"\n", 100)}}
	return r
}

func text(t *testing.T, r *gate.Report, f gate.Form) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteText(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (go test -update rewrites it): got\n%s\nwant\n%s", path, got, want)
	}
}

func TestReportsAreAsInTheGoldenFiles(t *testing.T) {
	golden(t, "check.txt", text(t, sample(), gate.Form{Exit: 1}))
	golden(t, "all.txt", text(t, sample(), gate.Form{Terminal: table.Terminal{Width: 80}, All: true, Exit: 1}))
	var b strings.Builder
	if err := sample().WriteMarkdown(&b, ""); err != nil {
		t.Fatal(err)
	}
	golden(t, "check.md", b.String())
	b.Reset()
	if err := sample().WriteAnnotations(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "annotations.txt", b.String())
	b.Reset()
	if err := sample().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "check.json", b.String())
}

var sequence = regexp.MustCompile("\x1b\\[[0-9]*m")

// Colours change no character, and no name adds a line, a sequence or a wide row.
func TestTextStaysWithinItsWidth(t *testing.T) {
	for name, r := range map[string]*gate.Report{"sample": sample(), "hostile": hostile()} {
		for _, width := range []int{100, 120} {
			plain := text(t, r, gate.Form{Terminal: table.Terminal{Width: width}, All: true})
			for line := range strings.Lines(plain) {
				if w := uniseg.StringWidth(strings.TrimSuffix(line, "\n")); w > width {
					t.Errorf("%s: a line has %d columns: %q", name, w, line)
				}
				if strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x1b\r\u202e") {
					t.Errorf("%s: a line controls the terminal: %q", name, line)
				}
			}
			coloured := text(t, r, gate.Form{Terminal: table.Terminal{Width: width, Colour: true}, All: true})
			if sequence.ReplaceAllString(coloured, "") != plain || coloured == plain {
				t.Errorf("%s: colours change the text:\n%s", name, coloured)
			}
		}
	}
}

func TestSameIsCountedUnlessAllIsAsked(t *testing.T) {
	short, long := text(t, sample(), gate.Form{Exit: 1}), text(t, sample(), gate.Form{All: true})
	if strings.Contains(short, "m/a.Sum") || !strings.Contains(long, "m/a.Sum") {
		t.Errorf("short:\n%s\nlong:\n%s", short, long)
	}
	if !strings.Contains(short, "\n1 the same to within 3 %\n2 the same to within 10 %\n") {
		t.Errorf("what stayed the same is not counted:\n%s", short)
	}
}
