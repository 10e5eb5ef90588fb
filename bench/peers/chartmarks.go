package main

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The data colours are from Okabe and Ito (2008), which colour-blind readers can
// distinguish; the marks differ in shape as well.
var (
	paper  = color.White
	ink    = color.NRGBA{0x1b, 0x1f, 0x24, 0xff}
	muted  = color.NRGBA{0x59, 0x63, 0x6e, 0xff}
	faint  = color.NRGBA{0xe3, 0xe6, 0xea, 0xff}
	band   = color.NRGBA{0xf5, 0xf6, 0xf8, 0xff}
	blue   = color.NRGBA{0x00, 0x72, 0xb2, 0xff} // one core
	orange = color.NRGBA{0xd5, 0x5e, 0x00, 0xff} // two cores
)

func letters(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}

func stroke(c color.Color, width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width}
}

func style(a *plot.Axis) {
	a.Color = muted
	a.LineStyle = stroke(muted, 0.75)
	a.Tick.LineStyle = stroke(muted, 0.5)
	a.Tick.Length = 4
	label, tick := a.Label.TextStyle, a.Tick.Label
	a.Label.TextStyle, a.Tick.Label = letters(9, ink), letters(9, muted)
	a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign = label.XAlign, label.YAlign
	a.Tick.Label.XAlign, a.Tick.Label.YAlign = tick.XAlign, tick.YAlign
}

// entry is a mark of a legend and its meaning.
type entry struct {
	words string
	mark  func(draw.Canvas, vg.Point)
}

// sheet paints the paper, the title and the legend, and returns the rest.
func sheet(canvas vg.CanvasSizer, words string, entries []entry) draw.Canvas {
	c := draw.New(canvas)
	c.SetColor(paper)
	c.Fill(c.Rectangle.Path())
	return legend(title(draw.Crop(c, 8, -14, 6, -8), words), entries)
}

// title draws along the top of c and returns the rest.
func title(c draw.Canvas, words string) draw.Canvas {
	s := letters(12, ink)
	s.YAlign = text.YTop
	c.FillText(s, vg.Point{X: c.Min.X, Y: c.Max.Y}, words)
	c.Max.Y -= 22
	return c
}

// legend draws the marks with their meaning, never over data.
func legend(c draw.Canvas, entries []entry) draw.Canvas {
	s := letters(9, ink)
	s.YAlign = text.YCenter
	x, y := c.Min.X, c.Max.Y-6
	for _, e := range entries {
		e.mark(c, vg.Point{X: x + 10, Y: y})
		c.FillText(s, vg.Point{X: x + 24, Y: y + 1}, e.words)
		x += 24 + s.Width(e.words) + 18
	}
	c.Max.Y = y - 14
	return c
}

// ratios plots the rows.
type ratios struct{ all []chartRow }

func (r ratios) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	r.bands(c, ty)
	grid(c, p, tx)
	for i, row := range r.all {
		y := ty(-float64(i))
		if row.target > 0 {
			goalMark(c, vg.Point{X: tx(row.target), Y: y})
		}
		for _, at := range row.cores {
			// Each number of cores has a lane, so that neither hides the other.
			lane, colour := y+3.2, blue
			if at.cores > 1 {
				lane, colour = y-3.2, orange
			}
			if at.ratio.N > 1 {
				whisker(c, clamp(c, tx(at.ratio.Low)), clamp(c, tx(at.ratio.High)), lane, colour)
			}
			mark(c, vg.Point{X: tx(at.ratio.Value), Y: lane}, at.cores)
		}
	}
}

// grid draws a line at every label, and one at 1.
func grid(c draw.Canvas, p *plot.Plot, tx func(float64) vg.Length) {
	for _, tick := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if tick.Label != "" {
			c.StrokeLine2(stroke(faint, 0.75), tx(tick.Value), c.Min.Y, tx(tick.Value), c.Max.Y)
		}
	}
	c.StrokeLine2(stroke(muted, 1), tx(1), c.Min.Y, tx(1), c.Max.Y)
}

// bands shades every second case.
func (r ratios) bands(c draw.Canvas, ty func(float64) vg.Length) {
	cases := 0
	for i, row := range r.all {
		if i > 0 && r.all[i-1].contest != row.contest {
			cases++
		}
		if cases%2 == 0 {
			c.SetColor(band)
			c.Fill(vg.Rectangle{
				Min: vg.Point{X: c.Min.X, Y: ty(-float64(i) - 0.5)},
				Max: vg.Point{X: c.Max.X, Y: ty(-float64(i) + 0.5)},
			}.Path())
		}
	}
}

func clamp(c draw.Canvas, x vg.Length) vg.Length {
	if math.IsNaN(float64(x)) {
		return c.Min.X
	}
	return max(c.Min.X, min(c.Max.X, x))
}

// whisker is an interval.
func whisker(c draw.Canvas, low, high, y vg.Length, colour color.Color) {
	line := stroke(colour, 1)
	c.StrokeLine2(line, low, y, high, y)
	for _, end := range []vg.Length{low, high} {
		c.StrokeLine2(line, end, y-2, end, y+2)
	}
}

// barStyle is the colour of a bar and half of its thickness.
type barStyle struct {
	colour color.Color
	half   vg.Length
}

// gainBar is a factor, in either direction.
func gainBar(c draw.Canvas, from, to, y vg.Length, s barStyle) {
	c.SetColor(s.colour)
	c.Fill(vg.Rectangle{Min: vg.Point{X: min(from, to), Y: y - s.half}, Max: vg.Point{X: max(from, to), Y: y + s.half}}.Path())
}

// mark is a full circle for one core and an open square for more.
func mark(c draw.Canvas, at vg.Point, cores int) {
	if cores == 1 {
		c.DrawGlyph(draw.GlyphStyle{Color: blue, Radius: 2.6, Shape: draw.CircleGlyph{}}, at)
		return
	}
	c.DrawGlyph(draw.GlyphStyle{Color: paper, Radius: 2.4, Shape: draw.BoxGlyph{}}, at)
	c.DrawGlyph(draw.GlyphStyle{Color: orange, Radius: 2.6, Shape: draw.SquareGlyph{}}, at)
}

// goalMark is the target of a row.
func goalMark(c draw.Canvas, at vg.Point) {
	c.StrokeLine2(stroke(ink, 1.75), at.X, at.Y-6.5, at.X, at.Y+6.5)
}
