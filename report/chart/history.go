package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/table"
	"overlap/report/history"
)

// maxPanels limits the benchmarks that are drawn. Those with steps go first.
const maxPanels = 12

// History draws the time and the speedup of each benchmark over the commits, as chained
// ratios, with their steps. ok is false if there is nothing to draw; h may be nil.
func History(h *history.History) (c Chart, ok bool) {
	if h == nil {
		return Chart{}, false
	}
	all := historyPanels(h)
	if len(all) == 0 {
		return Chart{}, false
	}
	drawn := all[:min(len(all), maxPanels)]
	caption := "Each line is the chain of ratios of a commit to its base, measured side by side; its 95 % band widens because errors add up. Upright lines are steps: the shortest ranges of commits whose ratios chance does not explain, with the change, and a bar on top if the range has several commits. Where a line is dotted, nothing was compared: it continues at the level before, which is an assumption."
	if rest := len(all) - len(drawn); rest > 0 {
		caption += fmt.Sprintf(" %s left out: overlap history draws those that you choose.", table.Count(rest, "more benchmark"))
	}
	var names []string
	for _, p := range drawn {
		names = append(names, p.name)
	}
	c = Chart{Name: "history", Title: "History", Caption: caption, Alt: historyAlt(h)}.multiples(panelsAcross,
		"Over the commits: "+h.Finding(),
		func(t Theme) []entry {
			styles := historyStyles(t)
			return []entry{
				{"time (less is better)", lineMark(styles[history.Time].line, nil)},
				{"speedup (more is better)", lineMark(styles[history.Speedup].line, nil)},
				{"95 % band", bandMark(t)},
				{"step", wallMark(line(t.Ink, 0.9))},
				{"gap", lineMark(line(t.Muted, 1, 1.5, 1.5), nil)},
			}
		}, names,
		func(t Theme, i int) *panel { return drawn[i].panel(t, h) })
	c.height = vg.Length(70 + 130*rowsOfPanels(len(drawn), panelsAcross))
	return c, true
}

func historyAlt(h *history.History) string {
	text := "Over the commits: " + h.Finding()
	if len(h.Causes) == 0 {
		return text + "."
	}
	return text + ": " + sentence(len(h.Causes), func(i int) string {
		c := h.Causes[i]
		return fmt.Sprintf("%s (%s) %s at %s", c.Title(), c.Lead().What(), c.Lead().Percent(), c.After.Short())
	})
}

// historyPanel is the panel of one benchmark.
type historyPanel struct {
	name   string
	series []history.Series
}

// historyPanels returns the panels, those with the largest steps first.
func historyPanels(h *history.History) (all []historyPanel) {
	index := map[[2]string]int{}
	for _, s := range h.Series {
		if s.Quantity != history.Time && s.Quantity != history.Speedup || len(s.Points) < 2 {
			continue
		}
		key := [2]string{s.Package, s.Name}
		if i, ok := index[key]; ok {
			all[i].series = append(all[i].series, s)
			continue
		}
		index[key] = len(all)
		all = append(all, historyPanel{s.Title(), []history.Series{s}})
	}
	slices.SortStableFunc(all, func(a, b historyPanel) int { return cmp.Compare(b.largest(), a.largest()) })
	return all
}

// largest returns the size of the largest step as a logarithm; 0 without steps.
func (p historyPanel) largest() (size float64) {
	for _, s := range p.series {
		for _, step := range s.Steps {
			size = max(size, math.Abs(math.Log(step.Ratio.Value)))
		}
	}
	return size
}

type historyStyle struct {
	line draw.LineStyle
	dot  draw.GlyphStyle
}

func historyStyles(t Theme) map[history.Quantity]historyStyle {
	styles := map[history.Quantity]historyStyle{}
	for i, q := range []history.Quantity{history.Time, history.Speedup} {
		line, dot := t.series(i)
		line.Width, dot.Radius = 1.5, 2
		styles[q] = historyStyle{line, dot}
	}
	return styles
}

// maxDots limits the commits of a series that have dots: more would touch.
const maxDots = 40

