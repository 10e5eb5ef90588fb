package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/alecthomas/kong"

	"overlap/bench/gate"
	"overlap/bench/gate/pair"
	"overlap/bench/host"
	"overlap/bench/sweep"
)

// checkVerb has exit codes of its own: they tell CI why a check failed.
const checkVerb = "check"

// exitUnmeasured is the exit code of a check that could not measure something, as
// gate.Report.Exit returns it, and of a wrong command line of check.
const exitUnmeasured = 3

// exitError is an exit code with a reason that was printed.
type exitError int

func (e exitError) Error() string { return "exit code " + strconv.Itoa(int(e)) }

type checkCmd struct {
	Base      string   `group:"compare" help:"Revision to compare with, such as origin/main." placeholder:"REV"`
	Head      string   `group:"compare" help:"Revision to judge, or worktree: the working tree with uncommitted changes (default: worktree). The same commit as --base measures it against itself, to see that the check stays quiet." default:"worktree" placeholder:"REV"`
	Pkg       string   `group:"compare" help:"Packages whose benchmarks to compare, as for go test; separate several patterns with blanks (default: ./..., and in overlap's own module its workloads)." placeholder:"PATTERN"`
	Bench     string   `group:"compare" help:"Only benchmarks that match, as for go test -bench (default: all)." placeholder:"REGEXP"`
	Dir       string   `group:"compare" help:"A directory in the module (default: the current one)." default:"." placeholder:"DIR"`
	Tests     string   `group:"compare" help:"Whose tests to build with: own builds each revision with its own and leaves out benchmarks whose own code differs; head or base builds both with the tests of that one (default: own)." enum:"own,head,base" default:"own" placeholder:"WHOSE"`
	Workloads []string `group:"compare" help:"In overlap's own module: the workloads to compare (default: a few that share locks, memory and cores in different ways)." placeholder:"NAME" complete:"workloads"`
	From      string   `group:"compare" help:"Measure nothing: judge the samples of an earlier check again." placeholder:"FILE"`
	SelfTest  bool     `group:"compare" name:"selftest" help:"Make changes of known size, including none, and report which of them this machine detects. Combines only with --budget."`

	BaseSettings sideFlags `embed:"" prefix:"base-" set:"side=base"`
	HeadSettings sideFlags `embed:"" prefix:"head-" set:"side=head"`

	Cores  []int  `group:"where" help:"Numbers of CPUs to measure on (default: 1 and all cores)." placeholder:"N"`
	Curves string `group:"where" help:"Which benchmarks to measure on more than one core: always, never, or auto for those that run in parallel in a short try (default: auto)." enum:"always,auto,never" default:"auto" placeholder:"WHEN"`

	Budget time.Duration `group:"long" help:"How long to measure, links included; up to twice as long if other programs use the CPUs, and --wait; what is settled ends earlier (default: up to 10 s for every point, and links)." placeholder:"DURATION"`
	Wait   time.Duration `group:"long" help:"How long to wait, in total, for other programs to leave the CPUs; blocks in which they stay do not count for speedups and efficiencies (default: 30s)." default:"30s" placeholder:"DURATION"`
	Where  string        `group:"long" help:"Whether to record, once all is measured, which lines take more where a benchmark became worse: auto for the first three regressions, about 4 s each and links, or never (default: auto)." enum:"auto,never" default:"auto" placeholder:"WHEN"`
	Seed   uint64        `group:"long" help:"Seed of the random order (default, and 0: random)." placeholder:"N"`

	Threshold     percent  `group:"judge" help:"Changes up to this size count as no change, unless a comment //overlap:threshold 10% above a benchmark says otherwise (default: 3%)." default:"3%" placeholder:"PERCENT"`
	Alpha         percent  `group:"judge" help:"Chance of one or more false alarms in a whole check of identical code (default: 1%)." default:"1%" placeholder:"PERCENT"`
	MinEfficiency []string `group:"judge" name:"min-efficiency" help:"Minimum efficiency of head, such as 0.8@4: speedup on 4 cores, divided by 4. Also judged if there is nothing to compare with. A comment //overlap:min-efficiency 0.8@4 above a benchmark has precedence." placeholder:"E@CORES"`
	Strict        bool     `group:"judge" help:"Exit with 2 if something is undecided, or a benchmark vanished or has other code of its own."`
	Bisect        bool     `group:"judge" help:"Exit as git bisect run wants it: 0 for no regression, 1 for one, 125 if the commit cannot be measured, if a benchmark of base is gone or its own code differs, or, with --strict, if something is undecided, 255 if the command line is wrong."`

	Markdown bool   `group:"output" help:"Print the report as a comment for a pull request."`
	JSON     bool   `group:"output" name:"json" help:"Print the report as JSON."`
	Schema   bool   `group:"output" help:"Print the JSON schema of --json, and exit."`
	All      bool   `group:"output" help:"List what did not change, too."`
	Reports  string `group:"output" help:"Directory for the report as check.md and check.json, besides what is printed (default: none)." placeholder:"DIR"`
	Results  string `group:"output" help:"Directory for the samples and the history (default: results)." default:"results" placeholder:"DIR"`
	Name     string `group:"output" help:"Name of this machine in the results (default: its host name)." placeholder:"HOST"`

	demands map[int]float64 // of MinEfficiency, by cores
	base    pair.Settings
	head    pair.Settings
	args    testArgs
	named   []string // flags on the command line
	comment string   // tells the comments of several checks of a repository apart
	limits  []string // notes about cores that a check may not use
}

