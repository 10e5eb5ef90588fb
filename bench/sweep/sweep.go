package sweep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/perf/benchfmt"
)

// Config says how a sweep is run.
type Config struct {
	Grid    Grid
	Sampler Sampler

	// Append stores a sample. When it returns, the sample must be safe. An
	// error ends the sweep.
	Append func(*benchfmt.Result) error

	// Rounds is the most rounds to run; every round takes one sample of every
	// point. 0 means as many as the budget allows.
	Rounds int

	// Budget is how long the sweep may take. A round that would not fit is
	// not begun; the first one always is.
	Budget time.Duration

	// Seed orders the points within the rounds.
	Seed uint64

	// Progress, if not nil, is told before every sample.
	Progress func(Progress)
}

// Progress is where a sweep stands.
type Progress struct {
	Done, Total   int // samples; Total may change, it is an estimate
	Round, Rounds int // from 1
	Point         Point
	Left          time.Duration // estimated; 0 until there is an estimate
}

// Summary is what a sweep did.
type Summary struct {
	Points, Samples, Rounds int
	Failures                []Failure
}

// Failure is a sample that could not be taken.
type Failure struct {
	Point Point
	Err   error
}

// strikes is how often a point may fail before the sweep leaves it out.
const strikes = 2

// pilot is the round after which the best numbers of workers are chosen: one
// sample of each point would choose by its noise.
const pilot = 3

// Run sweeps the grid. It returns what was done so far together with an error
// if ctx ends or a sample cannot be stored; samples that fail are listed in the
// summary and do not end the sweep.
func Run(ctx context.Context, c Config) (Summary, error) {
	s := &sweep{
		Config:     c,
		points:     c.Grid.Lines(),
		iterations: map[Point]int{},
		logs:       map[Point]float64{},
		failed:     map[Point]int{},
		start:      time.Now(),
		rng:        rand.New(rand.NewPCG(c.Seed, 0)),
	}
	err := s.run(ctx)
	s.summary.Points = len(s.points)
	return s.summary, err
}

type sweep struct {
	Config
	points     []Point
	iterations map[Point]int     // of the first sample, kept for all others
	logs       map[Point]float64 // sums of the logarithms of the pilot samples' times
	completed  bool              // the parallelism lines are in points
	failed     map[Point]int
	start      time.Time
	rng        *rand.Rand
	summary    Summary
	round      int
	rounds     int // expected
	lastRound  time.Duration
}

func (s *sweep) run(ctx context.Context) error {
	if s.Rounds == 0 {
		s.Rounds = math.MaxInt32
	}
	s.rounds = s.Rounds
	for s.round = 1; s.round <= s.rounds && slices.ContainsFunc(s.points, s.alive); s.round++ {
		began := time.Now()
		if err := s.visit(ctx, s.order(s.points)); err != nil {
			return err
		}
		s.summary.Rounds = s.round
		s.lastRound = time.Since(began)
		s.rounds = min(s.Rounds, s.round+s.roundsLeft())
		if !s.completed && (s.round == pilot || s.round >= s.rounds) {
			s.completed = true
			more := s.complete()
			s.points = append(s.points, more...)
			if err := s.visit(ctx, s.order(more)); err != nil {
				return err
			}
			s.lastRound = time.Since(began)
			s.rounds = min(s.Rounds, s.round+s.roundsLeft())
		}
	}
	return nil
}

// roundsLeft is how many rounds still fit into the budget.
func (s *sweep) roundsLeft() int {
	return int(max(0, s.Budget-time.Since(s.start)) / max(s.lastRound, 1))
}

// order shuffles the points. In the first round several copies come after
// everything else, because they run as many jobs as one copy was found to need.
func (s *sweep) order(points []Point) []Point {
	points = slices.Clone(points)
	s.rng.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	if s.round == 1 {
		slices.SortStableFunc(points, func(a, b Point) int { return min(a.Copies, 2) - min(b.Copies, 2) })
	}
	return points
}

