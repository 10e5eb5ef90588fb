package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflow is what the tests know of a file of GitHub Actions.
type workflow struct {
	On          triggers
	Permissions map[string]string
	Concurrency map[string]string
	Env         map[string]string
	Jobs        map[string]struct {
		If          string
		Needs       string
		Timeout     int `yaml:"timeout-minutes"`
		Environment any
		Outputs     map[string]string
		Permissions map[string]string
		Steps       []workflowStep
	}
}

// triggers are events; a single one needs no map.
type triggers map[string]any

func (t *triggers) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*t = triggers{n.Value: nil}
		return nil
	}
	return n.Decode((*map[string]any)(t))
}

type workflowStep struct {
	ID, Name, Uses, Run, If string
	Shell                   string
	With, Env               map[string]string
}

func readWorkflow(t *testing.T, path string) (w workflow) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(w.Jobs) == 0 || len(w.On) == 0 {
		t.Fatalf("%s has %d jobs and %d triggers", path, len(w.Jobs), len(w.On))
	}
	return w
}

// workflows are the files of GitHub Actions.
func workflows(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	return files
}

// What anybody can name, such as a branch, must not become part of a script; what
// is taken from outside has a version; nobody may write who need not, and who may
// takes nothing from a pull request.
func TestWorkflowsAreSafe(t *testing.T) {
	pinned := regexp.MustCompile(`^actions/[a-z-]+@v\d+$`)
	for _, path := range workflows(t) {
		w := readWorkflow(t, path)
		if _, risky := w.On["pull_request_target"]; risky {
			t.Errorf("%s runs the code of strangers with the rights of the repository", path)
		}
		if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
			t.Errorf("%s: permissions %v: what needs more says so in its own job", path, w.Permissions)
		}
		for name, job := range w.Jobs {
			if job.Timeout == 0 {
				t.Errorf("%s, %s: no timeout-minutes", path, name)
			}
			for _, s := range job.Steps {
				ours := s.Uses == "./" || s.Uses == "./.overlap"
				if s.Uses != "" && !pinned.MatchString(s.Uses) && !ours {
					t.Errorf("%s, %s: %s is not an action of GitHub's at a major version", path, name, s.Uses)
				}
				if ours && len(job.Permissions) > 0 {
					t.Errorf("%s, %s: what measures has the rights %v", path, name, job.Permissions)
				}
				if _, after := w.On["workflow_run"]; after && s.With["ref"]+s.With["repository"] != "" {
					t.Errorf("%s, %s: it follows a run of strangers' code, and takes %v", path, name, s.With)
				}
				checkScript(t, path+", "+name, s.Run)
			}
		}
	}
}

// checkScript checks that a script is one, whatever the expressions are.
func checkScript(t *testing.T, where, script string) {
	t.Helper()
	if strings.Contains(script, "${{") {
		t.Errorf("%s: an expression is written into a script: take it from env\n%s", where, script)
	}
	checkSyntax(t, script)
}

// actionlint knows what GitHub accepts: contexts, events, inputs. It does not lint
// actions, so ours is linted as a workflow that is called with the same inputs. Where
// shellcheck is installed, as on the runners of GitHub, it reads the scripts.
func TestActionlint(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds actionlint")
	}
	a := readAction(t)
	var called yaml.Node
	inputs := map[string]any{}
	for name, in := range a.Inputs {
		inputs[name] = map[string]string{"type": "string", "default": in.Default}
	}
	if err := called.Encode(map[string]any{
		"on":   map[string]any{"workflow_call": map[string]any{"inputs": inputs}},
		"jobs": map[string]any{"action": map[string]any{"runs-on": "ubuntu-latest", "steps": a.Runs.Steps}},
	}); err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(&called)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "action.yml")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"tool", "-modfile=tools.mod", "actionlint", path}, workflows(t)...)
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func checkSyntax(t *testing.T, script string) {
	t.Helper()
	needs(t, "bash")
	cmd := exec.Command("bash", "-n")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, script)
	}
}

