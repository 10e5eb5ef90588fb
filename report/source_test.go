package report_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overlap/report/analyse"
	"overlap/report/load"
)

// folder writes files into a new folder and returns their names.
func folder(t *testing.T, texts ...string) (dir string, paths []string) {
	t.Helper()
	dir = t.TempDir()
	for i, text := range texts {
		paths = append(paths, filepath.Join(dir, string(rune('a'+i))+".txt"))
		if err := os.WriteFile(paths[i], []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir, paths
}

func TestUnlikeFilesArePooledWithAWord(t *testing.T) {
	slow := strings.ReplaceAll(swept("A"), " 1 ", " 1 9")
	for _, c := range []struct {
		about, a, b, col, want string
	}{
		{"old and new", swept("A"), slow, "", "a.txt and b.txt are pooled as one set of samples; --col .file puts them side by side"},
		{"two builds", "toolchain: x\ncommit: 1\nseed: 1\n" + swept("A"), "toolchain: y\ncommit: 2\nseed: 2\n" + slow, "", "a.txt and b.txt differ in commit, toolchain and are pooled as one set of samples; --col commit puts them side by side"},
		{"columns that are not enough", "commit: 1\n" + swept("A"), "commit: 2\n" + slow, "goos", "differ in commit and are pooled as one set of samples; --col goos,commit puts them"},
		{"columns", "commit: 1\n" + swept("A"), "commit: 2\n" + slow, "commit", ""},
		{"files side by side", swept("A"), slow, ".file", ""},
		{"blocks of a file", "toolchain: x\n" + swept("A") + "toolchain: y\n" + slow, swept("Z"), "", "results of a.txt differ in toolchain and are pooled"},
		{"one build says nothing", "commit: 1\n" + swept("A"), slow, "", "differ in commit and"},
		{"no row in common", "commit: 1\n" + swept("A"), "commit: 2\n" + swept("B"), "", ""},
		{"nothing but what a sample changes", "gomaxprocs: 1\n" + swept("A") + "gomaxprocs: 2\nload: 1\n" + swept("A"), swept("Z"), "", ""},
	} {
		dir, paths := folder(t, c.a, c.b)
		a := input(t, load.Input{Paths: paths, Col: c.col})
		var got []string
		for _, err := range a.Warnings {
			if text := err.Error(); strings.Contains(text, "pooled") {
				got = append(got, strings.ReplaceAll(text, dir+string(filepath.Separator), ""))
			}
		}
		if len(got) > 1 || c.want == "" && len(got) != 0 || !strings.Contains(strings.Join(got, ""), c.want) {
			t.Errorf("%s: %q, want %q", c.about, got, c.want)
		}
	}
}

// The gain of a pool of two builds, of which one is twice as fast, is not known
// to a per cent, even if each build has the same gain.
func TestUnlikeFilesAreNotPaired(t *testing.T) {
	text := func(extra, ns1, ns2 string) string {
		return extra + strings.Repeat("BenchmarkA 1 "+ns1+" ns/op\nBenchmarkA-2 1 "+ns2+" ns/op\n", 6)
	}
	_, paths := folder(t, text("", "100", "50"), text("", "200", "100"))
	g := analyzeAll(t, paths...).Rows[0].Parallelism
	if g.Value < 1.999 || g.Value > 2.001 || !(g.Low < 1.7 && g.High > 2.3) {
		t.Errorf("the gain is %v", g)
	}
	if g := analyzeAll(t, paths[0]).Rows[0].Parallelism; g.High > 2.01 {
		t.Errorf("the gain of one file is %v", g)
	}
	rounds := strings.ReplaceAll(text("", "100", "50"), "BenchmarkA ", "# sample: {\"round\":1}\nBenchmarkA ")
	rounds = strings.ReplaceAll(rounds, "BenchmarkA-", "# sample: {\"round\":1}\nBenchmarkA-")
	_, paths = folder(t, rounds, strings.ReplaceAll(strings.ReplaceAll(rounds, "100 ns", "200 ns"), "50 ns", "100 ns"))
	if g := analyzeAll(t, paths...).Rows[0].Parallelism; g.High > 2.01 {
		t.Errorf("the gain of rounds that are known is %v", g)
	}
}

func analyzeAll(t *testing.T, paths ...string) *analyse.Analysis {
	t.Helper()
	return input(t, load.Input{Paths: paths})
}

func TestTheSameResultsAreRefused(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(swept("A"))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, paths := folder(t, swept("A"), zipped.String(), swept("A")+"\n")
	for want, list := range map[string][]string{
		paths[0] + " and " + paths[1] + " are the same results": {paths[0], paths[1]},
		"it is named twice": {paths[2], paths[0], paths[2]},
		"":                  {paths[0], paths[2]},
	} {
		_, err := load.Load(list...)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v: %v, want %q", list, err, want)
		}
	}
}
