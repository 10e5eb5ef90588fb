package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench"
	"overlap/internal/table"
)

// Plan says which points to measure.
type Plan interface {
	// FixedPoints returns the points that do not depend on measurements.
	FixedPoints() []Point

	// AdaptivePoints is called once, after the pilot rounds, and returns the points that
	// depend on them. best finds, among points that differ in their workers
	// only, the smallest number within 5 % of the fastest.
	AdaptivePoints(best func(same []Point) (Point, bool)) []Point

	// KeyPoints returns the points on which the numbers of the rows rest. Where there
	// is no time to measure all points in every round, these are.
	KeyPoints(best func(same []Point) (Point, bool)) []Point
}

// Config says how a sweep is run. The points that it visits, and their order,
// follow from the plan, the seed and the entries so far, and from nothing else, so
// that a killed run can be continued.
type Config struct {
	Plan    Plan
	Sampler Sampler

	// Past are the entries of the run that this one continues, in their order.
	// They count as if they were measured now.
	Past []Entry

	// Append stores an entry, or those of points that were measured side by side. When it
	// returns, they must be safe: all of them or none. An error ends the sweep.
	Append func(...Entry) error

	// Rounds limits the rounds. Each takes one sample of every point that is not
	// precise yet. 0 means as many as the budget allows.
	Rounds int

	// Budget is how long all visits may take together. A round or a visit that
	// would not fit does not begin, except in the first round; a visit that takes
	// longer than expected is ended. 0 is enough for one round.
	Budget time.Duration

	// Precision is the relative half-width of the 95 % interval of its time, such
	// as 0.02 for ±2 %, at which a point needs no more samples, unless it is
	// compared with a point that needs some. 0 means that every point gets a
	// sample in every round.
	Precision float64

	// Sample is for how long to time the jobs of a point in a block of turns, about.
	Sample time.Duration

	// Seed orders the points within the rounds.
	Seed uint64

	// Quiet, if not nil, is called before the first sample and after every
	// sample under pressure. It may wait for others to leave the CPUs alone, or
	// until ctx ends. The budget does not include that.
	Quiet func(ctx context.Context)

	// Progress, if not nil, is called before every sample.
	Progress func(Progress)
}

// Progress is where a sweep stands.
type Progress struct {
	Done, Total   int // samples; Total may change, it is an estimate
	Round, Rounds int // from 1
	Precise       int // points that need no more samples
	Point         Point
	Left          time.Duration // estimated; 0 until there is an estimate
}

// Summary is what a sweep did, its past included.
type Summary struct {
	Points, Samples, Rounds int
	Precise                 int       // points that are as precise as was asked for
	Missing                 int       // points that the budget had no room for
	Failures                []Failure // in the order of the plan
}

// Failure is a sample that could not be taken.
type Failure struct {
	Point Point
	Err   error
}

// maxFailures is how often a point may fail before the sweep leaves it out. One that
// took a tenth of the budget to fail, as one that hangs does, gets no second try.
const maxFailures = 2

// The last visit may exceed the budget by this share of it, or by minSlack.
const (
	slackShare = 0.05
	minSlack   = time.Second
)

// errSpent says that the budget is spent. It is the cause with which a visit that
// still runs is ended.
var errSpent = errors.New("the budget is spent")

// pilot is the round after which the best numbers of workers are chosen: one
// sample of each point would choose by its noise.
const pilot = 3

