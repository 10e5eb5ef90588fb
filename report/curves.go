package report

import "math"

// Line is throughput against workers at one parallelism.
type Line struct {
	P      int
	Points []LinePoint

	// Residence D+Z is the seconds that one worker on one core needs for a
	// job, waiting included; Demand D is the CPU seconds of a job. They bound
	// the throughput: X(w) ≤ min(w/(D+Z), p/D) (operational analysis, Denning
	// and Buzen 1978). D is the least of all points on one core, because a
	// core that is never idle saves wake-ups: netecho needs a sixth of the CPU
	// time at 64 workers that it needs at one. NaN if not measured.
	Residence, Demand float64
}

// LinePoint is the throughput at one number of workers.
type LinePoint struct {
	Workers    int      `json:"workers"`    // tasks in progress at once
	Throughput Interval `json:"throughput"` // jobs per second
}

// Bound is the highest throughput that w workers could reach.
func (l Line) Bound(w float64) float64 {
	return min(w/l.Residence, float64(l.P)/l.Demand)
}

func (d survey) line(base, first Point, l level) Line {
	t11, _ := d.series(first)
	line := Line{P: l.p(), Residence: t11.mean()}
	line.Demand = d.demand(base, level{first.Cores, first.Procs})
	for _, w := range d.workersAt(base, l) {
		s, _ := d.series(base.at(w, l))
		line.Points = append(line.Points, LinePoint{w, throughput(s)})
	}
	return line
}

// demand is the least CPU seconds of a job over the workers at a level.
func (d survey) demand(base Point, l level) float64 {
	least := math.NaN()
	for _, w := range d.workersAt(base, l) {
		p := base.at(w, l)
		times, _ := d.series(p)
		used := times.mean() * d.mean(p, func(s Sample) float64 { return s.CPUsBusy })
		if used > 0 && !(used >= least) {
			least = used
		}
	}
	return least
}

// gains are those of a number of workers, in the rounds that the three points
// which they rest on share: one worker on one core, these workers there, and
// these workers on all cores.
type gains struct {
	workers                           int
	one, single                       series // of the points on one core
	concurrency, parallelism, speedup Interval
}

func (d survey) gains(base, first Point, workers int, levels []level) gains {
	one, _ := d.series(first)
	single, _ := d.series(base.at(workers, levels[0]))
	most, _ := d.series(base.at(workers, levels[len(levels)-1]))
	of := sameRounds(one, single, most)
	g := gains{workers: workers, one: of[0], single: of[1], concurrency: unknown}
	if workers > 0 {
		g.concurrency = ratio(of[0], of[1], 1)
	}
	g.parallelism, g.speedup = ratio(of[1], of[2], 1), ratio(of[0], of[2], 1)
	return g
}

// scaling is the gain of the workers by parallelism, and how many of them the
// point on one core has that it is over: see Row.FromCores.
func (d survey) scaling(base Point, g gains, levels []level) (all []Scaled, single int) {
	over, single := g.single, g.workers
	if hurts(g.concurrency) {
		over, single = g.one, 1
	}
	for _, l := range levels {
		times, _ := d.series(base.at(g.workers, l))
		if len(times) == 0 {
			continue
		}
		s := Scaled{P: l.p(), Gain: exact(1), Ceiling: d.ceiling(base, l.p())}
		if s.P > 1 {
			s.Gain = quotient(over, times)
		}
		all = append(all, s)
	}
	return all, single
}

// ceiling is H(p) = p·t₁/t_p; unknown if it was not measured.
func (d survey) ceiling(base Point, p int) Interval {
	if p == 1 {
		return exact(1)
	}
	alone, together, ok := d.ceilingPoints(base, p)
	if !ok {
		return unknown
	}
	t1, _ := d.series(alone)
	tp, _ := d.series(together)
	return quotient(t1, tp).scaled(float64(p))
}

// ceilingPoints are a slice of a p-th of the job, alone and p of them at once.
// A benchmark that is not of the suite does not come in slices: its are one and
// p copies of the whole. There are none of one core.
func (d survey) ceilingPoints(base Point, p int) (alone, together Point, ok bool) {
	if p == 1 {
		return alone, together, false
	}
	if base.Executor == "" {
		return d.copies(base, p)
	}
	base.Slices = p
	for _, q := range d.helpers(base) {
		switch q.Copies {
		case 1:
			alone = q
		case p:
			together = q
		}
	}
	return alone, together, d.count(alone) > 0 && d.count(together) > 0
}

func (d survey) copies(base Point, p int) (alone, together Point, ok bool) {
	base.Copies = p
	for _, l := range d.levels(base) {
		for _, w := range d.workersAt(base, l) {
			together = base.at(w, l)
			alone = together
			alone.Copies = 1
			if d.count(alone) > 0 {
				return alone, together, true
			}
		}
	}
	return Point{}, Point{}, false
}

// Knee is the number of workers at which the bounds of the line meet,
// w* = p(D+Z)/D (Denning and Buzen, 1978): below it more workers overlap more
// waiting, beyond it they only queue.
func (l Line) Knee() float64 { return float64(l.P) * l.Residence / l.Demand }
