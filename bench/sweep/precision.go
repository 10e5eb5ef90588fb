package sweep

import (
	"math"
	"time"

	"gonum.org/v1/gonum/stat"

	"overlap/bench"
	"overlap/internal/sampling"
)

// state is what a sweep knows of a point.
type state struct {
	iterations int           // of the first sample, kept for all others; of a turn, where there are turns
	idle       time.Duration // of the last block, without turns
	visits     int
	failed     int
	took       time.Duration // of all visits
	all        []float64     // logarithms of the samples' times
	clean      []float64     // of the samples that were not under pressure
}

func (k *state) mean() float64 { return stat.Mean(k.all, nil) }

// spread is how wide the 95 % interval of the time is, as the logarithm of the
// factor between the middle and an end. The report draws the same interval. Samples
// under pressure do not count: they are precise about what the neighbours did.
func (k *state) spread() float64 {
	if len(k.clean) < sampling.MinSamples {
		return math.Inf(1)
	}
	return sampling.HalfWidth(k.clean)
}

// need estimates how many more samples make a point precise.
func (k *state) need(precision float64) int {
	n := float64(len(k.clean))
	if n < 3 {
		return sampling.MinSamples
	}
	ratio := 2 * stat.StdDev(k.clean, nil) / math.Log1p(precision)
	return int(max(sampling.MinSamples-n, math.Ceil(ratio*ratio-n), 1))
}

// isPrecise reports whether p needs no more samples.
func (s *sweep) isPrecise(p Point) bool {
	known := s.state[p]
	if s.turner != nil {
		return s.key[p] && s.finished[s.group(p)]
	}
	return s.Precision > 0 && known != nil && known.spread() <= math.Log1p(s.Precision)
}

func (s *sweep) precise() (n int) {
	for _, p := range s.points {
		if s.isPrecise(p) {
			n++
		}
	}
	return n
}

// wanted reports whether the sweep still visits p. A sweep ends when it wants no
// point.
func (s *sweep) wanted(p Point) bool {
	known := s.state[p]
	if known == nil {
		return !s.short
	}
	if s.turner != nil {
		return known.failed < maxFailures && (s.key == nil || !s.finished[s.group(p)] && (s.key[p] || s.inTurn(p)))
	}
	enough := s.short && len(known.clean) >= sampling.MinSamples
	return known.failed < maxFailures && !enough && (!s.isPrecise(p) || s.awaited(p))
}

// awaited reports whether a point that is not precise yet will be compared with
// p. The report compares points only in rounds that have both, because the machine
// differs from round to round: without p, more samples of that point are useless.
func (s *sweep) awaited(p Point) bool {
	if s.lacking == nil {
		s.lacking = map[Point]bool{}
		for _, q := range s.points {
			known := s.state[q]
			if s.isPrecise(q) || known != nil && known.failed >= maxFailures {
				continue
			}
			s.lacking[q.onAnyCores()] = true
			if q.Slices <= 1 && q.Copies == 1 {
				s.lacking[q.ofAnyWorkers(q.Executor)] = true
				s.lacking[q.ofAnyWorkers(bench.SerialExecutor)] = true
			}
		}
	}
	one := p.Workers <= 1 && Level{p.Cores, p.Procs}.parallelism() == 1 && p.Slices <= 1
	return s.lacking[p.onAnyCores()] || one && s.lacking[p.ofAnyWorkers(p.Executor)]
}

// onAnyCores returns the same key for points that are compared for a gain from cores, or
// for a ceiling: they have the same workers.
func (p Point) onAnyCores() Point {
	p.Cores, p.Procs, p.Copies = 0, 0, 0
	return p
}

// ofAnyWorkers returns the same key for the points under an executor that are compared
// with one worker on one core, or with the serial program.
func (p Point) ofAnyWorkers(executor string) Point {
	p = p.onAnyCores()
	p.Executor, p.Workers = executor, -1
	return p
}

// roundTime estimates how long a round of the wanted points takes, by their visits so
// far. The first visit to a point calibrates and takes longer, so the estimate is a
// little high at first.
func (s *sweep) roundTime() (total time.Duration) {
	unknown := 0
	for _, p := range s.points {
		if !s.wanted(p) {
			continue
		}
		if s.state[p] != nil {
			total += s.expected(p)
		} else {
			unknown++
		}
	}
	return total + s.spent*time.Duration(unknown)/time.Duration(max(s.visits, 1))
}

// roundsLeft is how many rounds still fit into the budget.
func (s *sweep) roundsLeft() int {
	return int(max(0, s.Budget-s.spent) / max(s.roundTime(), 1))
}

// progress estimates what is left: rounds until the budget is spent, or fewer
// if the points will be precise before.
func (s *sweep) progress(p Point, leftInRound int) Progress {
	g := Progress{
		Done:    s.summary.Samples + len(s.summary.Failures),
		Round:   s.round,
		Rounds:  s.rounds,
		Precise: s.precise(),
		Point:   p,
	}
	wanted := 0
	for _, q := range s.points {
		if s.wanted(q) {
			wanted++
		}
	}
	if s.turner != nil {
		if g.Rounds = max(s.round, min(leastBlocks, s.Rounds)); g.Done == 0 {
			g.Rounds = 1
		}
		g.Total = g.Done + leftInRound + (g.Rounds-s.round)*wanted
		g.Left = s.Budget - s.spent
		return g
	}
	round := s.roundTime()
	switch {
	case g.Done == 0:
		g.Rounds = 1 // how many there will be is not known yet
	case s.round == 1:
		g.Rounds = min(s.Rounds, max(1, int(s.Budget/max(round, 1))))
	}
	if s.Precision > 0 && s.round > pilot {
		g.Rounds = min(g.Rounds, s.round+s.needed())
	}
	g.Total = g.Done + leftInRound + (g.Rounds-s.round)*wanted
	g.Left = time.Duration(float64(round) * float64(g.Total-g.Done) / float64(max(wanted, 1)))
	return g
}

// needed estimates how many rounds make every point precise.
func (s *sweep) needed() (rounds int) {
	for _, p := range s.points {
		if known := s.state[p]; known != nil && s.wanted(p) {
			rounds = max(rounds, known.need(s.Precision))
		}
	}
	return rounds
}
