package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"overlap/bench/gate"
	"overlap/bench/gate/pair"
	"overlap/bench/sweep"
)

// repository makes the repository of the self-test and returns its directory.
func selfRepository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := makeRepository(t.Context(), dir, selfCases()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// in runs a command in a directory, in the environment of the self-test.
func in(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, selfEnvironment(os.Environ())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// What the cases promise is what their modules do: units of work, allocations,
// and who works under which lock.
func TestSelfTestModulesDoWhatTheirCasesSay(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds six test binaries")
	}
	dir := selfRepository(t)
	for _, c := range []struct{ tag, units, edition, allocs string }{
		{"base", "100", "first", "0"},
		{"same", "100", "other", "0"},
		{"slower", "105", "first", "0"},
		{"mutex", "100", "first", "0"},
		{"allocs", "100", "first", "1"},
	} {
		if out, err := in(t, dir, "git", "checkout", "-q", c.tag); err != nil {
			t.Fatal(err, out)
		}
		out, err := in(t, dir, "go", "test", "-v", "-vet=all", "-bench=Hash", "-benchtime=1000x", ".")
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.tag, err, out)
		}
		if want := c.units + " units, edition " + c.edition + "\n"; !strings.Contains(out, want) {
			t.Errorf("%s: no %q in\n%s", c.tag, want, out)
		}
		if m := regexp.MustCompile(`BenchmarkHash.* (\d+) allocs/op`).FindStringSubmatch(out); m == nil || m[1] != c.allocs {
			t.Errorf("%s: want %s allocs/op:\n%s", c.tag, c.allocs, out)
		}
	}
	if out, err := in(t, dir, "git", "checkout", "-q", "broken"); err != nil {
		t.Fatal(err, out)
	}
	if out, err := in(t, dir, "go", "vet", "."); err == nil || !strings.Contains(out, "work_test.go") {
		t.Errorf("broken: %v\n%s", err, out)
	}
	if out, err := in(t, dir, "go", "build", "."); err != nil {
		t.Errorf("only the test of broken is broken: %v\n%s", err, out)
	}
}

// Each variant differs from base in its own lines and in no others, and the tree
// is clean.
func TestSelfTestCommitsHoldOneEdit(t *testing.T) {
	dir := selfRepository(t)
	for _, c := range selfCases() {
		out, err := in(t, dir, "git", "diff", "--numstat", "base", c.name)
		added := 1 + strings.Count(c.edit.to, "\n")
		if want := fmt.Sprintf("%d\t1\t%s\n", added, c.edit.file); err != nil || out != want {
			t.Errorf("%s: %v, %q, want %q", c.name, err, out, want)
		}
	}
	if out, err := in(t, dir, "git", "status", "--porcelain"); err != nil || out != "" {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := in(t, dir, "git", "log", "-1", "--format=%an <%ae>"); err != nil || out != "overlap <overlap@localhost>\n" {
		t.Errorf("%v, %q", err, out)
	}
}

// All of the work is under the lock that the edit of mutex makes common.
func TestSelfTestMutexHoldsAllOfTheWork(t *testing.T) {
	files, err := selfFiles()
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(files["work.go"], "own.Lock()\n")
	held, _, ok := strings.Cut(after, "own.Unlock()")
	if !ok || strings.TrimSpace(held) != "chain(100)" || strings.Count(files["work.go"], "chain(100)") != 1 {
		t.Errorf("under the lock: %q", held)
	}
}

func TestAnEditThatDoesNotFitIsAnError(t *testing.T) {
	files := map[string]string{"a": "x y x"}
	for _, e := range []edit{{"a", "z", "w"}, {"a", "x", "w"}, {"b", "x", "w"}} {
		if got, err := e.apply(files); err == nil {
			t.Errorf("%v made %v", e, got)
		}
	}
	got, err := edit{"a", "y", "w"}.apply(files)
	if err != nil || got["a"] != "x w x" || files["a"] != "x y x" {
		t.Errorf("%v, %v; the original is %v", got, err, files)
	}
}

// The settings of the user, and of a git hook that runs the self-test, do not
// reach it.
func TestSelfTestIgnoresTheUsersGitSettings(t *testing.T) {
	home := t.TempDir()
	config := "[commit]\n\tgpgsign = true\n[core]\n\thooksPath = " + home + "\n[init]\n\tdefaultBranch = bad..name\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(config), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	t.Setenv("GIT_DIR", filepath.Join(home, "nowhere"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(home, "index"))
	selfRepository(t)
}

func TestSelfTestWithoutGit(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	s := selfTest{streams: &streams{io.Discard, io.Discard}, budget: time.Second, cores: 2}
	if err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), "git is needed") {
		t.Errorf("%v", err)
	}
}

