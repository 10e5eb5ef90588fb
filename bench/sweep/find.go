package sweep

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/version"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/overlay"
	"overlap/internal/gocmd"
	"overlap/internal/scratch"
)

// findLimit is how long one iteration of a benchmark and its sub-benchmarks may
// take: people have no time to sweep one that takes longer.
const findLimit = 30 * time.Second

// Find calls Build, and then Search for the benchmarks that match re. What cannot be
// built or run is left out; if nothing is left, that is an error. The notes say what is
// left out, and what the other packages lack.
func (f *Foreign) Find(ctx context.Context, pattern, re string, at Level) (found []Benchmark, omitted []Omission, notes []string, err error) {
	if err := CheckPattern(re); err != nil {
		return nil, nil, nil, err
	}
	omitted, notes, err = f.Build(ctx, pattern)
	if err != nil {
		return nil, nil, nil, err
	}
	if f.Look.Procs > 0 && version.Compare(f.goVersion, "go1.26") < 0 {
		notes = append(notes, fmt.Sprintf("which benchmarks use one core is not known: %s does not count goroutines", f.goVersion))
	}
	found, left, err := f.search(ctx, re, at, nil, true)
	if err != nil {
		return nil, nil, nil, err
	}
	omitted = append(omitted, left...)
	notes = append(notes, sentences(omitted)...)
	if len(found) == 0 {
		if notes == nil {
			return nil, nil, nil, fmt.Errorf("no benchmark of %s matches %q%s", pattern, re, f.others(ctx, at))
		}
		return nil, nil, nil, fmt.Errorf("no benchmark of %s that matches %q can be measured:\n%s", pattern, re, strings.Join(notes, "\n"))
	}
	return found, omitted, notes, nil
}

// ErrNotListed is the error of Build if go list fails, so that nothing is built: the
// pattern is wrong, or the go.mod.
var ErrNotListed = errors.New("go list")

// ErrNoTests is the error of Build if no package that matches has tests.
var ErrNoTests = errors.New("nothing to build")

// Build makes the test binaries of the packages that match the pattern, as go
// test would in f.Dir. Packages that cannot be built are in failed; notes say what
// the other packages lack.
func (f *Foreign) Build(ctx context.Context, pattern string) (failed []Omission, notes []string, err error) {
	if f.work, err = scratch.Make("", "build"); err != nil {
		return nil, nil, fmt.Errorf("test binaries: %w", err)
	}
	if f.Replace != nil {
		if err := overlay.Add(f.index(), f.Replace); err != nil {
			return nil, nil, err
		}
	}
	packages, err := f.list(ctx, pattern)
	if err != nil {
		return nil, nil, err
	}
	o, err := overlay.Make(ctx, f.command(), f.work.Path)
	switch {
	case errors.Is(err, overlay.ErrUnfit):
		o.Path = ""
		notes = append(notes, fmt.Sprintf("no CPUs busy, no ceilings, labels are not checked, and which benchmarks use one core is not known: %v", err))
	case err != nil:
		return nil, nil, err
	case f.Replace != nil:
		if err := overlay.Add(o.Path, f.Replace); err != nil {
			return nil, nil, err
		}
	}
	f.goVersion, f.builder = o.Go, o.Command
	f.binaries = map[string]binary{}
	var blind []Omission
	for i, pkg := range packages {
		f.progress("building tests", i, len(packages))
		b, err := f.build(ctx, pkg, i, o.Path)
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		if err != nil {
			failed = append(failed, Omission{Name: pkg.ImportPath, Why: "left out: " + err.Error()})
			continue
		}
		if !b.hooked && o.Path != "" {
			blind = append(blind, Omission{Name: pkg.ImportPath, Why: "no CPUs busy, no ceilings, labels are not checked, and which benchmarks use one core is not known: it cannot be built with clocks in package testing"})
		}
		f.binaries[pkg.ImportPath] = b
		f.packages = append(f.packages, pkg)
	}
	return failed, append(notes, sentences(blind)...), nil
}

// Search finds the benchmarks that match re, as -bench would, in the packages
// that Build has built, except those that skip reports. Sub-benchmarks have names
// only while they run, so it runs one iteration of every benchmark at the given
// level. What cannot be run is left out. What earlier searches found stays known.
func (f *Foreign) Search(ctx context.Context, re string, at Level, skip func(pkg string) bool) (found []Benchmark, omitted []Omission, err error) {
	return f.search(ctx, re, at, skip, false)
}

