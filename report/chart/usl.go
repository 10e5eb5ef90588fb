package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

// law is a fit of the universal scalability law to be drawn.
type law struct {
	fit        report.USL
	name, unit string // what N is: "cores", and the unit of X

	// What cores or workers could bring, in log₂.
	ideal, bound plotter.XYs // over cores, over workers
	ceiling      measured    // over cores
}

// laws are the row's fits that rest on enough points to be drawn.
func laws(r report.Row) (all []law) {
	for _, l := range []law{
		{fit: r.Models.OverCores, name: "cores", unit: "gain over 1 core (×)", ceiling: ceilings(r)},
		{fit: r.Models.OverWorkers, name: "workers", unit: "jobs per second"},
	} {
		if l.fit.Drawable() {
			first, last := l.reach()
			if l.name == "cores" {
				l.ideal = plotter.XYs{{X: first, Y: first}, {X: last, Y: last}}
			} else if n := len(r.Lines); n > 0 {
				l.bound = bound(r.Lines[n-1], math.Exp2(first), math.Exp2(last))
			}
			all = append(all, l)
		}
	}
	return all
}

// USLFit draws the fits of the universal scalability law to a row, over cores
// and over workers, each above its residuals. ok is false if there is none.
func USLFit(r report.Row) (c Chart, ok bool) {
	all := laws(r)
	alt := "The universal scalability law fitted to " + r.Name() + ", with its 95 % band, the measured points and their residuals."
	for _, l := range all {
		alt += fmt.Sprintf(" Over %s: %s; the largest residual is %.1f %%.", l.name, l.fit.Coefficients(l.name), 100*worstResidual(l.fit))
	}
	return Chart{
		Name:    "usl",
		Title:   "Universal scalability law",
		Caption: "X(N) = λN / (1 + σ(N−1) + κN(N−1)): contention σ flattens the curve, coherency κ bends it down. Below are the residuals, measured over fitted: if they wave instead of scattering, the law is not the program's, and its coefficients mean little.",
		Alt:     alt,
		Row:     r.ID(),
		width:   pageWidth,
		height:  330,
		draw:    func(c draw.Canvas, t Theme) { drawLaws(c, t, all) },
	}, len(all) > 0
}

func drawLaws(c draw.Canvas, t Theme, all []law) {
	curve, _ := t.series(0)
	points := glyph(draw.CircleGlyph{}, line(t.Ink, 1))
	c = t.headline(c, "Throughput against the universal scalability law, on log scales")
	entries := []entry{
		{"measured", func(c draw.Canvas, r vg.Rectangle) {
			c.DrawGlyph(points, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2})
		}},
		{"fitted", lineMark(curve, nil)},
		{"band of the fit (95 %)", bandMark(t)},
	}
	c = t.legend(c, append(entries, t.limitsOfLaws(all)...))
	grid := [][]*plot.Plot{make([]*plot.Plot, len(all)), make([]*plot.Plot, len(all))}
	for i, l := range all {
		grid[0][i], grid[1][i] = l.curvePlot(t), l.residualPlot(t)
	}
	const title = 16
	tiles := draw.Tiles{Rows: 2, Cols: len(all), PadX: 18, PadTop: title}
	aligned := plot.Align(grid, tiles, c)
	middle := c.Min.Y + 0.36*(c.Max.Y-c.Min.Y) // the residuals are the lower third
	style := t.text(small, t.Ink)
	style.YAlign = text.YBottom
	for i, l := range all {
		upper, lower := aligned[0][i], aligned[1][i]
		upper.Min.Y, lower.Max.Y = middle+4, middle-4
		grid[0][i].Draw(upper)
		grid[1][i].Draw(lower)
		c.FillText(style, vg.Point{X: grid[0][i].DataCanvas(upper).Min.X, Y: upper.Max.Y + 3}, l.title())
	}
}

// limitsOfLaws are the entries of what is drawn beside the laws, and of the
// intervals.
func (t Theme) limitsOfLaws(all []law) (entries []entry) {
	style := t.scalingStyle()
	some := func(label string, has func(law) bool, mark func(draw.Canvas, vg.Rectangle)) {
		if slices.ContainsFunc(all, has) {
			entries = append(entries, entry{label, mark})
		}
	}
	some("ideal", func(l law) bool { return len(l.ideal) > 1 }, lineMark(style.ideal, nil))
	some("ceiling H(p)", func(l law) bool { return l.ceiling.Len() > 1 }, lineMark(style.ceiling, &style.ceilingGlyph))
	some("bound min(w/(D+Z), p/D)", func(l law) bool { return len(l.bound) > 1 }, lineMark(t.workersStyle().bounds[1], nil))
	var drawn []report.Interval
	for _, l := range all {
		for _, point := range l.fit.Points {
			drawn = append(drawn, point.Interval())
		}
		for i := range l.ceiling.y {
			drawn = append(drawn, report.Interval{Low: l.ceiling.low[i], High: l.ceiling.high[i]})
		}
	}
	return append(entries, t.intervalEntry(drawn)...)
}

// title is the fit in a line over its panel; the intervals are in the text.
func (l law) title() string {
	text := "σ " + l.fit.Sigma.Brief() + ", κ " + l.fit.Kappa.Brief()
	if !l.fit.Identifiable {
		return text + ", not identifiable"
	}
	if peak := l.fit.Peak.Value; l.fit.Kappa.Low > 0 { // or there may be no peak
		text += fmt.Sprintf(", highest at %s", plural(int(math.Round(max(peak, 1))), strings.TrimSuffix(l.name, "s")))
	}
	return text
}

