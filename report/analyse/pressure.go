package analyse

import (
	"cmp"
	"slices"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/sampling"
	"overlap/report/load"
)

// needs is how many samples a verdict needs.
func (r Row) needs() int { return cmp.Or(r.needed, sampling.MinSamples) }

// Known reports whether the row has the samples that a verdict needs.
func (r Row) Known() bool { return r.Samples >= r.needs() }

// countSamples counts the samples that the row rests on, and warns of numbers that
// rest on samples under pressure.
func (s survey) countSamples(r *Row) {
	r.Samples, r.needed = s.Count(s.first), s.MinSamples(s.first)
	var affected []string
	var counted []load.Point
	add := func(what string, points ...load.Point) {
		var all []interval.Series
		underPressure := false
		for _, p := range points {
			times, pressed := s.Series(p)
			all = append(all, times)
			underPressure = underPressure || pressed
		}
		if underPressure {
			affected = append(affected, what)
		}
		if what == "the curves" || what == "the worst point" && r.needed == sampling.MinBlocks { // of which a sweep takes fewer
			return
		}
		counted = append(counted, points...)
		for _, times := range interval.SameRounds(all...) {
			r.Samples = min(r.Samples, len(times))
		}
	}
	add("the gains", s.first, s.base.At(r.Workers, s.lowest()), s.base.At(r.Workers, s.highest()))
	add("the ceiling", s.ceilingPoints(r.P)...)
	r.disturbed = len(affected) > 0
	if p := s.serial(s.lowest()); s.Count(p) > 0 {
		add("the comparison with the serial program", p)
	}
	add("the worst point", s.base.At(r.WorstWorkers, s.highest()))
	curves := slices.DeleteFunc(s.points(), func(p load.Point) bool { return slices.Contains(counted, p) })
	for _, l := range s.levels[:len(s.levels)-1] {
		curves = append(curves, s.ceilingPoints(l.P())...)
	}
	add("the curves", curves...)
	if r.tainted = len(affected) > 0; r.tainted {
		r.warn("based on samples under pressure from other programs, because fewer than 3 are free of it: %s; measure again on a quieter machine", strings.Join(affected, ", "))
	}
}
