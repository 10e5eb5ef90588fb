package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"overlap/bench/gate"
	"overlap/bench/gate/pair"
	"overlap/bench/host"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// checkPlacement is the order in which a check uses CPUs.
const checkPlacement = "one-per-core"

// measureGate is gate.Measure; tests of the code around it replace it.
var measureGate = gate.Measure

// locateWorse is checkCmd.locate; tests of the code around it replace it.
var locateWorse = (*checkCmd).locate

// levels returns the degrees of parallelism to measure, and the CPUs in the order in
// which they are used.
func (c *checkCmd) levels(h host.Host) ([]sweep.Level, []int, error) {
	cpus, cores := h.OnePerCore(), h.WithinQuota(h.Cores())
	wanted := c.Cores
	if wanted == nil {
		wanted = []int{1, cores}
	}
	for n := range c.demands {
		if n > len(cpus) {
			return nil, nil, fmt.Errorf("--min-efficiency asks for %d cores, but only %s can be used (%s)", n, table.Count(len(cpus), "CPU"), host.FormatList(cpus))
		}
		wanted = append(slices.Clone(wanted), 1, n)
	}
	wanted = sweep.Unique(wanted)
	if host.CanBind {
		levels, err := sweep.Levels(cpus, cores, wanted, nil)
		return levels, cpus, flagged(err)
	}
	levels, err := sweep.Levels(cpus, cores, nil, wanted)
	return levels, cpus, flagged(err)
}

// measure measures the points of a pair and judges what was measured. If it is
// interrupted, it judges the whole blocks that there are.
func (c *checkCmd) measure(ctx context.Context, s *streams, h host.Host, p *pair.Pair, r *gate.Report) (interrupted bool, err error) {
	plan, err := p.Schedule(ctx, c.Budget, float64(c.Alpha))
	if short := (*pair.BudgetError)(nil); errors.As(err, &short) {
		for _, reason := range table.ReasonsOf(r.Problems, func(p gate.Problem) (name, why string) { return p.Name, p.Why }) {
			fmt.Fprintf(s.err, "failed: %s: %s\n", strings.Join(reason.Names, ", "), table.OneLine(reason.Why))
		}
		// With --bisect, the next commit may have fewer points, or fewer links.
		return false, c.ofRevision(budgetTooShort(short, p.Suite()))
	}
	if err != nil {
		return false, c.ofRevision(err)
	}
	c.copyPair(r, p)
	r.Budget, r.Blocks, r.Looks = plan.Total, plan.Blocks, plan.Looks
	about := gate.Plan{Setup: r.Setup, SlotTime: pair.SlotTime, Demands: c.demands, Points: p.Points, HeadOnly: p.HeadOnly, Ruled: r.Ruled, NotCompared: r.NotCompared}
	file, err := gate.Create(c.Results, about, append(h.Fingerprint(), host.Pair{Key: "placement", Value: checkPlacement}))
	if err != nil {
		return false, fmt.Errorf("--results: %w", err)
	}
	r.File = file.Path()
	logged, err := logAll(file.Path(), p.Omitted, omissionOutput)
	if err != nil {
		return false, errors.Join(err, file.Close())
	}
	early := ""
	if plan.Looks != nil {
		early = fmt.Sprintf("; what is settled after %s is not measured any longer", table.Count(plan.Looks[0], "block"))
	}
	fmt.Fprintf(s.err, "measuring %s in %s, in about %v%s%s\n", table.Count(plan.Points, "point"), table.Count(plan.Blocks, "block"), r.Budget.Round(time.Second), linkingTime(plan.Links), early)
	bar := newProgress(s.err)
	began := time.Now()
	config := p.Config(plan, c.Seed)
	config.Quiet = newGuard(p.Watched(), gate.Allowed(len(p.Watched())), c.Wait, bar).Wait
	config.Append, config.Stop = file.Append, file.Stop
	config.Settled = func(series []gate.Series) func(sweep.Point) bool {
		o := c.judging(r)
		o.SlotTime = config.SlotTime
		return gate.Settled(series, o)
	}
	config.Progress = func(done, all int) { bar.slots(done, all, time.Since(began)) }
	series, problems, err := measureGate(ctx, config)
	bar.finish()
	r.Took = time.Since(began)
	for _, problem := range problems {
		err = errors.Join(err, file.AddProblem(problem))
	}
	said, unlogged := logAll(file.Path(), problems, problemOutput)
	if logged || said {
		notef(s.err, "their whole output is in %s", failureLog(file.Path()))
	}
	err = errors.Join(err, unlogged, file.Close())
	interrupted = errors.Is(err, sweep.ErrInterrupted)
	if err != nil && !interrupted {
		return false, err
	}
	r.Problems = append(r.Problems, problems...)
	p.HeadFailed = p.HeadFailed || len(problems) > 0
	c.judge(r, slices.DeleteFunc(series, func(s gate.Series) bool { return len(s.Blocks) == 0 }))
	if r.Complete = !interrupted; !interrupted {
		if note := lateNote(r); note != "" {
			r.Notes = append(r.Notes, note)
		}
		locateWorse(c, ctx, s, p, r)
		interrupted = ctx.Err() != nil
	} else {
		measured := 0
		for _, s := range series {
			measured = max(measured, len(s.Blocks))
		}
		r.Notes = append(r.Notes, fmt.Sprintf("interrupted: at most %d of %d blocks were measured, so there may be regressions that are not listed", measured, r.Most()))
	}
	return interrupted, nil
}

