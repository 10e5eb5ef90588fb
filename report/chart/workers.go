package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

// Workers draws throughput against workers on one core and on all, under the
// operational bounds min(w/(D+Z), p/D).
func Workers(a *report.Analysis) Chart {
	most := 1
	var rows []report.Row // of known workers
	for _, r := range a.Rows {
		if len(r.Lines) > 0 {
			rows = append(rows, r)
			most = max(most, r.P)
		}
	}
	return Chart{
		Name:    "workers",
		Title:   "Workers",
		Caption: "D is the CPU time of a job and Z its waiting. Below the knee of the bound more workers overlap more waiting; beyond it only cores can help. What is missing to the bound is lost to hand-overs, locks, wake-ups and uneven ends.",
		Alt:     "A panel per workload: jobs per second against the number of workers, on one core and on all cores, with the bounds that waiting and computing set.",
		width:   pageWidth,
		height:  vg.Length(60 + 156*panelRows(len(rows))),
		draw: func(c draw.Canvas, t Theme) {
			styles := []draw.LineStyle{line(t.Concurrency, 1.75), line(t.Parallelism, 1.75)}
			glyphs := []draw.GlyphStyle{glyph(draw.CircleGlyph{}, styles[0]), glyph(draw.PyramidGlyph{}, styles[1])}
			bounds := []draw.LineStyle{line(t.Concurrency, 1, 4, 3), line(t.Parallelism, 1, 1.5, 2)}

			c = t.headline(c, "Throughput against workers, under the bound min(w/(D+Z), p/D)")
			c = t.legend(c, []entry{
				{"1 core", lineMark(styles[0], &glyphs[0])},
				{"its bound", lineMark(bounds[0], nil)},
				{fmt.Sprintf("%d cores", most), lineMark(styles[1], &glyphs[1])},
				{"their bound", lineMark(bounds[1], nil)},
				{"95 % interval", intervalMark(line(t.Ink, 1))},
			})
			var plots []*plot.Plot
			var names []string
			for _, r := range rows {
				p := t.plot("workers", "jobs per second")
				p.Add(grid{t})
				low, high := math.Inf(1), math.Inf(-1)
				widest := 1
				for i, l := range r.Lines {
					var curve measured
					var bound plotter.XYs
					for _, pt := range l.Points {
						x := math.Log2(float64(pt.Workers))
						curve.add(x, pt.Throughput, math.Log2)
						widest = max(widest, pt.Workers)
					}
					for _, y := range append(curve.low, curve.high...) {
						low, high = min(low, y), max(high, y)
					}
					for x := 0.0; x <= math.Log2(float64(widest))+1e-9; x += 1.0 / 16 {
						if y := math.Log2(l.Bound(math.Exp2(x))); !math.IsNaN(y) && !math.IsInf(y, 0) {
							bound = append(bound, plotter.XY{X: x, Y: y})
							high = max(high, y)
						}
					}
					lineTo(p, bounds[i], bound)
					curve.addTo(p, styles[i], glyphs[i])
				}
				p.X.Min, p.X.Max = -0.2, math.Log2(float64(max(widest, 2)))+0.2
				p.X.Tick.Marker = log2Ticks{5, math.Inf(1)}
				// At least three doublings, so that noise does not look like a slope.
				if pad := (3 - (high - low)) / 2; pad > 0 {
					low, high = low-pad, high+pad
				}
				p.Y.Min, p.Y.Max = low-0.15, high+0.15
				p.Y.Tick.Marker = rateTicks{}
				plots = append(plots, p)
				names = append(names, r.Name())
			}
			t.panels(c, names, plots)
		},
	}
}

// rateTicks labels a log₂ axis at 1, 2 and 5 times the powers of ten, or at the
// powers alone where those would crowd.
type rateTicks struct{}

func (rateTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	steps := []float64{1, 2, 5}
	if high-low > 8 {
		steps = steps[:1]
	}
	for e := math.Floor(low * math.Log10(2)); e <= math.Ceil(high*math.Log10(2)); e++ {
		for _, s := range steps {
			v := s * math.Pow(10, e)
			if y := math.Log2(v); y >= low && y <= high {
				ticks = append(ticks, plot.Tick{Value: y, Label: rate(v)})
			}
		}
	}
	return ticks
}

// rate writes a round number briefly: 0.5, 200, 5k.
func rate(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%gM", math.Round(v/1e5)/10)
	case v >= 1e3:
		return fmt.Sprintf("%gk", math.Round(v/100)/10)
	}
	return fmt.Sprintf("%.3g", v)
}
