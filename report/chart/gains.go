package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/table"
	"overlap/report"
)

// Gains draws the headline: for each workload the concurrency gain as a bar
// from 1, and the parallelism gain as a second bar from where the first ends,
// on a scale of doublings, where factors add up as lengths.
func Gains(a *report.Analysis) Chart {
	rows := having(a.Rows, hasGain)
	return Chart{
		Name:    "gains",
		Title:   "Gains",
		Caption: "Every step to the right doubles the throughput, and factors add up as lengths: the second bar starts where the first ends and leads to the speedup. The mark is where the second bar would end if the workload gained from cores what programs that share nothing gain.",
		Alt:     gainsAlt(rows),
		width:   pageWidth,
		height:  vg.Length(96 + 34*len(rows)),
		draw: func(c draw.Canvas, t Theme) {
			c = t.headline(c, "What workers and cores buy: speedup = concurrency gain × parallelism gain")
			bars := gainBars{rows, t}
			var entries []entry
			if slices.ContainsFunc(rows, func(r report.Row) bool { return !math.IsNaN(r.Concurrency.Value) }) {
				entries = append(entries, entry{"concurrency gain (workers, 1 core)", bars.solid(t.Concurrency)})
			}
			entries = append(entries, entry{"parallelism gain (cores on top)", bars.hatched(t.Parallelism)})
			if slices.ContainsFunc(rows, hasCeiling) {
				entries = append(entries, entry{"ceiling (G_c × H(p))", func(c draw.Canvas, r vg.Rectangle) {
					x := (r.Min.X + r.Max.X) / 2
					bars.ceiling(c, x, r.Min.Y, r.Max.Y)
				}})
			}
			c = t.legend(c, append(entries, t.intervalEntry(bars.drawn())...))
			p := t.plot("throughput over that of one worker on one core (factor, doubling scale)", "")
			low, high := bars.reach()
			p.X.Min, p.X.Max = low, high+0.38*(high-low) // room for the text behind the bars
			p.X.Tick.Marker = log2Ticks{10, math.Ceil(high)}
			n := float64(len(rows))
			p.Y.Min, p.Y.Max = -n+0.5, 0.5
			p.Y.Tick.Marker = t.rowNames(rows)
			p.Y.Tick.Length = 0
			p.Y.Tick.Label.Color = t.Ink
			p.Add(bars)
			p.Draw(c)
		},
	}
}

// rowNames labels row i at -i.
func (t Theme) rowNames(rows []report.Row) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	style := t.text(small, t.Ink)
	names := clipAll(style, namesOf(rows), slices.Repeat([]vg.Length{longestLabel}, len(rows)))
	for i, r := range rows {
		name := names[i]
		if r.Kind != "" {
			name += fmt.Sprintf(" (%s)", r.Kind)
		}
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: name})
	}
	return ticks
}

// gainBars is the plotter. The two bars of a row lie in lanes of their own, so
// that neither hides the other when a gain is below 1.
type gainBars struct {
	rows []report.Row
	t    Theme
}

// reach is the range of what is drawn.
func (g gainBars) reach() (low, high float64) {
	for _, r := range g.rows {
		from := known(r.Concurrency)
		ends := []float64{from, from * known(r.Parallelism), r.Concurrency.Low, r.Concurrency.High,
			from * r.Parallelism.Low, from * r.Parallelism.High}
		if hasCeiling(r) {
			ends = append(ends, from*r.Ceiling.Low, from*r.Ceiling.Value, from*r.Ceiling.High)
		}
		for _, x := range ends {
			if x > 0 && !math.IsInf(x, 1) {
				low, high = min(low, math.Log2(x)), max(high, math.Log2(x))
			}
		}
	}
	return math.Floor(low*2) / 2, max(high, low+1)
}

// drawn are the intervals of the bars and the marks.
func (g gainBars) drawn() (all []report.Interval) {
	for _, r := range g.rows {
		all = append(all, r.Concurrency, r.Parallelism)
		if hasCeiling(r) {
			all = append(all, r.Ceiling)
		}
	}
	return all
}

// hasCeiling reports whether a row has a mark for the ceiling.
func hasCeiling(r report.Row) bool { return !math.IsNaN(r.Ceiling.Value) && r.P > 1 }

