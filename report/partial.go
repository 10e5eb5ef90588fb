package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"overlap/internal/sampling"
	"overlap/internal/table"
)

// partialRow is a row without one worker on one core: its gain from cores, or what
// more workers bring at one GOMAXPROCS. It fails if there is neither.
func (s survey) partialRow() (Row, error) {
	if r, ok := s.coresOnly(); ok {
		return r, nil
	}
	if r, ok := s.workersOnly(); ok {
		return r, nil
	}
	return Row{}, s.noBaseline()
}

// coresOnly returns the gain from cores with workers for all of them. With fewer
// workers some cores have no task, so levels are left out at which no number of
// workers is enough.
func (s survey) coresOnly() (r Row, ok bool) {
	last, single := s.highest(), s.workers(s.lowest())
	enough := func(l level) map[int]series {
		times := s.timesAt(l)
		maps.DeleteFunc(times, func(w int, _ series) bool { return w < l.p() || !slices.Contains(single, w) })
		return times
	}
	s.levels = slices.DeleteFunc(slices.Clone(s.levels), func(l level) bool { return len(enough(l)) == 0 })
	if len(s.levels) < 2 || s.lowest().p() > 1 {
		return r, false
	}
	workers, _ := fewest(enough(s.highest()), 1/almost, anyWorkers)
	s.first = s.base.at(workers, s.lowest())
	r = s.newRow()
	s.measureCores(&r, workers)
	r.WorstWorkers = workers
	s.countSamples(&r)
	r.warn("not measured with 1 worker, so that what workers bring is unknown")
	if last != s.highest() {
		r.warn("%s left out: at most %s measured there", r.On(last.p()), table.Count(slices.Max(s.workers(last)), "worker"))
	}
	// The gain from cores is all that is known, as if the benchmark chose its
	// workers itself; it is judged in the same way.
	r.Speedup, r.Worst = r.Parallelism, r.Parallelism
	r.judgeGains()
	r.Speedup, r.Worst = unknown, unknown
	return r, true
}

// workersOnly returns the curve of workers at the GOMAXPROCS at which most numbers
// of them were measured, the highest of several.
func (s survey) workersOnly() (r Row, ok bool) {
	lacking := s.lacking()
	var at level
	var all []int
	for _, l := range s.levels {
		if list := s.workers(l); len(list) >= len(all) {
			at, all = l, list
		}
	}
	if len(all) < 2 {
		return r, false
	}
	s.levels, s.first = []level{at}, s.base.at(all[0], at)
	times := s.timesAt(at)
	r = s.newRow()
	r.Workers, _ = fewest(times, 1/almost, anyWorkers)
	r.only = at
	for _, w := range all {
		if x := quotient(times[r.Workers], times[w]); w >= r.Workers && !(x.Value >= r.Worst.Value) {
			r.Worst, r.WorstWorkers = x, w
		}
	}
	s.countSamples(&r)
	r.Lines = []Line{s.line(at)}
	r.Latencies = s.latencies()
	r.judgeWorkers(times, all, lacking)
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

// lacking lists what must be measured for both gains.
func (s survey) lacking() string {
	cores := "GOMAXPROCS"
	if s.bound(s.base) {
		cores = "cores"
	}
	var all []string
	if !slices.Contains(s.workers(s.lowest()), 1) {
		all = append(all, "1 worker")
	}
	if s.lowest().p() > 1 {
		all = append(all, cores+" 1")
	} else if len(s.levels) == 1 {
		all = append(all, cores+" above 1")
	}
	return strings.Join(all, " and ")
}
