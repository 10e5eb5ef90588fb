package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

// Efficiency draws what share of its cores each row of more than one uses, and
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
		Caption: "S/p is the gain over the cores, S/H(p) the gain over what separate programs reach: where only the first falls, the machine is the limit, where both fall, the program. The Karp–Flatt fraction is the serial part that would explain the loss: level, there is one; rising, overhead grows with the cores; below 0, more was gained than the cores can give.",
		Alt:     efficiencyAlt(rows),
		width:   pageWidth,
		height:  vg.Length(74 + 156*panelRows(len(rows))),
		draw:    func(c draw.Canvas, t Theme) { drawEfficiency(c, t, rows) },
	}, len(rows) > 0
}

func drawEfficiency(c draw.Canvas, t Theme, rows []report.Row) {
	var styles [3]draw.LineStyle
	var glyphs [3]draw.GlyphStyle
	for i := range styles {
		styles[i], glyphs[i] = t.series(i)
	}
	whole := line(t.Muted, 1, 4, 3)
	c = t.headline(c, "How well the cores are used, at the best number of workers")
	c = t.legend(c, []entry{
		{"efficiency S/p", lineMark(styles[0], &glyphs[0])},
		{"software efficiency S/H(p)", lineMark(styles[1], &glyphs[1])},
		{"Karp–Flatt serial fraction", lineMark(styles[2], &glyphs[2])},
		{"all of the cores", lineMark(whole, nil)},
		{"95 % interval", intervalMark(line(t.Ink, 1))},
	})
	var plots []*plot.Plot
	var names []string
	for _, r := range rows {
		p := t.plot("cores", "share")
		end := math.Log2(float64(max(r.P, 2)))
		var curves [3]measured
		for _, e := range r.Models.Cores {
			// Side by side, so that intervals do not hide each other.
			x := math.Log2(float64(e.P))
			for i, share := range []report.Interval{e.OfIdeal, e.OfCeiling, e.Serial} {
				curves[i].add(x+0.02*end*float64(i-1), share, func(v float64) float64 { return v })
			}
		}
		low, high := 0.0, 1.1
		for _, m := range curves {
			for i := range m.y {
				low, high = min(low, m.low[i]), max(high, m.high[i])
			}
		}
		// Noise of a single row must not make the rest of it unreadable.
		low, high = max(low, -1), min(high, 2)
		p.Add(grid{t})
		lineTo(p, whole, plotter.XYs{{X: 0, Y: 1}, {X: end, Y: 1}})
		for i, m := range curves {
			m.clip(low, high).addTo(p, styles[i], glyphs[i])
		}
		p.X.Min, p.X.Max = -0.06*end-0.06, 1.06*end+0.06
		p.X.Tick.Marker = log2Ticks{6, end}
		p.Y.Min, p.Y.Max = low-0.05, high+0.05
		p.Y.Tick.Marker = shareTicks{}
		plots, names = append(plots, p), append(names, fit(t, r.Name()))
	}
	t.panels(c, names, plots)
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

// fit shortens a name to the width of a panel.
func fit(t Theme, name string) string {
	const widest = pageWidth/columns - 50
	style := t.text(medium, t.Ink)
	if style.Width(name) <= widest {
		return name
	}
	runes := []rune(name)
	for len(runes) > 1 && style.Width(string(runes)+"…") > widest {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
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
	return strconv.FormatFloat(math.Round(x*1000)/1000+0, 'f', -1, 64) // + 0, because -0 is written so
}

func efficiencyAlt(rows []report.Row) string {
	const most = 8 // rows in words
	var parts []string
	for _, r := range rows[:min(len(rows), most)] {
		e := r.Models.Cores[len(r.Models.Cores)-1]
		part := fmt.Sprintf("%s uses %s of %d cores", r.Name(), percent(e.OfIdeal), e.P)
		if !math.IsNaN(e.OfCeiling.Value) {
			part += fmt.Sprintf(", %s of what separate programs reach", percent(e.OfCeiling))
		}
		parts = append(parts, part)
	}
	if more := len(rows) - most; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return "A panel per workload: efficiency, software efficiency and Karp–Flatt serial fraction against cores. " + strings.Join(parts, "; ") + "."
}

func percent(i report.Interval) string { return fmt.Sprintf("%.0f %%", 100*i.Value) }
