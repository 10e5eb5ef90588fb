package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"overlap/bench"
	"overlap/workloads"
)

// block is a console block of the README: commands, each with its output.
type command struct{ line, output string }

func consoleCommands(t *testing.T) []command {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands []command
	inside := false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "```"):
			if !inside && strings.TrimSpace(line) != "```console" {
				t.Errorf("README has a block that no test runs: %s", line)
			}
			inside = !inside
		case inside && strings.HasPrefix(line, "$ "):
			commands = append(commands, command{line: strings.TrimSpace(line[2:])})
		case inside && len(commands) > 0:
			commands[len(commands)-1].output += line
		}
	}
	return commands
}

// Every command of the README runs in a copy of the repository, as a stranger
// would run it. Sweeps are cut short and make test compiles its tests without
// running them again; a block with output must print just that.
func TestReadmeCommands(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("it builds and sweeps, in a shell")
	}
	dir := t.TempDir()
	copyRepository(t, dir)
	commitTwice(t, dir)
	const quick = " --sample=1ms --rounds=2 --wait=0s"
	const short = " --size=small" + quick
	commands := consoleCommands(t)
	if len(commands) < 5 {
		t.Fatalf("README has %d commands: is the format still the one that this test reads?", len(commands))
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
			t.Errorf("$ %s\nprints\n%s\nREADME says\n%s", c.line, out, c.output)
		}
	}
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
// different workloads, and benchstat rightly says so.
func TestBenchstatReadsTheReferenceRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds benchstat")
	}
	runs, err := filepath.Glob("results/reference/*.txt")
	if err != nil || len(runs) != 1 {
		t.Fatalf("reference runs: %v, %v", runs, err)
	}
	var warnings strings.Builder
	cmd := exec.Command("go", "tool", "-modfile=tools.mod", "benchstat", "-row", ".name", "-col", "/workers", "-filter", "-.unit:fairness", runs[0])
	cmd.Stderr = &warnings
	out, err := cmd.Output()
	if err != nil || warnings.Len() > 0 {
		t.Fatalf("%v\n%s", err, warnings.String())
	}
	for line := range strings.Lines(string(out)) {
		note := strings.TrimSpace(line)
		if first, _ := utf8.DecodeRuneInString(note); strings.ContainsRune("¹²³⁴⁵⁶⁷⁸⁹", first) && !strings.HasSuffix(note, " all samples are equal") {
			t.Errorf("benchstat warns in a footnote: %s", note)
		}
	}
	for _, w := range workloads.Core() {
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
