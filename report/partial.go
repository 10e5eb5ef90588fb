package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
)

// What a file lacks for both gains, it may have for one of them, or for a curve:
// of numbers of workers without 1 the gain from cores, and of one GOMAXPROCS what
// more workers bring there.

// partialRow is what can be said of a row without one worker on one core; it
// fails where that is nothing.
func (d survey) partialRow(base Point) (Row, error) {
	if r, ok := d.withoutOneWorker(base); ok {
		return r, nil
	}
	if r, ok := d.workersOnly(base); ok {
		return r, nil
	}
	return Row{}, d.noBaseline(base)
}

// newRow is a row in which nothing is known but what it is called.
func (d survey) newRow(base Point, p int) Row {
	return Row{
		base:     base,
		Workload: base.Workload,
		Package:  base.Package,
		Kind:     d.Kinds[base.Workload],
		Executor: base.Executor,
		Size:     base.Size,
		Variant:  base.Variant,
		Weak:     base.Weak,
		Column:   base.Column,
		P:        p,
		place:    d.place(base),
		swept:    d.swept(),
		nominal:  nominal(!d.bound(base)),

		Concurrency: unknown, Parallelism: unknown, Speedup: unknown, Ceiling: unknown, OverSerial: unknown, Worst: unknown, crowded: unknown,
		Cost: math.NaN(), Fairness: math.NaN(),
	}
}

// withoutOneWorker is the gain from cores of workers that can use them all. With
// fewer workers than cores some of these have no task, so that levels are left
// out at which no number of workers was measured that is enough for them.
func (d survey) withoutOneWorker(base Point) (r Row, ok bool) {
	levels := d.levels(base)
	one, last := levels[0], levels[len(levels)-1]
	single := d.workersAt(base, one)
	enough := func(l level) (times map[int]series) {
		times = d.timesAt(base, l)
		for w := range times {
			if w < l.p() || !slices.Contains(single, w) {
				delete(times, w)
			}
		}
		return times
	}
	levels = slices.DeleteFunc(slices.Clone(levels), func(l level) bool { return len(enough(l)) == 0 })
	if one.p() > 1 || len(levels) < 2 {
		return r, false
	}
	most := levels[len(levels)-1]
	r = d.newRow(base, most.p())
	r.Workers, _ = fewest(enough(most), 1/almost, anyWorkers)
	w1, wp := base.at(r.Workers, one), base.at(r.Workers, most)
	r.gains = d.gains(base, w1, r.Workers, levels)
	r.gains.concurrency = unknown
	r.Parallelism, r.WorstWorkers = r.gains.parallelism, r.Workers
	r.Ceiling = d.ceiling(base, r.P)
	r.Inflight = d.meanInterval(wp, func(s Sample) float64 { return s.Inflight })
	r.CPUsBusy = d.meanInterval(wp, func(s Sample) float64 { return s.CPUsBusy })
	d.countSamples(&r, w1, levels)
	r.warn("not measured with 1 worker, so that what workers bring is unknown")
	if last != most {
		r.warn(fmt.Sprintf("%s left out: at most %s measured there", r.On(last.p()), table.Count(slices.Max(d.workersAt(base, last)), "worker")))
	}
	for _, l := range []level{one, most} {
		r.Lines = append(r.Lines, d.line(base, base.at(1, one), l))
	}
	r.Scaling, _ = d.scaling(base, r.gains, levels)
	r.Latencies = d.latencies(base, levels)
	r.Advice = d.advice(base, levels)
	// What cores bring is judged as if the benchmark decided how many workers it
	// has; then the gain from cores is all that is known.
	r.Speedup, r.Worst = r.Parallelism, r.Parallelism
	r.judgeGains()
	r.Speedup, r.Worst = unknown, unknown
	return r, true
}

// workersOnly is the curve of workers at the GOMAXPROCS at which most numbers of
// them were measured, the highest of several.
func (d survey) workersOnly(base Point) (r Row, ok bool) {
	var at level
	var all []int
	for _, l := range d.levels(base) {
		if list := d.workersAt(base, l); len(list) >= len(all) {
			at, all = l, list
		}
	}
	if len(all) < 2 {
		return r, false
	}
	r = d.newRow(base, at.p())
	times := d.timesAt(base, at)
	r.Workers, _ = fewest(times, 1/almost, anyWorkers)
	r.only = at
	few := base.at(all[0], at)
	for _, w := range all {
		if x := quotient(times[r.Workers], times[w]); w >= r.Workers && !(x.Value >= r.Worst.Value) {
			r.Worst, r.WorstWorkers = x, w
		}
	}
	r.Samples = d.count(few)
	d.countSamples(&r, few, []level{at})
	r.Lines = []Line{d.line(base, few, at)}
	r.Lines[0].Residence = math.NaN() // on one core it is unknown
	r.Latencies = d.latencies(base, []level{at})
	r.judgeWorkers(times, all, d.lacking(base))
	return r, true
}

