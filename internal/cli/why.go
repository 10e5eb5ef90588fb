package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"overlap/bench"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/bench/why"
	"overlap/internal/table"
	"overlap/report/cause"
)

// runTime is the layout of the times in names of results.
const runTime = "2006-01-02T15-04-05Z"

// whyCmd has the flags of the verb why.
type whyCmd struct {
	Pkg       string   `group:"what" help:"Explain the benchmarks of these Go packages (default: those of the current directory)." placeholder:"PATTERN"`
	Bench     string   `group:"what" help:"Only benchmarks that match, as for go test -bench (default: all)." placeholder:"REGEXP"`
	Dir       string   `group:"what" help:"A directory in the module of the packages (default: the current one)." placeholder:"DIR"`
	Workloads []string `group:"what" help:"Explain workloads of overlap instead." placeholder:"NAME" complete:"workloads"`
	Variants  []string `group:"what" help:"With --workloads: their variants, or all (default: the first of each workload)." placeholder:"NAME"`

	Cores   int `group:"where" help:"Number of cores to explain (default: all)." placeholder:"N"`
	Workers int `group:"where" help:"Number of goroutines of RunParallel, or workers of a workload (default: as many as cores)." placeholder:"N"`

	Sample time.Duration `group:"long" help:"How long to time a benchmark in each of eight passes, or ten with hardware counters (default: 1.5s)." default:"1500ms" placeholder:"DURATION"`
	Limit  time.Duration `group:"long" help:"Stop a pass that takes longer than this (default: 1m)." default:"1m" placeholder:"DURATION"`

	Results string `group:"output" help:"Directory for the recordings (default: results)." default:"results" placeholder:"DIR"`
	Name    string `group:"output" help:"Name of this machine in the results (default: its host name)." placeholder:"HOST"`
	JSON    bool   `group:"output" help:"Print JSON, one object for each benchmark."`
}

// Help is printed below the first line of --help.
func (c *whyCmd) Help() string {
	return "Runs each benchmark on one core and on several, eight times in all, and records something else in each of four: about 12 s. Two more passes read the hardware counters of the processor, where the kernel gives them. Then says which lines took the cores. Samples of overlap run are not touched. Words behind -- are arguments of the test binaries. Exit codes: 1 for an error, 2 for a wrong command line, 130 if interrupted."
}

func (c *whyCmd) Run(ctx context.Context, s *streams, k *kong.Context, args testArgs) (err error) {
	flags := given(k)
	if err := args.check(len(c.Workloads) == 0); err != nil {
		return err
	}
	if len(c.Workloads) > 0 {
		for _, f := range []string{"pkg", "bench", "dir"} {
			if slices.Contains(flags, f) {
				return fmt.Errorf("--%s chooses among benchmarks, and --workloads among overlap's own workloads: leave one of the two flags out", f)
			}
		}
	} else {
		if slices.Contains(flags, "variants") {
			return errors.New("--variants needs --workloads")
		}
		c.Pkg = cmp.Or(c.Pkg, ".")
	}
	if c.Cores < 0 || c.Workers < 0 || c.Cores == 0 && slices.Contains(flags, "cores") || c.Workers == 0 && slices.Contains(flags, "workers") {
		return errors.New("--cores and --workers are at least 1")
	}
	h, err := host.Read()
	if err != nil {
		return err
	}
	settings := sweep.Settings{
		Workloads: c.Workloads, Variants: c.Variants, Executors: []string{"pool"}, Scaling: "strong", Placement: host.OnePerCore,
		Pkg: c.Pkg, Bench: c.Bench, Args: args, Dir: c.Dir, All: c.Bench != "", Sample: 50 * time.Millisecond, Limit: c.Limit, Results: c.Results, Name: c.Name,
	}
	return c.explain(ctx, &run{Settings: settings, streams: s, host: h, remedy: "--bench PATTERN explains"})
}

// explain records and explains what the settings choose.
func (c *whyCmd) explain(ctx context.Context, r *run) (err error) {
	what, err := c.target(ctx, r)
	defer func() { err = errors.Join(err, what.close()) }()
	if err != nil {
		return err
	}
	pairs := pairsOf(what.plan.FixedPoints())
	if len(pairs) == 0 {
		return errors.New("there is one core to use, so no core is lost: --cores needs at least 2")
	}
	recorder, ok := what.sampler.(sweep.Recorder)
	if !ok {
		panic("cli: the sampler cannot record") // both can
	}
	root := filepath.Join(sweep.HostDir(r.Results, cmp.Or(r.Name, r.host.Name)), time.Now().UTC().Format(runTime)+".why")
	if err := os.MkdirAll(root, 0o777); err != nil {
		return fmt.Errorf("--results: %w", err)
	}
	counters, passes := sweep.CheckCounters(), time.Duration(10)
	if counters != nil {
		passes = 8
		notef(r.err, "no hardware counters: %v", printable(counters))
	}
	failed := 0
	for i, pair := range pairs {
		fmt.Fprintf(r.err, "%d of %s: %s, about %v\n", i+1, table.Count(len(pairs), "benchmark"), table.OneLine(pair.all.Workload), (passes * c.Sample).Round(time.Second))
		err := c.explainOne(ctx, r, recorder, pair, root, counters == nil)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			failed++
			fmt.Fprintf(r.err, "failed: %s: %s\n", table.OneLine(pair.all.Workload), printable(err))
		}
	}
	if failed > 0 {
		return fmt.Errorf("%s could not be explained", table.Count(failed, "benchmark"))
	}
	return nil
}

