package analyse

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"

	"overlap/internal/interval"
	"overlap/report/law"
	"overlap/report/load"
)

// survey is the data with the points of one row: those that differ from base in
// workers and level only.
type survey struct {
	*load.Data
	base   load.Point
	levels []load.Level // ascending
	first  load.Point   // what the gains are over
}

func newSurvey(d *load.Data, base load.Point) survey {
	return survey{Data: d, base: base, levels: d.Levels(base)}
}

func (s survey) lowest() load.Level         { return s.levels[0] }
func (s survey) highest() load.Level        { return s.levels[len(s.levels)-1] }
func (s survey) workers(l load.Level) []int { return s.WorkersAt(s.base, l) }

// times returns the times of a job at a point, without those under pressure where
// there are enough others.
func (s survey) times(p load.Point) interval.Series {
	times, _ := s.Series(p)
	return times
}

// points lists all points by level and then by workers.
func (s survey) points() (all []load.Point) {
	for _, l := range s.levels {
		for _, w := range s.workers(l) {
			all = append(all, s.base.At(w, l))
		}
	}
	return all
}

// timesAt returns the times of a job at a level by workers.
func (s survey) timesAt(l load.Level) map[int]interval.Series {
	times := map[int]interval.Series{}
	for _, w := range s.workers(l) {
		times[w] = s.times(s.base.At(w, l))
	}
	return times
}

// bestWorkers returns the fewest workers that are as good as the best at the
// highest level, of those that were measured on one core as well. A number that
// was measured at every level wins if it is within 10 % of the best: a sweep
// measures the levels between for one number only, chosen from less data.
func (s survey) bestWorkers() (int, error) {
	single := s.workers(s.lowest())
	shared := s.timesAt(s.highest())
	maps.DeleteFunc(shared, func(w int, _ interval.Series) bool { return !slices.Contains(single, w) })
	if len(shared) == 0 {
		return 0, errors.New("no number of workers was measured both on one core and on all")
	}
	s.keepKnown(shared)
	everywhere := func(w int) bool {
		return !slices.ContainsFunc(s.levels, func(l load.Level) bool { return s.Count(s.base.At(w, l)) == 0 })
	}
	for _, within := range []float64{1.05, 1.10} {
		if w, ok := fewest(shared, within, everywhere); ok {
			return w, nil
		}
	}
	w, _ := fewest(shared, 1.05, anyWorkers)
	return w, nil
}

// keepKnown deletes the numbers of workers that have too few samples for a verdict, unless
// all have: a sweep takes fewer of those that were slower in its first round.
func (s survey) keepKnown(shared map[int]interval.Series) {
	if !s.TookTurns(s.first) {
		return
	}
	few := func(w int, _ interval.Series) bool {
		one, all := s.base.At(w, s.lowest()), s.base.At(w, s.highest())
		return min(s.Count(one), s.Count(all)) < s.MinSamples(all)
	}
	for w, times := range shared {
		if !few(w, times) {
			maps.DeleteFunc(shared, few)
			return
		}
	}
}

func anyWorkers(int) bool { return true }

// fewest returns the smallest eligible number of workers that is as good as the
// fastest.
func fewest(times map[int]interval.Series, within float64, eligible func(int) bool) (workers int, ok bool) {
	all := slices.Sorted(maps.Keys(times))
	if len(all) == 0 {
		return 0, false
	}
	fastest := slices.MinFunc(all, func(a, b int) int { return cmp.Compare(times[a].Mean(), times[b].Mean()) })
	i := slices.IndexFunc(all, func(w int) bool { return eligible(w) && asGood(times[w], times[fastest], within) })
	if i < 0 {
		return 0, false
	}
	return all[i], true
}

// asGood reports whether s takes at most within times as long as the fastest, or
// cannot be distinguished from it and takes at most 15 % longer. Example: six worker
// counts are equally fast and each mean has a 5 % error. Taking the fastest
// overstates the speed by 6 %, taking the smallest count within 5 % of it by 5 %, and
// this rule by 1 %.
func asGood(s, fastest interval.Series, within float64) bool {
	longer := interval.Quotient(s, fastest)
	return longer.Value <= within || longer.Value <= 1.15 && longer.Low <= 1
}

// worst returns the lowest throughput at the highest level over that of one worker
// on one core. Its interval accounts for the choice.
func (s survey) worst(one interval.Series) (lowest interval.Interval, workers int) {
	lowest.Value = math.Inf(1)
	all := s.workers(s.highest())
	for _, w := range all {
		if x := interval.QuotientAmong(len(all), one, s.times(s.base.At(w, s.highest()))); x.Value < lowest.Value {
			lowest, workers = x, w
		}
	}
	return lowest, workers
}

// crowded returns the throughput of the fewest workers for all cores over that of
// the row's, if these are fewer.
func (s survey) crowded(workers int) interval.Interval {
	highest := s.highest()
	all := s.workers(highest)
	enough := slices.IndexFunc(all, func(w int) bool { return w >= highest.P() })
	if workers == 0 || workers >= highest.P() || enough < 0 {
		return interval.Unknown
	}
	return interval.QuotientAmong(len(all), s.times(s.base.At(workers, highest)), s.times(s.base.At(all[enough], highest)))
}

// overSerial compares with the plain serial program: gain is that of the row's
// best point, cost see Row. At each level, the fewest workers that are as good as
// the best count: among all numbers, one would win by chance.
func (s survey) overSerial(best load.Point) (gain interval.Interval, cost float64) {
	serial := s.times(s.serial(s.lowest()))
	if len(serial) == 0 {
		return interval.Unknown, math.NaN()
	}
	gain, cost = interval.Quotient(serial, s.times(best)), math.Inf(1)
	for _, l := range s.levels {
		times := s.timesAt(l)
		w, ok := fewest(times, 1/almost, anyWorkers)
		// One worker is about as fast as the serial program; without a margin,
		// noise would call it faster every other time.
		switch over := interval.Quotient(serial, times[w]); {
		case ok && law.IsWorthwhile(over):
			return gain, float64(l.P())
		case ok && !(over.High < law.LeastGain):
			cost = math.NaN()
		}
	}
	return gain, cost
}

// serial returns the serial program of the row at a level; the zero Point if none
// was measured.
func (s survey) serial(l load.Level) load.Point {
	for _, p := range s.Helpers(s.base) {
		if p.Workers == 1 && p.Weak == s.base.Weak && p.Slices == s.base.Slices && p.Copies == s.base.Copies && (load.Level{Cores: p.Cores, Procs: p.Procs}) == l {
			return p
		}
	}
	return load.Point{}
}
