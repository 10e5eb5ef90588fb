package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/table"
	"overlap/report/analyse"
)

// Executors compares the executors of each workload that was measured under several: the
// best throughput of each, over that of the plain serial program. Workloads in several
// sizes of task are left to Crossovers.
func Executors(a *analyse.Analysis) (Chart, bool) {
	groups := rivalsOf(a)
	if len(groups) == 0 {
		return Chart{}, false
	}
	names := executorsOf(a)
	lanes := 0
	for _, w := range groups {
		lanes += len(w.rows)
	}
	return Chart{
		Name:    "executors",
		Title:   "Executors side by side",
		Caption: "The same work under each executor, at its best workers and the most cores. Right of 1 it beats the plain serial program, which has no goroutines, futures or locks, on one core; every step to the right doubles the throughput." + limitsCaption(groups),
		Alt:     executorsAlt(groups),
		width:   pageWidth,
		height:  vg.Length(96 + 10*lanes + 12*len(groups)),
		draw: func(c draw.Canvas, t Theme) {
			c = t.headline(c, "Throughput over the plain serial program, by executor")
			var entries []entry
			for i, name := range names {
				_, glyph := t.series(i)
				entries = append(entries, entry{name, glyphMark(glyph)})
			}
			side := sideBySide{groups, names, t}
			c = t.legend(c, append(entries, side.limitEntries()...))
			t.lanes(c, "throughput over the serial program on 1 core (factor, doubling scale)", func(x *plot.Axis) {
				x.Min, x.Max = side.reach()
				x.Tick.Marker = log2Ticks{10, math.Inf(1)}
			}, -side.height(), 0, side.ticks(), side)
		},
	}, true
}

// rivals are the rows of one workload, one for each executor.
type rivals struct {
	name string
	rows []analyse.Row
}

// rivalsOf groups the rows that differ in the executor only and were compared with the
// serial program.
func rivalsOf(a *analyse.Analysis) (groups []rivals) {
	for _, r := range a.Rows {
		grained := slices.ContainsFunc(a.Crossovers, func(c analyse.Crossover) bool {
			return c.Workload == r.Workload && c.Size == r.Size && c.Column == r.Column
		})
		if grained || r.Executor == "" || !(r.OverSerial.Value > 0) {
			continue
		}
		i := slices.IndexFunc(groups, func(w rivals) bool { return w.rows[0].SameButExecutor(r) })
		if i < 0 {
			groups = append(groups, rivals{name: r.Work()})
			i = len(groups) - 1
		}
		groups[i].rows = append(groups[i].rows, r)
	}
	groups = slices.DeleteFunc(groups, func(w rivals) bool { return len(w.rows) < 2 })
	for _, w := range groups {
		slices.SortStableFunc(w.rows, func(a, b analyse.Row) int { return strings.Compare(a.Executor, b.Executor) })
	}
	return groups
}

func executorsAlt(groups []rivals) string {
	var b strings.Builder
	b.WriteString("Throughput over the serial program.")
	for _, w := range groups {
		var each []string
		for _, r := range w.rows {
			each = append(each, fmt.Sprintf("%s %s", r.Executor, table.Figures(r.OverSerial.Value)))
		}
		if _, h := w.limits(); h.Value > 0 {
			each = append(each, fmt.Sprintf("ceiling %s", h))
		}
		fmt.Fprintf(&b, " %s: %s.", w.name, strings.Join(each, ", "))
	}
	return b.String()
}

// sideBySide is the plotter: a lane for each executor of a workload, and an empty one
// between workloads.
type sideBySide struct {
	groups []rivals
	names  []string
	t      Theme
}

const between = 1.2 // lanes

func (s sideBySide) height() (lanes float64) {
	for _, w := range s.groups {
		lanes += float64(len(w.rows)) + between
	}
	return lanes
}

// reach returns the range of the gains and limits, and 1, in doublings. Intervals may
// leave it.
func (s sideBySide) reach() (low, high float64) {
	for _, w := range s.groups {
		for _, r := range w.rows {
			x := math.Log2(r.OverSerial.Value)
			low, high = min(low, x), max(high, x)
		}
		if ideal, h := w.limits(); ideal > 1 {
			high = max(high, math.Log2(ideal))
			if h.Value > 0 {
				high = max(high, math.Log2(h.Value))
			}
		}
	}
	pad := max(0.05*(high-low), 0.2)
	return low - 2*pad, high + 2*pad
}

// ticks puts the name of each workload in the middle of its lanes.
func (s sideBySide) ticks() plot.ConstantTicks {
	var ticks plot.ConstantTicks
	y := 0.0
	for _, w := range s.groups {
		n := float64(len(w.rows)) + between
		ticks = append(ticks, plot.Tick{Value: y - n/2, Label: w.name})
		y -= n
	}
	return ticks
}

func (s sideBySide) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	y := 0.0
	for i, w := range s.groups {
		if i > 0 {
			c.StrokeLine2(line(s.t.Grid, 0.75), c.Min.X, ty(y), c.Max.X, ty(y))
		}
		s.limits(c, w, tx, ty(y-between/4), ty(y+between/4-between-float64(len(w.rows))))
		for j, r := range w.rows {
			s.dot(c, r, tx, ty(y-between/2-0.5-float64(j)))
		}
		y -= float64(len(w.rows)) + between
	}
}

func (s sideBySide) dot(c draw.Canvas, r analyse.Row, x func(float64) vg.Length, y vg.Length) {
	style, glyph := s.t.series(slices.Index(s.names, r.Executor))
	lying(c, line(style.Color, 1.25), r.OverSerial, x, y)
	c.DrawGlyph(glyph, vg.Point{X: x(math.Log2(r.OverSerial.Value)), Y: y})
}

func glyphMark(style draw.GlyphStyle) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		c.DrawGlyph(style, r.Min.Add(r.Max).Scale(0.5))
	}
}