// search is Search. It may also find what numbers of goroutines of RunParallel a benchmark
// can have.
func (f *Foreign) search(ctx context.Context, re string, at Level, skip func(pkg string) bool, goroutines bool) (found []Benchmark, omitted []Omission, err error) {
	if err := CheckPattern(re); err != nil {
		return nil, nil, err
	}
	var all []function
	for _, pkg := range f.packages {
		if skip != nil && skip(pkg.ImportPath) {
			continue
		}
		names, err := f.functions(ctx, pkg.ImportPath, at)
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		switch {
		case err != nil:
			omitted = append(omitted, omission(pkg.ImportPath, "left out", err))
		case len(names) == 0:
			if out, err := f.try(ctx, pkg.ImportPath, at, nil, "-test.list=."); err == nil && len(bytes.TrimSpace(out)) == 0 {
				omitted = append(omitted, Omission{Name: pkg.ImportPath, Why: "left out: it lists no test and no benchmark, as where TestMain does not call m.Run"})
			}
		}
		for _, name := range names {
			if match := narrow(re, name); match != "" {
				all = append(all, function{pkg, name, match})
			}
		}
	}
	for i, fn := range all {
		f.progress("running benchmarks once", i, len(all))
		more, left, err := f.findIn(ctx, fn, at, goroutines)
		if err != nil {
			return nil, nil, err
		}
		for _, b := range more {
			if slices.ContainsFunc(found, func(other Benchmark) bool { return other.Package == b.Package && other.Title() == b.Title() }) {
				left = append(left, Omission{Name: b.Package + "." + b.Name, Why: "left out: another has its name"})
				continue
			}
			found = append(found, b)
		}
		omitted = append(omitted, left...)
	}
	f.benchmarks = append(f.benchmarks, found...)
	return found, omitted, nil
}

// function is a benchmark function, and the pattern for -bench of what to find in it.
type function struct {
	pkg         gocmd.Package
	name, match string
}

func (f *Foreign) progress(what string, done, all int) {
	if f.Progress != nil {
		f.Progress(what, done, all)
	}
}

// Restore replaces the benchmarks that were found by those that the same test binaries had
// in an earlier search.
func (f *Foreign) Restore(found []Benchmark) { f.benchmarks = found }

// list returns the packages with test files.
func (f *Foreign) list(ctx context.Context, pattern string) ([]gocmd.Package, error) {
	matched, err := f.command().List(ctx, "ImportPath,Dir,TestGoFiles,XTestGoFiles,IgnoredGoFiles,Module", pattern, f.replaced()...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotListed, err)
	}
	if len(matched) == 0 {
		return nil, fmt.Errorf("%w: no package matches %s", ErrNoTests, pattern)
	}
	tested := slices.DeleteFunc(slices.Clone(matched), func(p gocmd.Package) bool { return len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 })
	if len(tested) == 0 {
		for _, p := range matched {
			if i := slices.IndexFunc(p.IgnoredGoFiles, func(name string) bool { return strings.HasSuffix(name, "_test.go") }); i >= 0 {
				return nil, fmt.Errorf("%w: build constraints leave out %s of %s: set its tags, as with GOFLAGS=-tags=NAME", ErrNoTests, p.IgnoredGoFiles[i], p.ImportPath)
			}
		}
		return nil, fmt.Errorf("%w: no package that matches %s has test files", ErrNoTests, pattern)
	}
	return tested, nil
}

// findIn finds the benchmarks of a function in a process of its own, so that one that ends
// its process hides no other.
func (f *Foreign) findIn(ctx context.Context, fn function, at Level, goroutines bool) (found []Benchmark, omitted []Omission, err error) {
	name := fn.pkg.ImportPath + "." + fn.name
	log := filepath.Join(f.work.Path, fn.name+".log")
	run := func(times string, env ...string) ([]byte, error) {
		return f.try(ctx, fn.pkg.ImportPath, at, env, append(testFlags(at.Procs, fn.match, times), "-test.v", "-test.testlogfile="+log)...)
	}
	began, least := time.Now(), 0
	out, err := run("1x")
	took := time.Since(began)
	switch {
	case !goroutines:
	case inRunParallel(err):
		if two, failed := run("1x", overlay.GoroutinesVariable+"=2"); failed == nil {
			omitted = append(omitted, omission(name, "1 goroutine is left out", err))
			out, err, least = two, nil, 2
		}
	case bytes.Contains(out, []byte(overlay.InsideUnit)):
		// The first operation of a process may begin goroutines that no other does.
		if again, failed := run("2x"); failed == nil {
			out = again
		}
	}
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	if err != nil {
		omitted = append(omitted, omission(name, "left out, or part of it", err))
	}
	asks := asksForWorkers(log) || f.asksEarly(fn.pkg)
	found = leavesIn(out, fn.name, at.Procs)
	if err == nil && len(found) == 0 && !strings.Contains(fn.match, "/") {
		omitted = append(omitted, withoutResult(name, out))
	}
	for i := range found {
		b := &found[i]
		b.Package, b.Workers, b.NoCeiling = fn.pkg.ImportPath, asks, !f.binaries[fn.pkg.ImportPath].hooked
		b.Once = took / time.Duration(len(found))
		b.OneCore = false // it had one
		if asks {
			b.Goroutines = 0 // they follow from the workers
		}
		if b.Goroutines > 0 {
			b.Least = least
		}
		if goroutines {
			if o := f.tryNumbers(ctx, b, at); o != nil {
				omitted = append(omitted, *o)
			}
		}
	}
	if goroutines && f.Look.Procs > 0 && !asks {
		f.look(ctx, fn, found, took)
	}
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	return found, omitted, nil
}

