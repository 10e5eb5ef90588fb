package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	ourPage    = "<!DOCTYPE html>\n<head>\n<title>overlap: concurrency against parallelism</title>\n"
	ourPicture = "<?xml version=\"1.0\"?>\n<svg style=\"font-family:Liberation Sans,Arial,Helvetica,sans-serif\" width=\"1pt\">"
	ourNumbers = `{"version": 1, "files": ["a.txt"], "host": {"cpu": "x"}, "samples": 2, "rows": []}`
)

// fill writes files, by their names, into a directory.
func fill(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// contents are the files of a directory, by their names.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files
}

func TestReportKeepsFilesOfOthers(t *testing.T) {
	t.Parallel() // it waits
	f := newGrowing(t, firstPoint)
	for name, c := range map[string]struct {
		files map[string]string
		keeps string // the file that is not replaced; empty if all goes well
	}{
		"nothing":               {nil, ""},
		"an earlier report":     {map[string]string{"index.html": ourPage, "report.json": ourNumbers, "gains.svg": ourPicture, "gains.png": "png"}, ""},
		"one without a version": {map[string]string{"report.json": `{"files": ["a.txt"], "host": null, "samples": 0, "rows": []}`}, ""},
		"one of two columns":    {map[string]string{"report.json": `{"version": 1, "files": ["a.txt"], "host": {}, "hosts": {"a": {"cpu": "x"}}, "samples": 2}`}, ""},
		"one that was killed":   {map[string]string{"gains.svg": ourPicture, "gains.png": "png", "scaling.svg": ourPicture}, ""},
		"files of other names":  {map[string]string{"main.js": "js", "heat.png": "png"}, ""},
		"a page":                {map[string]string{"index.html": "<title>overlap between clubs</title>"}, "index.html"},
		"a page beside ours":    {map[string]string{"index.html": "<h1>mine", "report.json": ourNumbers}, "index.html"},
		"an empty page":         {map[string]string{"index.html": ""}, "index.html"},
		"other numbers":         {map[string]string{"report.json": `{"tests": 3}`}, "report.json"},
		"alike numbers":         {map[string]string{"report.json": `{"version": "1", "files": ["a.txt"], "host": {}, "samples": 2}`}, "report.json"},
		"numbers of no file":    {map[string]string{"report.json": `{"samples": 2}`}, "report.json"},
		"numbers in a list":     {map[string]string{"report.json": `[{"version": 1}]`}, "report.json"},
		"no JSON":               {map[string]string{"report.json": "old"}, "report.json"},
		"a picture":             {map[string]string{"gains.svg": "<svg>"}, "gains.svg"},
		"a picture as PNG":      {map[string]string{"gains.png": "png", "report.json": ourNumbers}, "gains.png"},
	} {
		dir := t.TempDir()
		fill(t, dir, c.files)
		var errs strings.Builder
		code := Main(t.Context(), []string{"report", "-o", dir, f.path}, io.Discard, &errs)
		now := contents(t, dir)
		if c.keeps == "" {
			if code != 0 || !strings.Contains(now["index.html"], "<title>overlap: ") || !strings.Contains(now["report.json"], `"samples": 1`) || now["gains.png"] == "png" {
				t.Errorf("%s: exit %d: %s", name, code, errs.String())
			}
			continue
		}
		if code != 1 || !strings.Contains(errs.String(), filepath.Join(dir, c.keeps)+" is not of an earlier report, so it is not replaced: move it away, or name another directory with -o") {
			t.Errorf("%s: exit %d: %s", name, code, errs.String())
		}
		if len(now) != len(c.files) || now[c.keeps] != c.files[c.keeps] {
			t.Errorf("%s: the directory was changed: %q", name, now)
		}
	}
}

// What is written is known again: the marks are those of the files themselves.
func TestReportKnowsItself(t *testing.T) {
	f := newGrowing(t, firstPoint)
	dir := filepath.Join(t.TempDir(), "new", "directory")
	for range 2 {
		var errs strings.Builder
		if code := Main(t.Context(), []string{"report", "-o", dir, f.path}, io.Discard, &errs); code != 0 {
			t.Fatalf("exit %d: %s", code, errs.String())
		}
	}
	for name := range contents(t, dir) {
		if !reportDir(dir).wrote(name) {
			t.Errorf("%s is not known as one of a report", name)
		}
	}
}

func TestReportNeedsAFolder(t *testing.T) {
	f := newGrowing(t, firstPoint)
	dir := t.TempDir()
	if err := os.Symlink("nowhere", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{
		f.path:                         "which is a file: name a directory with -o",
		filepath.Join(dir, "link"):     "which is a link that leads nowhere: remove it, or name another directory with -o",
		filepath.Join(f.path, "below"): "name another directory with -o",
	} {
		var out, errs strings.Builder
		if code := Main(t.Context(), []string{"report", "-o", path, f.path}, &out, &errs); code != 1 || !strings.Contains(errs.String(), "the report goes to "+path) || !strings.Contains(errs.String(), want) || out.String() != "" {
			t.Errorf("%s: exit %d: %s%s", path, code, out.String(), errs.String())
		}
	}
}

// An interrupt before the last file is written leaves the old report whole.
func TestInterruptedReportLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	old := map[string]string{"index.html": ourPage, "report.json": ourNumbers, "heat.svg": ourPicture}
	fill(t, dir, old)
	reason := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	err := reportDir(dir).store(ctx, []file{{"report.json", []byte("new")}, {"index.html", []byte("new")}})
	if now := contents(t, dir); !errors.Is(err, reason) || len(now) != len(old) || now["index.html"] != ourPage || now["report.json"] != ourNumbers {
		t.Errorf("%v: %q", err, now)
	}
	if err := reportDir(dir).store(t.Context(), []file{{"report.json", []byte("new")}, {"no/directory", nil}}); err == nil {
		t.Error("a file that cannot be written is not an error")
	}
	if now := contents(t, dir); len(now) != len(old) || now["report.json"] != ourNumbers {
		t.Errorf("after a failure: %q", now)
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	reason := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	block := make(chan bool)
	defer close(block)
	began := make(chan bool)
	go func() {
		<-began
		cancel(reason)
	}()
	if _, err := await(ctx, func() (int, error) { close(began); <-block; return 0, nil }); !errors.Is(err, reason) {
		t.Errorf("%v", err)
	}
	if v, err := await(t.Context(), func() (int, error) { return 7, reason }); v != 7 || !errors.Is(err, reason) {
		t.Errorf("%d %v", v, err)
	}
}
