package sweep

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/overlay"
	"overlap/internal/gocmd"
	"overlap/internal/scratch"
	"overlap/internal/table"
)

// Foreign is the Sampler for benchmarks of any Go package: it builds the
// package's test binary once, in the package's module, and starts a process of
// it for each sample, in the package's directory. Call Find, or Build and Search, before
// Sample, and Close at the end.
//
// Through package overlay it asserts that, at the end of a sample, GOMAXPROCS is as in
// the point and that every thread may run on the CPUs of the point only (Linux). It
// does not assert the workers: what a benchmark does with WorkersVariable, or with the
// goroutines of RunParallel, is not known.
type Foreign struct {
	Go         string        // the go command
	Dir        string        // a directory of the module
	Placement  []int         // CPUs in the order in which cores are taken
	SampleTime time.Duration // how long a sample should time operations
	Timeout    time.Duration // after which a sample is ended
	Alone      bool          // it takes no turns with others
	Host       host.Host     // for the configuration of results
	Flags      []string      // of go test -c
	Args       []string      // of the test binaries, behind those of this package
	Env        []string      // of the go command and of the benchmarks, added to this process's own
	RunEnv     []string      // of the benchmarks alone, behind Env

	// Look is a level on which Find runs every benchmark for a moment, to see which use one
	// core; it looks at none if that is zero. Progress, if not nil, is told what is done
	// next, after how many of all times.
	Look     Level
	Progress func(what string, done, all int)

	// Replace has files that builds read instead of others, as overlay.Add takes
	// them, and Dirs where the processes of a package run, if not in its own
	// directory, by its import path. Both serve tests of another tree.
	Replace map[string]string
	Dirs    map[string]string

	packages   []gocmd.Package // that binaries are of
	work       *scratch.Dir    // of the test binaries
	goVersion  string          // that the binaries are built with
	builder    gocmd.Go        // that builds them
	binaries   map[string]binary
	benchmarks []Benchmark
}

// binary is the test binary of a package.
type binary struct {
	path   string
	dir    string   // of the package
	hooked bool     // built with the overlay
	flags  []string // of go test -c, besides Foreign.Flags
}

// Close removes the test binaries.
func (f *Foreign) Close() error {
	if f.work == nil {
		return nil
	}
	return f.work.Remove()
}

// Sample implements Sampler. Of several copies it returns the slowest.
func (f *Foreign) Sample(ctx context.Context, p Point, iterations, turn int) (*benchfmt.Result, error) {
	b, err := f.benchmark(p)
	if err != nil {
		return nil, err
	}
	r, err := f.samples(p, b).with(askForParts()...).sample(ctx, p, iterations, turn)
	if err == nil && r.Iters < p.Workers && f.setsGoroutines(p) {
		err = &SampleError{Err: fmt.Errorf("there is time for %s", table.Count(r.Iters, "operation"))}
	}
	if err != nil {
		return nil, f.unfit(p, err)
	}
	f.configure(r, p)
	return r, nil
}

// askForParts is the environment of a process that reports what a speedup stack needs.
func askForParts() []string {
	return []string{overlay.PartsVariable + "=1", overlay.QuotasVariable + "=" + strings.Join(host.QuotaDirs("/"), string(os.PathListSeparator))}
}

// setsGoroutines reports whether the workers of a point are the goroutines that RunParallel
// starts.
func (f *Foreign) setsGoroutines(p Point) bool {
	b, err := f.benchmark(p)
	return err == nil && b.Goroutines > 0 && p.Workers > 0
}

// cannotHave begins the error of a benchmark that does not run with other numbers of
// goroutines than its own: it may keep state for each of GOMAXPROCS, or have one
// goroutine wait for another. In a resumed run, only the text is left.
const cannotHave = "cannot have "

// unfit says so if a failed point has another number.
func (f *Foreign) unfit(p Point, err error) error {
	b, _ := f.benchmark(p)
	if failed := (*SampleError)(nil); !f.setsGoroutines(p) || p.Workers == b.Goroutines*p.Procs || !errors.As(err, &failed) {
		return err
	}
	return fmt.Errorf("%s%s: %w", cannotHave, table.Count(p.Workers, "goroutine"), err)
}

