package sweep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

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
	// is no time to measure all points in every round, these are. slower reports whether a
	// point was clearly slower than another one.
	KeyPoints(best func(same []Point) (Point, bool), slower func(p, than Point) bool) []Point
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

	// Alike are CPUs among which points of one CPU are moved between their turns.
	Alike []int

	// Seed orders the points within the rounds.
	Seed uint64

	// Quiet, if not nil, is called before the first sample and after every
	// sample under pressure. It may wait for others to leave the CPUs alone, or
	// until ctx ends. The budget does not include that.
	Quiet func(ctx context.Context)

	// Quota, if not nil, returns how many CPUs' worth of time this process may use now, 0
	// for no limit. A sample for which it is not what it was when the sweep began fails if
	// it needs more CPUs than either allows.
	Quota func() float64

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
	Disturbed               Disturbed // turns that were measured, not those of the past
	Few                     []Point   // with few operations for each goroutine of RunParallel
	SetUps                  []Point   // of which set-up on the timer is more than a small part
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
		patience: mostPatience,
		Config:   c,
		points:   c.Plan.FixedPoints(),
		state:    map[Point]*state{},
		rng:      rand.New(rand.NewPCG(c.Seed, 0)),
	}
	if InTurns(c.Sampler) {
		s.turner = c.Sampler.(Turner)
	}
	if c.Quota != nil {
		s.quota = c.Quota()
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
	patience  time.Duration     // of blocks, with other programs
	group     func(Point) Point // see groupsOf; of turns only, as the next
	finished  map[Point]bool    // groups that are precise
	every     int               // others are measured in every so many rounds of turns
	short     bool              // a round of all points would not fit into the budget
	awake     bool              // Quiet has been called
	quota     float64           // when the sweep began
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

// best returns the point with the smallest number of workers that is within 5 %
// of the fastest, by the geometric mean of the rounds so far. It is the smallest,
// because which of several equal points is fastest is chance. Points that failed
// take no part.
func (s *sweep) best(same []Point) (Point, bool) {
	fastest := math.Inf(1)
	for _, p := range same {
		fastest = min(fastest, s.mean(p))
	}
	same = slices.SortedFunc(slices.Values(same), func(a, b Point) int { return a.Workers - b.Workers })
	for _, p := range same {
		if m := s.mean(p); m <= fastest+math.Log(1.05) && !math.IsInf(m, 1) {
			return p, true
		}
	}
	return Point{}, false
}

// slower reports whether p takes at least 15 % longer than another point, which is more than
// one block of a quiet machine errs by. A point that failed does.
func (s *sweep) slower(p, than Point) bool { return s.mean(p) > s.mean(than)+math.Log(1.15) }

// mean is the logarithm of a point's time by the rounds so far, infinite if it failed.
func (s *sweep) mean(p Point) float64 {
	known := s.state[p]
	if known == nil || known.failed > 0 {
		return math.Inf(1)
	}
	return known.mean()
}

// ErrInterrupted is the cause with which to cancel a sweep's context when the user
// interrupts it.
var ErrInterrupted = errors.New("interrupted")