// Help is printed below the first line of --help.
func (c *checkCmd) Help() string {
	return "Words behind -- are arguments of the test binaries. Exit codes: 1 for a regression or a missed --min-efficiency, 2 with --strict if something is undecided, or a benchmark vanished or has other code of its own, 3 if something could not be measured or the command line is wrong, 130 if interrupted. --bisect has others."
}

func (c *checkCmd) Run(ctx context.Context, k *kong.Context, s *streams, args testArgs) error {
	c.named = given(k)
	if err := args.check(!c.SelfTest && c.From == "" && c.Workloads == nil); err != nil {
		return err
	}
	c.args, c.comment = args, commentKey(k, args)
	if c.SelfTest {
		if i := slices.IndexFunc(c.named, func(f string) bool { return f != "selftest" && f != "budget" }); i >= 0 {
			return fmt.Errorf("--%s does not go with --selftest, which measures a module of its own", c.named[i])
		}
		return runSelfTest(ctx, s, c.Budget)
	}
	if c.Schema {
		_, err := io.WriteString(s.out, gate.Schema)
		return err
	}
	if err := c.complete(); err != nil {
		return err
	}
	if c.From != "" {
		return c.rejudge(s)
	}
	h, err := host.Read()
	if err != nil {
		return err
	}
	h.Name = cmp.Or(c.Name, h.Name)
	return c.compare(ctx, s, h)
}

// commentKey returns the flags that say what is compared, and where. Checks that differ in
// them write comments of their own, and each push replaces those of the push before, whose
// revisions were others. How long and how strictly to check makes no other comment.
func commentKey(k *kong.Context, args testArgs) string {
	key := slices.Clone([]string(args))
	for _, p := range k.Path {
		f := p.Flag
		if f == nil || slices.Contains([]string{"base", "head", "from"}, f.Name) {
			continue
		}
		if f.Name == "name" || f.Group != nil && (f.Group.Key == "compare" || f.Group.Key == "where") {
			key = append(key, fmt.Sprintf("--%s=%v", f.Name, k.FlagValue(f)))
		}
	}
	slices.Sort(key)
	return strings.Join(key, "\n")
}

// complete checks the flags and sets those that were left out.
func (c *checkCmd) complete() (err error) {
	switch {
	case c.From != "" && c.hasSettings():
		return errors.New("--from excludes settings of the sides: the file says which they had")
	case c.Base == "" && c.From == "" && !c.hasSettings():
		return errors.New("--base is missing: the revision to compare with, such as --base origin/main; only settings such as --base-go compare head with itself")
	case c.Base != "" && c.From != "":
		return errors.New("--base and --from exclude each other: the file says which revisions it is of")
	case c.Base == pair.Worktree:
		return errors.New("--base worktree: the tree is what --head judges; --base takes a revision, and a branch of that name is refs/heads/worktree")
	case c.Markdown && c.JSON:
		return errors.New("--markdown and --json exclude each other")
	case c.Budget < 0:
		return errors.New("--budget is negative")
	case c.Wait < 0:
		return errors.New("--wait is negative: use 0s not to wait")
	case c.Alpha <= 0:
		return errors.New("--alpha is 0%: it must be larger, since no evidence is enough for 0%")
	case c.Threshold <= 0:
		return errors.New("--threshold is 0%: no change is within it; 0.1% counts almost every one")
	case slices.ContainsFunc(c.Cores, func(n int) bool { return n < 1 }):
		return errors.New("--cores is too small: the minimum is 1")
	case strings.ContainsFunc(c.Name, unicode.IsControl):
		return errors.New("--name has a control character in it")
	case c.Pkg != "" && c.Workloads != nil:
		return errors.New("--workloads and --pkg exclude each other: workloads are overlap's own")
	}
	if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
		return fmt.Errorf("--dir: %s is not a directory", c.Dir)
	}
	if err := sweep.CheckPattern(cmp.Or(c.Bench, ".")); err != nil {
		return fmt.Errorf("--bench: %w", err)
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	if c.demands, err = parseDemands(c.MinEfficiency); err != nil {
		return err
	}
	return c.parseSettings()
}

