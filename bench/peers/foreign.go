package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// program is a side in another language: a mode of that language's file. Run
// with the mode and a number of operations it prints the nanoseconds of one.
type program struct{ language, mode string }

//go:embed python/peers.py node/peers.mjs c/floors.c
var sources embed.FS

// toolchain knows how to run the programs of the languages that are here.
type toolchain struct {
	dir      string
	commands map[string][]string
	missing  map[string]string // language → a sentence that says why it is left out
}

// newToolchain looks for the languages that all's sides need and makes their
// programs ready in a temporary folder. What is not installed is no error.
func newToolchain(ctx context.Context, all []*contest) (*toolchain, error) {
	dir, err := os.MkdirTemp("", "overlap-peers-")
	if err != nil {
		return nil, fmt.Errorf("folder for the programs of other languages: %w", err)
	}
	t := &toolchain{dir: dir, commands: map[string][]string{}, missing: map[string]string{}}
	ready := map[string]func(context.Context) error{"python": t.python, "node": t.node, "c": t.c}
	for _, c := range all {
		for _, s := range c.sides() {
			if s.foreign == nil || t.known(s.foreign.language) {
				continue
			}
			if err := ready[s.foreign.language](ctx); err != nil {
				t.close()
				return nil, err
			}
		}
	}
	return t, nil
}

func (t *toolchain) known(language string) bool {
	return t.commands[language] != nil || t.missing[language] != ""
}

func (t *toolchain) close() { os.RemoveAll(t.dir) }

func (t *toolchain) python(ctx context.Context) error {
	if _, err := exec.LookPath("python3"); err != nil {
		t.missing["python"] = "The Python rows are left out: python3 is not installed."
		return nil
	}
	// python3 is often a script that looks for the real one, at every start.
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return fmt.Errorf("ask python3 where it is: %w; --cases can leave its cases out", said(err))
	}
	return t.file("python", "python/peers.py", strings.TrimSpace(string(out)))
}

func (t *toolchain) node(context.Context) error {
	path, err := exec.LookPath("node")
	if err != nil {
		t.missing["node"] = "The Node rows are left out: node is not installed."
		return nil
	}
	return t.file("node", "node/peers.mjs", path)
}

func (t *toolchain) c(ctx context.Context) error {
	if runtime.GOOS != "linux" {
		t.missing["c"] = "The C floors are left out: they are written for Linux."
		return nil
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.missing["c"] = "The C floors are left out: gcc is not installed."
		return nil
	}
	if err := t.file("c", "c/floors.c"); err != nil {
		return err
	}
	binary := filepath.Join(t.dir, "floors")
	if _, err := exec.CommandContext(ctx, "gcc", "-O2", "-o", binary, t.commands["c"][0]).Output(); err != nil {
		return fmt.Errorf("compile the C floors: %w", said(err))
	}
	t.commands["c"] = []string{binary}
	return nil
}

// file writes a source into the folder; interpreter, if any, runs it.
func (t *toolchain) file(language, source string, interpreter ...string) error {
	text, err := sources.ReadFile(source)
	if err != nil {
		return err
	}
	path := filepath.Join(t.dir, filepath.Base(source))
	if err := os.WriteFile(path, text, 0o666); err != nil {
		return fmt.Errorf("folder for the programs of other languages: %w", err)
	}
	t.commands[language] = append(interpreter, path)
	return nil
}

// said adds what a program wrote to standard error to err.
func said(err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}
