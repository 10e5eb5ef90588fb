package chart

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
)

// panelsAcross is how many panels stand side by side: three are readable at 800 CSS pixels.
const panelsAcross = 3

func rowsOfPanels(n, across int) int { return (n + across - 1) / across }

// panel is a plot that knows whether it draws an interval.
type panel struct {
	*plot.Plot
	intervals bool
}

// multiples completes c with a small plot for each name, at most across side by side,
// under a headline and a legend, which also explains intervals if any are drawn. Callers
// whose plots have another height than that of most charts set c.height afterwards.
func (c Chart) multiples(across int, headline string, legend func(Theme) []entry, names []string, drawPanel func(Theme, int) *panel) Chart {
	c.width, c.height = pageWidth, vg.Length(60+156*rowsOfPanels(len(names), across))
	c.draw = func(canvas draw.Canvas, t Theme) {
		canvas = t.headline(canvas, headline)
		columns := min(across, max(2, len(names)))
		grid := make([][]*plot.Plot, rowsOfPanels(len(names), across))
		intervals := false
		for i := range names {
			if i%columns == 0 {
				grid[i/columns] = make([]*plot.Plot, columns)
			}
			p := drawPanel(t, i)
			grid[i/columns][i%columns] = p.Plot
			intervals = intervals || p.intervals
		}
		entries := legend(t)
		if intervals {
			entries = append(entries, t.intervalSign())
		}
		t.tiles(t.legend(canvas, entries), grid, names)
	}
	return c
}

// tiles draws a grid of aligned plots, each under its name. The names are not titles of
// the plots, because plot.Align misplaces titles.
func (t Theme) tiles(c draw.Canvas, grid [][]*plot.Plot, names []string) {
	const title = 16
	columns := len(grid[0])
	canvases := plot.Align(grid, draw.Tiles{Rows: len(grid), Cols: columns, PadX: 14, PadY: title + 8, PadTop: title}, c)
	style := t.aligned(medium, t.Ink, text.XLeft, text.YBottom)
	var widths []vg.Length
	var places []vg.Point
	for i, row := range grid {
		top := canvases[i][0].Max.Y // plot.Align lowers those whose labels do not stand out
		for _, at := range canvases[i] {
			top = max(top, at.Max.Y)
		}
		for j, p := range row {
			if p == nil {
				continue
			}
			at := canvases[i][j]
			p.Draw(at)
			left := p.DataCanvas(at).Min.X
			widths, places = append(widths, at.Max.X-left), append(places, vg.Point{X: left, Y: top + 3})
		}
	}
	for i, short := range clipAll(style, names, widths) {
		c.FillText(style, places[i], short)
	}
}

// measured is a curve with intervals.
type measured struct {
	x, y, low, high []float64
}

// add appends a point; scale maps a value to its place on the axis. A value without a
// place on the axis is left out, and so is an interval if one of its bounds has none.
func (m *measured) add(x float64, i interval.Interval, scale func(float64) float64) {
	y, low, high := scale(i.Value), scale(i.Low), scale(i.High)
	if !finite(y) {
		return
	}
	if !finite(low) || !finite(high) {
		low, high = y, y
	}
	m.x = append(m.x, x)
	m.y = append(m.y, y)
	m.low = append(m.low, low)
	m.high = append(m.high, high)
}

// wide reports whether an interval is known and is longer than a point. Only these are
// drawn.
func wide(i interval.Interval) bool {
	return finite(i.Low) && finite(i.High) && i.Low < i.High
}

// intervalEntry explains intervals in the legend, if any of them is drawn.
func (t Theme) intervalEntry(of []interval.Interval) []entry {
	if !slices.ContainsFunc(of, wide) {
		return nil
	}
	return []entry{t.intervalSign()}
}

func (t Theme) intervalSign() entry { return entry{"95 % interval", intervalMark(line(t.Ink, 1))} }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (m measured) Len() int                    { return len(m.x) }
func (m measured) XY(i int) (float64, float64) { return m.x[i], m.y[i] }

// intervals draws all intervals of a curve as one path. plotter.YErrorBars draws
// three paths for each, which makes a page with many curves half as large again.
type intervals struct {
	measured
	style draw.LineStyle
	by    vg.Length // to the right
}

func (m intervals) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	const cap = 2.5
	var path vg.Path
	stroke := func(x1, y1, x2, y2 vg.Length) {
		path.Move(vg.Point{X: x1, Y: y1})
		path.Line(vg.Point{X: x2, Y: y2})
	}
	for i := range m.x {
		if m.low[i] == m.high[i] {
			continue
		}
		at, low, high := x(m.x[i])+m.by, y(m.low[i]), y(m.high[i])
		stroke(at, low, at, high)
		stroke(at-cap, low, at+cap, low)
		stroke(at-cap, high, at+cap, high)
	}
	if len(path) > 0 {
		c.SetLineStyle(m.style)
		c.Stroke(path)
	}
}

// frame is the range of curves with their intervals.
type frame struct{ left, right, low, high float64 }

func emptyFrame() frame {
	return frame{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
}

func (f *frame) hold(m measured) {
	for i := range m.x {
		f.left, f.right = min(f.left, m.x[i]), max(f.right, m.x[i])
		f.low, f.high = min(f.low, m.low[i]), max(f.high, m.high[i])
	}
}

// line returns the curve without its intervals.
func (m measured) line() (points plotter.XYs) {
	for i := range m.x {
		points = append(points, plotter.XY{X: m.x[i], Y: m.y[i]})
	}
	return points
}

// add draws the line, the intervals and the glyphs of a curve.
func (p *panel) add(m measured, style draw.LineStyle, glyph draw.GlyphStyle) {
	p.addShifted(m, style, glyph, 0)
}

// addShifted is add for curves with points at the same places: each draws its intervals
// a little beside its points, because intervals on top of each other cannot be read.
// The points stay where they are.
func (p *panel) addShifted(m measured, style draw.LineStyle, glyph draw.GlyphStyle, by vg.Length) {
	if m.Len() == 0 {
		return
	}
	p.line(style, m.line())
	p.addIntervals(m, style.Color, by)
	dots, err := plotter.NewScatter(m)
	if err != nil {
		panic("chart: " + err.Error()) // add leaves NaN out
	}
	dots.GlyphStyle = glyph
	p.Add(dots)
}

func (p *panel) addIntervals(m measured, ink color.Color, by vg.Length) {
	for i := range m.x {
		p.intervals = p.intervals || m.low[i] != m.high[i]
	}
	p.Add(intervals{m, line(ink, 1), by})
}

// shiftOf returns how far the intervals of the i-th of n curves are shifted: less than
// the width of a glyph, so that it is clear to which point each belongs.
func shiftOf(i, n int) vg.Length {
	const width = 6
	return width * (vg.Length(i) + 0.5 - vg.Length(n)/2) / vg.Length(n)
}

// clip returns the curve cut to a range.
func (m measured) clip(low, high float64) measured {
	cut := func(values []float64) (into []float64) {
		for _, v := range values {
			into = append(into, min(max(v, low), high))
		}
		return into
	}
	return measured{m.x, cut(m.y), cut(m.low), cut(m.high)}
}

// line draws a line without points.
func (p *panel) line(style draw.LineStyle, points plotter.XYs) {
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
