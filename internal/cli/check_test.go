package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// checked is a repository with two commits, base and head, and a check of them
// that measures until it is ended; temp is its directory for temporary files.
func checked(t *testing.T) (repo, temp string, check *exec.Cmd) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds test binaries")
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	repo, temp = t.TempDir(), t.TempDir()
	for _, name := range []string{"AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"} {
		t.Setenv("GIT_"+name, "someone@example.com")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	const test = "package m\n\nimport \"testing\"\n\nfunc BenchmarkM(b *testing.B) {}\n"
	save(t, filepath.Join(repo, "go.mod"), "module example.com/m\n\ngo 1.24\n")
	save(t, filepath.Join(repo, "m_test.go"), test)
	inRepo(t, repo, "init", "-q")
	inRepo(t, repo, "add", ".")
	inRepo(t, repo, "commit", "-q", "-m", "base")
	save(t, filepath.Join(repo, "m_test.go"), test+"\nfunc BenchmarkN(b *testing.B) {}\n")
	inRepo(t, repo, "commit", "-q", "-a", "-m", "head")
	check = exec.Command(os.Args[0], "check", "--base=HEAD^", "--head=HEAD", "--curves=never", "--json", "--dir", repo, "--results", t.TempDir())
	check.Env = append(os.Environ(), "BE_OVERLAP=1", "CHECK_FAKE=wait", "TMPDIR="+temp, "TMP="+temp)
	return repo, temp, check
}

func save(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func inRepo(t *testing.T, repo string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", repo}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// measuring starts the check and returns once it measures.
func measuring(t *testing.T, check *exec.Cmd) (stdout *bytes.Buffer) {
	t.Helper()
	errs := filepath.Join(t.TempDir(), "errs")
	file, err := os.Create(errs)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout = &bytes.Buffer{}
	check.Stdout, check.Stderr = stdout, file
	if err := check.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check.Process.Kill() })
	for range 6000 {
		if text, err := os.ReadFile(errs); err == nil && strings.Contains(string(text), "slots") {
			return stdout
		}
		time.Sleep(10 * time.Millisecond)
	}
	text, err := os.ReadFile(errs)
	t.Fatalf("it does not measure: %v\n%s", err, text)
	return nil
}

func TestInterruptedCheckIsNoPassAndLeavesNothing(t *testing.T) {
	repo, temp, check := checked(t)
	stdout := measuring(t, check)
	if got := strings.Count(inRepo(t, repo, "worktree", "list"), "overlap-check-"); got != 2 {
		t.Errorf("%d worktrees while it measures, want 2", got)
	}
	if err := check.Process.Signal(os.Interrupt); err != nil {
		t.Skip(err)
	}
	check.Wait()
	if code := check.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	for _, want := range []string{`"complete": false`, `"benchmark": "M"`, "interrupted: at most 30 of 45 blocks"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %s in\n%s", want, stdout)
		}
	}
	if list := inRepo(t, repo, "worktree", "list"); strings.Contains(list, "overlap-check-") {
		t.Errorf("it left worktrees:\n%s", list)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// Between rounds a check links, and most of this one's time goes there.
func TestCheckInterruptedWhileItLinksLeavesNothing(t *testing.T) {
	for _, wait := range []time.Duration{0, 150, 400} {
		repo, temp, check := checked(t)
		const test = "package m\n\nimport \"testing\"\n\nvar sink []byte\n\nfunc BenchmarkM(b *testing.B) {\n\tfor range b.N {\n\t\tsink = make([]byte, 100)\n\t}\n}\n"
		for _, more := range []string{"", "\nfunc BenchmarkN(b *testing.B) {}\n"} {
			save(t, filepath.Join(repo, "m_test.go"), test+more)
			inRepo(t, repo, "commit", "-q", "-a", "-m", "a benchmark with slices")
		}
		check.Args = append(check.Args, "--wait=0s")
		check.Env = append(check.Env, "CHECK_FAKE=long")
		measuring(t, check)
		time.Sleep(wait * time.Millisecond)
		if err := check.Process.Signal(os.Interrupt); err != nil {
			t.Skip(err)
		}
		check.Wait()
		if code := check.ProcessState.ExitCode(); code != 130 {
			t.Errorf("exit code %d, want 130", code)
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
			t.Errorf("it left %v, %v", left, err)
		}
	}
}

func TestKilledCheckIsTidiedByTheNext(t *testing.T) {
	repo, _, check := checked(t)
	measuring(t, check)

	again := func(n int) {
		t.Helper()
		next := exec.Command(os.Args[0], check.Args[1:]...)
		next.Env = append(os.Environ(), "BE_OVERLAP=1", "CHECK_FAKE=1")
		out, err := next.CombinedOutput()
		_, note, _ := strings.Cut(string(out), "note: removed what a killed run left behind: ")
		note, _, _ = strings.Cut(note, "\n")
		if got := strings.Count(note, "overlap-check-"); err != nil || got != n {
			t.Errorf("%v: %d worktrees removed, want %d\n%s", err, got, n, out)
		}
	}
	again(0) // it lives
	if list := inRepo(t, repo, "worktree", "list"); strings.Count(list, "overlap-check-") != 2 {
		t.Errorf("another check took its worktrees:\n%s", list)
	}
	if err := check.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	check.Wait()
	again(2)
	if list := inRepo(t, repo, "worktree", "list"); strings.Contains(list, "overlap-check-") {
		t.Errorf("left:\n%s", list)
	}
}
