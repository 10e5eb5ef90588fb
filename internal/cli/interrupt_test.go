//go:build unix

package cli_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const someResults = "BenchmarkEp/executor=pool/workers=1/cores=1 1 10 ns/op\n"

// interrupted starts overlap report in a directory, lets ready wait until it does what
// is to be interrupted, sends one signal, and wants exit code 130 and the files of
// the directory as they were.
func interrupted(t *testing.T, signal os.Signal, dir string, stdin io.Reader, stdout io.Writer, ready func(), args ...string) {
	t.Helper()
	before, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], append([]string{"report"}, args...)...)
	cmd.Env = append(os.Environ(), "BE_OVERLAP=1")
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	ready()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // its exit code says more
	if code := cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(stderr.String(), "overlap: interrupted") {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
	after, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(after) != len(before) {
		t.Errorf("there was %q, now there is %q, %v", before, after, err)
	}
}

func TestInterruptEndsReading(t *testing.T) {
	t.Parallel() // it waits
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		out, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		interrupted(t, signal, t.TempDir(), out, io.Discard, func() {
			// More than a pipe holds: the last of it is in when the first is read.
			if _, err := in.WriteString(someResults + strings.Repeat("# a line\n", 100_000)); err != nil {
				t.Error(err)
			}
		}, "-", "-o", "report")
		out.Close()
		in.Close()
	}
}

func TestInterruptEndsWaitingForAPipe(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"first", "second"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o666); err != nil {
			t.Skip(err)
		}
	}
	// Of the second, which nobody writes to, not even the opening returns.
	interrupted(t, os.Interrupt, dir, nil, io.Discard, func() {
		in, err := os.OpenFile(filepath.Join(dir, "first"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.WriteString(someResults); err != nil {
			t.Error(err)
		}
		in.Close()
	}, "first", "second")
}

func TestInterruptEndsPrinting(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "BenchmarkOf%d 1 10 ns/op\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "run.txt"), []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	defer in.Close()
	interrupted(t, os.Interrupt, dir, nil, in, func() {
		if _, err := out.Read(make([]byte, 1)); err != nil { // and no more: the pipe is full soon
			t.Error(err)
		}
	}, "--csv", "-o", "report", "run.txt")
}

// A pipe that is written to is read as any file.
func TestPipeIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o666); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(os.Args[0], "report", "--csv", path)
	cmd.Env = append(os.Environ(), "BE_OVERLAP=1")
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.WriteString(someResults); err != nil {
		t.Error(err)
	}
	in.Close()
	if err := cmd.Wait(); err != nil || strings.Count(out.String(), "\nEp,") != 1 {
		t.Errorf("%v\n%s", err, out.String())
	}
}