// panel draws levels in log₂: a doubling and a halving are equally far from no change.
func (p historyPanel) panel(t Theme, h *history.History) *panel {
	out := t.plot("", "")
	out.Add(grid{t})
	styles := historyStyles(t)
	first, last, low, high := history.Extent(p.series)
	for _, s := range p.series {
		for _, piece := range pieces(s, first, last) {
			out.Add(piece.band(t, low, high))
		}
	}
	for _, s := range p.series {
		for _, piece := range pieces(s, first, last) {
			piece.draw(out, t, styles[s.Quantity], last-first <= maxDots)
		}
	}
	out.Y.Min, out.Y.Max = low, high
	out.X.Min, out.X.Max = float64(first)-0.3, float64(last)+0.3
	out.Add(stepLines{p.series, t})
	out.X.Tick.Marker = commitTicks(h.Commits, first, last)
	out.Y.Tick.Marker = changeTicks{}
	return out
}

// piece is a piece of a series as a panel draws it.
type piece struct {
	joint, at, low, high plotter.XYs
}

func pieces(s history.Series, first, last int) (list []piece) {
	for _, x := range s.Pieces(first, last, 150) {
		var p piece
		for _, end := range x.Joint {
			p.joint = append(p.joint, xy(end, end.Level))
		}
		for _, point := range x.Points {
			p.at = append(p.at, xy(point, point.Level))
		}
		for _, point := range x.Bounds {
			p.low, p.high = append(p.low, xy(point, point.Low)), append(p.high, xy(point, point.High))
		}
		list = append(list, p)
	}
	return list
}

func xy(p history.Point, level float64) plotter.XY {
	return plotter.XY{X: float64(p.Commit), Y: math.Log2(level)}
}

// band returns the band of the piece, cut off where the panel ends.
func (p piece) band(t Theme, low, high float64) band {
	bounded := func(points plotter.XYs) plotter.XYs {
		points = slices.Clone(points)
		for i := range points {
			points[i].Y = max(low, min(high, points[i].Y))
		}
		return points
	}
	return band{t, bounded(p.low), bounded(p.high)}
}

func (p piece) draw(out *panel, t Theme, style historyStyle, dots bool) {
	out.line(line(t.Muted, 1, 1.5, 1.5), p.joint)
	out.line(style.line, p.at)
	if !dots && len(p.at) > 1 {
		return
	}
	s, err := plotter.NewScatter(p.at)
	if err != nil {
		panic("chart: " + err.Error()) // levels are finite and above 0
	}
	s.GlyphStyle = style.dot
	out.Add(s)
}

// stepLines draws an upright line where a series left its level, in the dashes of the
// series, and the change if there is room.
type stepLines struct {
	series []history.Series
	t      Theme
}

func (s stepLines) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	styles := historyStyles(s.t)
	label := s.t.aligned(small, s.t.Ink, text.XLeft, text.YTop)
	y := c.Max.Y - 1
	for _, one := range s.series {
		free := c.Min.X
		for _, step := range one.Steps {
			x := tx(float64(step.At[0]+step.At[1]) / 2)
			if from, to := tx(float64(step.At[0])), tx(float64(step.At[1])); step.At[1]-step.At[0] > 1 {
				bottom := c.Max.Y - 2
				c.StrokeLine2(line(s.t.Ink, 1), from, bottom, to, bottom)
			}
			dashes := styles[one.Quantity].line.Dashes
			c.StrokeLine2(line(s.t.Ink, 0.9, dashes...), x, c.Min.Y, x, c.Max.Y)
			words, at := step.Percent(), x+2
			if at+label.Width(words) > c.Max.X {
				at = x - 2 - label.Width(words)
			}
			if at >= free {
				c.FillText(label, vg.Point{X: at, Y: y}, words)
				free = at + label.Width(words) + 3
			}
		}
		y -= small + 2 // those of the other series are a line below
	}
}

// commitTicks labels the first commit, the last and, if there are more than four, one in
// the middle. The others have ticks if these do not touch.
func commitTicks(commits []history.Commit, first, last int) (ticks plot.ConstantTicks) {
	const hash = 7 // characters: three times as many fit below a panel
	named := []int{first, last}
	if last-first > 3 {
		named = append(named, (first+last)/2)
	}
	for i := first; i <= last; i++ {
		tick := plot.Tick{Value: float64(i)}
		if slices.Contains(named, i) {
			tick.Label = commits[i].Hash[:min(hash, len(commits[i].Hash))]
		}
		if tick.Label != "" || last-first <= maxDots {
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// changeTicks labels a log₂ axis of levels.
type changeTicks struct{}

func (changeTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	for _, t := range history.Ticks(low, high, 6) {
		ticks = append(ticks, plot.Tick{Value: t.Log2, Label: t.Label})
	}
	return ticks
}
