package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/workloads"
)

// runCmd has the flags of the verb run. Its fields are those of sweep.Settings: Run
// converts one into the other, so the compiler compares them.
type runCmd struct {
	Workloads []string `group:"what" help:"Workloads to run, or all (default: eight of them; --list names them)." placeholder:"NAME" complete:"workloads"`
	Kinds     []string `group:"what" help:"Only workloads of these kinds: cpu, memory, lock, comm, spawn, wait, io, mixed." placeholder:"KIND" complete:"kinds"`
	Variants  []string `group:"what" help:"Variants of the workloads to run, or all (default: the first of each workload)." placeholder:"NAME"`
	Executors []string `group:"what" help:"Executors: inline, spawn, pool, threads, loop, processes (default: pool)." default:"pool" placeholder:"NAME" complete:"executors"`
	Size      string   `group:"what" help:"Size of the jobs: small, medium, large, or a multiple such as medium4x (default: medium, or as many times that as gives each worker a task)." placeholder:"SIZE"`
	Scaling   string   `group:"what" help:"strong: the job is the same for all numbers of workers; weak: it grows with them (default: strong)." default:"strong" placeholder:"KIND"`
	Pkg       string   `group:"what" help:"Measure the benchmarks of these Go packages instead of workloads; separate several patterns with blanks." placeholder:"PATTERN"`
	Bench     string   `group:"what" help:"With --pkg: only benchmarks that match, as for go test -bench (default: all)." placeholder:"REGEXP"`
	Args      []string `kong:"-"`
	Dir       string   `group:"what" help:"With --pkg: a directory in the module of the packages (default: the current one)." placeholder:"DIR"`
	All       bool     `group:"what" help:"With --pkg: also measure benchmarks that use one core."`

	Workers   []int   `group:"where" help:"Numbers of workers, which are tasks in progress at once (default: 1, 4, 16, 64 … and the numbers of cores)." placeholder:"N"`
	Cores     []int   `group:"where" help:"Numbers of CPUs to bind samples to (default: 1, 2, 4 … all cores)." placeholder:"N"`
	Procs     []int   `group:"where" help:"GOMAXPROCS to combine with every number of cores (default: equal to it)." placeholder:"N"`
	Quota     float64 `group:"where" help:"Give all samples so many CPUs' worth of time, as a container with this limit, on all cores (Linux, as root)." placeholder:"CPUS"`
	Placement string  `group:"where" help:"Order in which CPUs are taken: one-per-core, compact, scatter, smt, node:N, class:performance, class:efficiency; overlap host shows each (default: one-per-core)." default:"one-per-core" placeholder:"ORDER"`
	CPUs      string  `group:"where" name:"cpus" help:"CPUs to take, in this order, such as 0,2,4-7, instead of a placement." placeholder:"LIST"`
	Disk      string  `group:"where" help:"Directory on the disk that the workload disk measures (default: the one for temporary files)." placeholder:"DIR"`

	Budget    time.Duration `group:"long" help:"How long to measure; a sample that would not fit is not started (default: 7.5 s a workload on two cores, more on more cores; with --quick two fifths of that)." placeholder:"DURATION"`
	Quick     bool          `group:"long" help:"A coarse grid and short samples: about half a minute on two cores."`
	Precision sweep.Percent `group:"long" help:"Stop sampling a point once its time is known to within this, unless it is compared with one that needs more samples; 0% samples as long as the budget lasts (default: 2%)." default:"2%" placeholder:"PERCENT"`
	Rounds    int           `group:"long" help:"Maximum number of samples per point (default: as many as the budget allows)." placeholder:"N"`
	Sample    time.Duration `group:"long" help:"How long to time jobs in a sample (default: 40ms; with --quick 20ms)." placeholder:"DURATION"`
	Limit     time.Duration `group:"long" help:"Stop a sample that takes longer than this (default: 1m plus 100 times --sample)." placeholder:"DURATION"`
	Wait      time.Duration `group:"long" help:"How long to wait, in total, for other programs to leave the CPUs (default: 30s)." default:"30s" placeholder:"DURATION"`
	Seed      uint64        `group:"long" help:"Seed of the random order (default, and 0: random)." placeholder:"N"`

	Results    string `group:"output" help:"Directory for the result files (default: results)." default:"results" placeholder:"DIR"`
	Name       string `group:"output" help:"Name of this machine in the results (default: its host name)." placeholder:"HOST"`
	Resume     string `group:"output" help:"Continue the interrupted run that wrote this file: same plan, same seed, no other flags." placeholder:"FILE"`
	Recordings bool   `group:"output" help:"At the end, record cashiers on one core and on two, and the latencies between cores, for the charts of the report: 2 s on two cores." default:"true" negatable:""`
	List       bool   `group:"output" help:"List the workloads and the points to measure, and exit."`
	DryRun     bool   `group:"output" help:"Print the points to measure and how long that takes, and exit."`
}

// Help is printed below the first line of --help.
func (c *runCmd) Help() string {
	return "Words behind -- are arguments of the test binaries of --pkg. Exit codes: 1 for an error or failed samples, 2 for a wrong command line, 130 if interrupted. All samples are kept."
}

