package sweep

import (
	"context"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"

	"overlap/internal/sampling"
)

// runTurns measures blocks, one of each workload in a round. After the first round the
// best numbers of workers are known, and with them the key points.
func (s *sweep) runTurns(ctx context.Context) error {
	if s.Rounds == 0 {
		s.Rounds = math.MaxInt32
	}
	for s.round = 1; s.round <= s.Rounds; s.round++ {
		s.finish()
		s.thin()
		if !slices.ContainsFunc(s.points, s.wanted) {
			return nil
		}
		groups := s.groups(s.order(s.points))
		s.blocks = len(groups)
		if err := s.visit(ctx, groups); err != nil {
			return err
		}
		s.summary.Rounds = s.round
		if s.key == nil {
			more := s.Plan.AdaptivePoints(s.best)
			s.points = append(s.points, more...)
			s.key = map[Point]bool{}
			for _, p := range s.Plan.KeyPoints(s.best, s.slower) {
				s.key[p] = true
			}
			if s.round == s.Rounds && len(more) > 0 { // there is no later round
				s.finish()
				if err := s.visit(ctx, s.groups(s.order(more))); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// leastBlocks is how many blocks of every workload there should be, and leastBlock how long
// the turns of one should take at least.
const (
	leastBlocks = 6
	leastBlock  = 200 * time.Millisecond
)

// blockTime is how long the turns of a block may take: the sample time for each point, or
// less, so that there are enough blocks in the budget. groups is how many are left in this
// round, with this one. The first blocks, of which nothing is known, leave time for later
// ones, which have fewer points.
func (s *sweep) blockTime(group []Point, groups int) time.Duration {
	wanted := s.Sample * time.Duration(len(group))
	if s.Budget <= 0 {
		return wanted
	}
	after := max(0, min(leastBlocks, s.Rounds)-s.round) // rounds
	share := (s.Budget - s.spent) / time.Duration(groups+after*s.blocks)
	return min(wanted, max(leastBlock, share-s.idleTime(group, s.Sample)))
}

// block measures points side by side and says of each how much of the time it took: its
// first turn, and by its processes the rest.
func (s *sweep) block(ctx context.Context, b Block) ([]Entry, error) {
	began := time.Now()
	entries, err := s.turner.Block(ctx, b)
	took := time.Since(began)
	first, later := make([]time.Duration, len(entries)), min(took, b.Time)
	if len(entries) > 0 && entries[0].Turns != nil {
		first, later = entries[0].Turns.First, entries[0].Turns.Later
	}
	idle, processes := took-later, time.Duration(0)
	for i, p := range b.Points[:len(entries)] {
		idle -= first[i]
		processes += time.Duration(p.Copies)
	}
	for i := range entries {
		e, share := &entries[i], time.Duration(b.Points[i].Copies)
		e.Idle = first[i] + idle*share/processes
		e.Took, e.Rest = e.Idle+later*share/processes, len(entries)-i-1
	}
	return entries, err
}

// idleTime is how long blocks of these points take besides the turns that there is time
// for: to start their processes, for a first turn of each, and to end them. unknown is that
// of a point that had no block yet.
func (s *sweep) idleTime(points []Point, unknown time.Duration) (total time.Duration) {
	for _, p := range points {
		if known := s.state[p]; known != nil {
			total += known.idle
		} else {
			total += unknown
		}
	}
	return total
}

// jobsOf is how many jobs of p are timed at once; 0 if that is not known. Copies have as
// many as one of them.
func (s *sweep) jobsOf(p Point) int {
	if p.Slices > 1 {
		p.Copies = 1
	}
	if known := s.state[p]; known != nil {
		return known.iterations
	}
	return 0
}

// The points of a row that are not key points are measured in every leastEvery-th round,
// or in fewer if there is no time to start their processes, and in the first.
const (
	leastEvery = 3
	mostEvery  = 64
)

// thin decides in how many rounds points are measured that are not key points.
func (s *sweep) thin() {
	s.every = leastEvery
	if s.turner == nil || s.key == nil || s.Budget <= 0 {
		return
	}
	rounds := max(1, min(leastBlocks, s.Rounds)-s.round+1)
	most := 2 * (s.Budget - s.spent) / time.Duration(3*rounds)
	var key, others time.Duration
	for _, p := range s.points {
		if s.key[p] {
			key += s.idleTime([]Point{p}, 0)
		} else {
			others += s.idleTime([]Point{p}, 0)
		}
	}
	for s.every < mostEvery && key+others/time.Duration(s.every) > most {
		s.every *= 2
	}
}

// inTurn reports whether a point is measured in this round that is not in every one. Points
// that are compared for a gain from cores, or for a ceiling, are in the same rounds.
func (s *sweep) inTurn(p Point) bool {
	first := slices.IndexFunc(s.points, func(q Point) bool { return q.onAnyCores() == p.onAnyCores() })
	return (first+s.round)%max(1, s.every) == 0
}

// manyBlocks is how many blocks there are before a workload is found to be precise. With
// few, the interval is narrow by chance now and then, and who stops there has too many
// intervals that do not hold the truth.
const manyBlocks = 12

// finish finds the groups that are precise: all their key points are known to within the
// precision, compared with the first of them, which may be that of one worker on one core.
func (s *sweep) finish() {
	s.group, s.finished = groupsOf(s.points), map[Point]bool{}
	if s.Precision <= 0 {
		return
	}
	members := map[Point][]*state{}
	for _, p := range s.points {
		if known := s.state[p]; s.key[p] && known != nil && known.failed < maxFailures {
			members[s.group(p)] = append(members[s.group(p)], known)
		}
	}
	for group, all := range members {
		s.finished[group] = !slices.ContainsFunc(all, func(k *state) bool {
			if len(k.all) < manyBlocks || len(k.all) != len(all[0].all) {
				return true
			}
			quotients := slices.Clone(k.all)
			floats.Sub(quotients, all[0].all)
			return sampling.HalfWidth(quotients) > math.Log1p(s.Precision)
		})
	}
}

// InTurns reports whether a sweep with this sampler measures points side by side.
func InTurns(s Sampler) bool {
	t, ok := s.(Turner)
	return ok && t.TakesTurns()
}
