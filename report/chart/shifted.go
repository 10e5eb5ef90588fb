package chart

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// addShifted is addTo for curves whose points share their places on the axis: the
// intervals stand so far beside their points, because on one another they cannot
// be read. The points themselves stay: moved by a share of the axis, 256 cores
// stood at 174.
func (m measured) addShifted(p *plot.Plot, style draw.LineStyle, glyph draw.GlyphStyle, by vg.Length) {
	p.Add(shifted{intervals{m, line(style.Color, 1)}, by})
	measured{m.x, m.y, m.y, m.y}.addTo(p, style, glyph)
}

// shiftOf is where the intervals of the ith of n curves stand: within the width of
// their glyphs, so that a reader sees which are whose.
func shiftOf(i, n int) vg.Length {
	const width = 6
	return width * (vg.Length(i) + 0.5 - vg.Length(n)/2) / vg.Length(n)
}

// shifted draws to the right of where a plotter would.
type shifted struct {
	plot.Plotter
	by vg.Length
}

func (s shifted) Plot(c draw.Canvas, p *plot.Plot) {
	c.Rectangle = c.Add(vg.Point{X: s.by})
	s.Plotter.Plot(c, p)
}
