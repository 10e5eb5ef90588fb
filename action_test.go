package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action is what action.yml may have in it.
type action struct {
	Name, Description string
	Inputs            map[string]struct{ Description, Default string }
	Outputs           map[string]struct{ Description, Value string }
	Runs              struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	Name  string
	ID    string `yaml:",omitempty"`
	If    string `yaml:",omitempty"`
	Shell string
	Env   map[string]string
	Run   string
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	text, err := os.ReadFile("action.yml")
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

// actionScript returns the script of a step of the action by its name.
func actionScript(t *testing.T, name string) string {
	t.Helper()
	steps := readAction(t).Runs.Steps
	i := slices.IndexFunc(steps, func(s actionStep) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("the action has no step %q", name)
	}
	return steps[i].Run
}

// Inputs reach the scripts by the environment, each is described and used, and the
// scripts run in the bash of every runner.
func TestActionIsSafe(t *testing.T) {
	a := readAction(t)
	used := map[string]bool{}
	for _, s := range a.Runs.Steps {
		if s.Shell != "bash" {
			t.Errorf("%s runs in %q", s.Name, s.Shell)
		}
		checkScript(t, "action.yml, "+s.Name, s.Run)
		if newer := regexp.MustCompile(`\bmapfile\b|\breadarray\b|declare -A|\$\{\w+(,,|\^\^|@)|&>>`).FindString(s.Run); newer != "" {
			t.Errorf("%s: the bash of macOS has no %s", s.Name, newer)
		}
		for _, value := range append(slices.Collect(maps.Values(s.Env)), s.If) {
			for _, found := range regexp.MustCompile(`inputs\.([a-z-]+)`).FindAllStringSubmatch(value, -1) {
				used[found[1]] = true
			}
		}
	}
	for name, in := range a.Inputs {
		if !used[name] || in.Description == "" {
			t.Errorf("the input %s is used: %v, and described as %q", name, used[name], in.Description)
		}
	}
	for name := range used {
		if _, ok := a.Inputs[name]; !ok {
			t.Errorf("there is no input %s", name)
		}
	}
	compare := actionScript(t, "Compare")
	for name, out := range a.Outputs {
		if want := "${{ steps.check.outputs." + name + " }}"; out.Value != want || out.Description == "" || !strings.Contains(compare, `"`+name+"=") {
			t.Errorf("the output %s is %q, described as %q", name, out.Value, out.Description)
		}
	}
	for _, text := range []string{a.Inputs["strict"].Description, a.Outputs["exit"].Description} {
		if !strings.Contains(text, "if something is undecided or a benchmark vanished") {
			t.Errorf("%q does not say all that strict is about", text)
		}
	}
	for name, want := range map[string]string{"budget": "up to 10 s for every", "args": "from the workspace"} {
		if text := a.Inputs[name].Description; !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %q", name, text, want)
		}
	}
	for _, name := range []string{"base", "pkg", "bench", "budget", "strict"} {
		if !used[name] {
			t.Errorf("no input %s", name)
		}
	}
}

// fake writes a program for a script to find before the one that is installed.
func fake(t *testing.T, dir, name, script string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/bash\n"+script), 0o777); err != nil {
		t.Fatal(err)
	}
}

func exitCode(err error) int {
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return 0
}

// compareRun is a run of the step that compares, in a repository with a program that
// stands for overlap.
type compareRun struct {
	code    int
	args    []string          // of overlap
	outputs map[string]string // of the step
	reports string            // the directory that overlap was told
	summary string
	log     string
}

