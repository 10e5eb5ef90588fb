package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"overlap/bench/gate"
	"overlap/bench/host"
	"overlap/bench/meter"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// The fixed design. With fewer blocks than the least, chance alone could explain
// almost anything once some benchmarks are tested together.
const (
	slotTime    = 75 * time.Millisecond // that slices are timed
	slotWall    = 85 * time.Millisecond // that a slot takes at least, with its process
	usualBlocks = 30                    // about 10 s of a point
	leastBlocks = 14
)

// levels are the degrees of parallelism to measure, and the CPUs in the order in
// which they are taken.
func (c *checkCmd) levels(h host.Host) ([]sweep.Level, []int, error) {
	cpus, most := h.Placement(), h.WithinQuota(h.Cores())
	wanted := c.Cores
	if wanted == nil {
		wanted = []int{1, most}
	}
	for cores := range c.demands {
		if cores > len(cpus) {
			return nil, nil, fmt.Errorf("--min-efficiency asks for %d cores and may use %s (%s)", cores, table.Count(len(cpus), "CPU"), host.FormatList(cpus))
		}
		wanted = append(slices.Clone(wanted), 1, cores)
	}
	wanted = sweep.Unique(wanted)
	if host.CanBind {
		levels, err := sweep.Levels(cpus, most, wanted, nil)
		return levels, cpus, flagged(err)
	}
	levels, err := sweep.Levels(cpus, most, nil, wanted)
	return levels, cpus, flagged(err)
}

// rounds are how many blocks of each point the budget has room for, and how many
// of them, one after the other, share their layouts, if to link both sides takes
// so long.
//
// Where a unit costs link and each of its blocks one round, and layouts vary as
// much as blocks of the same layout do, the error is least at √(link/round) blocks
// of a unit (Cochran, 1977, chapter 10; Kalibera and Jones, 2013). Layouts often
// vary more, which is a reason for fewer.
func (c *checkCmd) rounds(o outlook, link time.Duration, of choice) (blocks, every int, err error) {
	every = max(1, int(math.Sqrt(float64(link)/float64(o.round))+.5))
	if c.Budget == 0 {
		every = min(every, usualBlocks/leastBlocks)
		return usualBlocks, every, nil
	}
	most := int((c.Budget/leastBlocks - link) / o.round) // blocks of each of the fewest units
	if most < 1 {
		need := leastBlocks * (link + o.round)
		return 0, 0, fmt.Errorf("--budget is too short: a check needs about %v for %d blocks of %s, the least that can tell anything%s, and the budget is %v; %s",
			roundUp(need), leastBlocks, o.each(), linking(leastBlocks*link, " (GOFLAGS=-ldflags=-randlayout=0 does without)"), c.Budget, of.enough(need, c.Budget))
	}
	every = min(every, most)
	return every * int(c.Budget/(link+time.Duration(every)*o.round)), every, nil
}

// outlook foretells the check by what it took to run each benchmark once: on the side
// where that was less, since a neighbour can make once last several times as long.
func (p *pair) outlook() (o outlook) {
	for _, point := range p.points {
		o.round += 4 * min(p.base.slot(point), p.head.slot(point))
	}
	for _, point := range p.alone {
		o.round += 4 * p.head.slot(point)
	}
	o.points = len(p.points) + len(p.alone)
	return o
}

// slot is how long one of a side takes. The workloads of overlap's own are prepared
// in no time.
func (s *side) slot(p sweep.Point) time.Duration {
	if s.foreign == nil {
		return slotWall
	}
	return max(slotWall, s.foreign.ExpectSlices(p, slotTime))
}

// chosen are what the points are of.
func (p *pair) chosen() choice {
	of := choice{things: "benchmarks", flag: "--bench"}
	if p.head.foreign == nil {
		of = choice{things: "workloads", flag: "--workloads"}
	}
	seen := map[[2]string]bool{}
	for _, point := range slices.Concat(p.points, p.alone) {
		seen[[2]string{point.Package, point.Workload}] = true
	}
	of.n = len(seen)
	return of
}

// linking says what of a time links take, if they take any.
func linking(took time.Duration, more string) string {
	if took == 0 {
		return ""
	}
	return fmt.Sprintf(", %v of it for links in other layouts%s", took.Round(time.Second), more)
}

