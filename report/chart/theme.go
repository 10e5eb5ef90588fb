package chart

import (
	"image/color"
	"math"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Theme is the palette of a chart. The first data colours are from Okabe and Ito (2008).
// The others were searched for near theirs, so that any two differ by a ΔE of 15 (CIE
// 1976), also for readers with protanopia and deuteranopia; on white, theirs do not.
// Everything drawn in these colours also differs in shape, hatching or dashes.
type Theme struct {
	Background, Ink, Muted, Grid color.Color

	Concurrency, Parallelism, Ceiling color.Color

	// Series are the colours of things of one kind, such as executors or parts of a stack.
	// The page replaces light colours by dark ones by value: a light colour used twice
	// must be used twice in the dark theme, too, and a colour that stays the same is in
	// neither theme.
	Series [8]color.Color

	goroutines bool // workers are called that
}

var workerWord = regexp.MustCompile(`(^|[ (“])([Ww]orker)(s?[ ,.;:)”]|s?$)`)

// say calls workers goroutines if those of RunParallel are all that a chart shows. In names,
// which have no spaces, nothing changes.
func (t Theme) say(text string) string {
	if !t.goroutines {
		return text
	}
	return workerWord.ReplaceAllStringFunc(text, func(s string) string {
		return strings.NewReplacer("worker", "goroutine", "Worker", "Goroutine").Replace(s)
	})
}

// Light is the theme for light pages and print.
var Light = Theme{
	Background:  rgb(0xffffff),
	Ink:         rgb(0x1b1f24),
	Muted:       rgb(0x59636e),
	Grid:        rgb(0xe3e6ea),
	Concurrency: rgb(0x0072b2),
	Parallelism: rgb(0xd55e00),
	Ceiling:     rgb(0x1b1f24),
	Series:      [8]color.Color{rgb(0x0072b2), rgb(0xd55e00), rgb(0x0ea272), rgb(0x8d224d), rgb(0x7d4d00), rgb(0x0399ec), rgb(0x013eaa), rgb(0x858c94)},
}

// Dark is the theme for dark pages.
var Dark = Theme{
	Background:  rgb(0x161b22),
	Ink:         rgb(0xe6edf3),
	Muted:       rgb(0x9da7b3),
	Grid:        rgb(0x30363d),
	Concurrency: rgb(0x56b4e9),
	Parallelism: rgb(0xe69f00),
	Ceiling:     rgb(0xe6edf3),
	Series:      [8]color.Color{rgb(0x56b4e9), rgb(0xe69f00), rgb(0x30c395), rgb(0xfdbde5), rgb(0xf1e542), rgb(0x277cc3), rgb(0x8896ff), rgb(0x69747e)},
}

func rgb(v uint32) color.Color {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

// The two type sizes: 12 and 14 CSS pixels.
const (
	small  vg.Length = 9
	medium vg.Length = 10.5
)

// centred lifts text that is centred on a height: gonum centres the line, but most letters
// stand in its upper half.
const centred vg.Length = 1

func typeface(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

func (t Theme) text(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: typeface(size), Handler: plot.DefaultTextHandler}
}

func (t Theme) aligned(size vg.Length, c color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	style := t.text(size, c)
	style.XAlign, style.YAlign = x, y
	return style
}

func line(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}

// series returns the line and the glyph of the i-th thing of one kind. Colour, dashes and
// shape differ, so that readers need no colour.
func (t Theme) series(i int) (draw.LineStyle, draw.GlyphStyle) {
	dashes := [][]vg.Length{nil, {6, 2}, {2, 2}, {8, 2, 2, 2}, {1, 3}, {4, 4}, {10, 3}, {3, 1}}
	shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.PlusGlyph{}, draw.CrossGlyph{}}
	i %= len(t.Series)
	style := line(t.Series[i], 1.75, dashes[i]...)
	return style, glyph(shapes[i], line(t.Series[i], 1))
}

// plot returns an empty plot in the theme.
func (t Theme) plot(x, y string) *panel {
	p := &panel{Plot: plot.New()}
	p.BackgroundColor = color.Transparent
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color = t.Muted
		axis.LineStyle = line(t.Muted, 0.75)
		axis.Tick.LineStyle = line(t.Muted, 0.5)
		axis.Tick.Length = 4
		axis.Label.TextStyle.Color, axis.Label.TextStyle.Font = t.Ink, typeface(small)
		axis.Tick.Label.Color, axis.Tick.Label.Font = t.Muted, typeface(small)
	}
	p.X.Label.Text, p.Y.Label.Text = t.say(x), t.say(y)
	return p
}