// alive reports whether the sweep still visits p. A sweep with nothing left to
// visit ends; it would else go round and round until its budget is spent.
func (s *sweep) alive(p Point) bool { return s.failed[p] < strikes }

func (s *sweep) visit(ctx context.Context, points []Point) error {
	for i, p := range points {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !s.alive(p) {
			continue
		}
		if s.Progress != nil {
			s.Progress(s.progress(p, len(points)-i))
		}
		if err := s.sample(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweep) sample(ctx context.Context, p Point) error {
	r, err := s.Sampler.Sample(ctx, p, s.iterationsOf(p))
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx) // the sample was ended, it did not fail
		}
		s.failed[p]++
		s.summary.Failures = append(s.summary.Failures, Failure{p, err})
		return nil
	}
	setConfig(r, "seed", fmt.Sprint(s.Seed))
	if err := s.Append(r); err != nil {
		return fmt.Errorf("store sample: %w", err)
	}
	s.summary.Samples++
	if _, known := s.iterations[p]; !known {
		s.iterations[p] = r.Iters
	}
	if !s.completed {
		s.logs[p] += math.Log(nsPerOp(r))
	}
	return nil
}

// iterationsOf is how many jobs a sample of p times: as many as its first
// sample did, or as one copy does.
func (s *sweep) iterationsOf(p Point) int {
	if p.Copies > 1 {
		alone := p
		alone.Copies = 1
		return max(1, s.iterations[alone])
	}
	return s.iterations[p]
}

// complete returns the points of the parallelism lines, at the numbers of
// workers that the pilot rounds found best.
func (s *sweep) complete() []Point {
	var more []Point
	for _, f := range s.Grid.forms() {
		for _, x := range s.Grid.Executors {
			if workers, ok := s.best(s.Grid.point(f, x, 1, s.Grid.Levels[len(s.Grid.Levels)-1])); ok {
				more = append(more, s.Grid.Best(f.Workload, f.variant, x, workers)...)
			}
		}
	}
	return more
}

// best returns the smallest number of workers that is within 5 % of the
// fastest at the level of p, by the geometric mean of the rounds so far. The
// smallest, because the fastest of several equal ones is chance. A point that
// failed takes no part: it has fewer samples.
func (s *sweep) best(p Point) (workers int, ok bool) {
	mean := func(w int) float64 {
		p.Workers = w
		sum, known := s.logs[p]
		if !known || s.failed[p] > 0 {
			return math.Inf(1)
		}
		return sum / float64(s.round)
	}
	fastest := math.Inf(1)
	for _, w := range s.Grid.Workers {
		fastest = min(fastest, mean(w))
	}
	for _, w := range s.Grid.Workers {
		if m := mean(w); m <= fastest+math.Log(1.05) && !math.IsInf(m, 1) {
			return w, true
		}
	}
	return 0, false
}

// progress estimates what is left. Until the first round has ended it takes the
// pace of the samples so far for that of all.
func (s *sweep) progress(p Point, leftInRound int) Progress {
	g := Progress{
		Done:   s.summary.Samples + len(s.summary.Failures),
		Round:  s.round,
		Rounds: s.rounds,
		Point:  p,
	}
	round := s.lastRound
	if round == 0 && g.Done > 0 {
		round = time.Since(s.start) * time.Duration(len(s.points)) / time.Duration(g.Done)
		g.Rounds = min(s.Rounds, max(1, int(s.Budget/max(round, 1))))
	} else if round == 0 {
		g.Rounds = 1 // how many there will be is not known yet
	}
	g.Total = g.Done + leftInRound + (g.Rounds-s.round)*len(s.points)
	g.Left = time.Duration(float64(round) * float64(g.Total-g.Done) / float64(len(s.points)))
	return g
}

// ErrInterrupted is the cause to cancel a sweep's context with when a person
// asked for it.
var ErrInterrupted = errors.New("interrupted")