// measure measures the points and judges what was measured, and reports whether
// it was interrupted. What whole blocks there are are judged then, too.
func (p *pair) measure(ctx context.Context) (interrupted bool, err error) {
	c, r := p.check, p.report
	relink, link, err := p.layouts(ctx)
	if err != nil {
		return false, err
	}
	expected := p.outlook()
	blocks, every, err := c.rounds(expected, link, p.chosen())
	if err != nil {
		for _, r := range table.Reasons(p.report.Problems, func(p gate.Problem) (name, why string) { return p.Name, p.Why }) {
			fmt.Fprintf(p.streams.err, "failed: %s: %s\n", strings.Join(r.Names, ", "), table.OneLine(r.Why))
		}
	}
	if err != nil && slices.ContainsFunc(p.points, func(point sweep.Point) bool { return point.Cores > 1 }) {
		err = fmt.Errorf("%w, or --curves=never, which measures on one core only", err)
	}
	if err != nil {
		return false, err
	}
	relink.Every = every
	links := time.Duration(blocks/every) * link
	r.Budget = time.Duration(blocks)*expected.round + links
	r.Blocks = blocks
	file, err := gate.Create(c.Results, p.plan(), p.about())
	if err != nil {
		return false, fmt.Errorf("--results: %w", err)
	}
	r.File = file.Path()
	logged, err := logAll(file.Path(), p.omitted, omissionOutput)
	if err != nil {
		return false, errors.Join(err, file.Close())
	}
	fmt.Fprintf(p.streams.err, "measuring %s in %s, in about %v%s\n", table.Count(expected.points, "point"), table.Count(blocks, "block"), r.Budget.Round(time.Second), linking(links, ""))
	bar := newProgress(p.streams.err)
	watched := p.watched()
	throttle := meter.NewThrottle()
	guard := newGuard(watched, gate.Allowed(len(watched)), c.Wait, bar)
	began := time.Now()
	series, problems, err := measureGate(ctx, gate.Config{
		Points: p.points, Alone: p.alone,
		Base:   gate.Sliced{Slicer: p.base.sampler, Watched: watched, Throttle: throttle},
		Head:   gate.Sliced{Slicer: p.head.sampler, Watched: watched, Throttle: throttle},
		Blocks: blocks, SlotTime: slotTime, Seed: c.Seed, Relink: relink, Quiet: guard.Wait, Append: file.Append,
		Progress: func(done, all int) { bar.slots(done, all, time.Since(began)) },
	})
	bar.finish()
	r.Took = time.Since(began)
	for _, problem := range problems {
		err = errors.Join(err, file.Problem(problem))
	}
	said, unlogged := logAll(file.Path(), problems, problemOutput)
	if logged || said {
		fmt.Fprintf(p.streams.err, "their whole output: %s\n", failureLog(file.Path()))
	}
	err = errors.Join(err, unlogged, file.Close())
	interrupted = errors.Is(err, sweep.ErrInterrupted)
	if err != nil && !interrupted {
		return false, err
	}
	r.Problems = append(r.Problems, problems...)
	p.broken = p.broken || len(problems) > 0
	c.judge(r, slices.DeleteFunc(series, func(s gate.Series) bool { return len(s.Blocks) == 0 }))
	if r.Complete = !interrupted; interrupted {
		r.Notes = append(r.Notes, fmt.Sprintf("interrupted: at most %d of %d blocks were measured, so what is not found here may be there", most(series), blocks))
	}
	return interrupted, nil
}

// watched are the CPUs that others must leave alone for an efficiency to be one:
// those of the widest point, and the threads that share a core with one of them.
func (p *pair) watched() []int {
	widest := 1
	for _, point := range slices.Concat(p.points, p.alone) {
		widest = max(widest, point.Cores, point.Copies)
	}
	used := p.cpus[:min(widest, len(p.cpus))]
	cores := map[int]bool{}
	for _, c := range p.host.CPUs {
		if slices.Contains(used, c.ID) && c.Core >= 0 {
			cores[c.Core] = true
		}
	}
	list := slices.Clone(used)
	for _, c := range p.host.CPUs {
		if cores[c.Core] && !slices.Contains(used, c.ID) {
			list = append(list, c.ID)
		}
	}
	return list
}

// most is the blocks of the point that has most of them.
func most(series []gate.Series) (n int) {
	for _, s := range series {
		n = max(n, len(s.Blocks))
	}
	return n
}

// plan is what the file of samples says of the check.
func (p *pair) plan() gate.Plan {
	r := p.report
	return gate.Plan{
		Base: r.Base, Head: r.Head, Time: r.Time, Host: r.Host, Machine: r.Machine, Blocks: r.Blocks, SlotTime: slotTime, Budget: r.Budget,
		Seed: r.Seed, Alpha: r.Alpha, Threshold: r.Threshold, Demands: p.check.demands, Points: p.points, Alone: p.alone,
		Identical: r.Identical, Added: r.Added, Removed: r.Removed, Problems: r.Problems, Changed: r.Changed,
	}
}

// about is what the samples say of the machine.
func (p *pair) about() []host.Pair {
	return append(p.host.Fingerprint(), host.Pair{Key: "placement", Value: "one-per-core"})
}

// slots shows how much of a check is measured, on a terminal with a bar, and
// elsewhere with a line for each tenth.
func (p *progress) slots(done, all int, since time.Duration) {
	left := ""
	if done > 0 {
		left = fmt.Sprintf(", %v left", (since / time.Duration(done) * time.Duration(all-done)).Round(time.Second))
	}
	if p.bar != nil {
		p.bar.ChangeMax(all)
		p.bar.Describe("comparing" + left)
		_ = p.bar.Set(done) // a terminal that is gone is no reason to stop measuring
		return
	}
	if tenth := 10 * done / max(1, all); tenth > p.round {
		p.round = tenth
		fmt.Fprintf(p.w, "%d of %d slots%s\n", done, all, left)
	}
}
