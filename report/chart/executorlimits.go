package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

// limits are what the cores could make of the serial program: the ideal p, and
// the ceiling H(p), NaN if it was not measured. The ideal is 0 where they limit
// nothing: with one core, and in work that gains from workers on one core,
// because it waits, where every executor can be far above p.
func (w work) limits() (ideal float64, ceiling report.Interval) {
	ceiling.Value = math.NaN()
	for _, r := range w.rows {
		if gain := r.Concurrency; gain.Low > 1.1 || math.IsNaN(gain.Low) && gain.Value > 1.1 {
			return 0, report.Interval{Value: math.NaN()}
		}
		if p := float64(r.P); p > max(ideal, 1) {
			ideal, ceiling = p, report.Interval{Value: math.NaN()}
		}
		if float64(r.P) == ideal && !(ceiling.Value > 0) && r.Ceiling.Value > 0 {
			ceiling = r.Ceiling
		}
	}
	return ideal, ceiling
}

func hasIdeal(w work) bool {
	ideal, _ := w.limits()
	return ideal > 1
}

func hasLimit(w work) bool {
	_, h := w.limits()
	return h.Value > 0
}

// limitsCaption says what the limits are, if any is drawn.
func limitsCaption(works []work) string {
	switch {
	case slices.ContainsFunc(works, hasLimit):
		return " Where the work does not wait, p cores make at most the ideal, p, of the serial program; the ceiling H(p) is what separate programs reach."
	case slices.ContainsFunc(works, hasIdeal):
		return " Where the work does not wait, p cores make at most the ideal, p, of the serial program."
	}
	return ""
}

// limitEntries explain the limits and the intervals that are drawn.
func (s sideBySide) limitEntries() (entries []entry) {
	style := s.t.scalingStyle()
	upright := func(style draw.LineStyle) func(draw.Canvas, vg.Rectangle) {
		return func(c draw.Canvas, r vg.Rectangle) {
			x := (r.Min.X + r.Max.X) / 2
			c.StrokeLine2(style, x, r.Min.Y, x, r.Max.Y)
		}
	}
	if slices.ContainsFunc(s.works, hasIdeal) {
		entries = append(entries, entry{"ideal p", upright(style.ideal)})
	}
	if slices.ContainsFunc(s.works, hasLimit) {
		entries = append(entries, entry{"ceiling H(p)", upright(style.ceiling)})
	}
	for _, w := range s.works {
		_, h := w.limits()
		if wide(h) || slices.ContainsFunc(w.rows, func(r report.Row) bool { return wide(r.OverSerial) }) {
			return append(entries, entry{"95 % interval", sideways(line(s.t.Ink, 1))})
		}
	}
	return entries
}

// limits draws those of a workload across its lanes, and the interval of the
// ceiling above them.
func (s sideBySide) limits(c draw.Canvas, w work, x func(float64) vg.Length, top, bottom vg.Length) {
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

// lying draws an interval that lies, as far as it is within the frame.
func lying(c draw.Canvas, style draw.LineStyle, i report.Interval, x func(float64) vg.Length, y vg.Length) {
	if !(i.Low > 0) || !wide(i) {
		return
	}
	inside := func(v float64) vg.Length { return min(max(x(math.Log2(v)), c.Min.X), c.Max.X) }
	c.StrokeLine2(style, inside(i.Low), y, inside(i.High), y)
}

// sideways is the sign of an interval that lies.
func sideways(style draw.LineStyle) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		y := (r.Min.Y + r.Max.Y) / 2
		c.StrokeLine2(style, r.Min.X, y, r.Max.X, y)
	}
}
