package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

// Efficiency draws what share of its cores each row of more than one gains, and
// the serial fraction that would explain the loss. ok is false if there is no
// such row.
func Efficiency(a *report.Analysis) (c Chart, ok bool) {
	var rows []report.Row
	for _, r := range a.Rows {
		if len(r.Models.Cores) > 1 {
			rows = append(rows, r)
		}
	}
	return Chart{
		Name:    "efficiency",
		Title:   "Efficiency",
		Caption: efficiencyCaption,
		Alt:     efficiencyAlt(rows),
		width:   pageWidth,
		height:  vg.Length(74 + 156*panelRows(len(rows))),
		draw:    func(c draw.Canvas, t Theme) { drawEfficiency(c, t, rows) },
	}, len(rows) > 0
}

// efficiencyStyle is how the panels of Efficiency look.
type efficiencyStyle struct {
	lines  [3]draw.LineStyle
	glyphs [3]draw.GlyphStyle

	whole, ceiling draw.LineStyle
	ceilingGlyph   draw.GlyphStyle
}

func (t Theme) efficiencyStyle() (s efficiencyStyle) {
	// Neither the colours nor the shapes of the panels that stand beside these in
	// the section of a row.
	shapes := [3]draw.GlyphDrawer{draw.BoxGlyph{}, draw.RingGlyph{}, draw.TriangleGlyph{}}
	dashes := [3][]vg.Length{nil, {6, 2}, {2, 2}}
	for i, colour := range []color.Color{t.Series[3], t.Series[4], t.Series[2]} {
		s.lines[i] = line(colour, 1.75, dashes[i]...)
		s.glyphs[i] = glyph(shapes[i], line(colour, 1))
	}
	s.whole = line(t.Muted, 1, 4, 3)
	limits := t.scalingStyle()
	s.ceiling, s.ceilingGlyph = limits.ceiling, limits.ceilingGlyph
	return s
}

// legend is that of the shares which some row has on several cores.
func (s efficiencyStyle) legend(rows []report.Row) (entries []entry) {
	for i, name := range []string{"gain from cores G_p/p", "gain from cores G_p/H(p)", "Karp–Flatt serial fraction"} {
		known := func(e report.Efficiency) bool { return e.P > 1 && !math.IsNaN(sharesOf(e)[i].Value) }
		if slices.ContainsFunc(rows, func(r report.Row) bool { return slices.ContainsFunc(r.Models.Cores, known) }) {
			entries = append(entries, entry{name, lineMark(s.lines[i], &s.glyphs[i])})
		}
	}
	return entries
}

// sharesOf are those of its curves at a number of cores.
func sharesOf(e report.Efficiency) [3]report.Interval {
	return [3]report.Interval{e.OfIdeal, e.OfCeiling, e.Serial}
}

const efficiencyCaption = "G_p is the gain from cores. G_p/p, the efficiency, is its share of p cores, and G_p/H(p), the software efficiency, its share of what separate programs reach: where only the first falls, the machine is the limit, where both fall, the program. The Karp–Flatt fraction is the serial part that would explain the loss: level, there is one; rising, overhead grows with the cores; below 0, more was gained than the cores can give."

func drawEfficiency(c draw.Canvas, t Theme, rows []report.Row) {
	style := t.efficiencyStyle()
	c = t.headline(c, "What share of the cores is gained, at the best number of workers")
	entries := append(style.legend(rows), entry{"all of the cores", lineMark(style.whole, nil)})
	if slices.ContainsFunc(rows, func(r report.Row) bool { return ceilings(r).Len() > 1 }) {
		entries = append(entries, entry{"ceiling H(p)/p", lineMark(style.ceiling, &style.ceilingGlyph)})
	}
	var drawn []report.Interval
	for _, r := range rows {
		drawn = append(drawn, shares(r)...)
	}
	c = t.legend(c, append(entries, t.intervalEntry(drawn)...))
	var plots []*plot.Plot
	var names []string
	for _, r := range rows {
		plots, names = append(plots, style.panel(t, r)), append(names, r.Name())
	}
	t.panels(c, names, plots)
}

