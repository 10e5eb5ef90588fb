package chart

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report"
)

const workersCaption = "D is the CPU time of a job and Z its waiting. Below the knee of the bound more workers overlap more waiting; beyond it only cores can help. What is missing to the bound is lost to hand-overs, locks, wake-ups and uneven ends."

// Workers draws throughput against workers on one core and on all, under the
// operational bounds min(w/(D+Z), p/D).
func Workers(a *report.Analysis) Chart {
	var rows []report.Row // of known workers
	var widths []int
	for _, r := range a.Rows {
		if len(r.Lines) > 0 {
			rows = append(rows, r)
			widths = append(widths, r.P)
		}
	}
	return Chart{
		Name:    "workers",
		Title:   "Workers",
		Caption: workersCaption,
		Alt:     workersAlt(rows),
		width:   pageWidth,
		height:  vg.Length(60 + 156*panelRows(len(rows))),
		draw: func(c draw.Canvas, t Theme) {
			s := t.workersStyle()
			c = t.headline(c, "Throughput against workers, under the bound min(w/(D+Z), p/D)")
			c = t.legend(c, append(s.legend(allCores(widths)), t.intervalEntry()))
			var plots []*plot.Plot
			var names []string
			for _, r := range rows {
				plots = append(plots, s.panel(t, r))
				names = append(names, r.Name())
			}
			t.panels(c, names, plots)
		},
	}
}

// allCores names the most cores of panels that share a legend: by number only if
// it is that of all which have more than one.
func allCores(widths []int) string {
	widths = slices.DeleteFunc(slices.Clone(widths), func(p int) bool { return p == 1 })
	slices.Sort(widths)
	switch widths = slices.Compact(widths); len(widths) {
	case 0:
		return plural(1, "core")
	case 1:
		return plural(widths[0], "core")
	}
	return "all cores"
}

// workersStyle is how the curves over workers look: on one core, and on all.
type workersStyle struct {
	curves, bounds [2]draw.LineStyle
	glyphs         [2]draw.GlyphStyle
}

func (t Theme) workersStyle() workersStyle {
	s := workersStyle{
		curves: [2]draw.LineStyle{line(t.Concurrency, 1.75), line(t.Parallelism, 1.75)},
		bounds: [2]draw.LineStyle{line(t.Concurrency, 1, 4, 3), line(t.Parallelism, 1, 1.5, 2)},
	}
	s.glyphs = [2]draw.GlyphStyle{glyph(draw.CircleGlyph{}, s.curves[0]), glyph(draw.PyramidGlyph{}, s.curves[1])}
	return s
}

func (s workersStyle) legend(all string) []entry {
	return []entry{
		{"1 core", lineMark(s.curves[0], &s.glyphs[0])},
		{"its bound", lineMark(s.bounds[0], nil)},
		{all, lineMark(s.curves[1], &s.glyphs[1])},
		{"their bound", lineMark(s.bounds[1], nil)},
	}
}

func (s workersStyle) panel(t Theme, r report.Row) *plot.Plot {
	p := t.plot("workers", "jobs per second")
	p.Add(grid{t})
	low, high := math.Inf(1), math.Inf(-1)
	widest := 1
	for i, l := range r.Lines {
		var curve measured
		for _, pt := range l.Points {
			curve.add(math.Log2(float64(pt.Workers)), pt.Throughput, math.Log2)
			widest = max(widest, pt.Workers)
		}
		for _, y := range append(curve.low, curve.high...) {
			low, high = min(low, y), max(high, y)
		}
		limit := bound(l, float64(widest))
		for _, xy := range limit {
			high = max(high, xy.Y)
		}
		lineTo(p, s.bounds[i], limit)
		curve.addTo(p, s.curves[i], s.glyphs[i])
	}
	p.X.Min, p.X.Max = -0.2, math.Log2(float64(max(widest, 2)))+0.2
	p.X.Tick.Marker = log2Ticks{5, math.Inf(1)}
	// At least three doublings, so that noise does not look like a slope.
	if pad := (3 - (high - low)) / 2; pad > 0 {
		low, high = low-pad, high+pad
	}
	p.Y.Min, p.Y.Max = low-0.15, high+0.15
	p.Y.Tick.Marker = rateTicks{}
	return p
}

// bound is the line of a bound up to w workers: on these scales two straight
// pieces, which meet at the knee w* = p(D+Z)/D.
func bound(l report.Line, w float64) (points plotter.XYs) {
	ends := []float64{1, w}
	if knee := float64(l.P) * l.Residence / l.Demand; knee > 1 && knee < w {
		ends = []float64{1, knee, w}
	}
	for _, x := range ends {
		if y := math.Log2(l.Bound(x)); !math.IsNaN(y) && !math.IsInf(y, 0) {
			points = append(points, plotter.XY{X: math.Log2(x), Y: y})
		}
	}
	return points
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
