package main

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// github stands for GitHub's API, with what a workflow asks of it.
type github struct {
	pulls, artifacts, comments string            // answers
	files                      map[string]string // of each artifact
	others                     map[string]string // of artifact 6, if not the same
}

// change is a request that changes something, and the comment in it.
type change struct{ request, body string }

// A pull request, the artifacts of its check, and the comments in it, as GitHub has them.
const (
	onePull     = `[{"number": 7, "head": {"sha": "c0ffee0123", "repo": {"id": 42}}}]`
	oneArtifact = `{"artifacts": [{"id": 5, "name": "overlap-comment", "size_in_bytes": 900}]}`
	noComments  = `[{"id": 1, "user": {"login": "someone"}, "body": "<!-- overlap-comment -->\nmine"}]`
	oneComment  = `[{"id": 1, "user": {"login": "someone"}, "body": "<!-- overlap-comment -->\nmine"},
		{"id": 2, "user": {"login": "github-actions[bot]"}, "body": "coverage"}]
		[{"id": 3, "user": {"login": "github-actions[bot]"}, "body": "<!-- overlap-comment -->\nold"}]`
)

// writeComment runs the script of the workflow that may write, after a check that ended with
// a failure.
func writeComment(t *testing.T, g github) (changes []change, log string, code int) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"pulls": g.pulls, "artifacts": g.artifacts, "comments": g.comments} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeZip(t, filepath.Join(dir, "zip"), g.files)
	if g.others != nil {
		writeZip(t, filepath.Join(dir, "zip6"), g.others)
	}
	// Lists are asked for with GET, which is not the default beside a field.
	fake(t, filepath.Join(dir, "bin"), "gh", `echo "$*" >> "$ANSWERS/asked"
case "$*" in
"api --method GET --paginate repos/o/r/pulls -f state=open -f head=stranger:a&b #1") cat "$ANSWERS/pulls" ;;
"api --method GET --paginate repos/o/r/actions/runs/99/artifacts -f per_page=100") cat "$ANSWERS/artifacts" ;;
"api repos/o/r/actions/artifacts/6/zip") cat "$ANSWERS/zip6" 2> /dev/null || cat "$ANSWERS/zip" ;;
"api repos/o/r/actions/artifacts/8/zip" | "api --method PATCH repos/o/r/issues/comments/8 --input body") exit 1 ;;
"api repos/o/r/actions/artifacts/"*"/zip") cat "$ANSWERS/zip" ;;
"api --method GET --paginate repos/o/r/issues/7/comments -f per_page=100") cat "$ANSWERS/comments" ;;
"api --method P"*" --input body") echo "$3 $4" >> "$ANSWERS/request"; cat "$6" >> "$ANSWERS/sent" ;;
*) echo "gh: 404: $*" >&2; exit 1 ;;
esac
`)
	work := filepath.Join(dir, "work")
	must(t, dir, "mkdir work")
	log, err := bash(t, work, script(t, commentWorkflow, "comment", "Write the comment"), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "ANSWERS="+dir,
		"GITHUB_REPOSITORY=o/r", "RUN=99", "RUN_URL=https://github.example/o/r/actions/runs/99",
		"CONCLUSION=failure", "HEAD_SHA=c0ffee0123", "HEAD_BRANCH=a&b #1", "HEAD_OWNER=stranger", "HEAD_REPOSITORY=42")
	if text, err := os.ReadFile(filepath.Join(dir, "request")); err == nil {
		sent := json.NewDecoder(strings.NewReader(must(t, dir, "cat sent")))
		for request := range strings.Lines(string(text)) {
			var comment map[string]string
			if err := sent.Decode(&comment); err != nil || len(comment) != 1 {
				t.Errorf("it sent %q: %v", comment, err)
			}
			changes = append(changes, change{strings.TrimSpace(request), comment["body"]})
		}
	}
	for _, stray := range []string{"check.md", "etc", filepath.Join("..", "evil")} {
		if _, err := os.Stat(filepath.Join(work, stray)); err == nil {
			t.Errorf("the artifact wrote %s", stray)
		}
	}
	return changes, log, exitCode(err)
}

