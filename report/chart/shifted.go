package chart

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// addShifted is addTo for curves with points at the same places: each draws its intervals
// a little beside its points, because intervals on top of each other cannot be read. The
// points stay where they are.
func (m measured) addShifted(p *plot.Plot, style draw.LineStyle, glyph draw.GlyphStyle, by vg.Length) {
	p.Add(shifted{intervals{m, line(style.Color, 1)}, by})
	measured{m.x, m.y, m.y, m.y}.addTo(p, style, glyph)
}

// shiftOf returns how far the intervals of the i-th of n curves are shifted: less than the
// width of a glyph, so that it is clear to which point each belongs.
func shiftOf(i, n int) vg.Length {
	const width = 6
	return width * (vg.Length(i) + 0.5 - vg.Length(n)/2) / vg.Length(n)
}

// shifted draws a plotter further to the right.
type shifted struct {
	plot.Plotter
	by vg.Length
}

func (s shifted) Plot(c draw.Canvas, p *plot.Plot) {
	c.Rectangle = c.Add(vg.Point{X: s.by})
	s.Plotter.Plot(c, p)
}
