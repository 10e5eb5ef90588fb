package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
)

// lanes draws a plot with one lane for each name. scale sets up the x axis; things is
// drawn between the heights bottom and top.
func (t Theme) lanes(c draw.Canvas, label string, scale func(*plot.Axis), bottom, top float64, names plot.ConstantTicks, things plot.Plotter) {
	p := t.plot(label, "")
	scale(&p.X)
	p.Y.Min, p.Y.Max = bottom, top
	p.Y.Tick.Marker = names
	p.Y.Tick.Length = 0
	p.Y.Tick.Label.Color = t.Ink
	p.Add(uprights{t}, things)
	p.Draw(c)
}

// uprights draws a line at each labelled tick, and a stronger one at 0, which is a factor
// of 1 on a doubling scale.
type uprights struct{ t Theme }

func (u uprights) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	for _, tick := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		style := line(u.t.Grid, 0.75)
		if tick.Value == 0 {
			style = line(u.t.Muted, 1)
		}
		if !tick.IsMinor() || tick.Value == 0 {
			c.StrokeLine2(style, tx(tick.Value), c.Min.Y, tx(tick.Value), c.Max.Y)
		}
	}
}

// lying draws an interval of factors along a lane, within the frame. x maps doublings to
// places.
func lying(c draw.Canvas, style draw.LineStyle, i interval.Interval, x func(float64) vg.Length, y vg.Length) {
	if !(i.Low > 0) || !wide(i) {
		return
	}
	inside := func(v float64) vg.Length { return min(max(x(math.Log2(v)), c.Min.X), c.Max.X) }
	c.StrokeLine2(style, inside(i.Low), y, inside(i.High), y)
	for _, end := range []vg.Length{inside(i.Low), inside(i.High)} {
		c.StrokeLine2(style, end, y-2.5, end, y+2.5)
	}
}