// lateNote says that measuring took at least a quarter longer than planned, and with how
// many blocks it ended, if those are fewer than before any look.
func lateNote(r *gate.Report) string {
	if r.Took < r.Budget+r.Budget/4 {
		return ""
	}
	note := fmt.Sprintf("measuring took %v instead of %v: processes were slower than in a try, or others were waited for (--wait)", r.Took.Round(time.Second), r.Budget.Round(time.Second))
	least := r.Blocks
	if r.Looks != nil {
		least = r.Looks[0]
	}
	if r.Measured.Most < least {
		note += fmt.Sprintf("; it ended after %d of %s: raise --budget, or take a quieter machine", r.Measured.Most, table.Count(r.Blocks, "block"))
	}
	return note
}

// budgetTooShort says which flags make a check fit its budget.
func budgetTooShort(e *pair.BudgetError, suite bool) error {
	of := choice{n: e.Benchmarks, things: "benchmarks", flag: "--bench"}
	if suite {
		of.things, of.flag = "workloads", "--workloads"
	}
	links := linkingTime(e.Links)
	if links != "" {
		links += " (none with GOFLAGS=-ldflags=-randlayout=0)"
	}
	more := ""
	if e.Curves {
		more = ", or --curves=never, which measures on one core only"
	}
	return fmt.Errorf("--budget %v is too short: measuring %s in %s, the minimum, takes about %v%s; %s%s",
		e.Budget, table.Count(e.Points, "point"), table.Count(e.Blocks, "block"), roundUp(e.Need), links, of.enough(e.Need, e.Budget), more)
}

// linkingTime says how much of a duration is spent on linking, if any.
func linkingTime(took time.Duration) string {
	if took == 0 {
		return ""
	}
	return fmt.Sprintf(", including %v of linking", took.Round(time.Second))
}

// slots shows how much of a check is measured, on a terminal with a bar, and
// elsewhere with a line after each tenth of the slots.
func (p *progress) slots(done, all int, since time.Duration) {
	left := ""
	if done > 0 {
		left = fmt.Sprintf(", %v left", (since / time.Duration(done) * time.Duration(all-done)).Round(time.Second))
	}
	if p.bar != nil {
		p.bar.ChangeMax(all)
		p.bar.Describe("comparing" + left)
		_ = p.bar.Set(done) // a closed terminal does not stop the measurement
		return
	}
	if tenth := 10 * done / max(1, all); tenth > p.round {
		p.round = tenth
		fmt.Fprintf(p.w, "%d of %d slots%s\n", done, all, left)
	}
}
