package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/alecthomas/kong"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/workloads"
)

type runCmd struct {
	Workloads []string `group:"what" help:"Workloads to run, or all (default: eight of them; --list names them)." placeholder:"NAME" complete:"workloads"`
	Kinds     []string `group:"what" help:"Only workloads of these kinds: cpu, memory, lock, comm, spawn, wait, io, mixed." placeholder:"KIND" complete:"kinds"`
	Variants  []string `group:"what" help:"Variants of the workloads to run, or all (default: the first of each workload)." placeholder:"NAME"`
	Executors []string `group:"what" help:"Executors: inline, spawn, pool, threads, loop, processes (default: pool)." default:"pool" placeholder:"NAME" complete:"executors"`
	Size      string   `group:"what" help:"Size of the jobs: small, medium, large (default: medium)." default:"medium" placeholder:"SIZE"`
	Scaling   string   `group:"what" help:"strong: the job is the same for all numbers of workers; weak: it grows with them (default: strong)." default:"strong" placeholder:"KIND"`
	Pkg       string   `group:"what" help:"Measure the benchmarks of these Go packages instead of workloads; separate several patterns with blanks." placeholder:"PATTERN"`
	Bench     string   `group:"what" help:"With --pkg: only benchmarks that match, as for go test -bench (default: all)." placeholder:"REGEXP"`
	Dir       string   `group:"what" help:"With --pkg: a directory in the module of the packages (default: the current one)." placeholder:"DIR"`

	Workers   []int  `group:"where" help:"Numbers of workers, which are tasks in progress at once (default: 1, 4, 16, 64 … and the numbers of cores)." placeholder:"N"`
	Cores     []int  `group:"where" help:"Numbers of CPUs to bind samples to (default: 1, 2, 4 … all cores)." placeholder:"N"`
	Procs     []int  `group:"where" help:"GOMAXPROCS to combine with every number of cores (default: equal to it)." placeholder:"N"`
	Placement string `group:"where" help:"Order in which CPUs are taken: one-per-core, compact, scatter, smt, node:N, class:performance, class:efficiency; overlap host shows each (default: one-per-core)." default:"one-per-core" placeholder:"ORDER"`
	CPUs      string `group:"where" name:"cpus" help:"CPUs to take, in this order, such as 0,2,4-7, instead of a placement." placeholder:"LIST"`
	Disk      string `group:"where" help:"Directory on the disk that the workload disk measures (default: the one for temporary files)." placeholder:"DIR"`

	Budget    time.Duration `group:"long" help:"How long to measure; no sample starts that would not fit (default: 3m50s, with --quick 25s, for more than a few workloads up to 2m30s)." placeholder:"DURATION"`
	Quick     bool          `group:"long" help:"A coarse grid and short samples: about half a minute on two cores."`
	Precision percent       `group:"long" help:"Stop sampling a point once its time is known to within this, unless it is compared with one that needs more samples; 0% samples as long as the budget lasts (default: 2%)." default:"2%" placeholder:"PERCENT"`
	Rounds    int           `group:"long" help:"Most samples of every point (default: as many as the budget allows)." placeholder:"N"`
	Sample    time.Duration `group:"long" help:"How long to time jobs in a sample (default: 40ms, with --quick 20ms)." placeholder:"DURATION"`
	Limit     time.Duration `group:"long" help:"Stop a sample that takes longer than this (default: 1m plus 100 times --sample)." placeholder:"DURATION"`
	Wait      time.Duration `group:"long" help:"How long to wait, in total, for other programs to leave the CPUs (default: 30s)." default:"30s" placeholder:"DURATION"`
	Seed      uint64        `group:"long" help:"Seed of the random order (default, and 0: random)." placeholder:"N"`

	Results    string `group:"output" help:"Directory for the result files (default: results)." default:"results" placeholder:"DIR"`
	Name       string `group:"output" help:"Name of this machine in the results (default: its host name)." placeholder:"HOST"`
	Resume     string `group:"output" help:"Continue the interrupted run that wrote this file: same plan, same seed, no other flags." placeholder:"FILE"`
	Recordings bool   `group:"output" help:"At the end, record cashiers on one core and on two, and the latencies between cores, for the charts of the report: 2 s on two cores." default:"true" negatable:""`
	List       bool   `group:"output" help:"List the workloads and the points to measure, and exit."`
	DryRun     bool   `group:"output" help:"Print the points to measure and how long it takes, and exit."`
}

// Help is printed below the first line of --help.
func (c *runCmd) Help() string {
	return "Exit codes: 1 for an error or failed samples, 2 for a wrong command line, 130 if interrupted; what was measured is kept."
}

func (c *runCmd) Run(ctx context.Context, s *streams, k *kong.Context) (err error) {
	h, err := host.Read()
	if err != nil {
		return err
	}
	flags := given(k)
	if slices.Contains(flags, "cpus") && c.CPUs == "" {
		return errors.New("--cpus is empty: name CPUs, such as 0,2,4-7")
	}
	if slices.Contains(flags, "resume") {
		return c.resume(ctx, s, h, flags)
	}
	if err := c.checkForeign(flags); err != nil {
		return err
	}
	what, err := c.subject(ctx, s, h)
	defer func() { err = errors.Join(err, what.close()) }()
	if err != nil {
		return err
	}
	switch {
	case c.List:
		what.list()
		fmt.Fprintf(s.out, "\n%s, with samples of %v\n", c.until(), c.Sample)
		return nil
	case c.DryRun:
		return c.dryRun(s, h, what)
	}
	return c.begin(ctx, s, h, what)
}

