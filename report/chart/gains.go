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

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
)

// Gains draws the concurrency gain of each workload as a bar that starts at 1, and the
// parallelism gain as a second bar that starts where the first ends. On a doubling scale,
// factors add up as lengths. It is false if no row has a gain.
func Gains(a *analyse.Analysis) (Chart, bool) {
	rows := rowsWith(a.Rows, hasGain)
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
			bar := func(p pattern, ink color.Color) func(draw.Canvas, vg.Rectangle) {
				return func(c draw.Canvas, r vg.Rectangle) { p.fill(c, r, ink, t.Background) }
			}
			var entries []entry
			if slices.ContainsFunc(rows, func(r analyse.Row) bool { return !math.IsNaN(r.Concurrency.Value) }) {
				entries = append(entries, entry{"concurrency gain (workers, 1 core)", bar(solid, t.Concurrency)})
			}
			entries = append(entries, entry{"parallelism gain (cores on top)", bar(upright, t.Parallelism)})
			if slices.ContainsFunc(rows, hasCeiling) {
				entries = append(entries, entry{"ceiling (G_c × H(p))", wallMark(bars.ceiling())})
			}
			c = t.legend(c, append(entries, t.intervalEntry(bars.intervals())...))
			low, high := bars.reach()
			t.lanes(c, "throughput over that of one worker on one core (factor, doubling scale)", func(x *plot.Axis) {
				x.Min, x.Max = low, high+0.38*(high-low) // room for the text behind the bars
				x.Tick.Marker = log2Ticks{10, math.Ceil(high)}
			}, 0.5-float64(len(rows)), 0.5, t.rowNames(rows), bars)
		},
	}, len(rows) > 0
}

// rowNames labels row i at -i.
func (t Theme) rowNames(rows []analyse.Row) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	style := t.text(small, t.Ink)
	names := clipAll(style, namesOf(rows), slices.Repeat([]vg.Length{maxLabelWidth}, len(rows)))
	for i, r := range rows {
		name := names[i]
		if r.Kind != "" {
			name += fmt.Sprintf(" (%s)", r.Kind)
		}
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: name})
	}
	return ticks
}

// gainBars is the plotter. The two bars of a row lie in separate lanes, so that neither
// hides the other when a gain is below 1.
type gainBars struct {
	rows []analyse.Row
	t    Theme
}

// reach returns the range of what is drawn, in doublings.
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

// intervals returns those of the bars and of the ceilings.
func (g gainBars) intervals() (all []interval.Interval) {
	for _, r := range g.rows {
		all = append(all, r.Concurrency, r.Parallelism)
		if hasCeiling(r) {
			all = append(all, r.Ceiling)
		}
	}
	return all
}

// hasCeiling reports whether a row has a ceiling to draw.
func hasCeiling(r analyse.Row) bool { return !math.IsNaN(r.Ceiling.Value) && r.P > 1 }

// hasGain reports whether numbers of cores or of workers of a row were compared.
func hasGain(r analyse.Row) bool {
	return !math.IsNaN(r.Concurrency.Value) || !math.IsNaN(r.Parallelism.Value)
}

// known returns a gain, or 1 if it is unknown: then it has no bar, and the next one starts
// at 1.
func known(gain interval.Interval) float64 {
	if math.IsNaN(gain.Value) {
		return 1
	}
	return gain.Value
}

func (g gainBars) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i, r := range g.rows {
		g.row(c, r, tx, ty(-float64(i)))
	}
}

const (
	lane                = 9 // height of a bar in points
	markWidth vg.Length = 2 // of a ceiling; a narrower interval would be a blot on it
)

func (g gainBars) row(c draw.Canvas, r analyse.Row, x func(float64) vg.Length, y vg.Length) {
	from := known(r.Concurrency)
	middle := math.Log2(from)
	end := middle + math.Log2(known(r.Parallelism))
	solid.fill(c, span(x(0), x(middle), y, y+lane), g.t.Concurrency, g.t.Background)
	upright.fill(c, span(x(middle), x(end), y-lane, y), g.t.Parallelism, g.t.Background)
	stroke := line(g.t.Ink, 1)
	behind := func(doublings float64) vg.Length { return x(middle + doublings) }
	lying(c, stroke, r.Concurrency, x, y+lane/2)
	lying(c, stroke, r.Parallelism, behind, y-lane/2)
	rightmost := max(x(0), x(middle), x(end))
	if hasCeiling(r) {
		at := behind(math.Log2(r.Ceiling.Value))
		c.StrokeLine2(g.ceiling(), at, y-lane-7, at, y-lane-0.5) // below the bar, off its interval
		if behind(math.Log2(r.Ceiling.High))-behind(math.Log2(r.Ceiling.Low)) > markWidth {
			lying(c, stroke, r.Ceiling, behind, y-lane-3.75)
		}
	}
	// The words stand beside the bars. Beside the mark of the ceiling, which lies lower,
	// they would seem to belong to it.
	for _, high := range []float64{r.Concurrency.High, from * r.Parallelism.High} {
		if high > 0 && finite(high) {
			rightmost = max(rightmost, x(math.Log2(high)))
		}
	}
	style := g.t.aligned(small, g.t.Ink, text.XLeft, text.YCenter)
	rightmost += 6
	words := product(r, interval.Interval.String)
	if style.Width(words) > c.Max.X-rightmost {
		words = product(r, func(i interval.Interval) string { return table.Figures(i.Value) })
	}
	c.FillText(style, vg.Point{X: rightmost, Y: y + centred}, words)
}

// product writes speedup = concurrency gain × parallelism gain, as far as the numbers are
// known. words writes the last number, with or without its interval.
func product(r analyse.Row, words func(interval.Interval) string) string {
	if math.IsNaN(r.Concurrency.Value) {
		return words(r.Parallelism)
	}
	return fmt.Sprintf("%s × %s = %s", table.Figures(r.Concurrency.Value), table.Figures(r.Parallelism.Value), words(r.Speedup))
}

func span(x1, x2, y1, y2 vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: min(x1, x2), Y: y1}, Max: vg.Point{X: max(x1, x2), Y: y2}}
}

func (g gainBars) ceiling() draw.LineStyle { return line(g.t.Ceiling, markWidth) }
