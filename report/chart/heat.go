package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/analyse"
)

const heatCaption = "The number and the colour of a cell are the gain over one worker on one core with GOMAXPROCS 1. ≈ means that the 95 % interval includes 1. The frame marks what is enough, as in the table: of the points that are shown to lose less than 5 % against every other, the one with the fewest cores, then the fewest workers."

// Heat draws the gain by GOMAXPROCS and workers, for the rows that have at least two of
// each.
func Heat(a *analyse.Analysis) (Chart, bool) {
	var maps []heatMap
	for _, r := range a.Rows {
		if m := newHeatMap(r); len(m.procs) > 1 && len(m.workers) > 1 &&
			max(len(m.procs), len(m.workers)) <= maxValues {
			maps = append(maps, m)
		}
	}
	cells, tallest := 0, 2
	var names []string
	for _, m := range maps {
		names = append(names, m.row.Name())
		cells, tallest = cells+len(m.row.Grid), max(tallest, len(m.procs))
	}
	scale := newHeatScale(maps)
	scale.numbers = cells <= maxNumbers
	c := Chart{Name: "heat", Title: "GOMAXPROCS and workers", Caption: heatCaption, Alt: heatAlt(maps)}.multiples(panelsAcross,
		"Gain over one worker on one core, by GOMAXPROCS and workers",
		scale.legend, names,
		func(t Theme, i int) *panel { return maps[i].panel(t, scale, len(maps)) })
	c.height = 64 + vg.Length(rowsOfPanels(len(maps), panelsAcross)*(max(112, 34+18*tallest)+24))
	return c, len(maps) > 0
}

// panel draws one of several maps that stand side by side.
func (m heatMap) panel(t Theme, scale heatScale, maps int) *panel {
	p := t.plot("workers", m.axis())
	p.X.Min, p.X.Max = -0.5, float64(len(m.workers))-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(len(m.procs))-0.5
	across := min(panelsAcross, max(2, maps))
	p.X.Tick.Marker = thinned(ordinals(m.workers), t.text(small, t.Ink), pageWidth/vg.Length(across)-50)
	p.Y.Tick.Marker = ordinals(m.procs)
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.Add(heatCells{m, scale, t})
	return p
}

// maxValues limits the values on an axis: more cells would be mere dots.
const maxValues = 64

// heatMap is the cells of a row and the values on its axes.
type heatMap struct {
	row            analyse.Row
	procs, workers []int
	together       bool // the cores grow with GOMAXPROCS
}

func newHeatMap(r analyse.Row) heatMap {
	m := heatMap{row: r}
	for _, c := range r.Grid {
		m.procs, m.workers = append(m.procs, c.Procs), append(m.workers, c.Workers)
		m.together = m.together || c.Cores != r.Grid[0].Cores
	}
	for _, axis := range []*[]int{&m.procs, &m.workers} {
		slices.Sort(*axis)
		*axis = slices.Compact(*axis)
	}
	return m
}

// axis names the vertical axis.
func (m heatMap) axis() string {
	if m.together {
		return "cores = GOMAXPROCS"
	}
	return fmt.Sprintf("GOMAXPROCS on %s", table.Count(m.row.Grid[0].Cores, "core"))
}

// ordinals labels the values of an axis at 0, 1, 2 …
func ordinals(values []int) (ticks plot.ConstantTicks) {
	for i, v := range values {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: strconv.Itoa(v)})
	}
	return ticks
}

// thinned keeps every second, third … label, so that the labels do not touch on an axis of
// this length.
func thinned(ticks plot.ConstantTicks, style text.Style, length vg.Length) plot.ConstantTicks {
	const gap = 4
	widest := vg.Length(0)
	for _, tick := range ticks {
		widest = max(widest, style.Width(tick.Label))
	}
	every := int(math.Ceil(float64((widest + gap) * vg.Length(len(ticks)) / length)))
	for i := range ticks {
		if i%max(every, 1) != 0 {
			ticks[i].Label = ""
		}
	}
	return ticks
}

// heatCells is the plotter.
type heatCells struct {
	heatMap
	scale heatScale
	t     Theme
}

