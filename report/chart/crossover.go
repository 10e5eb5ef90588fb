package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
)

const crossoverCaption = "The same work, cut finer and finer: the smaller a task, the more of the time goes to making, queueing and joining it. Efficiency is the time of the plain serial program over cores × time. Below the axis is n½, the smallest task that spends half of its time on work, with its interval; an arrow means that it lies beyond the measured sizes. The ceiling is what separate programs reach."

// Crossovers draws the efficiency of every executor against the size of a task, on one
// core and on the largest number of cores, and below it n½, the smallest task of which
// half the time is work. It needs a workload that was measured in several sizes.
func Crossovers(a *analyse.Analysis) (Chart, bool) {
	panels := crossoverPanels(a)
	if len(panels) == 0 {
		return Chart{}, false
	}
	names := executorsOf(a)
	const across = 2
	var titles []string
	for _, p := range panels {
		titles = append(titles, p.name())
	}
	c := Chart{Name: "crossover", Title: "Executors and the size of tasks", Caption: crossoverCaption, Alt: crossoverAlt(panels)}.multiples(across,
		"Efficiency against the size of a task, by executor",
		func(t Theme) []entry { return t.crossoverLegend(names, panels) }, titles,
		func(t Theme, i int) *panel { return t.crossoverPlot(panels[i], names) })
	c.height = vg.Length(64 + (len(panels)+across-1)/across*(230+laneHeight*len(names)))
	return c, true
}

// crossoverPanel is the executors of one workload at one number of cores.
type crossoverPanel []analyse.Crossover

func crossoverPanels(a *analyse.Analysis) (panels []crossoverPanel) {
	for i, c := range a.Crossovers {
		if i > 0 && a.Crossovers[i-1].SameButExecutor(c) {
			last := len(panels) - 1
			panels[last] = append(panels[last], c)
			continue
		}
		panels = append(panels, crossoverPanel{c})
	}
	return panels
}

func (p crossoverPanel) name() string { return p[0].Name() + " on " + table.Count(p[0].P, "core") }

func crossoverAlt(panels []crossoverPanel) string {
	var b strings.Builder
	b.WriteString("The smallest task of which half the time is work.")
	for _, p := range panels {
		var each []string
		for _, c := range p {
			each = append(each, fmt.Sprintf("%s %v", c.Executor, c))
		}
		fmt.Fprintf(&b, " %s: %s.", p.name(), strings.Join(each, "; "))
	}
	return b.String()
}

