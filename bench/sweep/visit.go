package sweep

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/bench/overlay"
)

// order shuffles the points that are wanted. In the first round several copies
// come after everything else, because they run as many jobs as one copy was
// found to need.
func (s *sweep) order(points []Point) []Point {
	points = slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return !s.wanted(p) })
	s.rng.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	if s.round == 1 {
		slices.SortStableFunc(points, func(a, b Point) int { return min(a.Copies, 2) - min(b.Copies, 2) })
	}
	return points
}

// groups are points that are visited together: side by side, if their processes can take
// turns.
func (s *sweep) groups(points []Point) (groups [][]Point) {
	key := func(p Point) Point { return p }
	if s.turner != nil {
		key = s.group
	}
	place := map[Point]int{}
	for _, p := range points {
		i, ok := place[key(p)]
		if !ok {
			i, groups = len(groups), append(groups, nil)
			place[key(p)] = i
		}
		groups[i] = append(groups[i], p)
	}
	return groups
}

// groupsOf returns a function that is the same for those of some points that are measured
// side by side: of one workload under one executor. The serial program goes with the
// first of several.
func groupsOf(points []Point) func(Point) Point {
	family := func(p Point) Point {
		return Point{Package: p.Package, Point: bench.Point{Workload: p.Workload, Variant: p.Variant}}
	}
	first := map[Point]string{}
	for _, p := range points {
		if _, ok := first[family(p)]; !ok && p.Executor != bench.SerialExecutor {
			first[family(p)] = p.Executor
		}
	}
	return func(p Point) Point {
		key := family(p)
		if key.Executor = p.Executor; p.Executor == bench.SerialExecutor {
			key.Executor = cmp.Or(first[family(p)], p.Executor)
		}
		return key
	}
}

func (s *sweep) visit(ctx context.Context, groups [][]Point) error {
	left := 0
	for _, group := range groups {
		left += len(group)
	}
	for i, group := range groups {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s.Budget > 0 && s.spent+s.expectedOf(group, len(groups)-i) > s.Budget {
			return errSpent
		}
		if s.Progress != nil && len(s.Past) == 0 {
			s.Progress(s.progress(group[0], left))
		}
		entries, err := s.entries(ctx, group, len(groups)-i)
		if err != nil {
			return err
		}
		for i, p := range group {
			s.note(p, entries[i])
		}
		left -= len(group)
	}
	return nil
}

// entries returns the next entries of the past, or measures and stores new ones.
func (s *sweep) entries(ctx context.Context, group []Point, groups int) ([]Entry, error) {
	if len(s.Past) > 0 {
		n := min(len(group), len(s.Past))
		past := s.Past[:n]
		s.Past = s.Past[n:]
		for i, p := range group {
			if i >= n || past[i].Point != p.String() || past[i].Round != s.round {
				e := past[min(i, n-1)]
				return nil, fmt.Errorf("%w: round %d of %s where the plan has round %d of %s", ErrPast, e.Round, e.Point, s.round, p)
			}
		}
		return past, nil
	}
	if s.Quiet != nil && !s.awake {
		s.awake = true
		s.Quiet(ctx)
	}
	within, cancel := s.within(ctx)
	defer cancel()
	entries, err := s.withinQuota(within, group, groups)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // the samples were ended, they did not fail
	}
	pressed := false
	for _, e := range entries {
		if e.Err != nil && within.Err() != nil {
			return nil, errSpent // likewise
		}
		if e.Err == nil {
			setConfig(e.Result, "seed", fmt.Sprint(s.Seed))
		}
		pressed = pressed || e.pressed()
	}
	if err != nil {
		return nil, err
	}
	if err := s.Append(entries...); err != nil {
		return nil, fmt.Errorf("store sample: %w", err)
	}
	if s.Quiet != nil && pressed {
		s.Quiet(ctx)
	}
	return entries, nil
}