// Unfit reports whether the benchmark cannot have so many goroutines, and may do well with
// its own number.
func (f Failure) Unfit() bool { return strings.HasPrefix(f.Err.Error(), cannotHave) }

// samples starts processes that take a sample.
func (f *Foreign) samples(p Point, b Benchmark) launcher {
	return f.launcher(p, b, func(iterations int) []string {
		return testFlags(p.Procs, exactPattern(b.Name), benchtime(f.SampleTime, iterations))
	})
}

// Expect estimates how long a visit to a point takes, by how long it took to find the
// benchmark.
func (f *Foreign) Expect(p Point) time.Duration {
	b, err := f.benchmark(p)
	if err != nil {
		return 0 // it will not be visited
	}
	return b.visit(f.SampleTime)
}

// ExpectSlices estimates how long a process runs that times slices of a point for d.
func (f *Foreign) ExpectSlices(p Point, d time.Duration) time.Duration {
	b, err := f.benchmark(p)
	if err != nil {
		return 0 // it will not be timed
	}
	return b.slices(d)
}

// ExpectOp estimates how long an operation of a point takes, or returns 0 for one that was
// not found.
func (f *Foreign) ExpectOp(p Point) time.Duration {
	b, _ := f.benchmark(p)
	return b.Op
}

// benchmark returns the benchmark of a point.
func (f *Foreign) benchmark(p Point) (Benchmark, error) {
	i := slices.IndexFunc(f.benchmarks, func(b Benchmark) bool { return b.Package == p.Package && b.Title() == p.Workload })
	if i < 0 {
		return Benchmark{}, fmt.Errorf("%s was not found in package %s", p.Workload, p.Package)
	}
	return f.benchmarks[i], nil
}

// launcher starts the test binary of the point's package with these arguments.
func (f *Foreign) launcher(p Point, b Benchmark, args func(iterations int) []string) launcher {
	limit := f.Timeout
	if f.setsGoroutines(p) && p.Workers != b.Goroutines*p.Procs {
		limit = min(limit, unfitLimit+20*b.visit(f.SampleTime))
	}
	return launcher{
		placement: f.Placement,
		limit:     limit,
		word:      overlay.Ready,
		prints:    printedName(b.Name, p.Procs),
		command: func(ctx context.Context, p Point, iterations int, cpus []int, barrier bool) *exec.Cmd {
			return f.process(ctx, p, cpus, barrier, args(iterations))
		},
	}
}

// unfitLimit is for how long a benchmark may hang with other numbers of goroutines than its
// own, besides a multiple of what it should take.
const unfitLimit = 5 * time.Second

// process is the test binary of the point's package, in its directory.
func (f *Foreign) process(ctx context.Context, p Point, cpus []int, barrier bool, args []string) *exec.Cmd {
	b := f.binaries[p.Package]
	cmd := exec.CommandContext(ctx, b.path, slices.Concat(args, f.Args)...)
	cmd.Dir = b.dir
	cmd.Env = slices.DeleteFunc(cmd.Environ(), func(s string) bool { return strings.HasPrefix(s, "OVERLAP_") })
	cmd.Env = append(slices.Concat(cmd.Env, f.Env, f.RunEnv), f.work.Mark())
	cmd.Env = append(cmd.Env, "GOMAXPROCS="+strconv.Itoa(p.Procs), overlay.ProcsVariable+"="+strconv.Itoa(p.Procs))
	if host.CanBind {
		cmd.Env = append(cmd.Env, overlay.CPUsVariable+"="+host.FormatList(cpus))
	}
	switch {
	case f.setsGoroutines(p):
		cmd.Env = append(cmd.Env, overlay.GoroutinesVariable+"="+strconv.Itoa(p.Workers))
	case p.Workers > 0:
		cmd.Env = append(cmd.Env, WorkersVariable+"="+strconv.Itoa(p.Workers))
	}
	if barrier {
		cmd.Env = append(cmd.Env, overlay.BarrierVariable+"=1")
	}
	return cmd
}