// executorsOf returns the names of all executors, sorted. The index of a name is that of
// its series in every chart.
func executorsOf(a *analyse.Analysis) (names []string) {
	for _, r := range a.Rows {
		names = append(names, r.Executor)
	}
	for _, c := range a.Crossovers {
		names = append(names, c.Executor)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (t Theme) crossoverLegend(names []string, panels []crossoverPanel) []entry {
	var entries []entry
	limits := slices.ContainsFunc(panels, func(p crossoverPanel) bool { return ceilingOf(p).Len() > 1 })
	for i, name := range names {
		style, glyph := t.series(i)
		entries = append(entries, entry{name, lineMark(style, &glyph)})
	}
	if limits {
		entries = append(entries, entry{"ceiling H(p)/p", lineMark(t.scalingStyle().ceiling, nil)})
	}
	return append(entries, entry{"half", lineMark(t.halfLine(), nil)})
}

func (t Theme) halfLine() draw.LineStyle { return line(t.Muted, 1, 4, 3) }

// laneHeight is the height of an executor's n½ below the axis, in points.
const laneHeight = 9

func (t Theme) crossoverPlot(group crossoverPanel, names []string) *panel {
	p := t.plot("work in a task (log scale)", "efficiency (1 = every core as fast as serial)")
	low, high, top := math.Inf(1), math.Inf(-1), 1.1
	for _, c := range group {
		for _, g := range c.Grains {
			low, high = min(low, math.Log10(g.Task)), max(high, math.Log10(g.Task))
			top = max(top, 1.05*g.Efficiency.Value)
		}
	}
	lane := top * laneHeight / 150
	p.X.Min, p.X.Max = low-0.15, high+0.15
	p.X.Tick.Marker = decadeTicks{}
	p.Y.Min, p.Y.Max = -lane*(float64(len(group))+0.5), top
	p.Y.Tick.Marker = efficiencyTicks{p.Y.Min / 2}
	p.Add(grid{t})
	across := func(y float64) plotter.XYs { return plotter.XYs{{X: p.X.Min, Y: y}, {X: p.X.Max, Y: y}} }
	p.line(line(t.Muted, 0.75), across(0))
	p.line(t.halfLine(), across(0.5))
	limit := ceilingOf(group).clip(0, top)
	p.line(t.scalingStyle().ceiling, limit.line())
	p.addIntervals(limit, t.Ceiling, 0) // without glyphs: every shape is that of an executor
	for i, c := range group {
		style, glyph := t.series(slices.Index(names, c.Executor))
		var curve measured
		for _, g := range c.Grains {
			curve.add(math.Log10(g.Task), cutOff(g.Efficiency, top), func(y float64) float64 { return y })
		}
		p.addShifted(curve, style, glyph, shiftOf(i, len(group)))
		p.Add(halfMark{c, -lane * (float64(i) + 0.75), style, glyph})
	}
	return p
}

// cutOff cuts an interval off at the frame.
func cutOff(i interval.Interval, top float64) interval.Interval {
	if !math.IsNaN(i.Low) {
		i.Low, i.High = max(i.Low, 0), min(i.High, top)
	}
	return i
}

// ceilingOf returns the ceiling at each size, which is the same for all executors.
func ceilingOf(panel crossoverPanel) (m measured) {
	for _, g := range panel[0].Grains {
		if g.Ceiling.Value > 0 {
			m.add(math.Log10(g.Task), g.Ceiling, func(y float64) float64 { return y })
		}
	}
	return m
}

// halfMark is the plotter of one n½: a glyph on its interval at height y, or an arrow if
// n½ lies beyond the sizes measured.
type halfMark struct {
	analyse.Crossover
	y     float64
	style draw.LineStyle
	glyph draw.GlyphStyle
}

func (h halfMark) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	y := ty(h.y)
	thin := line(h.style.Color, 1)
	end := func(seconds float64, beyond vg.Length) vg.Length {
		if !(seconds > 0) || math.IsInf(seconds, 1) {
			return beyond
		}
		return min(max(tx(math.Log10(seconds)), c.Min.X), c.Max.X)
	}
	left, right := c.Min.X+3, c.Max.X-3
	if math.IsNaN(h.Half.Value) {
		tip, back := left, vg.Length(7)
		if !h.Reached() {
			tip, back = right, -7
		}
		c.StrokeLine2(thin, tip, y, tip+2*back, y)
		c.StrokeLine2(thin, tip, y, tip+back/2, y+2.5)
		c.StrokeLine2(thin, tip, y, tip+back/2, y-2.5)
		c.DrawGlyph(h.glyph, vg.Point{X: tip + 2*back, Y: y})
		return
	}
	if !math.IsNaN(h.Half.Low) {
		c.StrokeLine2(thin, end(h.Half.Low, left), y, end(h.Half.High, right), y)
	}
	c.DrawGlyph(h.glyph, vg.Point{X: end(h.Half.Value, left), Y: y})
}

// efficiencyTicks labels efficiencies from 0, and the strip of n½ below.
type efficiencyTicks struct{ strip float64 }

func (e efficiencyTicks) Ticks(low, high float64) []plot.Tick {
	ticks := []plot.Tick{{Value: e.strip, Label: "n½"}}
	step := 0.25
	for high/step > 6 {
		step *= 2
	}
	for y := 0.0; y <= high; y += step {
		ticks = append(ticks, plot.Tick{Value: y, Label: strconv.FormatFloat(y, 'f', -1, 64)})
	}
	return ticks
}