// functions returns the names of the benchmark functions of a package that Build has
// built.
func (f *Foreign) functions(ctx context.Context, pkg string, at Level) (names []string, err error) {
	out, err := f.try(ctx, pkg, at, nil, "-test.list=^Benchmark")
	if err != nil {
		if len(f.Args) == 0 {
			return nil, fmt.Errorf("list its benchmarks: %w; arguments for it go behind --", err)
		}
		return nil, fmt.Errorf("list its benchmarks: %w", err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(name, "Benchmark") && name != "Benchmark" {
			names = append(names, name)
		}
	}
	return names, nil
}

// others names some benchmarks that there are, for somebody whose pattern matches none.
func (f *Foreign) others(ctx context.Context, at Level) string {
	const some = 8
	var all []string
	for _, pkg := range f.packages {
		names, _ := f.functions(ctx, pkg.ImportPath, at) // what fails has been said
		for _, name := range names {
			all = append(all, strings.TrimPrefix(name, "Benchmark"))
		}
	}
	switch {
	case len(all) == 0:
		return ""
	case len(all) > some:
		return fmt.Sprintf("; it has %s and %d more", strings.Join(all[:some], ", "), len(all)-some)
	}
	return "; it has " + strings.Join(all, ", ")
}

// Matches reports whether a package that Build has built has a benchmark function
// that re could match. It runs none.
func (f *Foreign) Matches(ctx context.Context, pkg, re string, at Level) (bool, error) {
	functions, err := f.functions(ctx, pkg, at)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", pkg, err)
	}
	return slices.ContainsFunc(functions, func(name string) bool { return MatchesFunction(re, name) }), nil
}

// try runs the test binary of a package, with more in its environment, and returns what it
// printed, even if it failed.
func (f *Foreign) try(ctx context.Context, pkg string, at Level, env []string, args ...string) ([]byte, error) {
	limit := min(findLimit, f.Timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errLate{limit})
	defer cancel()
	p := Point{Package: pkg}
	p.Procs = at.Procs
	cpus := f.Placement[:at.Cores]
	cmd := f.process(ctx, p, cpus, false, args)
	cmd.Env = append(append(cmd.Env, overlay.AskVariable+"=1"), env...)
	c, err := launch(ctx, cmd, cpus, false, false, "", "")
	if err != nil {
		return nil, err
	}
	if err := c.wait(); err != nil {
		return c.stdout.bytes(), c.failed(cmp.Or(context.Cause(ctx), err))
	}
	return c.stdout.bytes(), nil
}

// leavesIn returns the benchmarks of a function by its results in what a binary printed: the
// name, the time of an operation, and the goroutines of each, and whether it used one core.
func leavesIn(out []byte, function string, procs int) (leaves []Benchmark) {
	for r := benchfmt.NewReader(bytes.NewReader(out), "benchmarks"); r.Scan(); {
		rec, ok := r.Result().(*benchfmt.Result)
		if !ok || !(nsPerOp(rec) > 0) {
			continue // garbage, or without a time
		}
		b := Benchmark{Name: string(rec.Name.Full()), Op: time.Duration(1e9 * nsPerOp(rec))}
		if procs > 1 {
			b.Name = strings.TrimSuffix(b.Name, "-"+strconv.Itoa(procs))
		}
		b.OneCore = UsesOneCore(rec)
		if inside, _ := rec.Value(overlay.InsideUnit); inside == 0 {
			perProc, _ := rec.Value(overlay.PerProcUnit)
			b.Goroutines = int(perProc)
		}
		known := func(other Benchmark) bool { return other.Name == b.Name }
		if top, _, _ := strings.Cut(b.Name, "/"); "Benchmark"+top == function && !slices.ContainsFunc(leaves, known) {
			leaves = append(leaves, b)
		}
	}
	return leaves
}
