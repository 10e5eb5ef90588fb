package analyse

import (
	"math"

	"overlap/internal/interval"
	"overlap/report/law"
	"overlap/report/load"
)

// Line is throughput against workers at one parallelism.
type Line struct {
	P      int
	Points []LinePoint

	// Residence D+Z is the seconds that one worker on one core needs for a job,
	// waiting included; Demand D is the CPU seconds of a job. They bound the
	// throughput: X(w) ≤ min(w/(D+Z), p/D) (operational analysis, Denning and
	// Buzen 1978). D is the smallest of all points on one core, because a busy
	// core saves wake-ups: at 64 workers, netecho needs a sixth of the CPU time
	// that it needs at one. NaN if not measured.
	Residence, Demand float64
}

// LinePoint is the throughput at one number of workers.
type LinePoint struct {
	Workers    int               `json:"workers"`    // tasks in progress at once
	Throughput interval.Interval `json:"throughput"` // jobs per second
}

// MaxThroughput is the highest throughput that w workers could reach.
func (l Line) MaxThroughput(w float64) float64 {
	return min(w/l.Residence, float64(l.P)/l.Demand)
}

// Knee is the number of workers at which the bounds of the line meet,
// w* = p(D+Z)/D (Denning and Buzen, 1978): below it more workers overlap more
// waiting, beyond it they only queue.
func (l Line) Knee() float64 { return float64(l.P) * l.Residence / l.Demand }

func (s survey) line(l load.Level) Line {
	line := Line{P: l.P(), Residence: math.NaN(), Demand: s.demand()}
	if s.lowest().P() == 1 {
		line.Residence = s.times(s.base.At(1, s.lowest())).Mean()
	}
	for _, w := range s.workers(l) {
		line.Points = append(line.Points, LinePoint{w, interval.Throughput(s.times(s.base.At(w, l)))})
	}
	return line
}

// demand returns the smallest CPU seconds of a job at the lowest level; NaN if not
// measured.
func (s survey) demand() float64 {
	least := math.NaN()
	for _, w := range s.workers(s.lowest()) {
		p := s.base.At(w, s.lowest())
		used := s.times(p).Mean() * s.Mean(p, func(s load.Sample) float64 { return s.CPUsBusy })
		if used > 0 && !(used >= least) {
			least = used
		}
	}
	return least
}

// gains holds the gains of a number of workers, over the rounds that measured all three
// points: one worker on one core, these workers there, and on all cores.
type gains struct {
	workers                           int
	one, single                       interval.Series // of the two points on one core
	concurrency, parallelism, speedup interval.Interval
}

func (s survey) gains(workers int) gains {
	times := interval.SameRounds(s.times(s.first), s.times(s.base.At(workers, s.lowest())), s.times(s.base.At(workers, s.highest())))
	one, single, all := times[0], times[1], times[2]
	g := gains{workers, one, single, interval.Unknown, interval.RatioOfCut(single, all, 1), interval.RatioOfCut(one, all, 1)}
	if workers > 0 {
		g.concurrency = interval.RatioOfCut(one, single, 1)
	}
	return g
}

// scaling returns the gain by parallelism, see Row.FromCores, and the workers of
// the point on one core that it is over.
func (s survey) scaling(g gains) (all []law.GainAt, single int) {
	over, single := g.single, g.workers
	if Hurts(g.concurrency) {
		over, single = g.one, 1
	}
	all = s.gainsOver(over, func(load.Level) int { return g.workers })
	for i := range all {
		all[i].Ceiling = s.ceiling(all[i].P)
	}
	return all, single
}

// gainsOver returns the gain over a point on one core, with workers(l) at each level.
func (s survey) gainsOver(one interval.Series, workers func(load.Level) int) (all []law.GainAt) {
	for _, l := range s.levels {
		times := s.times(s.base.At(workers(l), l))
		if len(times) == 0 {
			continue
		}
		gain := interval.Exact(1)
		if l.P() > 1 {
			gain = interval.Quotient(one, times)
		}
		all = append(all, law.GainAt{P: l.P(), Gain: gain, Ceiling: interval.Unknown})
	}
	return all
}

// ceiling is H(p) = p·t₁/t_p; unknown if it was not measured.
func (s survey) ceiling(p int) interval.Interval {
	if p == 1 {
		return interval.Exact(1)
	}
	points := s.ceilingPoints(p)
	if points == nil {
		return interval.Unknown
	}
	return interval.Quotient(s.times(points[0]), s.times(points[1])).Times(float64(p))
}

// ceilingPoints returns a slice of a p-th of the job, measured alone and with p of
// them at once; nil if not measured, or if p is 1. A benchmark that is not of the
// suite has no slices: its points are one and p copies of the whole.
func (s survey) ceilingPoints(p int) []load.Point {
	base := s.base
	switch {
	case p == 1:
		return nil
	case base.Executor == "":
		return s.copies(p)
	}
	var alone, together load.Point
	base.Slices = p
	for _, q := range s.Helpers(base) {
		switch q.Copies {
		case 1:
			alone = q
		case p:
			together = q
		}
	}
	if s.Count(alone) == 0 || s.Count(together) == 0 {
		return nil
	}
	return []load.Point{alone, together}
}

// copies returns the first point that was measured alone and as p copies at once.
func (s survey) copies(p int) []load.Point {
	base := s.base
	base.Copies = p
	for _, together := range newSurvey(s.Data, base).points() {
		alone := together
		alone.Copies = 1
		if s.Count(alone) > 0 {
			return []load.Point{alone, together}
		}
	}
	return nil
}
