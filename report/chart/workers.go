package chart

import (
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"overlap/report/analyse"
	"overlap/report/law"
)

const workersCaption = "D is the CPU time of a job and Z its waiting. Below the knee of the bound, more workers overlap more waiting; beyond it, only more cores help. The distance to the bound is lost to hand-overs, locks, wake-ups and workers that end at different times."

// workersAlone is the caption where CPU time was not measured, so that there is no bound.
const workersAlone = "How many jobs a second that many workers finish. Where the curve is level, more workers bring no more; where it falls, they are in each other's way."

// hasBound reports whether a bound of the row is drawn.
func hasBound(r analyse.Row) bool {
	return slices.ContainsFunc(r.Lines, func(l analyse.Line) bool { return len(bound(l, 1, 2)) > 1 })
}

// Workers draws throughput against workers on one core and on all cores, under the
// operational bounds min(w/(D+Z), p/D). It is false if the workers of no row are known.
func Workers(a *analyse.Analysis) (Chart, bool) {
	rows := rowsWith(a.Rows, hasLines)
	title, caption := "Throughput against workers, on log scales", workersAlone
	limits := slices.ContainsFunc(rows, hasBound)
	if limits {
		title, caption = title+", under the bound min(w/(D+Z), p/D)", workersCaption
	}
	return Chart{Name: "workers", Title: "Workers", Caption: caption, Alt: workersAlt(rows)}.multiples(panelsAcross,
		title,
		func(t Theme) []entry { return t.workersStyle().legend(rows, limits) },
		namesOf(rows),
		func(t Theme, i int) *panel { return t.workersStyle().panel(t, rows[i], law.USL{}) }), len(rows) > 0
}

// hasLines reports whether the numbers of workers of a row are known.
func hasLines(r analyse.Row) bool { return len(r.Lines) > 0 }

// allCores names the largest number of cores of rows that share a legend: by the number,
// if all rows with several cores have the same.
func allCores(one string, several []string) string {
	switch several = slices.Compact(slices.Sorted(slices.Values(several))); len(several) {
	case 0:
		return one
	case 1:
		return several[0]
	}
	return "all cores"
}

// workersStyle is how curves over workers look: on one core, and on all cores.
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

func (s workersStyle) legend(rows []analyse.Row, limits bool) (entries []entry) {
	bounds := []string{"its bound", "their bound"}
	one, several := rows[0].CoresText(1), []string(nil)
	for _, r := range rows {
		if r.P > 1 {
			several = append(several, r.CoresText(r.P))
		}
	}
	for i, cores := range slices.Compact([]string{one, allCores(one, several)}) {
		entries = append(entries, entry{cores, lineMark(s.curves[i], &s.glyphs[i])})
		if limits {
			entries = append(entries, entry{bounds[i], lineMark(s.bounds[i], nil)})
		}
	}
	if !slices.ContainsFunc(rows, func(r analyse.Row) bool { return r.Lines[0].P == 1 }) {
		return entries[len(entries)/2:]
	}
	return entries
}

func (s workersStyle) panel(t Theme, r analyse.Row, fit law.USL) *panel {
	p := t.plot("workers", "jobs per second")
	p.Add(grid{t}, lawBand{fit, t})
	f := emptyFrame()
	widest := 1
	for _, l := range r.Lines {
		i := min(l.P-1, 1) // how it looks: on one core, or on several
		var curve measured
		for _, pt := range l.Points {
			curve.add(math.Log2(float64(pt.Workers)), pt.Throughput, math.Log2)
			widest = max(widest, pt.Workers)
		}
		f.hold(curve)
		limit := bound(l, 1, float64(widest))
		for _, xy := range limit {
			f.high = max(f.high, xy.Y)
		}
		p.line(s.bounds[i], limit)
		p.add(curve, s.curves[i], s.glyphs[i])
	}
	p.Add(lawCurve{fit, t})
	p.X.Min, p.X.Max = -0.2, math.Log2(float64(max(widest, 2)))+0.2
	p.X.Tick.Marker = log2Ticks{5, math.Inf(1)}
	// At least three doublings, so that noise does not look like a slope.
	pad := max(0, (3-(f.high-f.low))/2) + 0.15
	p.Y.Min, p.Y.Max = f.low-pad, f.high+pad
	p.Y.Tick.Marker = rateTicks{}
	return p
}

// bound returns a bound between two numbers of workers: on log scales, two straight pieces
// that meet at the knee w* = p(D+Z)/D.
func bound(l analyse.Line, from, to float64) (points plotter.XYs) {
	ends := []float64{from, to}
	if knee := float64(l.P) * l.Residence / l.Demand; knee > from && knee < to {
		ends = []float64{from, knee, to}
	}
	for _, x := range ends {
		if y := math.Log2(l.MaxThroughput(x)); !math.IsNaN(y) && !math.IsInf(y, 0) {
			points = append(points, plotter.XY{X: math.Log2(x), Y: y})
		}
	}
	return points
}