func writeZip(t *testing.T, path string, files map[string]string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(file)
	for name, text := range files {
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
}

const (
	measured = "<sub>[Measured](https://github.example/o/r/actions/runs/99) at c0ffee0, by code of this pull request</sub>\n\n"
	fromRun  = "<!-- overlap-comment -->\n" + measured
	noResult = "❔ **overlap check:** nothing is known at c0ffee0: [its check](https://github.example/o/r/actions/runs/99) left no report, and ended with: failure"
)

// of adds the name of a module to a line of ours.
func of(name, line string) string {
	return strings.Replace(line, " at c0ffee0", " of `"+name+"` at c0ffee0", 1)
}

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
		{"the first", github{onePull, oneArtifact, noComments, report, nil}, "POST repos/o/r/issues/7/comments", ""},
		{"the second", github{onePull, oneArtifact, oneComment, report, nil}, "PATCH repos/o/r/issues/comments/3", ""},
		{"no comments at all", github{onePull, oneArtifact, `[]`, report, nil}, "POST repos/o/r/issues/7/comments", ""},
		{"a newer commit", github{strings.ReplaceAll(onePull, "c0ffee", "badcaf"), oneArtifact, oneComment, report, nil}, "", "not one open pull request"},
		{"another repository with such a branch", github{strings.ReplaceAll(onePull, "42", "43"), oneArtifact, oneComment, report, nil}, "", "not one open pull request"},
		{"a fork that is gone", github{strings.ReplaceAll(onePull, `{"id": 42}`, "null"), oneArtifact, oneComment, report, nil}, "", "not one open pull request"},
		{"closed", github{`[]`, oneArtifact, oneComment, report, nil}, "", "not one open pull request"},
		{"two pull requests from a branch", github{onePull + onePull, oneArtifact, oneComment, report, nil}, "", "not one open pull request"},
	} {
		changes, log, code := writeComment(t, c.github)
		var want []change
		if c.request != "" {
			want = []change{{c.request, fromRun + "\n✅ **fine** at 0.8@4\n"}}
		}
		if !slices.Equal(changes, want) || code != 0 || !strings.Contains(log, c.says) {
			t.Errorf("%s: exit %d, %q, want %q and %q\n%s", c.why, code, changes, want, c.says, log)
		}
	}
	if _, log, code := writeComment(t, github{onePull, "no JSON", noComments, report, nil}); code == 0 {
		t.Errorf("an answer that is not one passes:\n%s", log)
	}
}

