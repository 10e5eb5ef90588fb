package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/bench/sweep"
	"overlap/workloads"
)

type runCmd struct {
	Workloads []string      `help:"Workloads to run, or all (default: a core of them; --list names them)." placeholder:"NAME"`
	Kinds     []string      `help:"Only workloads of these kinds: cpu, memory, lock, comm, spawn, wait, io, mixed." placeholder:"KIND"`
	Variants  []string      `help:"Variants to run, of the workloads that have them, or all (default: the first of each)." placeholder:"NAME"`
	Workers   []int         `help:"Worker counts: tasks in progress at once (default: 1, 4, 16, 64 … and the numbers of cores)." placeholder:"N"`
	Cores     []int         `help:"Numbers of CPUs to bind samples to (default: 1, 2, 4 … all cores)." placeholder:"N"`
	Procs     []int         `help:"GOMAXPROCS to combine with every number of cores (default: equal to it)." placeholder:"N"`
	Executors []string      `help:"Executors: inline, spawn, pool, threads, loop, processes (default: pool)." default:"pool" placeholder:"NAME"`
	Size      string        `help:"Size of the jobs: small, medium, large (default: medium)." default:"medium" placeholder:"SIZE"`
	Scaling   string        `help:"strong: a job is the same work for all workers; weak: it grows with them (default: strong)." default:"strong" placeholder:"KIND"`
	Disk      string        `help:"Folder on the disk that the workload disk measures (default: that for temporary files)." placeholder:"DIR"`
	Rounds    int           `help:"Most samples of every point (default: as many as the budget allows)." placeholder:"N"`
	Precision percent       `help:"A point whose time is known to within this gets no more samples; 0% for as many as the budget allows (default: 2%)." default:"2%" placeholder:"PERCENT"`
	Budget    time.Duration `help:"How long to measure; a round that would not fit is not begun (default: 3m50s, with --quick 25s, for more than a few workloads up to 2m30s)." placeholder:"DURATION"`
	Sample    time.Duration `help:"How long to time jobs in a sample (default: 40ms, with --quick 20ms)." placeholder:"DURATION"`
	Limit     time.Duration `help:"How long a sample may take before it is ended as hanging (default: 1m and 100 times --sample)." placeholder:"DURATION"`
	Wait      time.Duration `help:"How long to wait, in all, for others to leave the CPUs alone (default: 30s)." default:"30s" placeholder:"DURATION"`
	Quick     bool          `help:"A coarse grid and short samples: about half a minute on two cores."`
	Seed      uint64        `help:"Seed of the random order (default: random)." placeholder:"N"`
	Results   string        `help:"Folder for the result files (default: results)." default:"results" placeholder:"DIR"`
	Name      string        `help:"Name of this machine in the results (default: its host name)." placeholder:"HOST"`
	Resume    string        `help:"Go on with the killed or interrupted run that wrote this file: the same plan, the same seed, no other flags." placeholder:"FILE"`
	List      bool          `help:"List the workloads and the points that would be measured, and stop."`
	DryRun    bool          `help:"Print the points that would be measured and how long that takes, and stop."`
}