// Run sweeps the plan. It returns what was done so far together with an error
// if ctx ends, an entry cannot be stored or the past is not of this plan;
// samples that fail are listed in the summary and do not end the sweep.
func Run(ctx context.Context, c Config) (Summary, error) {
	s := &sweep{
		Config: c,
		points: c.Plan.FixedPoints(),
		state:  map[Point]*state{},
		rng:    rand.New(rand.NewPCG(c.Seed, 0)),
	}
	if InTurns(c.Sampler) {
		s.turner = c.Sampler.(Turner)
	}
	run := s.run
	if s.turner != nil {
		run = s.runTurns
	}
	err := run(ctx)
	if errors.Is(err, errSpent) {
		err = nil
	}
	if err == nil && len(s.Past) > 0 {
		err = fmt.Errorf("%w: it has %s more than the plan", ErrPast, table.Count(len(s.Past), "sample"))
	}
	s.summary.Points = len(s.points)
	s.summary.Precise = s.precise()
	place := map[Point]int{}
	for i, p := range s.points {
		place[p] = i
		if s.state[p] == nil {
			s.summary.Missing++
		}
	}
	// The visits came in random order.
	slices.SortStableFunc(s.summary.Failures, func(a, b Failure) int { return place[a.Point] - place[b.Point] })
	return s.summary, err
}

// ErrPast is the error for a past that is not of the plan.
var ErrPast = errors.New("these are not the samples of this plan")

type sweep struct {
	Config
	turner    Turner // nil if every sample has the machine to itself
	points    []Point
	state     map[Point]*state
	lacking   map[Point]bool    // what points that are not precise are compared with; nil until needed
	completed bool              // Plan.AdaptivePoints has been called
	blocks    int               // of a whole round
	key       map[Point]bool    // Plan.KeyPoints; nil until they are known
	group     func(Point) Point // see groupsOf; of turns only, as the next
	finished  map[Point]bool    // groups that are precise
	every     int               // others are measured in every so many rounds of turns
	short     bool              // a round of all points would not fit into the budget
	awake     bool              // Quiet has been called
	spent     time.Duration
	visits    int
	rng       *rand.Rand
	summary   Summary
	round     int
	rounds    int // expected
}

func (s *sweep) run(ctx context.Context) error {
	if s.Rounds == 0 {
		s.Rounds = math.MaxInt32
	}
	s.rounds = s.Rounds
	for s.round = 1; s.round <= s.rounds && slices.ContainsFunc(s.points, s.wanted); s.round++ {
		if err := s.visit(ctx, s.groups(s.order(s.points))); err != nil {
			return err
		}
		if !s.short {
			s.summary.Rounds = s.round
		}
		s.rounds = min(s.Rounds, s.round+s.roundsLeft())
		if !s.completed && (s.round == pilot || s.round >= s.rounds) {
			s.completed = true
			more := s.Plan.AdaptivePoints(s.best)
			s.points, s.lacking = append(s.points, more...), nil
			if err := s.visit(ctx, s.groups(s.order(more))); err != nil {
				return err
			}
			s.rounds = min(s.Rounds, s.round+s.roundsLeft())
		}
		if s.rounds == s.round && s.round < s.Rounds {
			s.short = true // what is left goes to points that lack samples for a verdict
			s.rounds = min(s.Rounds, s.round+s.roundsLeft())
		}
	}
	return nil
}

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
	entries, err := s.measure(within, group, groups)
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
	b := Block{Points: group, Time: s.blockTime(group, groups), Settle: min(settleTime, s.Sample), Number: s.round, Seed: s.Seed}
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
		return s.idleTime(group) + min(leastBlock, s.Sample*time.Duration(len(group)))
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

// best returns the point with the smallest number of workers that is within 5 %
// of the fastest, by the geometric mean of the rounds so far. It is the smallest,
// because which of several equal points is fastest is chance. Points that failed
// take no part.
func (s *sweep) best(same []Point) (Point, bool) {
	mean := func(p Point) float64 {
		known := s.state[p]
		if known == nil || known.failed > 0 {
			return math.Inf(1)
		}
		return known.mean()
	}
	fastest := math.Inf(1)
	for _, p := range same {
		fastest = min(fastest, mean(p))
	}
	same = slices.SortedFunc(slices.Values(same), func(a, b Point) int { return a.Workers - b.Workers })
	for _, p := range same {
		if m := mean(p); m <= fastest+math.Log(1.05) && !math.IsInf(m, 1) {
			return p, true
		}
	}
	return Point{}, false
}

// ErrInterrupted is the cause with which to cancel a sweep's context when the user
// interrupts it.
var ErrInterrupted = errors.New("interrupted")