// shares are the intervals that a panel draws.
func shares(r report.Row) (all []report.Interval) {
	for _, e := range r.Models.Cores {
		all = append(all, e.OfIdeal, e.OfCeiling, e.Serial)
	}
	for _, s := range r.Scaling {
		all = append(all, s.Ceiling)
	}
	return all
}

// panel is the efficiency of one row.
func (s efficiencyStyle) panel(t Theme, r report.Row) *plot.Plot {
	p := t.plot("cores (doubling scale)", "share")
	end := math.Log2(float64(max(r.P, 2)))
	var curves [3]measured
	for _, e := range r.Models.Cores {
		for i, share := range sharesOf(e) {
			curves[i].add(math.Log2(float64(e.P)), share, func(v float64) float64 { return v })
		}
	}
	var limit measured
	if ceilings(r).Len() > 1 {
		for _, s := range r.Scaling {
			p := float64(s.P)
			limit.add(math.Log2(p), s.Ceiling, func(v float64) float64 { return v / p })
		}
	}
	low, high := 0.0, 1.1
	for _, m := range append(curves[:], limit) {
		for i := range m.y {
			low, high = min(low, m.low[i]), max(high, m.high[i])
		}
	}
	// Noise of a single row must not make the rest of it unreadable.
	low, high = max(low, -1), min(high, 2)
	p.Add(grid{t})
	lineTo(p, s.whole, plotter.XYs{{X: 0, Y: 1}, {X: end, Y: 1}})
	limit.clip(low, high).addBeside(p, s.ceiling, s.ceilingGlyph, besides(0, 4))
	for i, m := range curves {
		m.clip(low, high).addBeside(p, s.lines[i], s.glyphs[i], besides(i+1, 4))
	}
	p.X.Min, p.X.Max = -0.03*end-0.06, 1.03*end+0.06
	p.X.Tick.Marker = log2Ticks{6, end}
	p.Y.Min, p.Y.Max = low-0.05, high+0.05
	p.Y.Tick.Marker = shareTicks{}
	return p
}

// clip cuts the curve to a range.
func (m measured) clip(low, high float64) measured {
	cut := func(values []float64) (into []float64) {
		for _, v := range values {
			into = append(into, min(max(v, low), high))
		}
		return into
	}
	return measured{m.x, cut(m.y), cut(m.low), cut(m.high)}
}

// shareTicks labels a linear axis every half, with lines at the quarters.
type shareTicks struct{}

func (shareTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	for i := math.Ceil(4 * low); i <= 4*high; i++ {
		tick := plot.Tick{Value: i / 4}
		if math.Mod(i, 2) == 0 {
			tick.Label = decimal(i / 4)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// decimal writes a number of either sign, or 0, without needless digits.
func decimal(x float64) string {
	text := strconv.FormatFloat(math.Round(x*1000)/1000+0, 'f', -1, 64) // + 0, because -0 is written so
	return strings.Replace(text, "-", "−", 1)
}

func efficiencyAlt(rows []report.Row) string {
	return "A panel per workload: efficiency G_p/p, software efficiency G_p/H(p) and Karp–Flatt serial fraction against cores. " + sentence(len(rows), func(i int) string {
		r := rows[i]
		e := r.Models.Cores[len(r.Models.Cores)-1]
		part := fmt.Sprintf("%s gains %s of %s", r.Name(), percent(e.OfIdeal), worth(r, e.P))
		if !math.IsNaN(e.OfCeiling.Value) {
			part += fmt.Sprintf(", %s of what separate programs reach", percent(e.OfCeiling))
		}
		return part
	})
}

// worth is what p cores could bring. It is not what a workload uses: one that
// waits gains little from cores that it leaves idle.
func worth(r report.Row, p int) string { return fmt.Sprintf("what %s could bring", r.On(p)) }

func percent(i report.Interval) string { return fmt.Sprintf("%.0f %%", 100*i.Value) }