const (
	gateWorkflow    = ".github/workflows/check.yml"
	commentWorkflow = ".github/workflows/comment.yml"
	pagesWorkflow   = ".github/workflows/pages.yml"
	releaseWorkflow = ".github/workflows/release.yml"
)

// The job that may write runs no code of the repository, and the one that does
// keeps no token.
func TestGateKeepsMeasuringAndWritingApart(t *testing.T) {
	w := readWorkflow(t, gateWorkflow)
	check, history := w.Jobs["check"], w.Jobs["history"]
	if len(check.Permissions) > 0 {
		t.Errorf("the check may %v", check.Permissions)
	}
	for _, s := range check.Steps {
		if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != "false" {
			t.Errorf("the check keeps the token of %v", s.With)
		}
	}
	if check.Steps[0].With["fetch-depth"] != "0" {
		t.Error("the check does not have the history that the base is in")
	}
	if history.Permissions["contents"] != "write" || history.Needs != "check" || !strings.Contains(history.If, "github.event_name == 'push'") {
		t.Errorf("history: %+v", history)
	}
	for _, s := range history.Steps {
		if regexp.MustCompile(`\b(go|make|overlap)\s+(build|run|test|check|install)|\bbash\b|\./`).MatchString(strings.ReplaceAll(s.Run, "../new/", "")) {
			t.Errorf("the job that may write runs code:\n%s", s.Run)
		}
	}
	if !strings.Contains(w.Concurrency["group"], "github.sha") {
		t.Errorf("pushes share the group %q: one would end the other", w.Concurrency["group"])
	}
}

// script returns the script of a step of a workflow by its name.
func script(t *testing.T, path, job, name string) string {
	t.Helper()
	for _, s := range readWorkflow(t, path).Jobs[job].Steps {
		if s.Name == name {
			return s.Run
		}
	}
	t.Fatalf("%s, %s has no step %q", path, job, name)
	return ""
}

// bash runs a script as GitHub does, with git's identity and no settings of the
// user's.
func bash(t *testing.T, dir, script string, env ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@localhost", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@localhost",
	}
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func must(t *testing.T, dir, script string) string {
	t.Helper()
	out, err := bash(t, dir, script)
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return strings.TrimSpace(out)
}

func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skip(err)
		}
	}
}