func (h heatCells) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	place := func(cell analyse.Cell) vg.Rectangle {
		x, y := slices.Index(h.workers, cell.Workers), slices.Index(h.procs, cell.Procs)
		return span(tx(float64(x)-0.5), tx(float64(x)+0.5), ty(float64(y)-0.5), ty(float64(y)+0.5))
	}
	for _, cell := range h.row.Grid {
		if gain := cell.Gain.Value; gain > 0 {
			h.scale.cell(c, h.t, place(cell), cell.Gain)
		}
	}
	if advised := h.row.AdvisedCell(); advised >= 0 {
		frameCell(c, place(h.row.Grid[advised]))
	}
}

// frameCell draws a frame inside the edge of a cell, dark on light, which is visible on
// every colour of the scale.
func frameCell(c draw.Canvas, r vg.Rectangle) {
	by := vg.Point{X: 1, Y: 1}
	path := vg.Rectangle{Min: r.Min.Add(by), Max: r.Max.Sub(by)}.Path()
	for _, style := range []draw.LineStyle{line(onBright, 2.5), line(onDark, 1)} {
		c.SetLineStyle(style)
		c.Stroke(path)
	}
}

// heatScale maps gains to colours by their logarithm. It ends at a tenth: one heavily
// contended lock would otherwise take most of the colours.
type heatScale struct {
	low, high float64
	below     bool // some gains are less
	numbers   bool // are written into the cells
}

// maxNumbers limits the cells of a picture with numbers written in: more would make it
// half as large again. The sections of the rows have them.
const maxNumbers = 400

func newHeatScale(maps []heatMap) heatScale {
	s := heatScale{low: 0.5, high: 2}
	for _, m := range maps {
		for _, c := range m.row.Grid {
			if c.Gain.Value > 0 {
				s.low, s.high = min(s.low, c.Gain.Value), max(s.high, c.Gain.Value)
			}
		}
	}
	if s.low < 0.1 {
		s.low, s.below = 0.1, true
	}
	return s
}

// of returns the colour of a gain, and the colour of text on it.
func (s heatScale) of(gain float64) (fill, ink color.Color) {
	at := math.Log(gain/s.low) / math.Log(s.high/s.low)
	return heat(at), textOn(heat(at), onDark)
}

// cell draws a gain into r, and its number if there is room.
func (s heatScale) cell(c draw.Canvas, t Theme, r vg.Rectangle, gain interval.Interval) {
	fill, ink := s.of(gain.Value)
	fillRect(c, r, fill)
	style := t.aligned(small, ink, text.XCenter, text.YCenter)
	size := r.Size()
	if !s.numbers || size.Y < small {
		return
	}
	for _, number := range numbers(gain) {
		if style.Width(number) <= size.X-3 {
			middle := r.Min.Add(r.Max).Scale(0.5)
			c.FillText(style, vg.Point{X: middle.X, Y: middle.Y + centred}, number)
			return
		}
	}
}

// numbers returns the ways to write a gain, from the longest to the shortest.
func numbers(gain interval.Interval) []string {
	short := brief(gain.Value)
	long := short
	if gain.Value < 0.995 {
		long = strings.Replace(short, ".", "0.", 1)
	}
	if short[0] != '<' && gain.Low < 1 && gain.High > 1 {
		return []string{"≈" + long, "≈" + short, long, short}
	}
	return []string{long, short}
}

// legend explains five colours of the scale, and the frame.
func (s heatScale) legend(t Theme) (entries []entry) {
	const steps = 4
	for i := range steps + 1 {
		gain := s.low * math.Pow(s.high/s.low, float64(i)/steps)
		label := "× " + table.Figures(gain)
		if i == 0 && s.below {
			label = "≤ " + label
		}
		entries = append(entries, entry{label, func(c draw.Canvas, r vg.Rectangle) {
			fill, _ := s.of(gain)
			fillRect(c, r, fill)
		}})
	}
	return append(entries, entry{"enough: the least that loses less than 5 %", func(c draw.Canvas, r vg.Rectangle) {
		fill, _ := s.of(s.high)
		fillRect(c, r, fill)
		frameCell(c, r)
	}})
}

// heatAlt says what is enough in each map.
func heatAlt(maps []heatMap) string {
	return "What is enough of GOMAXPROCS × workers, losing less than 5 %: " + sentence(len(maps), func(i int) string {
		r := maps[i].row
		advised := r.AdvisedCell()
		if advised < 0 {
			return r.Name() + " is not known"
		}
		a := r.Grid[advised]
		return fmt.Sprintf("%s × %s at GOMAXPROCS %d with %s", r.Name(), table.Figures(a.Gain.Value), a.Procs, table.Count(a.Workers, "worker"))
	})
}
