package main

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// github stands for GitHub's API, with what a workflow asks of it.
type github struct {
	pulls, artifacts, comments string            // answers
	files                      map[string]string // of the artifact
}

// A pull request, the artifacts of its check, and the comments in it, as GitHub has them.
const (
	onePull     = `[{"number": 7, "head": {"sha": "c0ffee0123", "repo": {"id": 42}}}]`
	oneArtifact = `{"artifacts": [{"id": 5, "name": "overlap-comment", "size_in_bytes": 900}]}`
	noComments  = `[{"id": 1, "user": {"login": "someone"}, "body": "<!-- overlap check -->\nmine"}]`
	oneComment  = `[{"id": 1, "user": {"login": "someone"}, "body": "<!-- overlap check -->\nmine"},
		{"id": 2, "user": {"login": "github-actions[bot]"}, "body": "coverage"}]
		[{"id": 3, "user": {"login": "github-actions[bot]"}, "body": "<!-- overlap check -->\nold"}]`
)

// writeComment runs the script of the workflow that may write. It returns the request
// that changes something, and the comment in it.
func writeComment(t *testing.T, g github) (request, body, log string, code int) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"pulls": g.pulls, "artifacts": g.artifacts, "comments": g.comments} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(dir, "zip"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(file)
	for name, text := range g.files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	// Lists are asked for with GET, which is not the default beside a field.
	fake(t, filepath.Join(dir, "bin"), "gh", `echo "$*" >> "$ANSWERS/asked"
case "$*" in
"api --method GET --paginate repos/o/r/pulls -f state=open -f head=stranger:a&b #1") cat "$ANSWERS/pulls" ;;
"api --method GET repos/o/r/actions/runs/99/artifacts -f name=overlap-comment") cat "$ANSWERS/artifacts" ;;
"api repos/o/r/actions/artifacts/"[0-9]"/zip") cat "$ANSWERS/zip" ;;
"api --method GET --paginate repos/o/r/issues/7/comments -f per_page=100") cat "$ANSWERS/comments" ;;
"api --method P"*" --input body") echo "$3 $4" > "$ANSWERS/request"; cp "$6" "$ANSWERS/sent" ;;
*) echo "gh: 404: $*" >&2; exit 1 ;;
esac
`)
	work := filepath.Join(dir, "work")
	must(t, dir, "mkdir work")
	log, err = bash(t, work, script(t, commentWorkflow, "comment", "Write the comment"), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "ANSWERS="+dir,
		"GITHUB_REPOSITORY=o/r", "RUN=99", "RUN_URL=https://github.example/o/r/actions/runs/99",
		"HEAD_SHA=c0ffee0123", "HEAD_BRANCH=a&b #1", "HEAD_OWNER=stranger", "HEAD_REPOSITORY=42")
	if text, err := os.ReadFile(filepath.Join(dir, "request")); err == nil {
		request = strings.TrimSpace(string(text))
		var sent map[string]string
		if err := json.Unmarshal([]byte(must(t, dir, "cat sent")), &sent); err != nil || len(sent) != 1 {
			t.Errorf("it sent %q: %v", sent, err)
		}
		body = sent["body"]
	}
	for _, stray := range []string{"check.md", "etc", filepath.Join("..", "evil")} {
		if _, err := os.Stat(filepath.Join(work, stray)); err == nil {
			t.Errorf("the artifact wrote %s", stray)
		}
	}
	return request, body, log, exitCode(err)
}

const fromRun = "<!-- overlap check -->\n<sub>[Measured](https://github.example/o/r/actions/runs/99) at c0ffee0, by code of this pull request</sub>\n\n"

