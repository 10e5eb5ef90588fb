package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"overlap/bench"
	"overlap/workloads"
)

// command is a command of a console block, with its output.
type command struct{ line, output string }

// guides are the README and the pages of the manual.
func guides(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("internal/cli/manual/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("pages of the manual: %v, %v", pages, err)
	}
	return append([]string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"}, pages...)
}

// blocksOf returns the lines of the code blocks of a Markdown file by their language.
func blocksOf(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string][]string{}
	language, inside := "", false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "```"):
			language, inside = strings.TrimSpace(line[3:]), !inside
		case inside:
			blocks[language] = append(blocks[language], line)
		}
	}
	return blocks
}

func consoleCommands(t *testing.T, path string) (commands []command) {
	t.Helper()
	for language, lines := range blocksOf(t, path) {
		switch language {
		case "console":
			for _, line := range lines {
				if rest, ok := strings.CutPrefix(line, "$ "); ok {
					commands = append(commands, command{line: strings.TrimSpace(rest)})
				} else {
					commands[len(commands)-1].output += line
				}
			}
		case "yaml": // TestWorkflowsKnowTheAction
		default:
			t.Errorf("%s has a block in %q, which no test runs", path, language)
		}
	}
	return commands
}

// A way through the code is short enough to be followed.
func TestWaysNameAtMostTenFiles(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	file := regexp.MustCompile("`[a-z_/]+\\.go`")
	ways := strings.Split(string(text), "\n## From ")[1:]
	if len(ways) != 3 {
		t.Errorf("%d ways", len(ways))
	}
	for _, way := range ways {
		if n := len(file.FindAllString(way, -1)); n == 0 || n > 10 {
			title, _, _ := strings.Cut(way, "\n")
			t.Errorf("from %s: %d files", title, n)
		}
	}
}

