package analyse

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/load"
)

// partialRow is a row without one worker on one core: its gain from cores, or what
// more workers give at one GOMAXPROCS. It fails if there is neither.
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
	enough := func(l load.Level) map[int]interval.Series {
		times := s.timesAt(l)
		maps.DeleteFunc(times, func(w int, _ interval.Series) bool { return w < l.P() || !slices.Contains(single, w) })
		return times
	}
	s.levels = slices.DeleteFunc(slices.Clone(s.levels), func(l load.Level) bool { return len(enough(l)) == 0 })
	if len(s.levels) < 2 || s.lowest().P() > 1 {
		return r, false
	}
	workers, _ := fewest(enough(s.highest()), 1/almost, anyWorkers)
	s.first = s.base.At(workers, s.lowest())
	r = s.newRow()
	s.measureCores(&r, workers)
	r.WorstWorkers = workers
	s.countSamples(&r)
	r.warn("not measured with 1 worker, so the gain from workers is unknown")
	if last != s.highest() {
		r.warn("%s left out: at most %s measured there", r.CoresText(last.P()), table.Count(slices.Max(s.workers(last)), "worker"))
	}
	// The gain from cores is all that is known, as if the benchmark chose its
	// workers itself; it is judged in the same way.
	r.Speedup, r.Worst = r.Parallelism, r.Parallelism
	r.judgeGains()
	r.Speedup, r.Worst = interval.Unknown, interval.Unknown
	return r, true
}

// workersOnly returns the curve of workers at the GOMAXPROCS at which most numbers
// of them were measured, the highest of several.
func (s survey) workersOnly() (r Row, ok bool) {
	lacking := s.lacking()
	var at load.Level
	var all []int
	for _, l := range s.levels {
		if list := s.workers(l); len(list) >= len(all) {
			at, all = l, list
		}
	}
	if len(all) < 2 {
		return r, false
	}
	s.levels, s.first = []load.Level{at}, s.base.At(all[0], at)
	times := s.timesAt(at)
	r = s.newRow()
	r.Workers, _ = fewest(times, 1/almost, anyWorkers)
	r.only = at
	for _, w := range all {
		if x := interval.Quotient(times[r.Workers], times[w]); w >= r.Workers && !(x.Value >= r.Worst.Value) {
			r.Worst, r.WorstWorkers = x, w
		}
	}
	s.countSamples(&r)
	r.Lines = []Line{s.line(at)}
	r.Latencies = s.latencies()
	r.judgeWorkers(times, all, lacking)
	return r, true
}

// judgeWorkers sets the class and verdict of a row that compares only workers, from
// the times of all its numbers of workers, ascending, and what is lacking for both
// gains.
func (r *Row) judgeWorkers(times map[int]interval.Series, all []int, lacking string) {
	defer func() { r.Verdict = r.inItsWords(r.Verdict) }()
	few, where := all[0], r.AtCoresText(r.P)
	gain, rival, many := interval.Quotient(times[few], times[r.Workers]), interval.Unknown, 0
	for _, w := range all[1:] {
		if x := interval.Quotient(times[few], times[w]); !(x.High <= rival.High) {
			rival, many = x, w
		}
	}
	r.Class = WorkersOnly
	reason := ""
	switch {
	case r.Samples < interval.MinForInterval:
		r.Class = Undecided
		r.Verdict = fmt.Sprintf("%s: %s", r.Class, r.noInterval())
		return
	case helps(gain):
		reason = fmt.Sprintf("%d give %s× the throughput of %d %s%s", r.Workers, gain, few, where, r.knee())
		if Hurts(r.Worst) && r.WorstWorkers > r.Workers {
			reason += fmt.Sprintf("; %d run at %s× that of %d", r.WorstWorkers, r.Worst, r.Workers)
		}
	case r.Workers == few && Hurts(r.Worst):
		reason = fmt.Sprintf("%d run at %s× the throughput of %d %s", r.WorstWorkers, r.Worst, few, where)
	case rival.High < negligible:
		reason = fmt.Sprintf("more than %d add nothing %s: %d run at %s×", few, where, many, rival)
	default:
		r.Class = Undecided
		reason = fmt.Sprintf("too noisy: %d run at %s× the throughput of %d %s; %s", many, rival, few, where, r.remedy(rival, distance(rival)))
	}
	r.Verdict = fmt.Sprintf("%s: %s; for both gains, also measure %s%s", r.Class, reason, lacking, r.doubts())
}

// knee says where the throughput levels off: at the crossing of the highest
// throughput with the line on which each worker gives as much as the first ones,
// the bounds of operational analysis (Denning and Buzen, 1978) as far as throughput
// alone shows them. It does not if the curve ends soon after levelling off.
func (r Row) knee() string {
	if len(r.Lines) == 0 {
		return ""
	}
	points := r.Lines[len(r.Lines)-1].Points
	i := slices.IndexFunc(points, func(p LinePoint) bool { return p.Workers == r.Workers })
	if i <= 0 {
		return ""
	}
	first, before, best := points[0], points[i-1], points[i]
	gained := best.Throughput.Value / before.Throughput.Value * float64(before.Workers) / float64(best.Workers)
	switch {
	case i < len(points)-1:
		return fmt.Sprintf("; knee at %s", table.Round(float64(first.Workers)*best.Throughput.Value/first.Throughput.Value))
	case gained < acceptable && best.Workers > 2*before.Workers:
		return fmt.Sprintf("; the knee is above %d and may be far below %d: measure between", before.Workers, best.Workers)
	}
	return fmt.Sprintf("; no knee up to %d", r.Workers)
}

// lacking lists what must be measured for both gains.
func (s survey) lacking() string {
	cores := "GOMAXPROCS"
	if s.HasCores(s.base) {
		cores = "cores"
	}
	var all []string
	if !slices.Contains(s.workers(s.lowest()), 1) {
		all = append(all, "1 worker")
	}
	if s.lowest().P() > 1 {
		all = append(all, cores+" 1")
	} else if len(s.levels) == 1 {
		all = append(all, cores+" above 1")
	}
	return strings.Join(all, " and ")
}
