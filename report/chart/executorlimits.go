package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
)

// limits returns what the cores could make of the serial program: the ideal p, and the
// ceiling H(p), NaN if it was not measured. The ideal is 0 where the cores limit nothing:
// on one core, and for work that waits, so that workers gain on one core.
func (w rivals) limits() (ideal float64, ceiling interval.Interval) {
	ceiling.Value = math.NaN()
	for _, r := range w.rows {
		if gain := r.Concurrency; gain.Low > 1.1 || math.IsNaN(gain.Low) && gain.Value > 1.1 {
			return 0, interval.Interval{Value: math.NaN()}
		}
		if p := float64(r.P); p > max(ideal, 1) {
			ideal, ceiling = p, interval.Interval{Value: math.NaN()}
		}
		if float64(r.P) == ideal && !(ceiling.Value > 0) && r.Ceiling.Value > 0 {
			ceiling = r.Ceiling
		}
	}
	return ideal, ceiling
}

func hasIdeal(w rivals) bool {
	ideal, _ := w.limits()
	return ideal > 1
}

func hasLimit(w rivals) bool {
	_, h := w.limits()
	return h.Value > 0
}

// limitsCaption explains the limits that are drawn.
func limitsCaption(groups []rivals) string {
	switch {
	case slices.ContainsFunc(groups, hasLimit):
		return " Unless the work waits, p cores reach at most the ideal, p times the serial program; the ceiling H(p) is what separate programs reach."
	case slices.ContainsFunc(groups, hasIdeal):
		return " Unless the work waits, p cores reach at most the ideal, p times the serial program."
	}
	return ""
}

// limitEntries explains the limits and the intervals that are drawn.
func (s sideBySide) limitEntries() (entries []entry) {
	style := s.t.scalingStyle()
	if slices.ContainsFunc(s.groups, hasIdeal) {
		entries = append(entries, entry{"ideal p", wallMark(style.ideal)})
	}
	if slices.ContainsFunc(s.groups, hasLimit) {
		entries = append(entries, entry{"ceiling H(p)", wallMark(style.ceiling)})
	}
	var drawn []interval.Interval
	for _, w := range s.groups {
		if _, h := w.limits(); h.Value > 0 {
			drawn = append(drawn, h)
		}
		for _, r := range w.rows {
			drawn = append(drawn, r.OverSerial)
		}
	}
	return append(entries, s.t.intervalEntry(drawn)...)
}

// limits draws the limits of a workload across its lanes, and the interval of the ceiling
// above them.
func (s sideBySide) limits(c draw.Canvas, w rivals, x func(float64) vg.Length, top, bottom vg.Length) {
	style := s.t.scalingStyle()
	ideal, h := w.limits()
	if ideal > 1 {
		at := x(math.Log2(ideal))
		c.StrokeLine2(style.ideal, at, bottom, at, top)
	}
	if h.Value > 0 {
		at := x(math.Log2(h.Value))
		c.StrokeLine2(style.ceiling, at, bottom, at, top)
		lying(c, line(s.t.Ceiling, 1), h, x, top)
	}
}
