package chart

import (
	"math"
	"slices"

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
			c = t.headline(c, "Gain from cores at the best number of workers, on doubling scales")
			c = t.legend(c, append(s.legend("gain from cores", a.Rows...), t.intervalEntry()))
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
	ideal, ceiling, gain    draw.LineStyle
	ceilingGlyph, gainGlyph draw.GlyphStyle
}

// scalingStyle gives the gain from cores the colour that parallelism has in the
// other charts.
func (t Theme) scalingStyle() scalingStyle {
	s := scalingStyle{
		ideal:   line(t.Muted, 1, 4, 3),
		ceiling: line(t.Ceiling, 1.25, 1.5, 2),
		gain:    line(t.Parallelism, 1.75),
	}
	s.ceilingGlyph = glyph(draw.SquareGlyph{}, s.ceiling)
	s.gainGlyph = glyph(draw.PyramidGlyph{}, s.gain)
	return s
}

func (s scalingStyle) legend(gain string, rows ...report.Row) []entry {
	entries := []entry{{gain, lineMark(s.gain, &s.gainGlyph)}, {"ideal", lineMark(s.ideal, nil)}}
	if slices.ContainsFunc(rows, func(r report.Row) bool { return len(ceilingLine(r)) > 1 }) {
		entries = append(entries, entry{"ceiling H(p): separate programs", lineMark(s.ceiling, &s.ceilingGlyph)})
	}
	return entries
}

// ceilingLine is H(p) against p, as far as it was measured, both in log₂.
func ceilingLine(r report.Row) (points plotter.XYs) {
	for _, s := range r.Scaling {
		if y := math.Log2(s.Ceiling.Value); finite(y) {
			points = append(points, plotter.XY{X: math.Log2(float64(s.P)), Y: y})
		}
	}
	return points
}

// below is the line up to where it first passes a height.
func below(points plotter.XYs, top float64) (part plotter.XYs) {
	for i, to := range points {
		if to.Y <= top {
			part = append(part, to)
			continue
		}
		if i > 0 {
			from := points[i-1]
			along := (top - from.Y) / (to.Y - from.Y)
			part = append(part, plotter.XY{X: from.X + along*(to.X-from.X), Y: top})
		}
		break
	}
	return part
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
	if ceilings.Len() > 1 { // on one core it is 1, also where it was not measured
		ceilings.addTo(p, s.ceiling, s.ceilingGlyph)
	}
	gains.addTo(p, s.gain, s.gainGlyph)
	p.X.Min, p.X.Max = -0.12, end+0.12
	p.X.Tick.Marker = log2Ticks{6, end}
	p.Y.Min, p.Y.Max = low-0.05, high+0.12
	p.Y.Tick.Marker = log2Ticks{6, high}
	return p
}
