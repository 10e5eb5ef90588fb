package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"overlap/bench/sweep"
	"overlap/internal/table"
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
		case "bench", "dir", "all":
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
	found := r.resumed
	if found == nil {
		found, what.omitted, err = r.find(ctx, f, levels)
	} else {
		fmt.Fprintf(r.err, "building the tests of %s\n", r.Pkg)
		_, _, err = f.Build(ctx, r.Pkg)
		f.Restore(found)
	}
	if err != nil {
		return fmt.Errorf("--pkg: %w", err)
	}
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
	what.plan, what.sampler, what.visit, what.slices = plan, f, f.Expect, f.ExpectSlices
	if r.resumed == nil {
		if plan.Benchmarks, err = r.withinBudget(*what, plan); err != nil {
			return err
		}
		what.plan = plan
	}
	r.completeBudget(plan)
	what.chosen = choice{len(plan.Benchmarks), "benchmarks", "--bench"}
	what.list = func() {
		for _, p := range plan.FixedPoints() {
			fmt.Fprintln(r.out, p)
		}
	}
	return nil
}

// find finds the benchmarks, without those that use one core unless they are asked for.
func (r *run) find(ctx context.Context, f *sweep.Foreign, levels []sweep.Level) (several []sweep.Benchmark, omitted []sweep.Omission, err error) {
	fmt.Fprintf(r.err, "building the tests of %s and running every benchmark once\n", r.Pkg)
	if !r.All {
		f.Look = levels[len(levels)-1]
	}
	bar := newProgress(r.err)
	f.Progress = bar.timed()
	found, omitted, notes, err := f.Find(ctx, r.Pkg, cmp.Or(r.Bench, "."), levels[0])
	bar.finish()
	if err != nil {
		return nil, nil, err
	}
	for _, note := range notes {
		notef(r.err, "%s", note)
	}
	var one []sweep.Benchmark
	for _, b := range found {
		if b.OneCore {
			one = append(one, b)
		} else {
			several = append(several, b)
		}
	}
	switch {
	case several == nil:
		return nil, nil, fmt.Errorf("every benchmark that can be measured uses one core: %s; %s these, too", r.names(one), r.remedy)
	case one != nil:
		notef(r.err, "left out are the benchmarks that use one core, %d of %d: %s; %s these, too", len(one), len(found), r.names(one), r.remedy)
	}
	return several, omitted, nil
}

// names lists a few benchmarks, or with --list all.
func (r *run) names(list []sweep.Benchmark) string {
	var all []string
	for _, b := range list {
		all = append(all, table.OneLine(b.Title()))
	}
	const few = 5
	if more := len(all) - few; more > 0 && !r.List {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:few], ", "), more)
	}
	return strings.Join(all, ", ")
}

// withinBudget returns the benchmarks of a plan, in order, that have the samples for a verdict
// within the budget: with all of them, none would have. If each needs more than the budget,
// it returns the shortest, or an error if not even that one could have a sample.
func (r *run) withinBudget(what target, plan sweep.ForeignPlan) (fit []sweep.Benchmark, err error) {
	all, full := plan.Benchmarks, r.Settings
	full.Budget = 0
	full.CompleteBudget(plan)
	if r.Budget == 0 || r.Rounds > 0 {
		return all, nil
	}
	known, from := r.visits()
	needs, total := make([]time.Duration, len(all)), time.Duration(0)
	shortest, first := 0, time.Duration(0) // a round of it
	for i, b := range all {
		one := plan
		one.Benchmarks = []sweep.Benchmark{b}
		what.plan = one
		o := r.estimateBy(what, known, from)
		needs[i] = max(full.Budget/time.Duration(len(all)), o.takes(o.needed))
		total += needs[i]
		if first == 0 || o.round < first {
			shortest, first = i, o.round
		}
	}
	left := r.Budget
	var out []sweep.Benchmark
	for i, b := range all {
		if needs[i] <= left {
			fit, left = append(fit, b), left-needs[i]
		} else {
			out = append(out, b)
		}
	}
	enough := full.Budget
	if total > enough {
		enough = roundUp(total + total/10)
	}
	switch {
	case out == nil:
		return fit, nil
	case fit == nil && first > r.Budget && !r.List && !r.DryRun:
		return nil, fmt.Errorf("the budget of %v is too short: one sample of each point of the shortest benchmark, %s, takes about %v; use --budget %v, or choose fewer points with --cores and --workers",
			r.Budget, r.names(all[shortest:shortest+1]), roundUp(first), roundUp(needs[shortest]+needs[shortest]/10))
	case len(all) == 1: // what its budget is enough for is said later
		return all, nil
	case fit == nil:
		notef(r.err, "the budget of %v is too short for a verdict of any of %d benchmarks: of %s, the shortest, there will be a few samples; use --budget %v, or choose with --bench", r.Budget, len(all), r.names(all[shortest:shortest+1]), enough)
		return all[shortest : shortest+1], nil
	}
	notef(r.err, "the budget of %v is enough for %d of %s: left out are %s; use --budget %v, or choose with --bench", r.Budget, len(fit), table.Count(len(all), "benchmark"), r.names(out), enough)
	return fit, nil
}

// long says how long it takes to measure many benchmarks, and how to measure fewer.
func (r *run) long(plan sweep.Plan) string {
	p, ok := plan.(sweep.ForeignPlan)
	if !ok || r.Budget <= 2*time.Minute {
		return ""
	}
	return fmt.Sprintf("%s take up to %v; --bench chooses among them, and --budget measures as many as there is time for", table.Count(len(p.Benchmarks), "benchmark"), r.Budget)
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
