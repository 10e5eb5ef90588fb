package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// program is a side in another language: a mode of one of the files of that language.
// Run with the mode and a number of operations, it prints the nanoseconds of one.
type program struct {
	file, mode string
	size       int    // of the job; 0 if the mode has only one
	want       string // the right result of the job; "" if the program knows it
}

// language is the directory of the file.
func (p program) language() string { return path.Dir(p.file) }

// args returns the arguments for n operations.
func (p program) args(n int) []string {
	args := []string{p.mode, strconv.Itoa(n)}
	if p.size > 0 {
		args = append(args, strconv.Itoa(p.size))
	}
	if p.want != "" {
		args = append(args, p.want)
	}
	return args
}

//go:embed python/*.py node/*.mjs c/*.c
var sources embed.FS

// peersOf are the files with counterparts of the primitives.
var peersOf = map[string]string{"python": "python/peers.py", "node": "node/peers.mjs", "c": "c/floors.c"}

// gcc has the options of the C programs. The kernels have those of a distribution: no
// instructions that only newer machines have, and no fused multiply-add, which the Go
// code forbids as well.
var gcc = map[string][]string{
	"c/floors.c":  {"-O2"},
	"c/kernels.c": {"-O2", "-ffp-contract=off", "-lm"},
	"c/nstream.c": {"-O3", "-ffp-contract=off", "-pthread"},
}

// toolchain runs the programs of the installed languages.
type toolchain struct {
	dir      string
	commands map[string][]string // file → how to run it, without its arguments
	missing  map[string]string   // language → a sentence with the reason
}

// newToolchain prepares the files in a temporary directory. A language that is not
// installed is not an error.
func newToolchain(ctx context.Context, files []string) (*toolchain, error) {
	dir, err := os.MkdirTemp("", "overlap-peers-")
	if err != nil {
		return nil, fmt.Errorf("directory for the programs of other languages: %w", err)
	}
	t := &toolchain{dir: dir, commands: map[string][]string{}, missing: map[string]string{}}
	ready := map[string]func(context.Context, string) error{"python": t.python, "node": t.node, "c": t.c}
	for _, file := range files {
		language := path.Dir(file)
		if t.commands[file] != nil || t.missing[language] != "" {
			continue
		}
		if err := ready[language](ctx, file); err != nil {
			t.close()
			return nil, err
		}
	}
	return t, nil
}

// foreignFiles returns the files of the sides of the contests.
func foreignFiles(all []*contest) (files []string) {
	for _, c := range all {
		for _, s := range c.sides() {
			if s.foreign != nil {
				files = append(files, s.foreign.file)
			}
		}
	}
	return files
}

func (t *toolchain) close() { os.RemoveAll(t.dir) }

func (t *toolchain) python(ctx context.Context, file string) error {
	if _, err := exec.LookPath("python3"); err != nil {
		t.missing["python"] = "The Python rows are left out: python3 is not installed."
		return nil
	}
	// python3 is often a script that looks for the real one, at every start.
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return fmt.Errorf("ask python3 for its path: %w; --cases can leave out its cases", withStderr(err))
	}
	return t.write(file, strings.TrimSpace(string(out)))
}

func (t *toolchain) node(_ context.Context, file string) error {
	interpreter, err := exec.LookPath("node")
	if err != nil {
		t.missing["node"] = "The Node rows are left out: node is not installed."
		return nil
	}
	return t.write(file, interpreter)
}

func (t *toolchain) c(ctx context.Context, file string) error {
	if runtime.GOOS != "linux" {
		t.missing["c"] = "The C rows are left out: they are written for Linux."
		return nil
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.missing["c"] = "The C rows are left out: gcc is not installed."
		return nil
	}
	if err := t.write(file); err != nil {
		return err
	}
	source := t.commands[file][0]
	binary := strings.TrimSuffix(source, ".c")
	args := append([]string{"-o", binary, source}, gcc[file]...) // a library serves only what precedes it
	if _, err := exec.CommandContext(ctx, "gcc", args...).Output(); err != nil {
		return fmt.Errorf("compile %s: %w", file, withStderr(err))
	}
	t.commands[file] = []string{binary}
	return nil
}

// write writes a source into the directory; interpreter, if any, runs it.
func (t *toolchain) write(file string, interpreter ...string) error {
	text, err := sources.ReadFile(file)
	if err != nil {
		return err
	}
	to := filepath.Join(t.dir, filepath.Base(file))
	if err := os.WriteFile(to, text, 0o666); err != nil {
		return fmt.Errorf("directory for the programs of other languages: %w", err)
	}
	t.commands[file] = append(interpreter, to)
	return nil
}

// withStderr adds to err what the program wrote to standard error.
func withStderr(err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}
