package chart

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report/analyse"
	"overlap/report/law"
)

const lawCaption = "The law is X(N) = λN / (1 + σ(N−1) + κN(N−1)): contention σ flattens it, coherency κ bends it down. If the points swing around it instead of scattering, they follow another law."

// hasLaw reports whether a fit of the universal scalability law, over cores or over
// workers, rests on enough points to be drawn.
func hasLaw(r analyse.Row) bool {
	return r.Models.OverCores.Drawable() || r.Models.OverWorkers.Drawable()
}

func lawAlt(r analyse.Row) string {
	var parts []string
	for _, l := range []struct {
		over string
		fit  law.USL
	}{{"cores", r.Models.OverCores}, {"workers", r.Models.OverWorkers}} {
		if !l.fit.Drawable() {
			continue
		}
		worst := 0.0
		for _, m := range l.fit.Points {
			worst = max(worst, math.Abs(l.fit.Residual(m)))
		}
		parts = append(parts, fmt.Sprintf("The universal scalability law over %s: %s; the largest residual is %.1f %%.", l.over, l.fit.Coefficients(l.over), 100*worst))
	}
	return strings.Join(parts, " ")
}

func (t Theme) lawLine() draw.LineStyle { return line(t.Series[2], 1.25) }

func (t Theme) lawEntries() []entry {
	return []entry{{"universal scalability law", lineMark(t.lawLine(), nil)}, {"its 95 % band", bandMark(t)}}
}

// lawBand and lawCurve are plotters of a fit, for log₂ scales. They stay within the frame,
// because a band may be endless, and draw nothing if the fit cannot be drawn.
type (
	lawBand struct {
		fit law.USL
		t   Theme
	}
	lawCurve lawBand
)

func (l lawBand) Plot(c draw.Canvas, p *plot.Plot) {
	var low, high plotter.XYs
	for _, x := range reach(l.fit) {
		if at := l.fit.At(math.Exp2(x)); at.Low > 0 && !math.IsInf(at.High, 1) {
			low, high = append(low, within(p, x, at.Low)), append(high, within(p, x, at.High))
		}
	}
	band{l.t, low, high}.Plot(c, p)
}

func (l lawCurve) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var points []vg.Point
	for _, x := range reach(l.fit) {
		xy := within(p, x, l.fit.At(math.Exp2(x)).Value)
		points = append(points, vg.Point{X: tx(xy.X), Y: ty(xy.Y)})
	}
	if len(points) > 0 {
		c.StrokeLines(l.t.lawLine(), points)
	}
}

// reach returns places from the first point of a fit to the last, in log₂; none if the fit
// cannot be drawn.
func reach(fit law.USL) (places []float64) {
	if !fit.Drawable() {
		return nil
	}
	first, last := math.Inf(1), math.Inf(-1)
	for _, m := range fit.Points {
		first, last = min(first, math.Log2(m.N)), max(last, math.Log2(m.N))
	}
	const steps = 64
	for i := range steps + 1 {
		places = append(places, first+(last-first)*float64(i)/steps)
	}
	return places
}

func within(p *plot.Plot, x, y float64) plotter.XY {
	return plotter.XY{X: x, Y: min(max(math.Log2(y), p.Y.Min), p.Y.Max)}
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
