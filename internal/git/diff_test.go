package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestParseDiff(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []FileDiff // nil for an error
	}{
		"nothing": {"", []FileDiff{}},
		"changed, and lines that look like headers": {
			"diff --git a/x.go b/x.go\nindex 1..2 100644\n--- a/x.go\n+++ b/x.go\n@@ -3,2 +3 @@ func f() {\n--- a/y.go\n-@@ -1 +1 @@\n+++ b/z.go\n@@ -9,0 +9,2 @@\n+diff --git a/q b/q\n+x\n\\ No newline at end of file\n",
			[]FileDiff{{"x.go", "x.go", []Hunk{{3, 2, 3, 1}, {9, 0, 9, 2}}}},
		},
		"added, removed and renamed": {
			"diff --git a/n.go b/n.go\nnew file mode 100644\n--- /dev/null\n+++ b/n.go\n@@ -0,0 +1 @@\n+x\ndiff --git a/g.go b/g.go\ndeleted file mode 100644\n--- a/g.go\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\ndiff --git a/o p.go b/r.go\nsimilarity index 100%\nrename from o p.go\nrename to r.go\n",
			[]FileDiff{{"", "n.go", []Hunk{{0, 0, 1, 1}}}, {"g.go", "", []Hunk{{1, 1, 0, 0}}}, {"o p.go", "r.go", nil}},
		},
		"hostile names": {
			"diff --git \"a/a\\nb\\303\\244.go\" \"b/a\\nb\\303\\244.go\"\n--- \"a/a\\nb\\303\\244.go\"\n+++ \"b/a\\nb\\303\\244.go\"\n@@ -1 +1 @@\n-x\n+y\ndiff --git a/b c.go b/b c.go\n--- a/b c.go\t\n+++ b/b c.go\t\n@@ -1 +0,0 @@\n-x\n",
			[]FileDiff{{"a\nbä.go", "a\nbä.go", []Hunk{{1, 1, 1, 1}}}, {"b c.go", "b c.go", []Hunk{{1, 1, 0, 0}}}},
		},
		"cut":          {"diff --git a/x.go b/x.go\n--- a/x.go\n+++ b/x.go\n@@ -3,2 +3 @@\n-x\n", nil},
		"no file":      {"@@ -1 +1 @@\n-x\n+x\n", nil},
		"no prefix":    {"diff --git a/x.go b/x.go\n--- x.go\n", nil},
		"no number":    {"diff --git a/x.go b/x.go\n@@ -1,-1 +1 @@\n", nil},
		"open quote":   {"diff --git a/x.go b/x.go\n--- \"a/x.go\n", nil},
		"not of hunks": {"diff --git a/x.go b/x.go\n--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@\n x\n", nil},
	} {
		got, err := parseDiff(c.text)
		if (err != nil) != (c.want == nil) || err == nil && len(got)+len(c.want) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestBelow(t *testing.T) {
	for path, want := range map[string]string{"a/b/c.go": "b/c.go", "a/c.go": "c.go", "c.go": "", "ab/c.go": "", "a/../c.go": "", "": ""} {
		if got, ok := Below(path, "a"); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", path, got, ok)
		}
	}
}

// Git itself is asked, with settings that change what it prints.
func TestDiff(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"} {
		t.Setenv("GIT_"+name, "someone@example.com")
	}
	settings := filepath.Join(t.TempDir(), "settings")
	t.Setenv("GIT_CONFIG_GLOBAL", settings)
	save := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	save(settings, "[color]\n\tui = always\n[diff]\n\tnoprefix = true\n\texternal = false\n\trenames = false\n\tcontext = 5\n\tinterHunkContext = 9\n\trelative = true\n")
	strange := "sub/a\tb ä.go"
	if runtime.GOOS == "windows" {
		strange = "sub/a ä.go"
	}
	ten := "package p\n\nvar (\n\ta = 1\n\tb = 2\n\tc = 3\n\td = 4\n)\n"
	save(filepath.Join(dir, "x.go"), ten)
	save(filepath.Join(dir, "old.go"), strings.ReplaceAll(ten, "= ", "= 10"))
	save(filepath.Join(dir, strange), "package p\n")
	save(filepath.Join(dir, "x.txt"), "1\n")
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "base")
	save(filepath.Join(dir, "x.go"), strings.Replace(strings.Replace(ten, "\ta = 1\n", "", 1), "\td = 4\n", "\td = 5\n\te = 6\n", 1))
	save(filepath.Join(dir, strange), "package p\n\nvar z int\n")
	save(filepath.Join(dir, "x.txt"), "2\n")
	git("mv", "old.go", "new.go")
	git("commit", "-q", "-a", "-m", "head")
	save(filepath.Join(dir, "sub", "untracked.go"), "package p\n")
	r, err := Open(t.Context(), filepath.Join(dir, "sub"))
	if err != nil {
		t.Fatal(err)
	}
	committed := []FileDiff{{"old.go", "new.go", nil}, {strange, strange, []Hunk{{1, 0, 2, 2}}}, {"x.go", "x.go", []Hunk{{4, 1, 3, 0}, {7, 1, 6, 2}}}}
	got, err := r.Diff(t.Context(), "HEAD^", "HEAD")
	if err != nil || !reflect.DeepEqual(got, committed) {
		t.Errorf("of commits: %+v, %v", got, err)
	}
	got, err = r.Diff(t.Context(), "HEAD^", "")
	if want := append(committed, FileDiff{"", "sub/untracked.go", []Hunk{{0, 0, 1, everyLine}}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("of the tree: %+v, %v", got, err)
	}
}
