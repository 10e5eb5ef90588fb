package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/gate"
	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/bench/sweep"
	"overlap/internal/scratch"
	"overlap/internal/table"
)

// selfBudget is how long the self-test measures without --budget.
const selfBudget = 150 * time.Second

// selfTest checks changes with known verdicts.
type selfTest struct {
	check  func(ctx context.Context, args []string, stdout, stderr io.Writer) int // overlap check, with these arguments
	budget time.Duration
	cores  int    // that a check may bind benchmarks to
	cpus   []int  // whose stolen time counts
	limit  string // why there are fewer cores than the machine has
	*streams
}

// runSelfTest runs the self-test on this machine, with checks as a user starts them, and
// prints the results. It returns an error if a case did not end as it must. A budget of 0
// means selfBudget.
func runSelfTest(ctx context.Context, s *streams, budget time.Duration) error {
	h, err := host.Read()
	if err != nil {
		return err
	}
	cores := h.WithinQuota(h.Cores())
	if budget == 0 {
		budget = selfBudget
	}
	t := selfTest{check: selfCheck, budget: budget, cores: cores, cpus: h.IDs(), streams: s}
	if cores < h.Cores() {
		t.limit = fmt.Sprintf(", because of a CPU quota of %.4g", h.Quota)
	}
	return t.run(ctx)
}

// run makes the module, checks its variants and prints the table.
func (t selfTest) run(ctx context.Context) (err error) {
	temp, err := scratch.Make("", "selftest")
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	defer func() { err = errors.Join(err, temp.Remove()) }()
	dir := temp.Path
	cases := selfCases()
	module := filepath.Join(dir, "module")
	if err := os.Mkdir(module, 0o777); err != nil {
		return fmt.Errorf("directory of the self-test: %w", err)
	}
	if err := makeRepository(ctx, module, cases); err != nil {
		return err
	}
	began := time.Now()
	stolen, known := meter.StealTime(t.cpus)
	outcomes, err := t.measure(ctx, dir, cases)
	if err != nil {
		return err
	}
	share := math.NaN()
	if after, ok := meter.StealTime(t.cpus); ok && known {
		share = max(0, float64(after-stolen)) / float64(time.Since(began)) / float64(len(t.cpus))
	}
	failed := t.table(cases, outcomes)
	t.machine(outcomes["same"], outcomes["mutex"], share)
	if failed > 0 {
		return fmt.Errorf("%d of %d cases of the self-test did not end as they must: do not trust overlap check on this machine at a budget of %v", failed, len(outcomes), t.budget)
	}
	return nil
}

// measure checks the cases that this machine can measure, by name.
func (t selfTest) measure(ctx context.Context, dir string, cases []selfCase) (map[string]selfOutcome, error) {
	shares := 0
	for _, c := range cases {
		if c.cores <= t.cores {
			shares += c.share()
		}
	}
	outcomes := map[string]selfOutcome{}
	for i, c := range cases {
		if c.cores > t.cores {
			continue
		}
		budget := t.budget * time.Duration(c.share()) / time.Duration(shares)
		fmt.Fprintf(t.err, "self-test, case %d of %d, %s: %s\n", i+1, len(cases), c.name, c.change)
		o, err := t.one(ctx, dir, c, budget)
		if err != nil {
			return nil, err
		}
		if m := tooShort.FindStringSubmatch(o.said); o.code == exitUnmeasured && m != nil {
			need, _ := time.ParseDuration(m[1])
			whole := need * time.Duration(shares) / time.Duration(c.share())
			return nil, fmt.Errorf("the budget of %v is too short for the self-test: %v of it are for the case %s, which takes %v; use --budget %v", t.budget, budget.Round(time.Second), c.name, need, roundUp(whole+whole/20))
		}
		outcomes[c.name] = o
	}
	return outcomes, nil
}

// tooShort finds in what a check says the budget that would do.
var tooShort = regexp.MustCompile(`--budget \S+ is too short: .*; use --budget (\d[0-9a-z]*)`)

