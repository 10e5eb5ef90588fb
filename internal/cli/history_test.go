package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overlap/bench/gate"
	"overlap/report/history"
)

// repository makes one with a commit for each subject, and returns their hashes.
func repository(t *testing.T, subjects ...string) (dir string, hashes []string) {
	t.Helper()
	dir = t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q")
	for _, subject := range subjects {
		git("commit", "-q", "--allow-empty", "-m", subject)
		hashes = append(hashes, git("rev-parse", "HEAD"))
	}
	return dir, hashes
}

// comparison is a report of two commits with one change, of a time.
func comparison(base, head string, ratio float64) *gate.Report {
	return &gate.Report{
		Setup:    gate.Setup{Base: gate.Revision{Commit: base}, Head: gate.Revision{Commit: head}, Time: time.Unix(1e9, 0), Host: "quiet box", Machine: "2 CPUs", Blocks: 22, Seed: 7},
		Complete: true,
		Changes: []gate.Change{{
			Package: "m/a", Benchmark: "BenchmarkSort/n=8", Point: "cores=2-2", Quantity: gate.Time, Head: 5,
			Ratio: ratio, Low: ratio / 1.01, High: ratio * 1.01,
		}},
	}
}

// showHistory runs overlap history and returns its exit code and outputs.
func showHistory(args ...string) (code int, out, said string) {
	var stdout, stderr bytes.Buffer
	code = Main(context.Background(), append([]string{"history"}, args...), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestHistoryOfARepository(t *testing.T) {
	repo, hashes := repository(t, "first", "second", "commit abc\tof tabs", "slow: \x1b[31m red <b>", "last")
	results := t.TempDir()
	file := ""
	for i, ratio := range []float64{1, 1, 1.4, 1} {
		var err error
		if file, err = appendHistory(results, comparison(hashes[i], hashes[i+1], ratio)); err != nil {
			t.Fatal(err)
		}
	}
	if want := filepath.Join(results, "quiet-box", "history.txt"); file != want {
		t.Errorf("the history is %s, not %s", file, want)
	}
	code, out, said := showHistory("--results", results, "--dir", repo)
	if code != 0 || said != "" {
		t.Errorf("exit code %d: %s", code, said)
	}
	for _, want := range []string{"quiet box: 1 step for the worse (1 of 1 series) over 5 commits", "+40.0 % worse", hashes[2][:9] + ".." + hashes[3][:9], "slow: \ufffd[31m red <b>", "a.Sort/n=8: time, 2 cores  "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	for _, name := range []string{"history.svg", "history.png"} {
		if !exists(filepath.Join(results, "quiet-box", "report", name)) {
			t.Errorf("no %s", name)
		}
	}
	code, out, said = showHistory("--results", results, "--dir", repo, "--since", "HEAD~1", "--json")
	var all []history.History
	if err := json.Unmarshal([]byte(out), &all); code != 0 || said != "" || err != nil || len(all) != 1 || len(all[0].Steps) != 0 || len(all[0].Commits) != 2 {
		t.Errorf("since HEAD~1: exit code %d, %q, %v: %s", code, said, err, out)
	}
}

func TestHistoryErrorsNameTheRemedy(t *testing.T) {
	repo, hashes := repository(t, "first", "second")
	results, nowhere, strange := t.TempDir(), t.TempDir(), t.TempDir()
	if _, err := appendHistory(results, comparison(hashes[0], hashes[1], 1)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(strange, "h"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(strange, "h", history.File), []byte("goos: linux\nBenchmarkA 1 5 ns/op\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(nowhere, "mine.html")
	if err := os.WriteFile(foreign, []byte("<html>mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"--results", nowhere, "--dir", repo}, "overlap check adds"},
		{[]string{"--results", results, "--dir", repo, "--since", "nonesuch"}, `--since: no commit "nonesuch" in this repository`},
		{[]string{"--results", results, "--dir", repo, "--since", "--output=" + filepath.Join(nowhere, "x")}, "expected"},
		{[]string{"--results", results, "--dir", repo, "--since=--output=" + filepath.Join(nowhere, "x")}, "no commit \"--output="},
		{[]string{"--results", results, "--dir", nowhere, "--since", "HEAD"}, "--since"},
		{[]string{"--results", results, "--dir", repo, "--bench", "("}, "--bench"},
		{[]string{"--results", results, "--dir", repo, "--min-change", "NaN"}, "--min-change"},
		{[]string{"--results", results, "--dir", repo, "--min-change", "0"}, "--min-change 0%: want a percentage above 0"},
		{[]string{"--results", results, "--dir", repo, "--min-change", "1%%"}, "--min-change"},
		{[]string{"--results", results, "--dir", repo, "--host", "other"}, "quiet-box"},
		{[]string{"--results", strange, "--dir", repo}, "history.txt: not a history"},
		{[]string{"--results", results, "--dir", repo, "--html", foreign}, "mine.html is not a page that overlap wrote"},
		{[]string{"--results", results, "--dir", repo, "--html", nowhere}, "is not a page that overlap wrote"},
		{[]string{"--results", results, "--dir", repo, "--repository", "https://github.com/you/module"}, "add --html FILE"},
		{[]string{"--results", results, "--dir", repo, "--html", filepath.Join(nowhere, "x"), "--repository", "javascript:alert(1)"}, "--repository: not the address of a repository on the web"},
	} {
		code, out, said := showHistory(x.args...)
		if code == 0 || out != "" || !strings.Contains(said, x.want) {
			t.Errorf("%v: exit code %d, %q, %q", x.args, code, out, said)
		}
	}
	if exists(filepath.Join(nowhere, "x")) {
		t.Error("a revision was taken for an option of git, or a page has links that are scripts")
	}
	if text, err := os.ReadFile(foreign); err != nil || string(text) != "<html>mine" {
		t.Errorf("what overlap did not write is now %q, %v", text, err)
	}
	if code, out, said := showHistory("--results", results, "--dir", nowhere); code != 0 || !strings.Contains(said, "in the order of their comparisons") || !strings.Contains(out, "no step") {
		t.Errorf("without a repository: exit code %d, %q, %q", code, out, said)
	}
}

// The page has all machines, links to the remote without its token, and says what of the
// files was damaged.
func TestHistoryPage(t *testing.T) {
	repo, hashes := repository(t, "first", "second", "slow <b>", "last")
	results, out := t.TempDir(), filepath.Join(t.TempDir(), "site", "history.html")
	for _, host := range []string{"one", "two"} {
		for i, ratio := range []float64{1, 1.4, 1} {
			r := comparison(hashes[i], hashes[i+1], ratio)
			r.Host = host
			file, err := appendHistory(results, r)
			if err != nil {
				t.Fatal(err)
			}
			if i == 2 && host == "two" {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, append(text, "# comparison\nbase: torn"...), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	page := func(args ...string) string {
		t.Helper()
		code, said, warned := showHistory(append([]string{"--results", results, "--dir", repo, "--html", out}, args...)...)
		if code != 0 || !strings.Contains(warned, "it is incomplete") {
			t.Fatalf("exit code %d: %s%s", code, said, warned)
		}
		if len(args) == 0 && !strings.HasSuffix(said, "\npage: "+out+"\n") {
			t.Errorf("it says %s", said)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if text := page(); strings.Contains(text, "https://") || strings.Count(text, "slow &lt;b&gt;") == 0 || !strings.Contains(text, "it is incomplete, perhaps because of a crash</li>") {
		t.Errorf("without a remote: %.200s", text)
	}
	if out, err := exec.Command("git", "-C", repo, "remote", "add", "origin", "https://x-access-token:SECRET@github.com/you/module.git").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	link := "/compare/" + hashes[1] + "..." + hashes[2] + `">`
	if text := page(); strings.Contains(text, "SECRET") || strings.Count(text, `"https://github.com/you/module`+link) != 4 {
		t.Error("the links to commits of two machines are not those of the remote, or show its token")
	}
	if text := page("--json", "--repository", "ssh://git@git.example.org/you/module"); strings.Count(text, `"https://git.example.org/you/module`+link) != 4 {
		t.Error("the links to commits are not those that were asked for")
	}
	if exists(filepath.Join(results, "one", "report")) {
		t.Error("pictures were written beside the history, too")
	}
}

func TestOnlyCompleteComparisonsOfCommitsAreStored(t *testing.T) {
	base, head := strings.Repeat("a", 40), strings.Repeat("b", 40)
	for name, change := range map[string]func(*gate.Report){
		"dirty":        func(r *gate.Report) { r.Head.Dirty = true },
		"dirty base":   func(r *gate.Report) { r.Base.Dirty = true },
		"same commit":  func(r *gate.Report) { r.Head.Commit = r.Base.Commit },
		"interrupted":  func(r *gate.Report) { r.Complete = false },
		"from nothing": func(r *gate.Report) { r.Changes[0].Ratio, r.Changes[0].High = math.Inf(1), math.Inf(1) },
		"unknown":      func(r *gate.Report) { r.Changes[0].Low = math.NaN() },
	} {
		r := comparison(base, head, 1)
		change(r)
		dir := t.TempDir()
		if file, err := appendHistory(dir, r); file != "" || err != nil {
			t.Errorf("%s: %s, %v", name, file, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: made %v", name, left)
		}
	}
	r := comparison(base, head, 1)
	r.Changes, r.Identical = nil, []string{"m/a"}
	if file, err := appendHistory(t.TempDir(), r); file == "" || err != nil {
		t.Errorf("identical programs, which continue a chain: %v", err)
	}
}

// The first allocation of a benchmark, and its last, are steps like others.
func TestFirstAllocationIsAStep(t *testing.T) {
	repo, hashes := repository(t, "first", "second", "allocates", "fourth", "no longer")
	results := t.TempDir()
	for i, counts := range [][2]float64{{0, 0}, {0, 2}, {2, 2}, {2, 0}} {
		r := comparison(hashes[i], hashes[i+1], 1)
		c := r.Changes[0]
		c.Quantity, c.Exact, c.Base, c.Head, c.Ratio = gate.Allocs, true, counts[0], counts[1], 1
		if c.Base != c.Head {
			c.Ratio = c.Head / c.Base
		}
		c.Low, c.High = c.Ratio, c.Ratio
		r.Changes = append(r.Changes, c)
		if _, err := appendHistory(results, r); err != nil {
			t.Fatal(err)
		}
	}
	code, out, said := showHistory("--results", results, "--dir", repo)
	for _, want := range []string{"2 steps", "× 3 worse", "allocs/op", "−66.7 % better", "as if it were one more on both"} {
		if !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", code, want, out, said)
		}
	}
}

func TestEveryQuantityHasAUnit(t *testing.T) {
	r := comparison(strings.Repeat("a", 40), strings.Repeat("b", 40), 1)
	all := []gate.Quantity{gate.Time, gate.MeanTime, gate.Bytes, gate.Allocs, gate.Speedup, gate.ConcurrencyGain, gate.ParallelismGain, gate.Efficiency, gate.SoftwareEfficiency, gate.AverageParallelism}
	r.Changes = nil
	for _, q := range all {
		r.Changes = append(r.Changes, gate.Change{Benchmark: "A", Quantity: q, Ratio: 1, Low: 1, High: 1})
		if historyQuantity(q).LessIsBetter() != q.LessIsBetter() {
			t.Errorf("%s: its direction is reversed in the history", q)
		}
	}
	dir := t.TempDir()
	file, err := appendHistory(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	entries, warnings, err := history.Load(file)
	if err != nil || len(warnings) > 0 || len(entries[0].Results) != len(all) {
		t.Errorf("%v, %v, %v", entries, warnings, err)
	}
}

// A history beside the runs is on the page of a report, and is not a run itself.
func TestReportShowsTheHistory(t *testing.T) {
	results := t.TempDir()
	for i := range 5 {
		ratio := 1.0
		if i == 2 {
			ratio = 0.8
		}
		if _, err := appendHistory(results, comparison(fmt.Sprintf("%040x", i+1), fmt.Sprintf("%040x", i+2), ratio)); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(results, "quiet-box")
	run := "BenchmarkEp/executor=pool/workers=1/cores=1 1 5 ns/op\n"
	if err := os.WriteFile(filepath.Join(dir, "2026-01-01T00-00-00Z.txt"), []byte(run), 0o666); err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	if code := Main(context.Background(), []string{"report", "--results", results}, &out, &said); code != 0 || !strings.Contains(out.String(), "2026-01-01T00-00-00Z.txt") {
		t.Fatalf("exit code %d: %s%s", code, out.String(), said.String())
	}
	html, err := os.ReadFile(filepath.Join(dir, "report", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`id="chart_history"`, `id="numbers_history"`, "−20.0 %", "better", "a.Sort/n=8/cores=2-2"} {
		if !bytes.Contains(html, []byte(want)) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if !exists(filepath.Join(dir, "report", "history.svg")) {
		t.Error("no picture of the history")
	}
}