func compare(t *testing.T, dir string, env ...string) (r compareRun) {
	t.Helper()
	temp := filepath.Join(dir, "temp")
	fake(t, filepath.Join(temp, "overlap-program"), "overlap", `printf '%s\n' "$@" > "$RUNNER_TEMP/args"
for arg; do
	case "$arg" in --reports=*) reports="${arg#*=}" ;; esac
done
[ -z "$WRITES" ] || { mkdir -p "$reports"; echo text > "$reports/check.md"; echo {} > "$reports/check.json"; }
exit "${FAKE:-0}"
`)
	must(t, dir, "rm -f temp/args temp/summary temp/output && touch temp/summary")
	defaults := []string{
		"RUNNER_TEMP=" + temp, "RUNNER_OS=Linux", "RUNNER_ARCH=X64", "GITHUB_STEP_SUMMARY=" + temp + "/summary", "GITHUB_OUTPUT=" + temp + "/output",
		"GITHUB_EVENT_NAME=push", "WRITES=1", "DIR=.", "STRICT=false",
	}
	var err error
	r.log, err = bash(t, dir, actionScript(t, "Compare"), append(defaults, env...)...)
	r.code = exitCode(err)
	if text, err := os.ReadFile(filepath.Join(temp, "args")); err == nil {
		r.args = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	r.reports = r.flag("reports")
	r.summary = must(t, dir, "cat temp/summary")
	r.outputs = map[string]string{}
	for line := range strings.Lines(must(t, dir, "cat temp/output")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		r.outputs[name] = value
	}
	return r
}

// base returns the revision that was compared with.
func (r compareRun) base() string { return r.flag("base") }

func (r compareRun) flag(name string) string {
	for _, a := range r.args {
		if value, ok := strings.CutPrefix(a, "--"+name+"="); ok {
			return value
		}
	}
	return ""
}

// The base is where the branch left main; of a push, main before it, or the
// commit before if that is gone.
func TestActionFindsItsBase(t *testing.T) {
	needs(t, "bash", "git")
	dir := t.TempDir()
	must(t, dir, `git init -q . && git commit -q --allow-empty -m first && git tag first &&
		git commit -q --allow-empty -m fork && git tag fork &&
		git commit -q --allow-empty -m main && git tag tip &&
		git checkout -q --detach fork && git commit -q --allow-empty -m a && git commit -q --allow-empty -m b && git tag branch &&
		git checkout -q --detach tip && git merge -q -m merged branch && git tag merged &&
		git clone -q --depth 1 "file://$PWD" shallow`)
	hash := func(rev string) string { return must(t, dir, "git rev-parse "+rev) }
	zeros := strings.Repeat("0", 40)
	for _, c := range []struct {
		why, head, event, before string
		fake                     string
		base                     string // none: nothing is compared
		code                     int
	}{
		{"a branch behind main", "branch", "pull_request", hash("tip"), "0", hash("fork"), 0},
		{"a branch merged into a main that has moved since the event", "merged", "pull_request", hash("fork"), "0", hash("tip"), 0},
		{"a regression", "branch", "pull_request", hash("tip"), "1", hash("fork"), 1},
		{"a push of one commit", "tip", "push", hash("fork"), "0", hash("fork"), 0},
		{"a push of two commits", "tip", "push", hash("first"), "0", hash("first"), 0},
		{"a push of a merge", "merged", "push", hash("tip"), "0", hash("tip"), 0},
		{"a push that could not be measured", "tip", "push", hash("fork"), "3", hash("fork"), 3},
		{"a new branch", "tip", "push", zeros, "0", hash("fork"), 0},
		{"the commit before was pushed away", "tip", "push", "1" + zeros[1:], "0", hash("fork"), 0},
		{"by hand", "tip", "workflow_dispatch", "", "0", hash("fork"), 0},
		{"the first commit", "first", "push", zeros, "0", "", 0},
		{"a pull request from nowhere", "branch", "pull_request", "1" + zeros[1:], "0", "", 3},
		{"a hostile name", "branch", "pull_request", "$(touch owned); --help", "0", "", 3},
	} {
		must(t, dir, "git checkout -q --detach "+c.head)
		pull := ""
		if c.event == "pull_request" {
			pull = hash("branch")
		}
		r := compare(t, dir, "GITHUB_EVENT_NAME="+c.event, "BEFORE="+c.before, "PULL_HEAD="+pull, "FAKE="+c.fake)
		if r.code != c.code || r.base() != c.base || r.outputs["exit"] != fmt.Sprint(c.code) {
			t.Errorf("%s: exit %d and %s, want %d\nit compared with %q and not %q\n%s", c.why, r.code, r.outputs["exit"], c.code, r.base(), c.base, r.log)
		}
		if c.base == "" && (r.args != nil || r.outputs["summary"] != "") {
			t.Errorf("%s: %q, %v", c.why, r.args, r.outputs)
		}
	}
	for _, event := range []string{"push", "pull_request"} {
		r := compare(t, dir, "DIR=shallow", "GITHUB_EVENT_NAME="+event, "BEFORE="+hash("first"))
		if r.code != 3 || !strings.Contains(r.log, "give actions/checkout fetch-depth 0") {
			t.Errorf("a %s without its history: exit %d\n%s", event, r.code, r.log)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "owned")); err == nil {
		t.Error("a name was run")
	}
}

// Each input is one word of the command line, and the outputs say where the reports are.
func TestActionPassesItsInputs(t *testing.T) {
	needs(t, "bash", "git")
	dir := t.TempDir()
	must(t, dir, "git init -q . && git commit -q --allow-empty -m one && git commit -q --allow-empty -m two && mkdir sub")
	temp := filepath.Join(dir, "temp")
	for _, c := range []struct {
		why  string
		env  []string
		args []string
	}{
		{"nothing but a base", nil, []string{"--name=github-Linux-X64"}},
		{"an empty directory", []string{"DIR="}, []string{"--name=github-Linux-X64"}},
		{"everything", []string{"PKG=./a ./b", "BENCH=^A$|B c", "BUDGET=5m", "STRICT=true", "DIR=sub", "NAME=box", "ARGS=--tests=head\n--min-efficiency=0.8@4\n\n--\n-words of=mine\n"},
			[]string{"--name=box", "--dir=sub", "--pkg=./a ./b", "--bench=^A$|B c", "--budget=5m", "--strict", "--tests=head", "--min-efficiency=0.8@4", "--", "-words of=mine"}},
		{"hostile text", []string{"PKG=$(touch owned)", "BENCH=`touch owned`", "BUDGET=;touch owned", "NAME=a' \"*", "ARGS=* $HOME \\d "},
			[]string{"--name=a' \"*", "--pkg=$(touch owned)", "--bench=`touch owned`", "--budget=;touch owned", "* $HOME \\d "}},
	} {
		r := compare(t, dir, append([]string{"BASE=v1"}, c.env...)...)
		common := []string{"check", "--base=v1", "--head=HEAD", "--results=" + temp + "/overlap-results", "--reports=" + r.reports}
		if want := slices.Concat(common, c.args); r.code != 0 || !slices.Equal(r.args, want) {
			t.Errorf("%s: exit %d\n%q, want\n%q\n%s", c.why, r.code, r.args, want, r.log)
		}
		for name, want := range map[string]string{"exit": "0", "summary": r.reports + "/check.md", "json": r.reports + "/check.json", "results": temp + "/overlap-results"} {
			if r.outputs[name] != want {
				t.Errorf("%s: %s is %q, want %q", c.why, name, r.outputs[name], want)
			}
		}
		if r.summary != "text" {
			t.Errorf("%s: the summary of the step is %q", c.why, r.summary)
		}
	}
	for _, found := range []string{"owned", "sub/owned"} {
		if _, err := os.Stat(filepath.Join(dir, found)); err == nil {
			t.Error("an input was run")
		}
	}
	for _, c := range []struct{ why, env, says string }{
		{"strict is something else", "STRICT=yes", "the input strict is neither true nor false"},
		{"the directory is not there", "DIR=none", "the input dir names no directory"},
	} {
		if r := compare(t, dir, "BASE=v1", c.env); r.code != 3 || r.outputs["exit"] != "3" || r.args != nil || !strings.Contains(r.log, c.says) {
			t.Errorf("%s: exit %d, %v\n%s", c.why, r.code, r.outputs, r.log)
		}
	}
	// A check that wrote no report is not what an earlier one says.
	r := compare(t, dir, "BASE=v1", "WRITES=", "FAKE=3")
	if text := must(t, dir, "cat "+r.outputs["summary"]); r.code != 3 || r.outputs["json"] != "" || !strings.HasPrefix(text, "<!-- overlap check -->\n") || !strings.Contains(text, "could not begin") || r.summary != text {
		t.Errorf("exit %d, %v, %q", r.code, r.outputs, text)
	}
}

// Two modules of a repository are checked by two calls, whose reports are both uploaded later.
func TestActionChecksTwoModules(t *testing.T) {
	needs(t, "bash", "git")
	dir := t.TempDir()
	must(t, dir, "git init -q . && git commit -q --allow-empty -m one && git commit -q --allow-empty -m two && mkdir a b")
	a, b := compare(t, dir, "DIR=a"), compare(t, dir, "DIR=b")
	if a.flag("dir") != "a" || b.flag("dir") != "b" || a.base() == "" || a.base() != b.base() {
		t.Errorf("%q, %q", a.args, b.args)
	}
	if a.outputs["summary"] == b.outputs["summary"] || a.outputs["results"] != b.outputs["results"] {
		t.Errorf("%v, %v", a.outputs, b.outputs)
	}
	for _, r := range []compareRun{a, b} {
		if text := must(t, dir, "cat "+r.outputs["summary"]); text != "text" {
			t.Errorf("%s has %q", r.outputs["summary"], text)
		}
	}
}

// What a workflow gives to the action is an input of it.
func TestWorkflowsKnowTheAction(t *testing.T) {
	a := readAction(t)
	var seen int
	check := func(where string, steps []workflowStep) {
		for _, s := range steps {
			if s.Uses != "./" && s.Uses != "./.overlap" && !strings.HasPrefix(s.Uses, "you/overlap@") {
				continue
			}
			seen++
			for name := range s.With {
				if _, ok := a.Inputs[name]; !ok {
					t.Errorf("%s: the action has no input %s", where, name)
				}
			}
		}
	}
	for _, path := range workflows(t) {
		for name, job := range readWorkflow(t, path).Jobs {
			check(path+", "+name, job.Steps)
		}
	}
	for _, page := range []string{"README.md", "internal/cli/manual/check.md"} {
		before := seen
		check(page, snippet(t, page).Jobs["overlap"].Steps)
		if seen != before+1 {
			t.Errorf("%s: the workflow does not use the action once", page)
		}
	}
	if seen < 3 {
		t.Errorf("%d steps use the action", seen)
	}
}

// snippet reads the workflow in a page: all that a new repository needs.
func snippet(t *testing.T, path string) (w workflow) {
	t.Helper()
	lines := blocksOf(t, path)["yaml"]
	if err := yaml.Unmarshal([]byte(strings.Join(lines, "")), &w); err != nil || len(w.Jobs) != 1 {
		t.Fatalf("%s: %v, %d jobs", path, err, len(w.Jobs))
	}
	if len(lines) > 10 || w.Permissions["contents"] != "read" {
		t.Errorf("%s: %d lines, permissions %v", path, len(lines), w.Permissions)
	}
	return w
}

// The scripts of the action build overlap and check a module with it.
func TestActionGuardsAModule(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds overlap and a module")
	}
	needs(t, "bash", "git")
	dir := t.TempDir()
	copyRepository(t, filepath.Join(dir, "overlap"))
	module := filepath.Join(dir, "module")
	if err := os.CopyFS(module, os.DirFS("bench/sweep/testdata/module")); err != nil {
		t.Fatal(err)
	}
	must(t, module, "git init -q && git add -A && git commit -q -m all && git commit -q --allow-empty -m nothing")
	caches, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output() // bash has another home
	if err != nil {
		t.Fatal(err)
	}
	cache, modules, _ := strings.Cut(strings.TrimSpace(string(caches)), "\n")
	env := []string{
		"GOCACHE=" + cache, "GOMODCACHE=" + modules, "RUNNER_TEMP=" + dir, "RUNNER_OS=Linux", "RUNNER_ARCH=X64", "GITHUB_ACTION_PATH=" + filepath.Join(dir, "overlap"),
		"GITHUB_PATH=" + dir + "/path", "GITHUB_OUTPUT=" + dir + "/output", "GITHUB_STEP_SUMMARY=" + dir + "/summary", "GITHUB_EVENT_NAME=push", "GITHUB_ACTIONS=true",
		"ACTION_REF=main", "DIR=.", "STRICT=false", "BUDGET=10s",
	}
	for _, c := range []struct{ step, says string }{{"Install overlap", "overlap main, go"}, {"Compare", "identical"}} {
		if out, err := bash(t, module, actionScript(t, c.step), env...); err != nil || !strings.Contains(out, c.says) {
			t.Fatalf("%s: %v\n%s", c.step, err, out)
		}
	}
	if text := must(t, dir, "cat summary overlap-reports.*/check.json"); !strings.Contains(text, "**overlap check:** no regression") || !strings.Contains(text, `"identical": [`) {
		t.Errorf("the reports say\n%s", text)
	}
}