func TestEnvironmentOfChecks(t *testing.T) {
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GIT_DIR", "x")
	t.Setenv("GOFLAGS", "-race")
	got := map[string]string{}
	for _, s := range selfEnvironment(os.Environ()) { // of two of a name the last counts
		name, value, _ := strings.Cut(s, "=")
		got[name] = value
	}
	for name, want := range map[string]string{"GITHUB_ACTIONS": "", "GIT_DIR": "", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "PATH": os.Getenv("PATH")} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

func TestSelfTestStartsChecks(t *testing.T) {
	t.Setenv("BE_OVERLAP", "1")
	t.Setenv("GITHUB_ACTIONS", "true")
	var stdout, stderr strings.Builder
	if code := selfCheck(t.Context(), []string{"--schema"}, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), "$schema") {
		t.Errorf("exit %d: %s%s", code, &stdout, &stderr)
	}
	if code := selfCheck(t.Context(), []string{"--nonsense"}, &stdout, &stderr); code != exitUnmeasured || !strings.Contains(stderr.String(), "unknown flag") {
		t.Errorf("exit %d: %s", code, &stderr)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(sweep.ErrInterrupted)
	if code := selfCheck(ctx, []string{"--schema"}, io.Discard, io.Discard); code == 0 {
		t.Error("it ran although the context had ended")
	}
}

// change is a verdict of a check that a test makes up.
func change(benchmark string, cores int, q gate.Quantity, ratio float64, v gate.Verdict) gate.Change {
	return gate.Change{Benchmark: benchmark, Cores: cores, Quantity: q, Base: 1, Head: ratio, Ratio: ratio, Low: ratio - 0.002, High: ratio + 0.002, Floor: 0.008, Verdict: v}
}

// healthy is what a check that works says of the cases.
func healthy() map[string]selfOutcome {
	same := change("Hash", 1, gate.Time, 1, gate.Same)
	of := func(code int, changes ...gate.Change) selfOutcome {
		return selfOutcome{code: code, report: gate.Report{Changes: append(changes, same), Setup: gate.Setup{Threshold: 0.03}}}
	}
	return map[string]selfOutcome{
		"same":   of(0),
		"slower": of(1, change("Hash", 1, gate.Time, 1.05, gate.Worse), change("Hash", 1, gate.MeanTime, 1.05, gate.Worse), change("Shared", 1, gate.Time, 1, gate.CannotTell)),
		"mutex":  of(1, change("Shared", 2, gate.Speedup, 0.5, gate.Worse), change("Shared", 2, gate.Time, 2, gate.Worse), change("Shared", 1, gate.Time, 1, gate.Same)),
		"allocs": of(1, change("Hash", 1, gate.Allocs, 2, gate.Worse)),
		"broken": {code: 3, said: "overlap: head does not build: ./work_test.go:43:6: syntax error\n"},
	}
}

// fake is a self-test on two cores with a check that answers with these
// outcomes.
func fake(outcomes map[string]selfOutcome) (t selfTest, out *strings.Builder, asked map[string][]string) {
	out, asked = &strings.Builder{}, map[string][]string{}
	t = selfTest{budget: 180 * time.Second, cores: 2, streams: &streams{out, io.Discard}}
	t.check = func(_ context.Context, args []string, stdout, stderr io.Writer) int {
		i := slices.IndexFunc(args, func(s string) bool { return strings.HasPrefix(s, "--head=") })
		name := strings.TrimPrefix(args[i], "--head=")
		asked[name] = args
		o := outcomes[name]
		io.WriteString(stderr, o.said)
		if o.code != 3 {
			if err := json.NewEncoder(stdout).Encode(o.report); err != nil {
				panic(err)
			}
		}
		return o.code
	}
	return t, out, asked
}

func TestSelfTestOfAHealthyCheck(t *testing.T) {
	s, out, asked := fake(healthy())
	if err := s.run(t.Context()); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{"+5.0 % [4.8, 5.2]", "speedup 1.00 → 0.50", "1 → 2 allocs/op", "In 3m0s this machine detects changes of 0.8 % in time and of 0.8 % in the speedup", "names work_test.go"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for line := range strings.Lines(out.String()) {
		if n := len([]rune(line)); n > 101 {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
	if strings.Contains(out.String(), "too little") {
		t.Errorf("this machine is fit:\n%s", out)
	}
	for name, budget := range map[string]string{"same": "1m0s", "slower": "40s", "mutex": "50s", "allocs": "30s"} {
		if !slices.Contains(asked[name], "--budget="+budget) {
			t.Errorf("%s is checked by %q, want a budget of %s", name, asked[name], budget)
		}
	}
	if len(asked) != 5 {
		t.Errorf("cases: %v", asked)
	}
}

// Every way in which a check may be wrong must fail the case, and the self-test.
func TestSelfTestFindsAWrongCheck(t *testing.T) {
	worse := func(o selfOutcome, c gate.Change) selfOutcome {
		o.report.Changes = append([]gate.Change{c}, o.report.Changes...)
		return o
	}
	only := func(code int, changes ...gate.Change) selfOutcome {
		return selfOutcome{code: code, report: gate.Report{Changes: changes}}
	}
	good := healthy()
	slow := change("Hash", 1, gate.Time, 1.05, gate.Worse)
	for _, c := range []struct {
		why, name string
		o         selfOutcome
	}{
		{"false alarm", "same", only(1, slow)},
		{"false alarm of any quantity", "same", worse(good["same"], change("Shared", 2, gate.AverageParallelism, 0.5, gate.Worse))},
		{"could not measure", "same", selfOutcome{code: 3}},
		{"inconclusive as an error", "same", selfOutcome{code: 2, report: good["same"].report}},
		{"nothing compared", "same", only(0)},
		{"skipped as identical", "same", selfOutcome{report: gate.Report{NotCompared: gate.NotCompared{Identical: []string{"example.com/selftest"}}, Changes: good["same"].report.Changes}}},
		{"missed", "slower", only(0, change("Hash", 1, gate.Time, 1.05, gate.CannotTell))},
		{"found, but no exit code", "slower", only(0, slow)},
		{"exit code for the other benchmark", "slower", only(1, change("Shared", 1, gate.Time, 1.05, gate.Worse))},
		{"both called slower", "slower", only(1, slow, change("Shared", 1, gate.Time, 1.05, gate.Worse))},
		{"seen as 10 %", "slower", only(1, change("Hash", 1, gate.Time, 1.10, gate.Worse))},
		{"faster", "slower", only(1, change("Hash", 1, gate.Time, 0.95, gate.Worse))},
		{"only the mean", "slower", only(1, change("Hash", 1, gate.MeanTime, 1.05, gate.Worse))},
		{"slower, scaling not seen", "mutex", only(1, change("Shared", 2, gate.Time, 2, gate.Worse))},
		{"slower on one core", "mutex", worse(good["mutex"], change("Shared", 1, gate.Time, 1.05, gate.Worse))},
		{"speedup of one core", "mutex", only(1, change("Shared", 1, gate.Speedup, 0.5, gate.Worse))},
		{"no exit code", "mutex", only(0, good["mutex"].report.Changes...)},
		{"allocations missed", "allocs", only(1, slow)},
		{"allocations found, no exit code", "allocs", only(0, change("Hash", 1, gate.Allocs, 2, gate.Worse))},
		{"no regression", "broken", only(0)},
		{"an error that names no file", "broken", selfOutcome{code: 3, said: "overlap: failed\n"}},
		{"named, but no regression", "broken", selfOutcome{code: 0, said: "work_test.go"}},
	} {
		outcomes := healthy()
		outcomes[c.name] = c.o
		s, out, _ := fake(outcomes)
		err := s.run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "1 of 5 cases") || strings.Count(out.String(), "FAILED: ") != 1 {
			t.Errorf("%s, %s: %v\n%s", c.name, c.why, err, out)
		}
	}
}

func TestSelfTestOnOneCPU(t *testing.T) {
	s, out, asked := fake(healthy())
	s.cores = 1
	if err := s.run(t.Context()); err != nil {
		t.Error(err)
	}
	if asked["mutex"] != nil || !strings.Contains(out.String(), "not measured: it needs 2 CPUs, and this machine has 1") {
		t.Errorf("%v\n%s", asked["mutex"], out)
	}
	if !slices.Contains(asked["allocs"], "--budget="+(3*180*time.Second/13).String()) {
		t.Errorf("the budget is divided among the cases that are measured, not as in %q", asked["allocs"])
	}
}

func TestSelfTestOnANoisyMachine(t *testing.T) {
	outcomes := healthy()
	same := outcomes["same"]
	same.report.Changes = []gate.Change{change("Hash", 1, gate.Time, 1, gate.CannotTell)}
	same.report.Changes[0].Floor = 0.2
	outcomes["same"] = same
	s, out, _ := fake(outcomes)
	if err := s.run(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "too little for a threshold of 3.0 %") {
		t.Errorf("it says\n%s", out)
	}
}

// Where others had a CPU, the efficiency of software may be all that shows the lock.
func TestSelfTestMutexByEfficiency(t *testing.T) {
	outcomes := healthy()
	lost := change("Shared", 2, gate.SoftwareEfficiency, .5, gate.Worse)
	unknown := change("Shared", 2, gate.Speedup, 1, gate.CannotTell)
	outcomes["mutex"] = selfOutcome{code: 1, report: gate.Report{Changes: []gate.Change{unknown, lost}}}
	test, out, _ := fake(outcomes)
	if err := test.run(t.Context()); err != nil || !strings.Contains(out.String(), "software efficiency 1.00 → 0.50") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Where others had a CPU, that is why nothing was found on two.
func TestSelfTestBesideOthers(t *testing.T) {
	outcomes := healthy()
	s := change("Shared", 2, gate.Speedup, 1, gate.CannotTell)
	s.Why = "CPU 1 was taken by others in 83 % of the slots"
	outcomes["mutex"] = selfOutcome{report: gate.Report{Changes: []gate.Change{s}}}
	test, out, _ := fake(outcomes)
	if err := test.run(t.Context()); err == nil || !strings.Contains(out.String(), "FAILED: exit 0, cannot tell: "+s.Why) {
		t.Errorf("%v\n%s", err, out)
	}
}

// A check that prints garbage, or nothing, is not a healthy one.
func TestSelfTestOfGarbage(t *testing.T) {
	for _, text := range []string{"", "{", "null null", "[]", `{"changes":[{"ratio":"x"}]}`} {
		s, out, _ := fake(nil)
		s.check = func(_ context.Context, _ []string, stdout, _ io.Writer) int {
			io.WriteString(stdout, text)
			return 0
		}
		if err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), "case same") {
			t.Errorf("%q: %v\n%s", text, err, out)
		}
	}
}

func TestInterruptedSelfTest(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	s, out, asked := fake(healthy())
	check := s.check
	s.check = func(ctx context.Context, args []string, stdout, stderr io.Writer) int {
		check(ctx, args, stdout, stderr)
		cancel(sweep.ErrInterrupted)
		return 0 // the check had just ended
	}
	if err := s.run(ctx); !errors.Is(err, sweep.ErrInterrupted) || len(asked) != 1 || out.Len() > 0 {
		t.Errorf("%v, cases %v\n%s", err, asked, out)
	}
	s, _, _ = fake(nil)
	s.check = func(context.Context, []string, io.Writer, io.Writer) int { return 130 } // the signal came to the check first
	if err := s.run(t.Context()); !errors.Is(err, sweep.ErrInterrupted) {
		t.Error(err)
	}
}

func TestSelfTestRemovesItsFolder(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	s, _, asked := fake(healthy())
	if err := s.run(t.Context()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 || len(asked) == 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestPressureIsTheMedianOfTheSamples(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.txt")
	text := "# plan: {}\nBenchmarkA 1 5 ns/op 0.4 pressure\nBenchmarkA 1 5 ns/op\ngarbage\nBenchmarkB 1 5 ns/op 0.1 pressure\nBenchmarkB 1 5 ns/op 0.2 pressure\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, err := pressureIn(file); got != 0.2 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := pressureIn(""); !math.IsNaN(got) || err != nil {
		t.Errorf("of no file: %v, %v", got, err)
	}
	if _, err := pressureIn(file + "x"); err == nil {
		t.Error("a file that is missing is not an error")
	}
}

// A budget that is too short for one case is too short for all: it is said once, with one
// that would do.
func TestSelfTestWithAShortBudget(t *testing.T) {
	outcomes := healthy()
	short := pair.BudgetError{Budget: 20 * time.Second, Need: 24 * time.Second, Links: 9 * time.Second, Points: 4, Blocks: 14, Benchmarks: 2, Curves: true}
	outcomes["same"] = selfOutcome{code: exitUnmeasured, said: "overlap: " + budgetTooShort(&short, false).Error() + "\n"}
	s, out, asked := fake(outcomes)
	s.budget = time.Minute
	err := s.run(t.Context())
	const want = "the budget of 1m0s is too short for the self-test: 20s of it are for the case same, which takes 27s; use --budget 1m30s"
	if err == nil || err.Error() != want || len(asked) != 1 || out.Len() > 0 {
		t.Errorf("%v, cases %v\n%s\nwant %s", err, asked, out, want)
	}
}

// What a check says may hold anything.
func TestSelfTestPrintsNoControlCharacters(t *testing.T) {
	outcomes := healthy()
	outcomes["same"] = selfOutcome{code: 3, said: "overlap: \x1b[31mred\n\x1b]0;title\a\r"}
	s, out, _ := fake(outcomes)
	if err := s.run(t.Context()); err == nil {
		t.Error("the case did not fail")
	}
	if strings.ContainsAny(out.String(), "\x1b\a\r") {
		t.Errorf("%q", out)
	}
}