// judgeWorkers gives a row of workers only its class and verdict, given the times
// of its numbers of workers, which ascend, and what is lacking for the gains.
func (r *Row) judgeWorkers(times map[int]series, all []int, lacking string) {
	few, where := all[0], r.Under(r.P)
	gain, rival, most := quotient(times[few], times[r.Workers]), unknown, 0
	for _, w := range all[1:] {
		if x := quotient(times[few], times[w]); !(x.High <= rival.High) {
			rival, most = x, w
		}
	}
	r.Class = WorkersOnly
	switch {
	case r.Samples < minSpread:
		r.Class = Undecided
		r.Verdict = fmt.Sprintf("%s: %s no interval; %d would tell (%s)", r.Class, r.samplesHave(), sampling.MinSamples, longer(r.swept, sampling.MinSamples))
		return
	case helps(gain):
		r.Verdict = fmt.Sprintf("%s: %d bring %s× the throughput of %d %s%s", r.Class, r.Workers, gain, few, where, r.knee())
		if hurts(r.Worst) && r.WorstWorkers > r.Workers {
			r.Verdict += fmt.Sprintf("; %d run at %s× that of %d", r.WorstWorkers, r.Worst, r.Workers)
		}
	case r.Workers == few && hurts(r.Worst):
		r.Verdict = fmt.Sprintf("%s: %d run at %s× the throughput of %d %s", r.Class, r.WorstWorkers, r.Worst, few, where)
	case rival.High < negligible:
		r.Verdict = fmt.Sprintf("%s: more than %d bring nothing %s: %d run at %s×", r.Class, few, where, most, rival)
	default:
		r.Class = Undecided
		r.Verdict = fmt.Sprintf("%s: too noisy: %d run at %s× the throughput of %d %s; %s", r.Class, most, rival, few, where, remedy(r.swept, r.Samples, rival, distance(rival)))
	}
	r.Verdict += "; for the two gains measure " + lacking + ", too"
	if r.Samples < sampling.MinSamples {
		r.Verdict += fmt.Sprintf(" (provisional: %d of %d samples)", r.Samples, sampling.MinSamples)
	}
}

// knee is where the line on which each worker brings as much as the first ones
// meets the highest throughput: the bounds of operational analysis (Denning and
// Buzen, 1978) as far as throughput alone tells them. Where the curve levels off
// after the last number but one, nothing shows that throughput.
func (r Row) knee() string {
	if len(r.Lines) == 0 {
		return ""
	}
	points := r.Lines[len(r.Lines)-1].Points
	n := len(points)
	for i, p := range points {
		if p.Workers != r.Workers || i == 0 {
			continue
		}
		first, before := points[0], points[i-1]
		gained := p.Throughput.Value / before.Throughput.Value * float64(before.Workers) / float64(p.Workers)
		switch {
		case i < n-1:
			return fmt.Sprintf("; knee at %s", table.Round(float64(first.Workers)*p.Throughput.Value/first.Throughput.Value))
		case gained < acceptable && p.Workers > 2*before.Workers:
			return fmt.Sprintf("; the knee is above %d and may be far below %d: measure between", before.Workers, p.Workers)
		}
		return fmt.Sprintf("; no knee up to %d", r.Workers)
	}
	return ""
}

// lacking is what must be measured for the two gains.
func (d survey) lacking(base Point) string {
	levels := d.levels(base)
	one, cores := levels[0], "GOMAXPROCS"
	if d.bound(base) {
		cores = "cores"
	}
	var all []string
	if !slices.Contains(d.workersAt(base, one), 1) {
		all = append(all, "1 worker")
	}
	if one.p() > 1 {
		all = append(all, cores+" 1")
	} else if len(levels) == 1 {
		all = append(all, cores+" above 1")
	}
	return strings.Join(all, " and ")
}
