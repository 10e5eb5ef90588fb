//go:build unix

package cli_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"overlap/bench/sweep"
)

// litterModule has a benchmark that starts a program and does not wait for it.
const litterModule = `package m

import (
	"os/exec"
	"testing"
	"time"
)

func BenchmarkM(b *testing.B) {
	if err := exec.Command("sleep", "1000").Start(); err != nil {
		b.Skip(err)
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		time.Sleep(wait * time.Microsecond)
	}
}
`

// litter is a command that is ended, and the directories in which it may leave
// something behind.
type litter struct {
	repo, temp, results, mark string

	cmd *exec.Cmd
	out *os.File // its standard error comes from here
}

// litterOf starts overlap with these arguments in a repository of two commits.
func litterOf(t *testing.T, args ...string) *litter {
	t.Helper()
	repo, temp, check := checked(t)
	for _, wait := range []string{"100", "150"} {
		for name, text := range map[string]string{"m.go": "package m\n\nconst wait = " + wait + "\n", "m_test.go": litterModule} {
			if err := os.WriteFile(filepath.Join(repo, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		inRepo(t, repo, "add", ".")
		inRepo(t, repo, "commit", "-q", "-m", wait)
	}
	l := &litter{repo: repo, temp: temp, results: t.TempDir(), mark: "LITTER=" + temp}
	l.cmd = exec.Command(os.Args[0], append(args, "--results="+l.results)...)
	l.cmd.Dir = repo
	l.cmd.Env = append(check.Env, l.mark, "GOFLAGS=-mod=mod")
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	l.out, l.cmd.Stderr = out, in
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	t.Cleanup(func() {
		_ = l.cmd.Process.Kill()
		_ = l.cmd.Wait()
	})
	return l
}

// await reads standard error until it has said something.
func (l *litter) await(t *testing.T, text string) {
	t.Helper()
	var said strings.Builder
	lines := bufio.NewScanner(l.out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
		said.WriteString(lines.Text() + "\n")
	}
	t.Fatalf("it ended without saying %q:\n%s", text, said.String())
}

// end ends the command and returns its exit code.
func (l *litter) end(t *testing.T, how string) int {
	t.Helper()
	if how == "closed" {
		l.out.Close()
	} else {
		go func() { _, _ = io.Copy(io.Discard, l.out) }()
		signal := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": os.Kill}[how]
		if err := l.cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
	}
	late := time.AfterFunc(time.Minute, func() { _ = l.cmd.Process.Signal(syscall.SIGQUIT) })
	defer late.Stop()
	_ = l.cmd.Wait() // the exit code says more
	return l.cmd.ProcessState.ExitCode()
}

// left is what the command has left in its directories, in the repository, and running.
func (l *litter) left(t *testing.T) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(l.temp)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	if list := inRepo(t, l.repo, "worktree", "list"); strings.Count(list, "\n") != 1 {
		all = append(all, list)
	}
	return append(all, alive(l.mark)...)
}

// alive is which processes have a mark in their environment.
func alive(mark string) (all []string) {
	processes, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range processes {
		if env, err := os.ReadFile(path); err == nil && strings.Contains(string(env), mark) {
			command, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
			all = append(all, path+" "+strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return all
}

func TestAnInterruptedDemoLeavesNothingBehind(t *testing.T) {
	for _, when := range []string{"recording", "round 1"} {
		if when != "recording" && testing.Short() {
			t.Skip("it records for two seconds first")
		}
		temp := t.TempDir()
		l := &litter{mark: "LITTER=" + temp, cmd: exec.Command(os.Args[0], "demo")}
		l.cmd.Env = append(os.Environ(), "BE_OVERLAP=1", "TMPDIR="+temp, l.mark)
		var in *os.File
		var err error
		if l.out, in, err = os.Pipe(); err != nil {
			t.Fatal(err)
		}
		defer l.out.Close()
		l.cmd.Stderr = in
		if err := l.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		in.Close()
		l.await(t, when)
		if code := l.end(t, "INT"); code != 130 {
			t.Errorf("%s: exit code %d, want 130", when, code)
		}
		if left, err := os.ReadDir(temp); len(left) > 0 || err != nil || alive(l.mark) != nil {
			t.Errorf("%s: it left %v, %v, %v", when, left, alive(l.mark), err)
		}
	}
}

// readable fails the test unless every result file can be read to its end.
func (l *litter) readable(t *testing.T) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(l.results, "*", "*.txt"))
	for _, path := range files {
		if _, _, err := sweep.ReadRun(path); err != nil {
			t.Error(err)
		}
	}
}

var litterRuns = []struct {
	name string
	when string   // what it says then
	ends []string // each way with each code that could clean up
	args []string
}{
	{"suite measuring", "round 2", []string{"INT", "TERM", "HUP", "closed"}, []string{"run", "--workloads=sleepers", "--workers=1,2", "--size=small", "--sample=1ms", "--budget=1h", "--precision=0%", "--wait=0s"}},
	{"module building", "building", []string{"TERM", "HUP"}, []string{"run", "--pkg=.", "--all", "--budget=1h", "--wait=0s"}},
	{"module measuring", "round 2", []string{"TERM", "closed"}, []string{"run", "--pkg=.", "--all", "--sample=1ms", "--budget=1h", "--precision=0%", "--wait=0s"}},
	{"check building", "building the tests of base", []string{"TERM", "HUP"}, []string{"check", "--base=HEAD^", "--head=HEAD"}},
	{"check measuring", "slots", []string{"HUP", "closed"}, []string{"check", "--base=HEAD^", "--head=HEAD", "--curves=never"}},
}

func TestAnInterruptLeavesNothingBehind(t *testing.T) {
	for _, c := range litterRuns {
		for _, how := range c.ends {
			t.Run(c.name+" "+how, func(t *testing.T) {
				l := litterOf(t, c.args...)
				l.await(t, c.when)
				code := 130
				if how == "closed" {
					code = 141
				}
				if got := l.end(t, how); got != code {
					t.Errorf("exit code %d, want %d", got, code)
				}
				if left := l.left(t); left != nil {
					t.Errorf("it left\n%s", strings.Join(left, "\n"))
				}
				l.readable(t)
			})
		}
	}
}

// What a killed run or check has left is removed by the next of either.
func TestTheNextRemovesWhatAKilledOneLeft(t *testing.T) {
	next := [][]string{
		{"run", "--list", "--workloads=ep"},
		{"check", "--base=HEAD^", "--head=HEAD", "--bench=None"},
	}
	for i, c := range litterRuns {
		t.Run(c.name, func(t *testing.T) {
			l := litterOf(t, c.args...)
			l.await(t, c.when)
			again := exec.Command(os.Args[0], next[i%2]...)
			again.Dir, again.Env = l.repo, l.cmd.Env
			if out, err := again.CombinedOutput(); strings.Contains(string(out), "removed what a killed run left behind") {
				t.Errorf("the first lives: %v\n%s", err, out)
			}
			l.end(t, "KILL")
			l.readable(t)
			again = exec.Command(os.Args[0], next[(i+1)%2]...)
			again.Dir, again.Env = l.repo, l.cmd.Env
			out, _ := again.CombinedOutput() // of the check an error
			if i > 0 && !strings.Contains(string(out), "removed what a killed run left behind: ") {
				t.Errorf("it says\n%s", out)
			}
			for deadline := time.Now().Add(10 * time.Second); l.left(t) != nil && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond)
			}
			if left := l.left(t); left != nil {
				t.Errorf("there is still\n%s", strings.Join(left, "\n"))
			}
		})
	}
}
