package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

// columns is how many panels stand side by side: three are readable at 800
// CSS pixels.
const columns = 3

func panelRows(n int) int { return (n + columns - 1) / columns }

// panels draws one small plot per row, aligned in a grid, each under its name.
// The names are not the plots' titles, because plot.Align misplaces those.
func (t Theme) panels(c draw.Canvas, names []string, plots []*plot.Plot) {
	rows := panelRows(len(plots))
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
		copy(grid[i], plots[i*columns:min(len(plots), (i+1)*columns)])
	}
	const title = 16
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 14, PadY: title + 8, PadTop: title}
	canvases := plot.Align(grid, tiles, c)
	style := t.text(medium, t.Ink)
	style.XAlign, style.YAlign = text.XLeft, text.YBottom
	for i, row := range grid {
		for j, p := range row {
			if p == nil {
				continue
			}
			at := canvases[i][j]
			p.Draw(at)
			c.FillText(style, vg.Point{X: p.DataCanvas(at).Min.X, Y: at.Max.Y + 3}, names[i*columns+j])
		}
	}
}

// measured is a curve with intervals.
type measured struct {
	x, y, low, high []float64
}

// add appends a point, with the value on the axis that scale maps to.
func (m *measured) add(x float64, i report.Interval, scale func(float64) float64) {
	if math.IsNaN(i.Value) {
		return
	}
	low, high := i.Low, i.High
	if math.IsNaN(low) {
		low, high = i.Value, i.Value
	}
	m.x = append(m.x, x)
	m.y = append(m.y, scale(i.Value))
	m.low = append(m.low, scale(low))
	m.high = append(m.high, scale(high))
}

func (m measured) Len() int                         { return len(m.x) }
func (m measured) XY(i int) (float64, float64)      { return m.x[i], m.y[i] }
func (m measured) YError(i int) (low, high float64) { return m.y[i] - m.low[i], m.high[i] - m.y[i] }

// addTo draws the curve: line, interval bars, glyphs.
func (m measured) addTo(p *plot.Plot, style draw.LineStyle, glyph draw.GlyphStyle) {
	if m.Len() == 0 {
		return
	}
	l, err := plotter.NewLine(m)
	if err != nil {
		panic("chart: " + err.Error()) // NaN was left out above
	}
	l.LineStyle = style
	bars, err := plotter.NewYErrorBars(m)
	if err != nil {
		panic("chart: " + err.Error())
	}
	bars.LineStyle = line(style.Color, 1)
	bars.CapWidth = 5
	dots, err := plotter.NewScatter(m)
	if err != nil {
		panic("chart: " + err.Error())
	}
	dots.GlyphStyle = glyph
	p.Add(l, bars, dots)
}

// lineTo draws a straight or bent line without points.
func lineTo(p *plot.Plot, style draw.LineStyle, points plotter.XYs) {
	if len(points) < 2 {
		return
	}
	l, err := plotter.NewLine(points)
	if err != nil {
		panic("chart: " + err.Error()) // callers leave NaN out
	}
	l.LineStyle = style
	p.Add(l)
}

func glyph(c draw.GlyphDrawer, of draw.LineStyle) draw.GlyphStyle {
	return draw.GlyphStyle{Color: of.Color, Radius: 3.2, Shape: c}
}