func (c *runCmd) Run(ctx context.Context, s *streams) error {
	h, err := host.Read()
	if err != nil {
		return err
	}
	if c.Resume != "" {
		return c.resume(ctx, s, h)
	}
	grid, err := c.grid(h)
	if err != nil {
		return err
	}
	switch {
	case c.List:
		list(s, grid)
		fmt.Fprintf(s.out, "\n%s, with samples of %v\n", c.until(), c.Sample)
		return nil
	case c.DryRun:
		return c.dryRun(s, h, grid)
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	plan, err := c.plan(h)
	if err != nil {
		return err
	}
	file, err := sweep.Create(c.Results, cmp.Or(c.Name, h.Name), plan, time.Now())
	if err != nil {
		return fmt.Errorf("--results: %w", err)
	}
	return c.sweep(ctx, s, h, grid, file, nil)
}

// grid checks the flags and makes the grid.
func (c *runCmd) grid(h host.Host) (sweep.Grid, error) {
	if err := c.check(); err != nil {
		return sweep.Grid{}, err
	}
	g := sweep.Grid{Size: workloads.Size(c.Size), Executors: unique(c.Executors), Workers: unique(c.Workers), Variants: c.Variants, Weak: c.Scaling == "weak"}
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
	if g.Levels, err = sweep.Levels(h, c.Cores, c.Procs); err != nil {
		return g, err
	}
	if g.Workers == nil {
		g.Workers = sweep.Workers(g.Levels)
		if c.Quick {
			g.Workers = slices.DeleteFunc(g.Workers, func(w int) bool { return w == 4 || w > 16 && len(h.CPUs) <= 16 })
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

// sweep measures the grid into file, which it closes. past is what the file
// holds of it already.
func (c *runCmd) sweep(ctx context.Context, s *streams, h host.Host, g sweep.Grid, file *sweep.File, past []sweep.Entry) (err error) {
	defer func() { err = errors.Join(err, file.Close()) }()
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program to start samples with: %w", err)
	}
	disk, done, err := c.disk(s, &g)
	defer done()
	if err != nil {
		return err
	}
	for _, note := range h.Notes {
		fmt.Fprintln(s.err, "note:", note)
	}
	if !slices.ContainsFunc(g.Lines(), func(p sweep.Point) bool { return p.Workers == 1 && min(p.Cores, p.Procs) == 1 && p.Slices == 1 }) {
		fmt.Fprintln(s.err, "note: without 1 worker on 1 core there are no gains to report; benchstat can still compare the points")
	}
	bar := newProgress(s.err)
	cpus := h.Placement()
	guard := sweep.Guard{
		Others:   func(ctx context.Context) (float64, bool) { return meter.Others(ctx, cpus, 200*time.Millisecond) },
		CPUs:     len(cpus),
		Patience: c.Wait,
		Say:      bar.say,
	}
	summary, err := sweep.Run(ctx, sweep.Config{
		Plan: g,
		Sampler: sweep.Processes{
			Command:    []string{self, sampleVerb},
			Placement:  cpus,
			SampleTime: c.Sample,
			Disk:       disk,
			Timeout:    c.Limit,
		},
		Past: past,
		Append: func(e sweep.Entry) error {
			if e.Err == nil && c.Name != "" {
				if i, ok := e.Result.ConfigIndex("host"); ok {
					e.Result.Config[i].Value = []byte(c.Name)
				}
			}
			return file.Append(e)
		},
		Rounds:    c.Rounds,
		Budget:    c.Budget,
		Precision: float64(c.Precision),
		Seed:      c.Seed,
		Quiet:     guard.Wait,
		Progress:  bar.show,
	})
	bar.finish()
	return conclude(s, file, summary, err)
}

// conclude says what a sweep did. err is why it ended early, if it did.
func conclude(s *streams, file *sweep.File, summary sweep.Summary, err error) error {
	fmt.Fprintf(s.err, "%d samples of %d points in %d whole rounds", summary.Samples, summary.Points, summary.Rounds)
	if summary.Precise > 0 {
		fmt.Fprintf(s.err, ", %d of them as precise as asked for", summary.Precise)
	}
	if summary.Samples > 0 { // else the file is removed
		fmt.Fprintf(s.err, ": %s", file.Path())
	}
	fmt.Fprintln(s.err)
	for _, f := range summary.Failures {
		fmt.Fprintf(s.err, "failed: %s: %v\n", f.Point, f.Err)
	}
	if err != nil {
		if summary.Samples > 0 {
			fmt.Fprintf(s.err, "what was measured is kept; overlap report %[1]s reads it, overlap run --resume %[1]s goes on\n", file.Path())
		}
		return err
	}
	if n := len(summary.Failures); n > 0 {
		return fmt.Errorf("%d samples failed", n)
	}
	return nil
}