// one checks a case. Its results stay in the temporary directory.
func (t selfTest) one(ctx context.Context, dir string, c selfCase, budget time.Duration) (o selfOutcome, err error) {
	args := []string{"--json", "--base=base", "--head=" + c.name, "--dir=" + filepath.Join(dir, "module"), "--results=" + filepath.Join(dir, "results"), "--name=selftest"}
	if c.points > 0 {
		args = append(args, "--budget="+budget.String())
	}
	var stdout, said bytes.Buffer
	o.code = t.check(ctx, append(args, c.flags...), &stdout, io.MultiWriter(&said, t.err))
	if ctx.Err() != nil {
		return o, context.Cause(ctx)
	}
	if o.code == 130 {
		return o, sweep.ErrInterrupted
	}
	o.said = said.String()
	if err := json.Unmarshal(stdout.Bytes(), &o.report); err != nil && (o.code != 3 || stdout.Len() > 0) {
		return o, fmt.Errorf("the self-test reads the JSON of overlap check, case %s, exit %d: %w", c.name, o.code, err)
	}
	o.pressure, err = pressureIn(o.report.File)
	return o, err
}

// pressureIn is the median pressure of the samples in a file, NaN if they have
// none, or there is no file.
func pressureIn(path string) (float64, error) {
	if path == "" {
		return math.NaN(), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("the self-test reads the samples of overlap check: %w", err)
	}
	defer f.Close()
	var all []float64
	r := benchfmt.NewReader(f, path)
	for r.Scan() {
		if rec, ok := r.Result().(*benchfmt.Result); ok {
			if p, ok := rec.Value("pressure"); ok {
				all = append(all, p)
			}
		}
	}
	if err := r.Err(); err != nil {
		return 0, fmt.Errorf("the self-test reads the samples of overlap check: %w", err)
	}
	return middle(all), nil
}

// table prints a row for each case and returns how many failed.
func (t selfTest) table(cases []selfCase, outcomes map[string]selfOutcome) (failed int) {
	head := []string{"case", "change", "expected", "detects ≥", "pressure", "got"}
	rows := table.Table{Head: head, Numbers: make([]bool, len(head))}
	for _, c := range cases {
		o, measured := outcomes[c.name]
		if !measured {
			got := fmt.Sprintf("not measured: it needs %d CPUs, and this machine has %d%s", c.cores, t.cores, t.limit)
			rows.Rows = append(rows.Rows, []string{c.name, c.change, c.expect, "", "", got})
			continue
		}
		got, ok := c.judge(o)
		if !ok {
			failed++
			got = "FAILED: " + got
		}
		rows.Rows = append(rows.Rows, []string{c.name, c.change, c.expect, shareText(o.detects(c.floor)), shareText(o.pressure), table.OneLine(got)})
	}
	for _, line := range rows.Lines(2) {
		fmt.Fprintln(t.out, line)
	}
	return failed
}

// machine says whether this machine is fit for a gate.
func (t selfTest) machine(same, mutex selfOutcome, stolen float64) {
	floors := []float64{same.detects(gate.Time), mutex.detects(gate.Speedup)}
	fmt.Fprintf(t.out, "\nIn %v this machine detects changes of %s in time and of %s in the speedup.\n", t.budget, shareText(floors[0]), shareText(floors[1]))
	fmt.Fprintf(t.out, "Pressure: share of the CPUs that others had, in the median sample. The hypervisor took %s.\n", shareText(stolen))
	limit := same.report.Threshold
	if limit > 0 && slices.ContainsFunc(floors, func(f float64) bool { return f > limit }) {
		fmt.Fprintf(t.out, "That is too little for a threshold of %s: raise --budget or --threshold, or take a quieter\nmachine (overlap host --advise).\n", shareText(limit))
	}
}

// shareText writes a share in percent, or ? if it is not known, as for the speedup on
// one CPU.
func shareText(share float64) string {
	if math.IsNaN(share) {
		return "?"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}