// The README is short, the number of workloads is right, and the links and files that
// the guides name are there.
func TestGuides(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)]+)\)`)
	named := regexp.MustCompile("`((?:bench|primitives|report|workloads|internal)/[A-Za-z0-9_./*-]+)`")
	linked := map[string]bool{}
	count := regexp.MustCompile(`\b(\d+) workloads`)
	for _, path := range guides(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range count.FindAllStringSubmatch(string(text), -1) {
			if n := strconv.Itoa(len(workloads.All())); found[1] != n {
				t.Errorf("%s says %q, there are %s workloads", path, found[0], n)
			}
		}
		if n := len(strings.Fields(string(text))); path == "README.md" && n > 900 {
			t.Errorf("%s has %d words and may have 900: shorten it, or say it on a page of the manual", path, n)
		}
		for _, found := range named.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(found[1]); err != nil && !strings.Contains(found[1], "*") {
				t.Errorf("%s: %v", path, err)
			}
		}
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			if to := found[1]; !strings.Contains(to, "://") {
				linked[filepath.Join(filepath.Dir(path), to)] = true
				if _, err := os.Stat(filepath.Join(filepath.Dir(path), to)); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		}
	}
	for _, path := range guides(t) {
		if strings.HasPrefix(path, "internal/cli/manual/") && !linked[filepath.FromSlash(path)] {
			t.Errorf("neither the README nor another page has a link to %s", path)
		}
	}
}

// Every command of the README and of the manual runs in a copy of the repository, as
// a reader would run it. Sweeps are shortened, and make test compiles its tests
// without running them again. A block with output must print exactly that.
func TestGuideCommands(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("it builds and sweeps, in a shell")
	}
	dir := t.TempDir()
	copyRepository(t, dir)
	commitTwice(t, dir)
	const quick = " --sample=1ms --rounds=2 --wait=0s"
	const short = " --size=small" + quick
	var commands []command
	for _, path := range guides(t) {
		commands = append(commands, consoleCommands(t, path)...)
	}
	if len(commands) < 20 {
		t.Fatalf("there are %d commands: is the format still the one that this test reads?", len(commands))
	}
	for _, c := range commands {
		line := c.line
		switch {
		case strings.HasPrefix(line, "bin/overlap check"): // its two commits are the same, so it only builds them
		case strings.Contains(line, " --pkg "): // has no sizes
			line += quick
		case strings.HasPrefix(line, "bin/overlap run"):
			line += short
		}
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "FLAGS=--workloads=ep,sleepers"+short)
		if line == "make test" {
			cmd.Env = append(cmd.Env, "GOFLAGS=-run=^$")
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("$ %s\n%v\n%s", c.line, err, out)
			continue
		}
		if c.output != "" && squeeze(string(out)) != squeeze(c.output) {
			t.Errorf("$ %s\nprints\n%s\nthe page says\n%s", c.line, out, c.output)
		}
	}
}

// Whoever publishes the repository gives the module its address.
func TestModuleGetsAnotherPath(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("it builds and tests a copy")
	}
	dir := t.TempDir()
	copyRepository(t, dir)
	for _, c := range []struct{ path, want string }{
		{"overlap", "give the address"}, {"../overlap", "not a module path"}, {"example.com/a b", "not a module path"}, {"-x.y/z", "not a module path"},
	} {
		if out, err := inCopy(dir, "make", "module", "PATH="+c.path); err == nil || !strings.Contains(out, c.want) {
			t.Errorf("make module PATH=%s: %v\n%s", c.path, err, out)
		}
	}
	for _, path := range []string{"github.com/someone/over-lap", "example.com/overlap"} { // twice: a fork may move
		if out, err := inCopy(dir, "make", "module", "PATH="+path); err != nil {
			t.Fatalf("make module PATH=%s: %v\n%s", path, err, out)
		}
	}
	for _, file := range []string{"internal/cli/manual/check.md", ".github/workflows/check.yml"} { // example.com is no address of an action
		if out, err := inCopy(dir, "grep", "uses: .*someone/over-lap@v", file); err != nil {
			t.Errorf("%s does not use the action of that repository: %v\n%s", file, err, out)
		}
	}
	if out, err := inCopy(dir, "gofmt", "-l", "."); err != nil || out != "" {
		t.Errorf("gofmt would change %s: %v", out, err)
	}
	for _, args := range [][]string{{"vet", "./..."}, {"test", "-short", ".", "./bench/overlay", "./bench/sweep", "./internal/..."}} {
		if out, err := inCopy(dir, "go", args...); err != nil {
			t.Errorf("go %s: %v\n%s", args[0], err, out)
		}
	}
	if out, err := inCopy(dir, "grep", "-rlE", `(^|[^/])overlap/(bench|report)`, "--include=*.go", "--include=*.mod", "--include=*.md", "."); err == nil {
		t.Errorf("the former path is in %s", out)
	}
}

// inCopy runs a command in a copy of the repository.
func inCopy(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// commitTwice makes the copy a git repository in which HEAD^ has the same files
// as HEAD.
func commitTwice(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "all"}, {"commit", "-q", "--allow-empty", "-m", "nothing"}} {
		cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
}

// squeeze ignores trailing blanks, which editors remove.
func squeeze(s string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(s)) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return b.String()
}

// copyRepository copies the files that git tracks, and those that it would.
func copyRepository(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("not a git checkout: ", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // deleted and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o777); err != nil {
			t.Fatal(err)
		}
	}
}

// benchstat reads the reference run without a warning, and has a row for every
// workload in every table. That all samples are equal is none: page faults with
// a disk and collections stood at nothing, and that is what it says. The table of
// fairness is left out: workers with few tasks have none, so its columns are of
// different workloads, and benchstat rightly says so. Points on one core move among CPUs,
// and those on which no row rests have too few samples for benchstat's intervals.
func TestBenchstatReadsTheReferenceRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds benchstat")
	}
	runs, err := filepath.Glob("results/reference/*.txt")
	if err != nil || len(runs) != 1 {
		t.Fatalf("reference runs: %v, %v", runs, err)
	}
	var warnings strings.Builder
	cmd := exec.Command("go", "tool", "-modfile=tools.mod", "benchstat", "-ignore", "cpus", "-row", ".name", "-col", "/workers", "-filter", "-.unit:fairness", runs[0])
	cmd.Stderr = &warnings
	out, err := cmd.Output()
	if err != nil || warnings.Len() > 0 {
		t.Fatalf("%v\n%s", err, warnings.String())
	}
	for line := range strings.Lines(string(out)) {
		note := strings.TrimSpace(line)
		if first, _ := utf8.DecodeRuneInString(note); strings.ContainsRune("¹²³⁴⁵⁶⁷⁸⁹", first) && !strings.HasSuffix(note, " all samples are equal") && !strings.Contains(note, " need >= 6 samples ") {
			t.Errorf("benchstat warns in a footnote: %s", note)
		}
	}
	for _, w := range workloads.Default() {
		if rows, tables := strings.Count(string(out), "\n"+bench.Title(w)+" "), strings.Count(string(out), "\ngeomean "); rows < tables || rows == 0 {
			t.Errorf("%s has %d rows in %d tables", w.Name, rows, tables)
		}
	}
}

// The picture in the README is what the tool draws from the reference run.
func TestReadmePictureIsDrawnByTheTool(t *testing.T) {
	runs, err := filepath.Glob("results/reference/*.txt")
	if err != nil || len(runs) != 1 {
		t.Fatalf("reference runs: %v, %v", runs, err)
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", ".", "report", runs[0], "-o", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want, err := os.ReadFile(filepath.Join(dir, "gains.svg"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("results/reference/report/gains.svg")
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOARCH == "amd64" && string(got) != string(want) {
		t.Errorf("results/reference/report/gains.svg is not what overlap report %s draws", runs[0])
	}
}