// Entries are appended to those of the branch, also when another push was faster,
// and the branch holds nothing else.
func TestGateAppendsToTheHistory(t *testing.T) {
	needs(t, "bash", "git")
	dir := t.TempDir()
	must(t, dir, `git init -q --bare origin && git init -q seed && cd seed && echo code > code.go && git add . &&
		git commit -q -m code && git push -q ../origin HEAD:refs/heads/main && git -C ../origin symbolic-ref HEAD refs/heads/main`)
	run := func(name, entry string) (string, error) {
		must(t, dir, "mkdir "+name+" && cd "+name+" && git clone -q ../origin repository")
		if entry != "" {
			must(t, filepath.Join(dir, name), "mkdir -p new/host/checks && touch new/host/checks/t.txt && echo "+entry+" > new/host/history.txt")
		}
		if name == "slow" { // another push comes just before its own
			hook := "#!/bin/sh\n[ -e done ] && exit 0\ntouch done\nunset GIT_DIR GIT_INDEX_FILE\ngit clone -q -b overlap-history ../../origin other && cd other && echo fast >> host/history.txt && git commit -qam fast && git push -q\n"
			if err := os.WriteFile(filepath.Join(dir, name, "repository/.git/hooks/post-commit"), []byte(hook), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		return bash(t, filepath.Join(dir, name, "repository"), script(t, gateWorkflow, "history", "Append to the branch"), "GITHUB_SHA=abc")
	}
	for _, c := range []struct{ name, entry, want string }{
		{"nothing", "", ""},
		{"first", "one", "one"},
		{"second", "two", "one\ntwo"},
		{"identical", "", "one\ntwo"},
		{"slow", "three", "one\ntwo\nfast\nthree"},
	} {
		if out, err := run(c.name, c.entry); err != nil {
			t.Fatalf("%s: %v\n%s", c.name, err, out)
		}
		got, _ := bash(t, dir, "git -C origin show overlap-history:host/history.txt 2> /dev/null")
		if strings.TrimSpace(got) != c.want {
			t.Errorf("after %s the history is %q, want %q", c.name, got, c.want)
		}
	}
	if files := must(t, dir, "git -C origin ls-tree -r --name-only overlap-history"); files != "host/history.txt" {
		t.Errorf("the branch holds %q", files)
	}
	if files := must(t, dir, "git -C origin ls-tree -r --name-only main"); files != "code.go" {
		t.Errorf("main holds %q", files)
	}
	must(t, dir, "rm -rf origin/refs origin/objects")
	must(t, dir, "mkdir -p lost/new/host && echo x > lost/new/host/history.txt && cp -r slow/repository lost/")
	if out, err := bash(t, filepath.Join(dir, "lost/repository"), script(t, gateWorkflow, "history", "Append to the branch"), "GITHUB_SHA=abc"); err == nil {
		t.Errorf("a repository that cannot be read passed for one without a history:\n%s", out)
	}
}

// The page is made of the branch with the history; without one, nothing is published.
func TestHistoryBecomesAPage(t *testing.T) {
	needs(t, "bash", "git")
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	fake(t, bin, "overlap", `[ "$1 $2 $4" = "history --results --html" ] && cat "$3/host/history.txt" > "$5"`+"\n")
	must(t, dir, `git init -q --bare origin && git init -q seed && cd seed && git commit -q --allow-empty -m code && git push -q ../origin HEAD:refs/heads/main &&
		git -C ../origin symbolic-ref HEAD refs/heads/main`)
	for _, c := range []struct{ name, history, output string }{
		{"none", "", ""},
		{"some", "one", "made=true"},
	} {
		if c.history != "" {
			must(t, dir, "cd seed && mkdir host && echo "+c.history+" > host/history.txt && git add . && git commit -q -m history && git push -q ../origin HEAD:refs/heads/overlap-history")
		}
		must(t, dir, "mkdir "+c.name+" && touch "+c.name+"/output && git clone -q origin "+c.name+"/repository")
		temp := filepath.Join(dir, c.name)
		out, err := bash(t, filepath.Join(temp, "repository"), script(t, pagesWorkflow, "page", "Make the page"),
			"PATH="+bin+":"+os.Getenv("PATH"), "RUNNER_TEMP="+temp, "GITHUB_OUTPUT="+filepath.Join(temp, "output"))
		if err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
		if got := must(t, temp, "cat output"); got != c.output {
			t.Errorf("%s: the outputs are %q", c.name, got)
		}
		if got, _ := bash(t, temp, "cat site/index.html 2> /dev/null"); strings.TrimSpace(got) != c.history {
			t.Errorf("%s: the page is %q", c.name, got)
		}
	}
	w := readWorkflow(t, pagesWorkflow)
	publish := w.Jobs["publish"]
	if publish.Needs != "page" || publish.If != "${{ needs.page.outputs.made }}" || w.Jobs["page"].Outputs["made"] != "${{ steps.page.outputs.made }}" {
		t.Errorf("it is published if %q", publish.If)
	}
	if len(publish.Steps) != 1 || len(w.Jobs["page"].Permissions) > 0 || len(publish.Permissions) != 2 || publish.Permissions["pages"] != "write" || publish.Permissions["id-token"] != "write" {
		t.Errorf("publish: %+v; page may %v", publish, w.Jobs["page"].Permissions)
	}
}