// curvePlot draws band, curve and points on log₂ scales.
func (l law) curvePlot(t Theme) *plot.Plot {
	p := t.plot(l.name, l.unit)
	p.Add(grid{t})
	var m measured
	for _, point := range l.fit.Points {
		m.add(math.Log2(point.N), point.Interval(), math.Log2)
	}
	first, last := l.reach()
	var curve, low, high plotter.XYs
	for i := range 65 {
		x := first + (last-first)*float64(i)/64
		at := l.fit.At(math.Exp2(x))
		curve = append(curve, plotter.XY{X: x, Y: math.Log2(at.Value)})
		if at.Low > 0 && !math.IsInf(at.High, 1) {
			low, high = append(low, plotter.XY{X: x, Y: math.Log2(at.Low)}), append(high, plotter.XY{X: x, Y: math.Log2(at.High)})
		}
	}
	p.Add(band{t, low, high})
	bottom, top := math.Inf(1), math.Inf(-1)
	for _, y := range append(m.low, m.high...) {
		bottom, top = min(bottom, y), max(top, y)
	}
	for _, points := range []plotter.XYs{low, high, curve} {
		for _, xy := range points {
			bottom, top = min(bottom, xy.Y), max(top, xy.Y)
		}
	}
	// What the cores could bring is drawn up to twice what they do: farther up it
	// would press the curve flat.
	limits, double := t.scalingStyle(), top+1
	shown, marks := l.ceiling.until(double)
	for _, far := range []struct {
		draw.LineStyle
		points plotter.XYs
	}{{limits.ideal, below(l.ideal, double)}, {limits.ceiling, shown}, {t.workersStyle().bounds[1], below(l.bound, double)}} {
		lineTo(p, far.LineStyle, far.points)
		for _, xy := range far.points {
			bottom, top = min(bottom, xy.Y), max(top, xy.Y)
		}
	}
	if marks.Len() > 1 {
		for i := range marks.x {
			bottom, top = min(bottom, marks.low[i]), max(top, marks.high[i])
		}
		marks.addTo(p, draw.LineStyle{Color: t.Ceiling}, limits.ceilingGlyph)
	}
	style, _ := t.series(0)
	lineTo(p, style, curve)
	m.addTo(p, draw.LineStyle{Color: t.Ink}, glyph(draw.CircleGlyph{}, line(t.Ink, 1)))
	p.X.Min, p.X.Max = first-0.15, last+0.15
	p.X.Tick.Marker = log2Ticks{8, last}
	p.Y.Min, p.Y.Max = bottom-0.15, max(top, bottom+1)+0.15
	p.Y.Tick.Marker = rateTicks{}
	return p
}

// residualPlot draws how far the points are from the curve.
func (l law) residualPlot(t Theme) *plot.Plot {
	p := t.plot(l.name, "residual (%)")
	p.Add(grid{t})
	first, last := l.reach()
	lineTo(p, line(t.Muted, 1), plotter.XYs{{X: first, Y: 0}, {X: last, Y: 0}})
	var m measured
	widest := 1.0
	for _, point := range l.fit.Points {
		at := l.fit.At(point.N).Value
		m.add(math.Log2(point.N), point.Interval(), func(x float64) float64 { return 100 * (x/at - 1) })
	}
	for _, y := range append(m.low, m.high...) {
		widest = max(widest, 1.1*math.Abs(y))
	}
	m.addTo(p, draw.LineStyle{Color: t.Ink}, glyph(draw.CircleGlyph{}, line(t.Ink, 1)))
	p.X.Min, p.X.Max = first-0.15, last+0.15
	p.X.Tick.Marker = log2Ticks{8, last}
	p.Y.Min, p.Y.Max = -widest, widest
	step := math.Pow(10, math.Floor(math.Log10(widest)))
	if widest/step > 4 {
		step *= 2
	}
	var ticks plot.ConstantTicks
	for y := -step * math.Floor(widest/step); y <= widest; y += step {
		ticks = append(ticks, plot.Tick{Value: y, Label: decimal(y)})
	}
	if len(ticks) > 5 {
		for i := range ticks {
			if i%2 != len(ticks)/2%2 {
				ticks[i].Label = ""
			}
		}
	}
	p.Y.Tick.Marker = ticks
	return p
}

// reach is the range of N, in log₂.
func (l law) reach() (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, m := range l.fit.Points {
		first, last = min(first, math.Log2(m.N)), max(last, math.Log2(m.N))
	}
	return first, last
}

func worstResidual(u report.USL) (worst float64) {
	for _, m := range u.Points {
		worst = max(worst, math.Abs(u.Residual(m)))
	}
	return worst
}

// band fills the area between two curves.
type band struct {
	t         Theme
	low, high plotter.XYs
}

func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	if len(b.low) < 2 {
		return
	}
	tx, ty := p.Transforms(&c)
	var path vg.Path
	path.Move(vg.Point{X: tx(b.low[0].X), Y: ty(b.low[0].Y)})
	for _, xy := range b.low[1:] {
		path.Line(vg.Point{X: tx(xy.X), Y: ty(xy.Y)})
	}
	for i := len(b.high) - 1; i >= 0; i-- {
		path.Line(vg.Point{X: tx(b.high[i].X), Y: ty(b.high[i].Y)})
	}
	path.Close()
	c.SetColor(b.t.Grid)
	c.Fill(path)
	c.SetLineStyle(line(b.t.Muted, 0.5))
	c.Stroke(path)
}

func bandMark(t Theme) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		fillRect(c, r, t.Grid)
		c.SetLineStyle(line(t.Muted, 0.5))
		c.Stroke(r.Path())
	}
}