// subject is what a run measures, and how.
type subject struct {
	plan    sweep.Plan
	sampler sweep.Sampler
	cpus    []int            // in the order in which they are taken
	omitted []sweep.Omission // of the benchmarks of --pkg
	chosen  choice
	visit   func(sweep.Point) time.Duration // how long one will take; nil: nobody has looked
	limit   string                          // why it is not measured on more cores, if somebody may wonder
	tests   string                          // identifies the test binaries of --pkg
	list    func()
	close   func() error
}

// subject makes of the flags the benchmarks of packages, or the workloads. Its
// close must be called, even after an error.
func (c *runCmd) subject(ctx context.Context, s *streams, h host.Host) (subject, error) {
	what := subject{close: func() error { return nil }}
	if err := c.check(); err != nil {
		return what, err
	}
	cpus, most, err := c.cpus(h)
	if err != nil {
		return what, err
	}
	levels, err := sweep.Levels(cpus, most, c.Cores, c.Procs)
	if err != nil {
		return what, err
	}
	what.cpus = cpus
	if c.CPUs == "" && c.Cores == nil {
		what.limit = underQuota(h, c.levels(h, cpus))
	}
	tidy(ctx, s, os.TempDir())
	if c.Disk != "" {
		tidy(ctx, s, c.Disk)
	}
	if c.Pkg != "" {
		return c.foreign(ctx, s, h, what, levels)
	}
	return c.suite(s, what, levels)
}

// cpus are the CPUs to take, in their order, and how many of them are levels of
// parallelism of their own: not the second threads of cores, unless somebody
// asked for them.
func (c *runCmd) cpus(h host.Host) (cpus []int, most int, err error) {
	if c.CPUs == "" {
		cpus, err = h.Order(c.Placement)
		if err != nil {
			return nil, 0, fmt.Errorf("--placement: %w", err)
		}
		return cpus, worth(h, c.levels(h, cpus)), nil
	}
	if c.Placement != "one-per-core" {
		return nil, 0, errors.New("--cpus and --placement exclude each other: the list is the order")
	}
	if cpus, err = host.ParseList(c.CPUs); err != nil {
		return nil, 0, fmt.Errorf("--cpus: %w", err)
	}
	for _, id := range cpus {
		if !slices.Contains(h.IDs(), id) {
			return nil, 0, fmt.Errorf("--cpus: this process may not use CPU %d, only %s", id, host.FormatList(h.IDs()))
		}
	}
	if !host.CanBind {
		return nil, 0, errors.New("--cpus: this system cannot bind a process to CPUs")
	}
	return cpus, len(cpus), nil
}

// levels is how many of the CPUs of a placement are levels of parallelism.
func (c *runCmd) levels(h host.Host, cpus []int) int {
	if c.Placement == "one-per-core" || c.Placement == "scatter" {
		return h.Cores()
	}
	return len(cpus)
}

// suite is the subject of the flags that choose workloads.
func (c *runCmd) suite(s *streams, what subject, levels []sweep.Level) (subject, error) {
	grid, err := c.grid(levels)
	if err != nil {
		return what, err
	}
	if errs := grid.Beyond(); len(errs) > 0 {
		fmt.Fprintf(s.err, "note: left out: %s\n", oneSentence(errs))
	}
	self, err := os.Executable()
	if err != nil {
		return what, fmt.Errorf("find this program to start samples with: %w", err)
	}
	var disk string
	if !c.List && !c.DryRun {
		if disk, what.close, err = c.disk(s, &grid); err != nil {
			return what, err
		}
	}
	what.plan = grid
	what.chosen = choice{len(grid.Workloads), "workloads", "--workloads"}
	what.list = func() { list(s, grid) }
	what.sampler = sweep.Processes{
		Command:    []string{self, sampleVerb},
		Placement:  what.cpus,
		SampleTime: c.Sample,
		Disk:       disk,
		Timeout:    c.Limit,
	}
	return what, nil
}