// measure visits points. groups is how many are still to be visited in this round.
func (s *sweep) measure(ctx context.Context, group []Point, groups int) ([]Entry, error) {
	if s.turner == nil {
		p := group[0]
		e := Entry{Point: p.String(), Round: s.round}
		began := time.Now()
		e.Result, e.Err = s.Sampler.Sample(ctx, p, s.iterationsOf(p), s.round)
		e.Took = time.Since(began)
		return []Entry{e}, nil
	}
	wait := s.patience
	if s.Budget > 0 {
		wait = min(wait, max(0, s.Budget-s.spent-s.expectedOf(group, groups)))
	}
	b := Block{Points: group, Time: s.blockTime(group, groups), Settle: min(settleTime, s.Sample), Wait: wait, Alike: s.Alike, Number: s.round, Seed: s.Seed}
	for _, p := range group {
		b.Jobs = append(b.Jobs, s.jobsOf(p))
	}
	return s.block(ctx, b)
}

// within is the context of a visit, which ends when the budget is spent.
func (s *sweep) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.Budget <= 0 {
		return ctx, func() {}
	}
	slack := max(minSlack, time.Duration(slackShare*float64(s.Budget)))
	return context.WithTimeoutCause(ctx, s.Budget-s.spent+slack, errSpent)
}

// expected returns how long a visit will take: as long as the earlier visits to the
// point, or to others if it has had none.
func (s *sweep) expected(p Point) time.Duration {
	if known := s.state[p]; known != nil {
		return known.took / time.Duration(known.visits)
	}
	return s.spent / time.Duration(max(s.visits, 1))
}

// expectedOf is how long a visit to a group will take, at least: a block of turns fits
// into what is left.
func (s *sweep) expectedOf(group []Point, groups int) (total time.Duration) {
	if s.turner != nil {
		return s.idleTime(group, 0) + min(leastBlock, s.Sample*time.Duration(len(group)))
	}
	for _, p := range group {
		total += s.expected(p)
	}
	return total
}

// note counts an entry.
func (s *sweep) note(p Point, e Entry) {
	s.spent += e.Took
	s.lacking = nil
	s.visits++
	known := s.state[p]
	if known == nil {
		known = &state{}
		s.state[p] = known
	}
	known.visits++
	known.took += e.Took
	known.idle = e.Idle
	if e.Turns != nil {
		if e.Turns.Vain {
			s.patience = max(s.patience/2, leastPatience)
		} else {
			s.patience = min(2*s.patience, mostPatience)
		}
		d := &s.summary.Disturbed
		d.Turns, d.Others, d.Slow = d.Turns+e.Turns.Disturbed.Turns, d.Others+e.Turns.Disturbed.Others, d.Slow+e.Turns.Disturbed.Slow
	}
	if e.Err != nil {
		known.failed++
		if s.Budget > 0 && e.Took > s.Budget/10 {
			known.failed = maxFailures
		}
		s.summary.Failures = append(s.summary.Failures, Failure{p, e.Err})
		return
	}
	s.summary.Samples++
	if known.iterations == 0 {
		known.iterations = e.Result.Iters
		if turns, ok := e.Result.Value("timings"); ok {
			known.iterations = max(1, int(float64(e.Result.Iters)/turns))
		}
		if p.Workers > 1 && e.Result.GetConfig("program") == GoroutinesProgram && known.iterations < overlay.LeastEach*p.Workers {
			s.summary.Few = append(s.summary.Few, p)
		}
		if _, ok := e.Result.Value(overlay.SetUpUnit); ok {
			s.summary.SetUps = append(s.summary.SetUps, p)
		}
	}
	seconds := math.Log(seconds(e.Result))
	known.all = append(known.all, seconds)
	if !e.pressed() {
		known.clean = append(known.clean, seconds)
	}
}

// seconds is the time of a job by which points are compared.
func seconds(r *benchfmt.Result) float64 {
	if sec, ok := r.Value("undisturbed-sec/op"); ok {
		return sec
	}
	return nsPerOp(r)
}

// iterationsOf is how many jobs a sample of p times: as many as its first
// sample did, or as one copy does.
func (s *sweep) iterationsOf(p Point) int {
	p.Copies = 1
	if known := s.state[p]; known != nil {
		return known.iterations
	}
	return 0
}
