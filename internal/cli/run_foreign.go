package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"

	"overlap/bench/sweep"
)

// checkForeign returns an error for flags that choose among benchmarks without --pkg,
// and for flags that choose among the workloads with it.
func (c *runCmd) checkForeign(flags []string) error {
	pkg := slices.Contains(flags, "pkg")
	if pkg && c.Pkg == "" {
		return errors.New("--pkg is empty: name packages as for go test; ./... is all of the module")
	}
	for _, f := range flags {
		switch f {
		case "bench", "dir":
			if !pkg {
				return fmt.Errorf("--%s needs --pkg, the packages with the benchmarks to measure", f)
			}
		case "workloads", "kinds", "variants", "executors", "size", "scaling", "disk":
			if pkg {
				return fmt.Errorf("--%s chooses among overlap's own workloads, which --pkg does not measure: leave one of the two flags out", f)
			}
		}
	}
	return nil
}

// useBenchmarks makes the benchmarks of --pkg the target of the run.
func (r *run) useBenchmarks(ctx context.Context, what *target, levels []sweep.Level) error {
	r.completeSamples()
	f, err := r.builder(what.cpus)
	if err != nil {
		return err
	}
	what.close = f.Close
	fmt.Fprintf(r.err, "building the tests of %s and running every benchmark once\n", r.Pkg)
	found, omitted, notes, err := f.Find(ctx, r.Pkg, cmp.Or(r.Bench, "."), levels[0])
	if err != nil {
		return fmt.Errorf("--pkg: %w", err)
	}
	for _, note := range notes {
		fmt.Fprintln(r.err, "note:", note)
	}
	what.omitted = omitted
	plan := sweep.ForeignPlan{Benchmarks: found, Levels: levels, Workers: sweep.Unique(r.Workers), Goroutines: true}
	variable := func(b sweep.Benchmark) bool { return b.Workers || b.Goroutines > 0 }
	if r.Workers != nil && !slices.ContainsFunc(found, variable) {
		return fmt.Errorf("--workers: none of the benchmarks calls RunParallel or reads %s, so it would change nothing; leave it out", sweep.WorkersVariable)
	}
	if plan.Workers == nil {
		plan.Workers = sweep.Workers(levels)
	}
	if what.tests, err = f.Sum(); err != nil {
		return err
	}
	what.plan, what.sampler = plan, f
	r.completeBudget(plan)
	what.chosen = choice{len(found), "benchmarks", "--bench"}
	what.visit, what.slices = f.Expect, f.ExpectSlices
	what.list = func() {
		for _, p := range plan.FixedPoints() {
			fmt.Fprintln(r.out, p)
		}
	}
	return nil
}

// builder checks the go command and the directory to build the tests in.
func (r *run) builder(cpus []int) (*sweep.Foreign, error) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("--pkg needs the go command to build tests with: %w; install Go from https://go.dev/dl", err)
	}
	if r.Dir, err = directory("dir", cmp.Or(r.Dir, ".")); err != nil {
		return nil, err
	}
	return &sweep.Foreign{
		Go:         goCommand,
		Dir:        r.Dir,
		Placement:  cpus,
		SampleTime: r.Sample,
		Timeout:    r.Limit,
		Args:       r.Args,
		Alone:      r.alone,
		Host:       r.host,
	}, nil
}