// grid draws lines at the labelled ticks, behind the data.
type grid struct{ t Theme }

func (g grid) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var path vg.Path
	for _, x := range labelled(p.X) {
		path.Move(vg.Point{X: tx(x), Y: c.Min.Y})
		path.Line(vg.Point{X: tx(x), Y: c.Max.Y})
	}
	for _, y := range labelled(p.Y) {
		path.Move(vg.Point{X: c.Min.X, Y: ty(y)})
		path.Line(vg.Point{X: c.Max.X, Y: ty(y)})
	}
	if len(path) > 0 {
		c.SetLineStyle(line(g.t.Grid, 0.75))
		c.Stroke(path)
	}
}

// labelled returns the labelled ticks of an axis.
func labelled(axis plot.Axis) (at []float64) {
	for _, tick := range axis.Tick.Marker.Ticks(axis.Min, axis.Max) {
		if !tick.IsMinor() && tick.Value >= axis.Min && tick.Value <= axis.Max {
			at = append(at, tick.Value)
		}
	}
	return at
}

// log2Ticks labels powers of two on an axis of log₂ values: every second, third … of many,
// so that the labels do not touch, and none beyond end, where text stands.
type log2Ticks struct {
	maxLabels int
	end       float64
}

func (l log2Ticks) Ticks(low, high float64) []plot.Tick {
	first, last := int(math.Ceil(low-1e-9)), int(math.Floor(min(high, l.end)+1e-9))
	step := 1
	for (last-first)/step >= l.maxLabels {
		step++
	}
	var ticks []plot.Tick
	for e := first; e <= last; e++ {
		tick := plot.Tick{Value: float64(e)}
		if e%step == 0 {
			tick.Label = decimal(math.Exp2(float64(e)))
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// legend draws entries side by side along the top of c and returns the rest of c.
func (t Theme) legend(c draw.Canvas, entries []entry) draw.Canvas {
	style := t.aligned(small, t.Ink, text.XLeft, text.YCenter)
	const mark, gap, between = 20, 4, 14
	x, y := c.Min.X, c.Max.Y-7
	for _, e := range entries {
		label := t.say(e.label)
		width := mark + gap + style.Width(label)
		if x+width > c.Max.X && x > c.Min.X {
			x, y = c.Min.X, y-14
		}
		e.mark(c, vg.Rectangle{Min: vg.Point{X: x, Y: y - 5}, Max: vg.Point{X: x + mark, Y: y + 5}})
		c.FillText(style, vg.Point{X: x + mark + gap, Y: y + centred}, label)
		x += width + between
	}
	c.Max.Y = y - 12
	return c
}

// entry is one item of the legend. mark draws its sign into the rectangle.
type entry struct {
	label string
	mark  func(draw.Canvas, vg.Rectangle)
}

// intervalMark returns the sign of an interval.
func intervalMark(style draw.LineStyle) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		x := (r.Min.X + r.Max.X) / 2
		c.StrokeLine2(style, x, r.Min.Y, x, r.Max.Y)
		c.StrokeLine2(style, x-2.5, r.Min.Y, x+2.5, r.Min.Y)
		c.StrokeLine2(style, x-2.5, r.Max.Y, x+2.5, r.Max.Y)
	}
}

// wallMark returns the sign of an upright line.
func wallMark(style draw.LineStyle) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		x := (r.Min.X + r.Max.X) / 2
		c.StrokeLine2(style, x, r.Min.Y, x, r.Max.Y)
	}
}

func lineMark(style draw.LineStyle, glyph *draw.GlyphStyle) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		middle := (r.Min.Y + r.Max.Y) / 2
		c.StrokeLine2(style, r.Min.X, middle, r.Max.X, middle)
		if glyph != nil {
			c.DrawGlyph(*glyph, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: middle})
		}
	}
}

// headline draws the title along the top of c and returns the rest of c.
func (t Theme) headline(c draw.Canvas, title string) draw.Canvas {
	style := t.aligned(12, t.Ink, text.XLeft, text.YTop)
	c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, clip(style, t.say(title), c.Max.X-c.Min.X))
	c.Max.Y -= 20
	return c
}

func fillRect(c draw.Canvas, r vg.Rectangle, fill color.Color) {
	c.SetColor(fill)
	c.Fill(r.Path())
}
