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
	"slices"
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

//go:embed python/*.py node/*.mjs c/*.c cpp/*.cpp rust/*
var sources embed.FS

// peersOf are the files with counterparts of the primitives.
var peersOf = map[string]string{"python": "python/peers.py", "node": "node/peers.mjs", "c": "c/floors.c"}

// gcc has the options of the C and C++ programs. The kernels have those of a distribution:
// no instructions that only newer machines have, and no fused multiply-add, which the Go
// code forbids as well.
var gcc = map[string][]string{
	"c/floors.c":    {"-O2"},
	"c/kernels.c":   {"-O2", "-ffp-contract=off", "-lm"},
	"c/nstream.c":   {"-O3", "-ffp-contract=off", "-pthread"},
	"cpp/tasks.cpp": {"-O2", "-std=c++20", "-pthread", "-ltbb"},
}

// debianCrates is where Debian's packages put the sources of Rust's libraries.
const debianCrates = "/usr/share/cargo/registry"

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
	ready := map[string]func(context.Context, string) error{"python": t.python, "node": t.node, "c": t.c, "cpp": t.cpp, "rust": t.rust}
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
	return t.compile(ctx, "gcc", file)
}

func (t *toolchain) cpp(ctx context.Context, file string) error {
	if runtime.GOOS != "linux" {
		t.missing["cpp"] = "The C++ rows are left out: they are written for Linux."
		return nil
	}
	if err := exec.CommandContext(ctx, "g++", "-std=c++20", "-E", "-include", "oneapi/tbb/task_group.h", "-x", "c++", os.DevNull).Run(); err != nil {
		t.missing["cpp"] = "The C++ rows are left out: g++ with C++20 and oneTBB (libtbb-dev) are not installed."
		return nil
	}
	return t.compile(ctx, "g++", file)
}

// compile makes a program of one file.
func (t *toolchain) compile(ctx context.Context, compiler, file string) error {
	if err := t.write(file); err != nil {
		return err
	}
	source := t.commands[file][0]
	binary := source + ".exe"
	args := append([]string{"-o", binary, source}, gcc[file]...) // a library serves only what precedes it
	if _, err := exec.CommandContext(ctx, compiler, args...).Output(); err != nil {
		return fmt.Errorf("compile %s: %w", file, withStderr(err))
	}
	t.commands[file] = []string{binary}
	return nil
}

// rust builds with the libraries of Debian's packages, or those that cargo downloads. What
// is built stays in the user's cache: it takes a minute.
func (t *toolchain) rust(ctx context.Context, file string) error {
	if _, err := exec.LookPath("cargo"); err != nil {
		t.missing["rust"] = "The Rust rows are left out: cargo is not installed."
		return nil
	}
	const manifest = "rust/Cargo.toml"
	if err := errors.Join(t.write(manifest), t.write(file)); err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.dir
	}
	target := filepath.Join(cache, "overlap-peers", "rust")
	args := []string{"--quiet", "--manifest-path", t.commands[manifest][0]}
	if found, _ := filepath.Glob(filepath.Join(debianCrates, "tokio-1*")); found != nil {
		args = append(args, "--config", `source.crates-io.replace-with="debian"`, "--config", fmt.Sprintf("source.debian.directory=%q", debianCrates))
	}
	cargo := func(verb string, more ...string) error {
		cmd := exec.CommandContext(ctx, "cargo", slices.Concat([]string{verb}, args, more)...)
		cmd.Dir, cmd.Env = t.dir, append(os.Environ(), "CARGO_TARGET_DIR="+target)
		_, err := cmd.Output()
		return withStderr(err)
	}
	if err := cargo("fetch"); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		t.missing["rust"] = "The Rust rows are left out: cargo finds no rayon and tokio (librust-rayon-dev, librust-tokio-dev)."
		return nil
	}
	if err := cargo("build", "--release"); err != nil {
		return fmt.Errorf("compile %s: %w", file, err)
	}
	t.commands[file] = []string{filepath.Join(target, "release", "tasks")}
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