// A comment of an earlier commit does not stand as if it were of the newest, and a check
// without a result begins none.
func TestCommentWithoutAResult(t *testing.T) {
	needs(t, "bash", "jq", "unzip")
	report := map[string]string{"check.md": "text"}
	for _, c := range []struct {
		why    string
		github github
		says   string // why there is a report and none to show
	}{
		{"a run that was cancelled", github{onePull, `{"artifacts": []}`, "", report, nil}, ""},
		{"a large artifact", github{onePull, strings.ReplaceAll(oneArtifact, "900", "9000000"), "", report, nil}, "overlap-comment is too large"},
		{"one of another name", github{onePull, strings.ReplaceAll(oneArtifact, "overlap-", "other-"), "", report, nil}, ""},
		{"one with a hostile name", github{onePull, strings.ReplaceAll(oneArtifact, "overlap-comment", "overlap-comment-$(touch ../evil) -->"), "", report, nil}, ""},
		{"one of two lines", github{onePull, strings.ReplaceAll(oneArtifact, "overlap-comment", `x\noverlap-comment`), "", report, nil}, ""},
		{"one that unpacks to more", github{onePull, oneArtifact, "", map[string]string{"check.md": strings.Repeat("a", 10_000_000)}, nil}, "overlap-comment is too large"},
		{"one without the file", github{onePull, oneArtifact, "", map[string]string{"other.md": "a"}, nil}, "overlap-comment has no text"},
		{"one that cannot be downloaded", github{onePull, strings.ReplaceAll(oneArtifact, "5", "8"), "", report, nil}, "overlap-comment could not be downloaded"},
		{"an empty file", github{onePull, oneArtifact, "", map[string]string{"check.md": ""}, nil}, "overlap-comment has no text"},
	} {
		says, text := c.says, strings.Replace(noResult, "no report", "a report that cannot be shown", 1)
		if says == "" {
			says, text = "the run has left none, and ended with: failure", noResult
		}
		c.github.comments = noComments
		if changes, log, code := writeComment(t, c.github); changes != nil || code != 0 || strings.Count(log, "::notice") != 1 || !strings.Contains(log, says) {
			t.Errorf("%s, without a comment: exit %d, %q\n%s", c.why, code, changes, log)
		}
		c.github.comments = oneComment
		want := []change{{"PATCH repos/o/r/issues/comments/3", "<!-- overlap-comment -->\n" + text}}
		if changes, log, code := writeComment(t, c.github); !slices.Equal(changes, want) || code != 0 || !strings.Contains(log, c.says) {
			t.Errorf("%s: exit %d, %q, want %q and %q\n%s", c.why, code, changes, want, c.says, log)
		}
	}
	// Another run of the same commit, which was closed and opened: what it measured stays.
	g := github{onePull, `{"artifacts": []}`, strings.ReplaceAll(oneComment, "old", strings.TrimSpace(measured)+`\n\nnew`), report, nil}
	if changes, log, code := writeComment(t, g); changes != nil || code != 0 {
		t.Errorf("a comment of the commit: exit %d, %q\n%s", code, changes, log)
	}
	// A text that is not ours may name any commit.
	g.comments = strings.ReplaceAll(oneComment, "old", `old\nmeasured at c0ffee0, `)
	if changes, log, code := writeComment(t, g); len(changes) != 1 || code != 0 {
		t.Errorf("a text that names the commit: exit %d, %q\n%s", code, changes, log)
	}
}

// Each module of a repository has an artifact, and so a comment, which the next push edits.
func TestCommentsOfTwoModules(t *testing.T) {
	needs(t, "bash", "jq", "unzip")
	const (
		artifacts = `{"artifacts": [{"id": 5, "name": "overlap-comment-a", "size_in_bytes": 900}, {"id": 4, "name": "overlap-comment-b", "size_in_bytes": 900}]}
			{"artifacts": [{"id": 6, "name": "overlap-comment-b", "size_in_bytes": 900}, {"id": 7, "name": "overlap-results", "size_in_bytes": 900}]}`
		onlyA    = `{"artifacts": [{"id": 5, "name": "overlap-comment-a", "size_in_bytes": 900}]}`
		comments = `[{"id": 1, "user": {"login": "github-actions[bot]"}, "body": "<!-- overlap-comment-b -->\nold"}, {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "<!-- overlap-comment-a -->\nold"}]`
	)
	a, b := map[string]string{"check.md": "of a"}, map[string]string{"check.md": "of b"}
	newA, newB := "<!-- overlap-comment-a -->\n"+of("a", measured)+"of a", "<!-- overlap-comment-b -->\n"+of("b", measured)+"of b"
	for _, c := range []struct {
		why    string
		github github
		want   []change
	}{
		{"the first push", github{onePull, artifacts, noComments, a, b}, []change{{"POST repos/o/r/issues/7/comments", newA}, {"POST repos/o/r/issues/7/comments", newB}}},
		{"the second", github{onePull, artifacts, comments, a, b}, []change{{"PATCH repos/o/r/issues/comments/2", newA}, {"PATCH repos/o/r/issues/comments/1", newB}}},
		{"one could not be checked", github{onePull, onlyA, comments, a, nil}, []change{{"PATCH repos/o/r/issues/comments/2", newA}, {"PATCH repos/o/r/issues/comments/1", "<!-- overlap-comment-b -->\n" + of("b", noResult)}}},
		{"one comment cannot be written", github{onePull, artifacts, strings.Replace(comments, `"id": 2`, `"id": 8`, 1), a, b}, []change{{"PATCH repos/o/r/issues/comments/1", newB}}},
	} {
		if changes, log, code := writeComment(t, c.github); code != 0 || !slices.Equal(changes, c.want) {
			t.Errorf("%s: exit %d, %q, want %q\n%s", c.why, code, changes, c.want, log)
		}
	}
}

