package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/alecthomas/kong"

	"overlap/bench/host"
	"overlap/bench/sweep"
)

// given are the flags that the command line named, without their dashes.
func given(k *kong.Context) (flags []string) {
	for _, p := range k.Path {
		if p.Flag != nil {
			flags = append(flags, p.Flag.Name)
		}
	}
	return flags
}

// checkForeign finds flags that do not go together: those that choose among
// packages without --pkg, and with it those that choose among the workloads.
func (c *runCmd) checkForeign(flags []string) error {
	pkg := slices.Contains(flags, "pkg")
	if pkg && c.Pkg == "" {
		return errors.New("--pkg is empty: name packages as for go test; ./... is all of the module")
	}
	for _, f := range flags {
		switch f {
		case "bench", "dir":
			if !pkg {
				return fmt.Errorf("--%s needs --pkg, the packages whose benchmarks to measure", f)
			}
		case "workloads", "kinds", "variants", "executors", "size", "scaling", "disk":
			if pkg {
				return fmt.Errorf("--%s chooses among this suite's workloads and --pkg measures others: leave one of them out", f)
			}
		}
	}
	return nil
}

// foreign is the subject of --pkg: benchmarks that are not of this suite.
func (c *runCmd) foreign(ctx context.Context, s *streams, h host.Host, what subject, levels []sweep.Level) (subject, error) {
	c.complete(0)
	f, err := c.builder(h, what.cpus)
	if err != nil {
		return what, err
	}
	what.close = f.Close
	fmt.Fprintf(s.err, "building the tests of %s and running every benchmark once\n", c.Pkg)
	found, omitted, notes, err := f.Find(ctx, c.Pkg, cmp.Or(c.Bench, "."), levels[0])
	if err != nil {
		return what, fmt.Errorf("--pkg: %w", err)
	}
	for _, note := range notes {
		fmt.Fprintln(s.err, "note:", note)
	}
	what.omitted = omitted
	suite := sweep.Suite{Benchmarks: found, Levels: levels, Workers: unique(c.Workers)}
	asks := func(b sweep.Benchmark) bool { return b.Workers }
	if c.Workers != nil && !slices.ContainsFunc(found, asks) {
		return what, fmt.Errorf("--workers: none of the benchmarks reads %s, so they would not obey; leave it out", sweep.WorkersVariable)
	}
	if suite.Workers == nil {
		suite.Workers = sweep.Workers(levels)
	}
	if what.tests, err = f.Sum(); err != nil {
		return what, err
	}
	what.plan, what.sampler = suite, f
	what.chosen = choice{len(found), "benchmarks", "--bench"}
	what.visit = f.Expect
	what.list = func() {
		for _, p := range suite.Lines() {
			fmt.Fprintln(s.out, p)
		}
	}
	return what, nil
}

// builder checks where to build the tests, and with what.
func (c *runCmd) builder(h host.Host, cpus []int) (*sweep.Foreign, error) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("--pkg needs the go command to build tests with: %w; install Go from https://go.dev/dl", err)
	}
	if c.Dir == "" {
		c.Dir = "."
	}
	if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--dir: %s is no folder", c.Dir)
	}
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return nil, fmt.Errorf("--dir: %w", err)
	}
	return &sweep.Foreign{
		Go:         goCommand,
		Dir:        c.Dir,
		Placement:  cpus,
		SampleTime: c.Sample,
		Timeout:    c.Limit,
		Host:       h,
	}, nil
}