// grid makes the grid of workloads.
func (c *runCmd) grid(levels []sweep.Level) (sweep.Grid, error) {
	g := sweep.Grid{Size: workloads.Size(c.Size), Executors: unique(c.Executors), Workers: unique(c.Workers), Variants: c.Variants, Weak: c.Scaling == "weak", Levels: levels}
	var err error
	if g.Workloads, err = choose(c.Workloads, c.Kinds); err != nil {
		return g, err
	}
	if err := workloads.CheckVariants(g.Workloads, c.Variants); err != nil {
		return g, fmt.Errorf("--variants: %w", err)
	}
	if err := g.Check(); err != nil {
		return g, err
	}
	g.Limits = host.ReadLimits()
	if errs := g.Beyond(); len(errs) > 0 { // else they are of the default list, and left out
		return g, fmt.Errorf("--workers: %w", errors.Join(errs...))
	}
	if g.Workers == nil {
		g.Workers = sweep.Workers(g.Levels)
		if c.Quick {
			g.Workers = slices.DeleteFunc(g.Workers, func(w int) bool { return w == 4 || w > 16 && levels[len(levels)-1].Cores <= 16 })
		}
	}
	c.complete(len(g.Workloads))
	chosen := func(p sweep.Point) bool { return p.Slices == 1 && slices.Contains(g.Executors, p.Executor) }
	if !slices.ContainsFunc(g.Lines(), chosen) {
		return g, errors.New("--executors and --workers leave no point to measure: inline and serial have 1 worker")
	}
	return g, nil
}

// check finds flags that cannot be obeyed, whatever the machine.
func (c *runCmd) check() error {
	for _, f := range []struct {
		bad         bool
		name, least string
	}{
		{c.Rounds < 0, "--rounds", "1"},
		{c.Budget < 0, "--budget", "1s"},
		{c.Sample != 0 && c.Sample < time.Millisecond, "--sample", "1ms"},
		{c.Limit != 0 && c.Limit < time.Second, "--limit", "1s"},
		{c.Wait < 0, "--wait", "0s"},
		{slices.ContainsFunc(c.Workers, below1), "--workers", "1"},
		{slices.ContainsFunc(c.Cores, below1), "--cores", "1"},
		{slices.ContainsFunc(c.Procs, below1), "--procs", "1"},
	} {
		if f.bad {
			return fmt.Errorf("%s is too small: the least is %s", f.name, f.least)
		}
	}
	if strings.ContainsFunc(c.Name, unicode.IsControl) {
		return errors.New("--name has a control character in it")
	}
	if !slices.Contains(workloads.Sizes(), workloads.Size(c.Size)) {
		return fmt.Errorf("--size: unknown size %q: there are %v", c.Size, workloads.Sizes())
	}
	if c.Scaling != "strong" && c.Scaling != "weak" {
		return fmt.Errorf("--scaling: unknown scaling %q: there are strong and weak", c.Scaling)
	}
	for _, x := range c.Executors {
		if !slices.Contains(bench.Executors(), x) {
			return fmt.Errorf("--executors: unknown executor %q: there are %s", x, strings.Join(bench.Executors(), ", "))
		}
	}
	if c.Disk != "" {
		if info, err := os.Stat(c.Disk); err != nil || !info.IsDir() {
			return fmt.Errorf("--disk: %s is no folder", c.Disk)
		}
		var err error
		if c.Disk, err = filepath.Abs(c.Disk); err != nil { // --resume may be called from another folder
			return fmt.Errorf("--disk: %w", err)
		}
	}
	return nil
}

// complete fills in how long to measure so many workloads, unless the flags say.
func (c *runCmd) complete(chosen int) {
	if c.Sample == 0 {
		c.Sample = 40 * time.Millisecond
		if c.Quick {
			c.Sample = 20 * time.Millisecond
		}
	}
	if c.Limit == 0 {
		c.Limit = time.Minute + 100*c.Sample
	}
	if c.Budget == 0 {
		c.Budget = 230 * time.Second
		if c.Quick {
			more := max(0, chosen-len(workloads.Core()))
			c.Budget = min(25+6*time.Duration(more), 150) * time.Second
		}
	}
}

// unique sorts a list and drops what is in it twice; nil stays nil.
func unique[T cmp.Ordered](list []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// oneSentence is a list of errors in one line.
func oneSentence(errs []error) string {
	var texts []string
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	return strings.Join(texts, "; ")
}

func below1(n int) bool { return n < 1 }

// choose finds the workloads with these names and of these kinds. Names are
// kept in their order.
func choose(names, kinds []string) ([]workloads.Workload, error) {
	for _, k := range kinds {
		if !slices.Contains(workloads.Kinds(), workloads.Kind(k)) {
			return nil, fmt.Errorf("--kinds: unknown kind %q: there are %v", k, workloads.Kinds())
		}
	}
	candidates, err := named(names, len(kinds) > 0)
	if err != nil {
		return nil, fmt.Errorf("--workloads: %w", err)
	}
	var chosen []workloads.Workload
	for _, w := range candidates {
		known := func(x workloads.Workload) bool { return x.Name == w.Name }
		if (kinds == nil || slices.Contains(kinds, string(w.Kind))) && !slices.ContainsFunc(chosen, known) {
			chosen = append(chosen, w)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("--kinds: none of the workloads is of kind %s", strings.Join(kinds, " or "))
	}
	return chosen, nil
}

// named returns the workloads of these names. Without names they are the core,
// or all of them if a kind will choose.
func named(names []string, byKind bool) ([]workloads.Workload, error) {
	switch {
	case slices.Contains(names, "all") || len(names) == 0 && byKind:
		return workloads.All(), nil
	case len(names) == 0:
		return workloads.Core(), nil
	}
	var list []workloads.Workload
	for _, name := range names {
		w, err := workloads.Lookup(name)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}