// target finds what is to be explained, on one core and on the most.
func (c *whyCmd) target(ctx context.Context, r *run) (target, error) {
	cpus, highest, err := r.Place(r.host)
	if err != nil {
		return target{close: func() error { return nil }}, flagged(err)
	}
	cores := cmp.Or(c.Cores, min(highest, len(cpus)))
	if host.CanBind {
		r.Cores = []int{1, cores}
	} else {
		r.Procs = []int{1, cores}
	}
	workers := []int{1, cmp.Or(c.Workers, cores)}
	if r.Pkg == "" {
		r.Workers = workers
	}
	what, err := r.findTarget(ctx)
	if plan, ok := what.plan.(sweep.ForeignPlan); ok {
		plan.Workers = sweep.Unique(workers)
		what.plan = plan
	}
	return what, err
}

// pairing is a benchmark on one core, with one worker, and on several.
type pairing struct{ one, all sweep.Point }

// pairsOf finds the pairs among points.
func pairsOf(points []sweep.Point) (pairs []pairing) {
	parallelism := func(p sweep.Point) int { return min(p.Cores, p.Procs) }
	for _, p := range points {
		if p.Copies > 1 || p.Slices > 1 || p.Executor == bench.SerialExecutor {
			continue
		}
		same := func(q pairing) bool {
			return q.one.Package == p.Package && q.one.Workload == p.Workload && q.one.Variant == p.Variant
		}
		i := slices.IndexFunc(pairs, same)
		if i < 0 {
			pairs = append(pairs, pairing{p, p})
			continue
		}
		if q := pairs[i].one; parallelism(p) < parallelism(q) || parallelism(p) == parallelism(q) && p.Workers < q.Workers {
			pairs[i].one = p
		}
		if q := pairs[i].all; parallelism(p) > parallelism(q) || parallelism(p) == parallelism(q) && p.Workers > q.Workers {
			pairs[i].all = p
		}
	}
	return slices.DeleteFunc(pairs, func(p pairing) bool { return parallelism(p.one) > 1 || parallelism(p.all) < 2 })
}

// explainOne records a benchmark into a directory of its own, and prints what took the
// cores.
func (c *whyCmd) explainOne(ctx context.Context, r *run, recorder sweep.Recorder, p pairing, root string, counters bool) error {
	dir, err := makeDir(filepath.Join(root, strings.ReplaceAll(table.Printable(p.all.Workload), "/", "_")))
	if err != nil {
		return err
	}
	bar := newProgress(r.err)
	results, lost, err := why.Run(ctx, why.Config{
		Recorder: recorder, One: p.one, All: p.all, Length: c.Sample, Dir: dir, Counters: counters,
		Say: bar.step,
	})
	bar.finish()
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(dir, "passes.txt"), results); err != nil {
		return err
	}
	for _, err := range lost {
		notef(r.err, "no recording of %s: %s", p.all.Workload, printable(err))
	}
	record, err := cause.Read(dir)
	if err != nil {
		return err
	}
	account, err := cause.Explain(record)
	if err != nil {
		return err
	}
	e := cause.Explained{
		Host: cmp.Or(r.Name, r.host.Name), Recorded: time.Now().UTC().Truncate(time.Second),
		Package: p.all.Package, Benchmark: p.all.Workload, Executor: p.all.Executor, Variant: p.all.Variant, Workers: record.Workers,
		Account: account, Slowdowns: slowdowns(results), Recordings: dir, Source: account.Excerpts(),
	}
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("%s: %w", cause.AccountFile, err)
	}
	text = append(text, '\n')
	if err := replace(filepath.Join(dir, cause.AccountFile), text); err != nil {
		return err
	}
	if c.JSON {
		_, err := r.out.Write(text)
		return err
	}
	return writeAccount(r.out, e)
}

// makeDir makes a directory of this name, or with a number behind it: packages may have
// benchmarks of the same name. It returns an absolute path, since a benchmark runs in the
// directory of its package.
func makeDir(path string) (string, error) {
	for n, name := 2, path; ; n++ {
		err := os.Mkdir(name, 0o777)
		if err == nil {
			return filepath.Abs(name)
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		name = fmt.Sprintf("%s.%d", path, n)
	}
}