// The first check of a pull request begins a comment, later ones edit it; only the
// workflow's own comment is edited; what GitHub says decides which pull request it is.
func TestCommentIsWrittenOnce(t *testing.T) {
	needs(t, "bash", "jq", "unzip")
	report := map[string]string{"check.md": "<!-- overlap check -->\n✅ **fine** at 0.8@4\n"}
	for _, c := range []struct {
		why     string
		github  github
		request string // none: nothing is written
		says    string
	}{
		{"the first", github{onePull, oneArtifact, noComments, report}, "POST repos/o/r/issues/7/comments", ""},
		{"the second", github{onePull, oneArtifact, oneComment, report}, "PATCH repos/o/r/issues/comments/3", ""},
		{"no comments at all", github{onePull, oneArtifact, `[]`, report}, "POST repos/o/r/issues/7/comments", ""},
		{"a newer commit", github{strings.ReplaceAll(onePull, "c0ffee", "badcaf"), oneArtifact, noComments, report}, "", "not one open pull request"},
		{"another repository with such a branch", github{strings.ReplaceAll(onePull, "42", "43"), oneArtifact, noComments, report}, "", "not one open pull request"},
		{"a fork that is gone", github{strings.ReplaceAll(onePull, `{"id": 42}`, "null"), oneArtifact, noComments, report}, "", "not one open pull request"},
		{"closed", github{`[]`, oneArtifact, noComments, report}, "", "not one open pull request"},
		{"two pull requests from a branch", github{onePull + onePull, oneArtifact, noComments, report}, "", "not one open pull request"},
		{"a run that was cancelled", github{onePull, `{"artifacts": []}`, noComments, report}, "", "the run has left none"},
		{"a large artifact", github{onePull, strings.ReplaceAll(oneArtifact, "900", "9000000"), noComments, report}, "", "too large"},
		{"one of another name", github{onePull, strings.ReplaceAll(oneArtifact, "overlap-", "other-"), noComments, report}, "", "the run has left none"},
		{"one that unpacks to more", github{onePull, oneArtifact, noComments, map[string]string{"check.md": strings.Repeat("a", 10_000_000)}}, "", "too large"},
		{"one without the file", github{onePull, oneArtifact, noComments, map[string]string{"other.md": "a"}}, "", "no text"},
		{"an empty file", github{onePull, oneArtifact, noComments, map[string]string{"check.md": ""}}, "", "no text"},
	} {
		request, body, log, code := writeComment(t, c.github)
		if request != c.request || code != 0 || !strings.Contains(log, c.says) {
			t.Errorf("%s: exit %d, %q, want %q and %q\n%s", c.why, code, request, c.request, c.says, log)
		}
		if want := fromRun + "\n✅ **fine** at 0.8@4\n"; c.request != "" && body != want {
			t.Errorf("%s: it wrote %q, want %q", c.why, body, want)
		}
	}
	if _, _, log, code := writeComment(t, github{onePull, "no JSON", noComments, report}); code == 0 {
		t.Errorf("an answer that is not one passes:\n%s", log)
	}
}

// The artifact is text of whoever opened the pull request: it names no other pull
// request, calls nobody, hides nothing and writes no files.
func TestCommentIsOnlyText(t *testing.T) {
	needs(t, "bash", "jq", "unzip")
	g := github{onePull, oneArtifact, noComments, map[string]string{
		"check.md":   "<!-- overlap check --><!-- @everyone $(touch owned) `x` \u202egnol\x1b[31m\u200b @o/team a@b.c (@x)\r\n\"}, \"number\": 8\x00 ünï \xff",
		"number":     "8",
		"../evil":    "a",
		"etc/passwd": "a",
	}}
	request, body, log, code := writeComment(t, g)
	if code != 0 || request != "POST repos/o/r/issues/7/comments" {
		t.Fatalf("exit %d, %q\n%s", code, request, log)
	}
	want := fromRun + "<!-- @\u200beveryone $(touch owned) `x` gnol[31m @\u200bo/team a@b.c (@\u200bx)\n\"}, \"number\": 8 ünï \ufffd"
	if body != want {
		t.Errorf("it wrote\n%q, want\n%q", body, want)
	}
}

// The job that may write takes no code at all, and nothing but text and numbers of the
// event comes into it.
func TestCommentTakesNoCode(t *testing.T) {
	w := readWorkflow(t, commentWorkflow)
	job := w.Jobs["comment"]
	if len(w.Jobs) != 1 || len(job.Steps) != 1 || job.Steps[0].Uses != "" {
		t.Errorf("the workflow has %d jobs, and steps %+v", len(w.Jobs), job.Steps)
	}
	if want := map[string]string{"actions": "read", "pull-requests": "write"}; fmt.Sprint(job.Permissions) != fmt.Sprint(want) {
		t.Errorf("it may %v, and needs %v", job.Permissions, want)
	}
	if job.If != "${{ github.event.workflow_run.event == 'pull_request' }}" {
		t.Errorf("it follows %s", job.If)
	}
	// What the check leaves and what is looked for have the same names.
	gate := readWorkflow(t, gateWorkflow)
	text := script(t, commentWorkflow, "comment", "Write the comment")
	var left bool
	for _, s := range gate.Jobs["check"].Steps {
		left = left || strings.HasPrefix(s.Uses, "actions/upload-artifact@") && s.With["path"] == "${{ steps.overlap.outputs.summary }}" && strings.Contains(text, "name="+s.With["name"]+" ")
	}
	if !left || !strings.Contains(actionScript(t, "Compare"), "summary=$reports/check.md") || !strings.Contains(text, " check.md ") {
		t.Error("the check leaves another artifact than the comment is made of")
	}
	if after := fmt.Sprint(w.On["workflow_run"]); !regexp.MustCompile(`workflows:\[check\]`).MatchString(after) {
		t.Errorf("it follows %s", after)
	}
}