// parseDemands reads minimum efficiencies, by the cores on which they are demanded.
func parseDemands(list []string) (map[int]float64, error) {
	demands := map[int]float64{}
	for _, text := range list {
		p, e, err := gate.ParseDemand(text)
		if err != nil {
			return nil, fmt.Errorf("--min-efficiency: %w", err)
		}
		if _, twice := demands[p]; twice {
			return nil, fmt.Errorf("--min-efficiency names %d cores twice", p)
		}
		demands[p] = e
	}
	return demands, nil
}

// compare builds both sides, measures and judges them.
func (c *checkCmd) compare(ctx context.Context, s *streams, h host.Host) (err error) {
	levels, cpus, err := c.levels(h)
	if err != nil {
		return err
	}
	tidy(ctx, s, os.TempDir())
	r := &gate.Report{Setup: gate.Setup{Time: time.Now().UTC(), Host: h.Name, Machine: machine(h, len(cpus)), Seed: c.Seed, Alpha: float64(c.Alpha), Threshold: float64(c.Threshold)}}
	if limit := underQuota(h, h.Cores()); limit != "" && c.Cores == nil {
		c.limits = []string{limit}
	}
	o, err := c.options(s, h, levels, cpus)
	if err != nil {
		return err
	}
	p, err := pair.Open(ctx, o)
	defer func() {
		if left := p.Close(); left != nil {
			if errors.As(err, new(exitError)) {
				err = nil // it was printed, and its code would hide what is left behind
			}
			err = errors.Join(err, left)
		}
	}()
	noteRemoved(s, p.Cleared)
	if err != nil {
		return c.ofRevision(err)
	}
	err = p.Build(ctx)
	c.copyPair(r, p)
	if err != nil {
		return c.fail(ctx, s, r, c.ofRevision(err))
	}
	if len(p.Points)+len(p.HeadOnly) == 0 {
		return c.reportNothingCompared(s, p, r)
	}
	interrupted, err := c.measure(ctx, s, h, p, r)
	if err != nil {
		return err
	}
	if r.Complete { // also if recording what became worse was interrupted
		err = c.appendHistory(r)
	}
	return errors.Join(err, c.finish(s, r, c.broken(p), interrupted))
}

// options translates the flags for package pair.
func (c *checkCmd) options(s *streams, h host.Host, levels []sweep.Level, cpus []int) (pair.Options, error) {
	o := pair.Options{
		Base: c.Base, Head: c.Head, Dir: c.Dir, Results: c.Results, Packages: c.Pkg, Bench: c.Bench, Args: c.args, Curves: pair.Curves(c.Curves), Demands: c.demands,
		BaseSettings: c.base, HeadSettings: c.head, Host: h, Levels: levels, CPUs: cpus, SampleVerb: sampleVerb, Say: func(text string) { fmt.Fprintln(s.err, text) },
	}
	if slices.Contains(c.named, "tests") {
		o.Tests = pair.Tests(c.Tests)
	}
	if c.Workloads == nil {
		return o, nil
	}
	var err error
	o.Workloads, err = sweep.Choose(c.Workloads, nil)
	return o, flagged(err)
}

// withFlag adds the flag to the error of a wrong option.
func withFlag(err error) error {
	o := (*pair.OptionError)(nil)
	if !errors.As(err, &o) {
		return err
	}
	flag := map[pair.Option]string{pair.OptionDirectory: "dir", pair.OptionPackages: "pkg"}[o.Option]
	return fmt.Errorf("--%s: %w", cmp.Or(flag, string(o.Option)), o.Err)
}

// copyPair copies to the report what the pair found, with the flags that help.
func (c *checkCmd) copyPair(r *gate.Report, p *pair.Pair) {
	r.Base, r.Head = p.Base, p.Head
	r.Ruled, r.NotCompared, r.Declared = p.Ruled, p.NotCompared, p.Declared
	r.Problems = slices.Clone(p.Problems) // measuring adds to them
	r.Notes = slices.Concat(c.limits, p.Notes)
	for _, pkg := range p.DataDiffers {
		r.Notes = append(r.Notes, pkg+": testdata, or what its tests embed, differs between base and head, so benchmarks that read it do different work; --tests=head gives both sides the data of head")
	}
	r.Notes = append(r.Notes, changedHint(r)...)
	if p.TestsMismatch {
		r.Notes = append(r.Notes, "--tests=own builds each revision with its own tests")
	}
}

func machine(h host.Host, cpus int) string {
	return fmt.Sprintf("%s, %d CPUs", cmp.Or(h.Model, h.OS), cpus)
}
