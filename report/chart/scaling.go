package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
	"overlap/report/analyse"
	"overlap/report/law"
)

const scalingCaption = "Where the line keeps to the ceiling, the machine sets the limit; where it falls below, the program does. It can pass the ceiling where cores are uneven: the ceiling waits for the slowest of its separate programs, while workers that share one queue even out. The words in a panel are about the largest number of cores: the efficiency G_p/p, the share of the ideal, and the software efficiency G_p/H(p), the share of the ceiling."

// Scaling draws the gain from cores at the best number of workers, with the ideal and the
// measured ceiling. It is false if no row was measured on several numbers of cores.
func Scaling(a *analyse.Analysis) (Chart, bool) {
	rows := rowsWith(a.Rows, hasScaling)
	return Chart{Name: "scaling", Title: "Cores", Caption: scalingCaption, Alt: scalingAlt(rows)}.multiples(panelsAcross,
		"Gain from cores at the best number of workers, on doubling scales",
		func(t Theme) []entry { return t.scalingStyle().legend("gain from cores", rows...) },
		namesOf(rows),
		func(t Theme, i int) *panel { return t.scalingStyle().panel(t, rows[i], law.USL{}) }), len(rows) > 0
}

// hasScaling reports whether numbers of cores of a row were compared.
func hasScaling(r analyse.Row) bool { return len(r.Scaling) > 0 }

// scalingStyle is how curves over cores look.
type scalingStyle struct {
	ideal, ceiling, gain    draw.LineStyle
	ceilingGlyph, gainGlyph draw.GlyphStyle
}

// scalingStyle gives the gain from cores the colour of parallelism in the other charts.
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

func (s scalingStyle) legend(gain string, rows ...analyse.Row) []entry {
	entries := []entry{{gain, lineMark(s.gain, &s.gainGlyph)}, {"ideal", lineMark(s.ideal, nil)}}
	if slices.ContainsFunc(rows, func(r analyse.Row) bool { return ceilings(r).Len() > 1 }) {
		entries = append(entries, entry{"ceiling H(p): separate programs", lineMark(s.ceiling, &s.ceilingGlyph)})
	}
	return entries
}

// ceilings returns H(p) against p as far as it was measured, both in log₂. With one point
// it is not drawn: on one core it is 1 without a measurement.
func ceilings(r analyse.Row) (m measured) {
	for _, s := range r.Scaling {
		m.add(math.Log2(float64(s.P)), s.Ceiling, math.Log2)
	}
	return m
}

// shares says which share of the ideal and of the ceiling the largest number of cores
// gains, a line each; none for one core.
func shares(r analyse.Row) (lines []string) {
	if len(r.Models.Cores) == 0 {
		return nil
	}
	e := r.Models.Cores[len(r.Models.Cores)-1]
	for _, share := range []struct {
		interval.Interval
		of string
	}{{e.OfIdeal, "ideal"}, {e.OfCeiling, "H(p)"}} {
		if e.P > 1 && !math.IsNaN(share.Value) {
			lines = append(lines, percent(share.Interval)+" of "+share.of)
		}
	}
	return lines
}

// corner writes lines into the upper left corner, which no gain reaches.
type corner struct {
	t     Theme
	lines []string
}

func (k corner) Plot(c draw.Canvas, _ *plot.Plot) {
	style := k.t.aligned(small, k.t.Muted, text.XLeft, text.YTop)
	for i, words := range k.lines {
		at := vg.Point{X: c.Min.X + 4, Y: c.Max.Y - 1 - 11*vg.Length(i)}
		fillRect(c, span(at.X, at.X+style.Width(words), at.Y-10, at.Y), k.t.Background)
		c.FillText(style, at, words)
	}
}

func (s scalingStyle) panel(t Theme, r analyse.Row, fit law.USL) *panel {
	p := t.plot("cores", "gain over 1 core (×)")
	end := math.Log2(float64(max(r.P, 2)))
	var gains measured
	for _, s := range r.Scaling {
		gains.add(math.Log2(float64(s.P)), s.Gain, math.Log2)
	}
	limit := ceilings(r)
	f := frame{low: -0.4, high: end}
	f.hold(gains)
	f.hold(limit)
	p.Add(grid{t}, lawBand{fit, t})
	p.line(s.ideal, plotter.XYs{{X: 0, Y: 0}, {X: end, Y: end}})
	if limit.Len() > 1 {
		p.add(limit, s.ceiling, s.ceilingGlyph)
	}
	p.add(gains, s.gain, s.gainGlyph)
	p.Add(lawCurve{fit, t}, corner{t, shares(r)})
	p.X.Min, p.X.Max = -0.12, end+0.12
	p.X.Tick.Marker = log2Ticks{6, end}
	p.Y.Min, p.Y.Max = f.low-0.05, f.high+0.12
	p.Y.Tick.Marker = log2Ticks{6, f.high}
	return p
}
