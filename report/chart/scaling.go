package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

const scalingCaption = "Where the line keeps to the ceiling, the machine sets the limit; where it falls below, the program does. It can pass the ceiling where cores are uneven: the ceiling waits for the slowest of its separate programs, while workers that share one queue even out."

// Scaling draws the gain from cores at the best number of workers, with the
// ideal and the measured ceiling.
func Scaling(a *report.Analysis) Chart {
	rows := having(a.Rows, hasScaling)
	return Chart{
		Name:    "scaling",
		Title:   "Cores",
		Caption: scalingCaption,
		Alt:     scalingAlt(rows),
		width:   pageWidth,
		height:  vg.Length(60 + 156*panelRows(len(rows))),
		draw: func(c draw.Canvas, t Theme) {
			s := t.scalingStyle()
			c = t.headline(c, "Gain from cores at the best number of workers, on doubling scales")
			var drawn []report.Interval
			for _, r := range rows {
				drawn = append(drawn, gainsAndCeilings(r)...)
			}
			c = t.legend(c, append(s.legend("gain from cores", rows...), t.intervalEntry(drawn)...))
			var plots []*plot.Plot
			var names []string
			for _, r := range rows {
				plots = append(plots, s.panel(t, r))
				names = append(names, r.Name())
			}
			t.panels(c, names, plots)
		},
	}
}

// hasScaling reports whether numbers of cores of a row were compared.
func hasScaling(r report.Row) bool { return len(r.Scaling) > 0 }

// scalingStyle is how the curves over cores look.
type scalingStyle struct {
	ideal, ceiling, gain    draw.LineStyle
	ceilingGlyph, gainGlyph draw.GlyphStyle
}

// scalingStyle gives the gain from cores the colour that parallelism has in the
// other charts.
func (t Theme) scalingStyle() scalingStyle {
	s := scalingStyle{
		ideal:   line(t.Muted, 1, 4, 3),
		ceiling: line(t.Ceiling, 1.25, 1.5, 2),
		gain:    line(t.Parallelism, 1.75),
	}
	s.ceilingGlyph = glyph(draw.SquareGlyph{}, s.ceiling)
	s.gainGlyph = glyph(draw.PyramidGlyph{}, s.gain)
	return s
}

func (s scalingStyle) legend(gain string, rows ...report.Row) []entry {
	entries := []entry{{gain, lineMark(s.gain, &s.gainGlyph)}, {"ideal", lineMark(s.ideal, nil)}}
	if slices.ContainsFunc(rows, func(r report.Row) bool { return ceilings(r).Len() > 1 }) {
		entries = append(entries, entry{"ceiling H(p): separate programs", lineMark(s.ceiling, &s.ceilingGlyph)})
	}
	return entries
}

// ceilings is H(p) against p, as far as it was measured, both in log₂. It is no
// line if it has one point: on one core it is 1, also where it was not measured.
func ceilings(r report.Row) (m measured) {
	for _, s := range r.Scaling {
		m.add(math.Log2(float64(s.P)), s.Ceiling, math.Log2)
	}
	return m
}

// gainsAndCeilings are the intervals of both lines.
func gainsAndCeilings(r report.Row) (all []report.Interval) {
	for _, s := range r.Scaling {
		all = append(all, s.Gain, s.Ceiling)
	}
	return all
}

// below is the line up to where it first passes a height.
func below(points plotter.XYs, top float64) (part plotter.XYs) {
	for i, to := range points {
		if to.Y <= top {
			part = append(part, to)
			continue
		}
		if i > 0 {
			from := points[i-1]
			along := (top - from.Y) / (to.Y - from.Y)
			part = append(part, plotter.XY{X: from.X + along*(to.X-from.X), Y: top})
		}
		break
	}
	return part
}

// until is the line up to where it first passes a height, and the points of that
// part with what of their intervals is below it.
func (m measured) until(top float64) (points plotter.XYs, marks measured) {
	n := 0
	for n < len(m.y) && m.y[n] <= top {
		n++
	}
	marks = measured{m.x[:n], m.y[:n], m.low[:n], m.high[:n]}
	return below(m.line(), top), marks.clip(math.Inf(-1), top)
}

func (s scalingStyle) panel(t Theme, r report.Row) *plot.Plot {
	p := t.plot("cores", "gain over 1 core (×)")
	end := math.Log2(float64(max(r.P, 2)))
	low, high := -0.4, end
	var gains measured
	for _, s := range r.Scaling {
		gains.add(math.Log2(float64(s.P)), s.Gain, math.Log2)
	}
	limit := ceilings(r)
	for _, m := range []measured{gains, limit} {
		for i := range m.y {
			low, high = min(low, m.low[i]), max(high, m.high[i])
		}
	}
	p.Add(grid{t})
	lineTo(p, s.ideal, plotter.XYs{{X: 0, Y: 0}, {X: end, Y: end}})
	if limit.Len() > 1 {
		limit.addTo(p, s.ceiling, s.ceilingGlyph)
	}
	gains.addTo(p, s.gain, s.gainGlyph)
	p.X.Min, p.X.Max = -0.12, end+0.12
	p.X.Tick.Marker = log2Ticks{6, end}
	p.Y.Min, p.Y.Max = low-0.05, high+0.12
	p.Y.Tick.Marker = log2Ticks{6, high}
	return p
}