// hasGain reports whether cores or workers of a row were compared.
func hasGain(r report.Row) bool {
	return !math.IsNaN(r.Concurrency.Value) || !math.IsNaN(r.Parallelism.Value)
}

// known is a gain, or 1 if it is not known: then there is no bar of it, and the
// next begins at 1.
func known(gain report.Interval) float64 {
	if math.IsNaN(gain.Value) {
		return 1
	}
	return gain.Value
}

func (g gainBars) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	g.t.factors(c, p)
	for i, r := range g.rows {
		g.row(c, r, tx, ty(-float64(i)))
	}
}

const (
	lane                = 9 // height of a bar in points
	markWidth vg.Length = 2 // of a ceiling; a narrower interval would be a blot on it
)

func (g gainBars) row(c draw.Canvas, r report.Row, x func(float64) vg.Length, y vg.Length) {
	from := known(r.Concurrency)
	middle := math.Log2(from)
	end := middle + math.Log2(known(r.Parallelism))
	g.solid(g.t.Concurrency)(c, span(x(0), x(middle), y, y+lane))
	g.hatched(g.t.Parallelism)(c, span(x(middle), x(end), y-lane, y))
	g.interval(c, x, r.Concurrency, 0, y+lane/2)
	g.interval(c, x, r.Parallelism, middle, y-lane/2)
	rightmost := max(x(0), x(middle), x(end))
	if hasCeiling(r) {
		at := x(middle + math.Log2(r.Ceiling.Value))
		g.ceiling(c, at, y-lane-7, y-lane-0.5) // below the bar, off its interval
		if x(middle+math.Log2(r.Ceiling.High))-x(middle+math.Log2(r.Ceiling.Low)) > markWidth {
			g.interval(c, x, r.Ceiling, middle, y-lane-3.75)
		}
	}
	// The words stand at the bars: beside the mark, which lies lower, they would seem to
	// be of the ceiling.
	for _, high := range []float64{r.Concurrency.High, from * r.Parallelism.High} {
		if high > 0 && finite(high) {
			rightmost = max(rightmost, x(math.Log2(high)))
		}
	}
	style := g.t.text(small, g.t.Ink)
	style.YAlign = text.YCenter
	rightmost += 6
	words := product(r, report.Interval.String)
	if style.Width(words) > c.Max.X-rightmost {
		words = product(r, func(i report.Interval) string { return table.Figures(i.Value) })
	}
	c.FillText(style, vg.Point{X: rightmost, Y: y + centred}, words)
}

// product is the identity in numbers, as far as they are known, with the last of
// them in words that may have its interval.
func product(r report.Row, words func(report.Interval) string) string {
	if math.IsNaN(r.Concurrency.Value) {
		return words(r.Parallelism)
	}
	return fmt.Sprintf("%s × %s = %s", table.Figures(r.Concurrency.Value), table.Figures(r.Parallelism.Value), words(r.Speedup))
}

func span(x1, x2, y1, y2 vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: min(x1, x2), Y: y1}, Max: vg.Point{X: max(x1, x2), Y: y2}}
}

func (g gainBars) interval(c draw.Canvas, x func(float64) vg.Length, i report.Interval, from float64, y vg.Length) {
	if !(i.Low > 0) || !wide(i) {
		return
	}
	low, high := x(from+math.Log2(i.Low)), x(from+math.Log2(i.High))
	style := line(g.t.Ink, 1)
	c.StrokeLine2(style, low, y, high, y)
	for _, end := range []vg.Length{low, high} {
		c.StrokeLine2(style, end, y-2.5, end, y+2.5)
	}
}

func (g gainBars) solid(fill color.Color) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) { fillRect(c, r, fill) }
}

// hatched marks the bar with strokes, so that it is told from a solid one
// without colour.
func (g gainBars) hatched(fill color.Color) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		fillRect(c, r, fill)
		for x := r.Min.X + 3; x < r.Max.X; x += 4 {
			c.StrokeLine2(line(g.t.Background, 1), x, r.Min.Y, x, r.Max.Y)
		}
	}
}

func (g gainBars) ceiling(c draw.Canvas, x, y1, y2 vg.Length) {
	c.StrokeLine2(line(g.t.Ceiling, markWidth), x, y1, x, y2)
}
