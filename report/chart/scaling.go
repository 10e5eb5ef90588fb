package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

const scalingCaption = "Where the line keeps to the ceiling, the machine sets the limit; where it falls below, the program does. It can pass the ceiling where cores are uneven: the ceiling waits for the slowest of its separate programs, while workers that share one queue even out."

// Scaling draws the gain from cores at the best number of workers, with the
// ideal and the measured ceiling.
func Scaling(a *report.Analysis) Chart {
	return Chart{
		Name:    "scaling",
		Title:   "Cores",
		Caption: scalingCaption,
		Alt:     scalingAlt(a.Rows),
		width:   pageWidth,
		height:  vg.Length(60 + 156*panelRows(len(a.Rows))),
		draw: func(c draw.Canvas, t Theme) {
			s := t.scalingStyle()
			c = t.headline(c, "Speedup against cores at the best number of workers, both on doubling scales")
			c = t.legend(c, append(s.legend("speedup over 1 core"), t.intervalEntry()))
			var plots []*plot.Plot
			var names []string
			for _, r := range a.Rows {
				plots = append(plots, s.panel(t, r))
				names = append(names, r.Name())
			}
			t.panels(c, names, plots)
		},
	}
}

// scalingStyle is how the curves over cores look.
type scalingStyle struct {
	ideal, ceiling, speedup    draw.LineStyle
	ceilingGlyph, speedupGlyph draw.GlyphStyle
}

// scalingStyle gives the gain from cores the colour that parallelism has in the
// other charts.
func (t Theme) scalingStyle() scalingStyle {
	s := scalingStyle{
		ideal:   line(t.Muted, 1, 4, 3),
		ceiling: line(t.Ceiling, 1.25, 1.5, 2),
		speedup: line(t.Parallelism, 1.75),
	}
	s.ceilingGlyph = glyph(draw.SquareGlyph{}, s.ceiling)
	s.speedupGlyph = glyph(draw.PyramidGlyph{}, s.speedup)
	return s
}

func (s scalingStyle) legend(speedup string) []entry {
	return []entry{
		{speedup, lineMark(s.speedup, &s.speedupGlyph)},
		{"ceiling H(p): separate programs", lineMark(s.ceiling, &s.ceilingGlyph)},
		{"ideal", lineMark(s.ideal, nil)},
	}
}

func (t Theme) intervalEntry() entry {
	return entry{"95 % interval", intervalMark(line(t.Ink, 1))}
}

func (s scalingStyle) panel(t Theme, r report.Row) *plot.Plot {
	p := t.plot("cores", "gain over 1 core (×)")
	end := math.Log2(float64(max(r.P, 2)))
	low, high := -0.4, end
	var gains, ceilings measured
	for _, s := range r.Scaling {
		x := math.Log2(float64(s.P))
		gains.add(x, s.Gain, math.Log2)
		ceilings.add(x, s.Ceiling, math.Log2)
	}
	for _, m := range []measured{gains, ceilings} {
		for i := range m.y {
			low, high = min(low, m.low[i]), max(high, m.high[i])
		}
	}
	p.Add(grid{t})
	lineTo(p, s.ideal, plotter.XYs{{X: 0, Y: 0}, {X: end, Y: end}})
	ceilings.addTo(p, s.ceiling, s.ceilingGlyph)
	gains.addTo(p, s.speedup, s.speedupGlyph)
	p.X.Min, p.X.Max = -0.12, end+0.12
	p.X.Tick.Marker = log2Ticks{6, end}
	p.Y.Min, p.Y.Max = low-0.05, high+0.12
	p.Y.Tick.Marker = log2Ticks{6, high}
	return p
}