func (c *runCmd) Run(ctx context.Context, s *streams, k *kong.Context, args testArgs) (err error) {
	flags := given(k)
	if err := args.check(c.Pkg != ""); err != nil {
		return err
	}
	c.Args = args
	if slices.Contains(flags, "cpus") && c.CPUs == "" {
		return errors.New("--cpus is empty: name CPUs, such as 0,2,4-7")
	}
	h, err := host.Read()
	if err != nil {
		return err
	}
	r := &run{Settings: sweep.Settings(*c), streams: s, host: h, remedy: "--all measures"}
	defer func() { err = errors.Join(err, r.leave()) }()
	if slices.Contains(flags, "resume") {
		return r.resume(ctx, flags)
	}
	if err := c.checkForeign(flags); err != nil {
		return err
	}
	if slices.Contains(flags, "quota") && r.Quota == 0 {
		return errors.New("--quota: 0 would stop everything: the minimum is 0.01")
	}
	if err := r.limitSamples(); err != nil {
		return err
	}
	what, err := r.findTarget(ctx)
	defer func() { err = errors.Join(err, what.close()) }()
	if err != nil {
		return err
	}
	switch {
	case r.List:
		what.list()
		fmt.Fprintf(r.out, "\n%s\n", r.until(what))
		return nil
	case r.DryRun:
		return r.dryRun(what)
	}
	return r.begin(ctx, what)
}

// percent is a share, as flags have it.
type percent = sweep.Percent

// run is a run on this machine.
type run struct {
	sweep.Settings
	*streams
	host    host.Host
	limited *host.Limited     // the control group of --quota; may be nil
	alone   bool              // each sample has the machine to itself, because a CPU quota stops some
	remedy  string            // what takes benchmarks that use one core, too
	resumed []sweep.Benchmark // of the run that is continued
}

// flagged names the flag of a setting that is wrong.
func flagged(err error) error {
	if e := (*sweep.SettingError)(nil); errors.As(err, &e) {
		return fmt.Errorf("--%s: %w", strings.ToLower(e.Setting), e.Err)
	}
	return err
}

// target is what a run measures, and how.
type target struct {
	plan    sweep.Plan
	sampler sweep.Sampler
	cpus    []int            // in the order in which they are taken
	omitted []sweep.Omission // of the benchmarks of --pkg
	chosen  choice
	visit   func(sweep.Point) time.Duration                // how long one will take; nil if no benchmark has run
	slices  func(sweep.Point, time.Duration) time.Duration // how long a process of its turns will take; likewise
	limit   string                                         // what a CPU quota changes; may be empty
	tests   string                                         // identifies the test binaries of --pkg
	list    func()
	close   func() error
}

// findTarget finds the benchmarks of packages, or the workloads, that the settings
// choose. Its close must be called, even after an error.
func (r *run) findTarget(ctx context.Context) (what target, err error) {
	what.close = func() error { return nil }
	if err := r.Check(); err != nil {
		return what, flagged(err)
	}
	if r.Disk != "" {
		if r.Disk, err = directory("disk", r.Disk); err != nil {
			return what, err
		}
	}
	cpus, highest, err := r.Place(r.host)
	if err != nil {
		return what, flagged(err)
	}
	levels, err := r.levels(cpus, highest)
	if err != nil {
		return what, flagged(err)
	}
	what.cpus = cpus
	if r.CPUs == "" && r.Cores == nil && r.Quota == 0 {
		what.limit = underQuota(r.host, r.HighestLevel(r.host, cpus))
	}
	if r.alone = beyondQuota(r.host, levels); r.alone {
		what.limit = fmt.Sprintf("GOMAXPROCS is above the CPU quota of %s in some points: the kernel stops their threads for the rest of each period, mostly 100 ms, so each sample has the machine to itself", host.FormatQuota(r.host.Quota))
	}
	tidy(ctx, r.streams, os.TempDir())
	if r.Disk != "" {
		tidy(ctx, r.streams, r.Disk)
	}
	if r.Pkg != "" {
		err = r.useBenchmarks(ctx, &what, levels)
	} else {
		err = r.useWorkloads(&what, levels)
	}
	return what, flagged(err)
}

// directory returns the absolute path of a directory that a flag names: --resume may
// be called from another one.
func directory(flag, path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return "", fmt.Errorf("--%s: %s is not a directory", flag, path)
	}
	return filepath.Abs(path)
}

// useWorkloads makes the workloads that the settings choose the target of the run.
func (r *run) useWorkloads(what *target, levels []sweep.Level) error {
	grid, err := r.Grid(levels)
	if err != nil {
		return err
	}
	r.completeSamples()
	r.completeBudget(grid)
	if errs := grid.LimitErrors(); len(errs) > 0 {
		notef(r.err, "left out: %s", strings.ReplaceAll(errors.Join(errs...).Error(), "\n", "; "))
	}
	if r.Size == "" && grid.Size != workloads.Medium {
		notef(r.err, "jobs are %s, so that each of %d workers has a task: results of other sizes are not comparable; see --size", grid.Size, slices.Max(grid.Workers))
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program to start samples with: %w", err)
	}
	var disk string
	if !r.List && !r.DryRun {
		if disk, what.close, err = r.disk(&grid); err != nil {
			return err
		}
	}
	r.Workloads = nil // for who continues the run: what is left out depends on the moment
	for _, w := range grid.Workloads {
		r.Workloads = append(r.Workloads, w.Name)
	}
	what.plan = grid
	what.chosen = choice{len(grid.Workloads), "workloads", "--workloads"}
	what.list = func() { list(r.out, grid) }
	what.sampler = sweep.Processes{
		Command:    []string{self, sampleVerb},
		Placement:  what.cpus,
		SampleTime: r.Sample,
		Disk:       disk,
		Timeout:    r.Limit,
		Alone:      r.alone,
	}
	return nil
}
