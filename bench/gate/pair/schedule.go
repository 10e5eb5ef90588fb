package pair

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"overlap/bench/gate"
	"overlap/bench/meter"
	"overlap/bench/sweep"
)

// The fixed design. With fewer than leastBlocks blocks, chance alone could explain almost
// anything once some benchmarks are tested together.
const (
	SlotTime    = 75 * time.Millisecond // that slices are timed
	briefSlices = 100                   // of a slot on one CPU before the first look
	slotStart   = 10 * time.Millisecond // that a slot takes besides, at least: its process
	usualBlocks = 30                    // up to 10 s of a point
	leastBlocks = 14

	testsOfPoint = 4 // about: a time, a mean and two gains; most counts are exact
)

// Schedule is what a check measures, and how long that takes.
type Schedule struct {
	Points, Blocks int
	Links          time.Duration // of all links in other layouts
	Total          time.Duration // with links

	Looks gate.Looks

	relink gate.Relink
}

// BudgetError is a budget that is too short for the fewest blocks with a result.
type BudgetError struct {
	Budget, Need time.Duration
	Links        time.Duration // of Need
	Points       int
	Blocks       int // of each point
	Benchmarks   int // or workloads
	Curves       bool
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("the budget %v is too short: %d points in %d blocks need %v", e.Budget, e.Points, e.Blocks, e.Need)
}

// Schedule links both sides in another layout, to find out how long that takes, and
// plans the blocks that fit into the budget, and the looks for a judgement with alpha; a
// budget of 0 is as long as usual. It returns a BudgetError if the blocks are too few.
func (p *Pair) Schedule(ctx context.Context, budget time.Duration, alpha float64) (Schedule, error) {
	relink, link, err := p.tryLayouts(ctx)
	if err != nil {
		return Schedule{}, err
	}
	s := Schedule{Points: len(p.Points) + len(p.HeadOnly)}
	round := p.roundTime(func(sweep.Point) time.Duration { return SlotTime })
	if s.Blocks, relink.Every = planBlocks(budget, round, link); s.Blocks == 0 {
		return s, &BudgetError{
			Budget: budget, Need: leastBlocks * (link + round), Links: leastBlocks * link, Points: s.Points, Blocks: leastBlocks,
			Benchmarks: p.countBenchmarks(), Curves: slices.ContainsFunc(p.Points, func(point sweep.Point) bool { return point.Cores > 1 }),
		}
	}
	s.relink = relink
	s.withLooks(budget, alpha, link, p.roundTime(p.brief), round)
	return s, nil
}

// withLooks plans looks. Rounds up to the first are brief: if the time that this leaves is
// enough for more blocks, it plans more of them.
func (s *Schedule) withLooks(budget time.Duration, alpha float64, link, brief, round time.Duration) {
	plan := func(blocks int) (l Schedule) {
		l = *s
		l.Blocks, l.Looks = blocks, gate.PlanLooks(blocks, s.relink.Every, testsOfPoint*s.Points, alpha)
		first := 0
		if l.Looks != nil {
			first = l.Looks[0]
		}
		l.Links = time.Duration(blocks/s.relink.Every) * link
		l.Total = time.Duration(first)*brief + time.Duration(blocks-first)*round + l.Links
		return l
	}
	least, n := s.Blocks, s.Blocks
	if unit := link + time.Duration(s.relink.Every)*brief; budget > 0 {
		n = max(n, s.relink.Every*int(budget/unit))
	}
	l := plan(n)
	for n > least && (l.Looks == nil || l.Total > budget) {
		n -= s.relink.Every
		l = plan(n)
	}
	*s = l
}

// brief is how long a slot of a point takes before the first look. Of a benchmark that uses
// one CPU, a third of SlotTime mostly shows what the threshold asks for (of six benchmarks,
// ±0.3 % of the time at 30 blocks became ±0.6 %); if not, it goes on with whole slots. On
// several CPUs an interval is about as wide as the threshold even with whole ones, and
// clocks with ticks of 10 ms must tell whether others had one of them. Of our own workloads
// it is not known how long an operation takes.
func (p *Pair) brief(point sweep.Point) time.Duration {
	wide := func(q sweep.Point) bool {
		return q.Package == point.Package && q.Workload == point.Workload && max(min(q.Cores, q.Procs), q.Copies) > 1
	}
	if p.head.foreign == nil || slices.ContainsFunc(p.Points, wide) || slices.ContainsFunc(p.HeadOnly, wide) {
		return SlotTime
	}
	slice := max(gate.SliceTime, p.head.foreign.ExpectOp(point))
	if p.base.foreign != nil {
		slice = max(slice, p.base.foreign.ExpectOp(point))
	}
	return min(briefSlices*slice, SlotTime)
}