// configure names a result after its point and drops the configuration that neither
// testing nor this package wrote: a program can print any line, even one with another
// host's name.
func (f *Foreign) configure(r *benchfmt.Result, p Point) {
	ours := []string{"goos", "goarch", "pkg", "cpu", "cpus", "gomaxprocs", "slices", "copies", "program"}
	clean := &benchfmt.Result{Name: benchfmt.Name(p.Name()), Iters: r.Iters, Values: r.Values}
	for _, c := range []struct{ key, value string }{{"host", f.Host.Name}, {"kernel", f.Host.Kernel}, {"go", f.goVersion}} {
		if c.value != "" {
			setConfig(clean, c.key, c.value)
		}
	}
	for _, c := range r.Config {
		if slices.Contains(ours, c.Key) {
			setConfig(clean, c.Key, string(c.Value))
		}
	}
	if f.setsGoroutines(p) {
		setConfig(clean, "program", GoroutinesProgram)
	}
	// A benchmark may have its own metrics, but not with our names.
	hooked := f.binaries[p.Package].hooked
	clean.Values = slices.DeleteFunc(clean.Values, func(v benchfmt.Value) bool {
		return slices.Contains(reservedUnits, v.Unit) && (!hooked || !slices.Contains(overlay.Units, v.Unit))
	})
	*r = *clean
}

// GoroutinesProgram is the configuration "program" of samples whose workers are the
// goroutines of RunParallel.
const GoroutinesProgram = "goroutines"

// Sum identifies the test binaries: samples of others are not comparable.
func (f *Foreign) Sum() (string, error) {
	sums, err := f.Sums()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, pkg := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(sum, "%s %x\n", pkg, sums[pkg])
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// reservedUnits are the units of this suite, as benchfmt reads them (sec, not ns), except
// the time of an operation.
var reservedUnits = func() (names []string) {
	for _, unit := range bench.Units() {
		if _, tidied := benchunit.Tidy(1, unit); tidied != "sec/op" {
			names = append(names, tidied)
		}
	}
	return append(names, overlay.SetUpUnit)
}()

// exactPattern matches only the benchmark of this name.
func exactPattern(name string) string {
	parts := strings.Split("Benchmark"+name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// printedName is a benchmark's name as testing prints it.
func printedName(name string, procs int) string {
	if procs == 1 {
		return name
	}
	return name + "-" + strconv.Itoa(procs)
}

// build makes the test binary of a package, with the overlay if that compiles.
func (f *Foreign) build(ctx context.Context, pkg gocmd.Package, n int, index string) (binary, error) {
	b := binary{path: filepath.Join(f.work.Path, strconv.Itoa(n)+".test.exe"), dir: cmp.Or(f.Dirs[pkg.ImportPath], pkg.Dir)}
	if index != "" {
		b.hooked, b.flags = true, []string{"-overlay=" + index}
		if f.compile(ctx, pkg.ImportPath, b) == nil {
			return b, nil
		}
	}
	b.hooked, b.flags = false, f.replaced()
	return b, f.compile(ctx, pkg.ImportPath, b)
}

// Relink replaces the test binary of a package that Build made by one built with more
// flags of go test -c. If they are for the linker alone, only the link takes time: the
// go command keeps the rest. After an error the old binary stays. No process of the
// binary may run meanwhile. Calls for different packages may be concurrent.
func (f *Foreign) Relink(ctx context.Context, pkg string, flags ...string) error {
	return f.compile(ctx, pkg, f.binaries[pkg], flags...)
}

// replaced is the flag that makes the go command read what Replace has.
func (f *Foreign) replaced() []string {
	if f.Replace == nil {
		return nil
	}
	return []string{"-overlay=" + f.index()}
}

func (f *Foreign) index() string { return filepath.Join(f.work.Path, "replace.json") }

func (f *Foreign) compile(ctx context.Context, pkg string, b binary, more ...string) error {
	// Whether tests are as vet likes them is for go test to say: old modules are measured, too.
	args := slices.Concat([]string{"test", "-c", "-vet=off", "-o", b.path}, f.Flags, b.flags, more, []string{pkg})
	_, err := f.builder.Run(ctx, args...)
	return err
}

// command is the go command in the module.
func (f *Foreign) command() gocmd.Go {
	return gocmd.Go{Program: f.Go, Dir: f.Dir, Env: f.Env, Temp: f.work}
}