// A fork that leaves artifacts of new names at each push gets ten comments, not ten more.
func TestCommentsAreTenAtMost(t *testing.T) {
	needs(t, "bash", "jq", "unzip")
	list := func(entry string, from, to int) string {
		var entries []string
		for i := from; i <= to; i++ {
			entries = append(entries, fmt.Sprintf(entry, i, i))
		}
		return "[" + strings.Join(entries, ",") + "]"
	}
	artifacts := func(from, to int) string {
		return `{"artifacts": ` + list(`{"id": %d, "name": "overlap-comment-%d", "size_in_bytes": 900}`, from, to) + "}"
	}
	comments := func(from, to int) string {
		return list(`{"id": %d, "user": {"login": "github-actions[bot]"}, "body": "<!-- overlap-comment-%d -->\nold"}`, from, to)
	}
	for _, c := range []struct {
		why                 string
		artifacts, comments string
		posts, patches      int
		says, text          string
	}{
		{"eleven artifacts", artifacts(10, 20), "[]", 10, 0, "overlap-comment-20 comes after ten others", "Measured"},
		{"eleven artifacts, and a comment", artifacts(10, 20), comments(20, 20), 9, 1, "overlap-comment-20 comes after ten others", "left a report that cannot be shown"},
		{"ten comments, and new names", artifacts(30, 31), comments(10, 19), 0, 10, "", "left no report"},
		{"nine comments, and new names", artifacts(30, 31), comments(10, 18), 1, 9, "", "left no report"},
		{"all names new", artifacts(30, 39), comments(10, 19), 0, 10, "", "Measured"},
		{"ten comments of eleven names", artifacts(10, 20), comments(11, 20), 0, 10, "overlap-comment-10 would be one more than ten", "left a report that cannot be shown"},
	} {
		changes, log, code := writeComment(t, github{onePull, c.artifacts, c.comments, map[string]string{"check.md": "text"}, nil})
		posts, patched := 0, map[string]bool{}
		for _, change := range changes {
			if strings.HasPrefix(change.request, "POST") {
				posts++
			} else {
				patched[change.request] = true
			}
		}
		if posts != c.posts || len(patched) != c.patches || len(changes) != posts+len(patched) || code != 0 || !strings.Contains(log, c.says) || !strings.Contains(changes[len(changes)-1].body, c.text) {
			t.Errorf("%s: exit %d, %d posts, %q\n%s", c.why, code, posts, changes, log)
		}
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
	}, nil}
	changes, log, code := writeComment(t, g)
	if code != 0 || len(changes) != 1 || changes[0].request != "POST repos/o/r/issues/7/comments" {
		t.Fatalf("exit %d, %q\n%s", code, changes, log)
	}
	want := fromRun + "<!-- @\u200beveryone $(touch owned) `x` gnol[31m @\u200bo/team a@b.c (@\u200bx)\n\"}, \"number\": 8 ünï \ufffd"
	if body := changes[0].body; body != want {
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
		left = left || strings.HasPrefix(s.Uses, "actions/upload-artifact@") && s.With["path"] == "${{ steps.overlap.outputs.summary }}" && strings.Contains(text, "A"+s.With["name"]+"(-")
	}
	if !left || !strings.Contains(actionScript(t, "Compare"), "summary=$reports/check.md") || !strings.Contains(text, " check.md ") {
		t.Error("the check leaves another artifact than the comment is made of")
	}
	if after := fmt.Sprint(w.On["workflow_run"]); !regexp.MustCompile(`workflows:\[check\]`).MatchString(after) {
		t.Errorf("it follows %s", after)
	}
}