// Config is what to measure by a schedule.
func (p *Pair) Config(s Schedule, seed uint64) gate.Config {
	watched, throttle := p.Watched(), meter.NewThrottle()
	sampler := func(s side) gate.Sampler {
		return gate.SliceSampler{Slicer: s.sampler, Watched: watched, Throttle: throttle}
	}
	return gate.Config{
		Points: p.Points, HeadOnly: p.HeadOnly, Base: sampler(p.base), Head: sampler(p.head),
		Blocks: s.Blocks, SlotTime: SlotTime, Brief: p.brief, Seed: seed, Relink: s.relink, Looks: s.Looks, Time: s.Total,
	}
}

// planBlocks returns how many blocks of each point fit into the budget, and how many
// consecutive blocks share one pair of binaries. Linking both sides takes link; one
// block of every point takes round. It returns 0 if the budget is too short for a
// result.
//
// Where a unit costs link and each of its blocks one round, and layouts vary as
// much as blocks of the same layout do, the error is least at √(link/round) blocks
// of a unit (Cochran, 1977, chapter 10; Kalibera and Jones, 2013). Layouts often
// vary more, which is a reason for fewer.
func planBlocks(budget, round, link time.Duration) (n, every int) {
	every = max(1, int(math.Sqrt(float64(link)/float64(round))+.5))
	if budget == 0 {
		return usualBlocks, min(every, usualBlocks/leastBlocks)
	}
	room := int((budget/leastBlocks - link) / round) // for blocks of each of the fewest units
	if room < 1 {
		return 0, 1
	}
	every = min(every, room)
	return every * int(budget/(link+time.Duration(every)*round)), every
}

// roundTime estimates how long one block of every point takes with slots of that length,
// from one run of each benchmark: on the side where that run was shorter, since another
// program can make a single run last several times as long.
func (p *Pair) roundTime(length func(sweep.Point) time.Duration) (round time.Duration) {
	for _, point := range p.Points {
		round += 4 * min(p.base.slotTime(point, length(point)), p.head.slotTime(point, length(point)))
	}
	for _, point := range p.HeadOnly {
		round += 4 * p.head.slotTime(point, length(point))
	}
	return round
}

// slotTime estimates how long a slot of a point takes on this side whose slices take that
// long. Overlap's own workloads take no time to prepare.
func (s *side) slotTime(p sweep.Point, slices time.Duration) time.Duration {
	if s.foreign == nil {
		return slices + slotStart
	}
	return max(slices+slotStart, s.foreign.ExpectSlices(p, slices))
}

// countBenchmarks counts the benchmarks of the points.
func (p *Pair) countBenchmarks() int {
	seen := map[[2]string]bool{}
	for _, point := range slices.Concat(p.Points, p.HeadOnly) {
		seen[[2]string{point.Package, point.Workload}] = true
	}
	return len(seen)
}

// Watched returns the CPUs whose use by others is noted, because it spoils efficiencies:
// those of the widest point, and the threads that share a core with one of them.
func (p *Pair) Watched() []int {
	widest := 1
	for _, point := range slices.Concat(p.Points, p.HeadOnly) {
		widest = max(widest, point.Cores, point.Copies)
	}
	watched := slices.Clone(p.o.CPUs[:min(widest, len(p.o.CPUs))])
	cores := map[int]bool{}
	for _, c := range p.o.Host.CPUs {
		if slices.Contains(watched, c.ID) && c.Core >= 0 {
			cores[c.Core] = true
		}
	}
	for _, c := range p.o.Host.CPUs {
		if cores[c.Core] && !slices.Contains(watched, c.ID) {
			watched = append(watched, c.ID)
		}
	}
	return watched
}
