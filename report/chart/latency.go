package chart

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/table"
	"overlap/report/analyse"
)

const latencyCaption = "The time of a task: the median, and the time that 99 of 100 tasks do not exceed. In a closed loop it counts from the start of the task: where more workers only make tasks longer, they queue. In an open loop it counts from when the item was due: near the load that the cores can just serve, p/D with D the CPU time of an item, the wait for a worker outgrows the work."

// Latency draws the latencies of tasks against workers, or against the load where an open
// loop was measured under several loads. It leaves out rows whose tasks wait for nothing:
// there, a task takes as long as its work.
func Latency(a *analyse.Analysis) (Chart, bool) {
	served := a.Served()
	var panels []latencyPanel
	for _, r := range a.Rows {
		shown := slices.ContainsFunc(served, func(s analyse.Served) bool { return s.Holds(r) })
		if latencyMatters(r.Kind) && !shown {
			panels = append(panels, latencyOfRow(r)...)
		}
	}
	for _, s := range served {
		panels = append(panels, latencyPanel{s.Name, s.Latencies, true})
	}
	return latencyChart(panels)
}

// latencyMatters reports whether tasks of workloads of a kind wait for something.
func latencyMatters(kind string) bool {
	return slices.Contains([]string{"wait", "io", "mixed", "lock", "comm"}, kind)
}

// latencyPanel is the latencies that one panel shows.
type latencyPanel struct {
	name    string
	list    []analyse.Latency
	byLoads bool // against load, rather than workers
}

// latencyOfRow returns the panel of a row against workers; none without latencies.
func latencyOfRow(r analyse.Row) []latencyPanel {
	if len(r.Latencies) == 0 || r.Workers == 0 {
		return nil
	}
	return []latencyPanel{{r.Name(), r.Latencies, false}}
}

func latencyChart(panels []latencyPanel) (Chart, bool) {
	var several, names []string
	for _, p := range panels {
		if _, all := p.ends(); all > 1 {
			several = append(several, table.Count(all, "core"))
		}
		names = append(names, p.name)
	}
	loads := slices.ContainsFunc(panels, func(p latencyPanel) bool { return p.byLoads })
	return Chart{Name: "latency", Title: "Latency", Caption: latencyCaption, Alt: latencyAlt(panels)}.multiples(panelsAcross,
		"Latency of a task, on log scales: the median and the 99th percentile",
		func(t Theme) []entry {
			return t.latencyStyle().legend(allCores(table.Count(1, "core"), several), loads)
		},
		names,
		func(t Theme, i int) *panel { return t.latencyStyle().panel(t, panels[i]) },
	), len(panels) > 0
}

// ends returns the smallest and the largest number of cores. Curves between them would
// cover each other.
func (p latencyPanel) ends() (one, all int) {
	for i, l := range p.list {
		if i == 0 || l.P < one {
			one = l.P
		}
		all = max(all, l.P)
	}
	return one, all
}

// latencyStyle is how the curves look, on one core and on several.
type latencyStyle struct {
	median, tail [2]draw.LineStyle
	dots         [2]draw.GlyphStyle
	rings        [2]draw.GlyphStyle
	capacity     [2]draw.LineStyle
}

func (t Theme) latencyStyle() (s latencyStyle) {
	for i, ink := range []draw.LineStyle{line(t.Concurrency, 1.75), line(t.Parallelism, 1.75)} {
		s.median[i] = ink
		s.tail[i] = line(ink.Color, 1.25, 5, 2.5)
		s.capacity[i] = line(ink.Color, 1, 1.5, 2)
		s.dots[i] = glyph([]draw.GlyphDrawer{draw.CircleGlyph{}, draw.PyramidGlyph{}}[i], ink)
		s.rings[i] = glyph([]draw.GlyphDrawer{draw.RingGlyph{}, draw.TriangleGlyph{}}[i], ink)
	}
	return s
}

func (s latencyStyle) legend(all string, loads bool) (entries []entry) {
	for i, cores := range slices.Compact([]string{table.Count(1, "core"), all}) {
		entries = append(entries,
			entry{cores + ": median", lineMark(s.median[i], &s.dots[i])},
			entry{"99th percentile", lineMark(s.tail[i], &s.rings[i])})
		if loads {
			entries = append(entries, entry{"capacity p/D", wallMark(s.capacity[i])})
		}
	}
	return entries
}

func (s latencyStyle) panel(t Theme, group latencyPanel) *panel {
	x, y := "workers", "time of a task"
	if group.byLoads {
		x = "items due per second"
	}
	if group.list[0].Arrivals {
		y = "time since due"
	}
	p := t.plot(x, y)
	p.Add(grid{t})
	one, all := group.ends()
	f := emptyFrame()
	for i, cores := range slices.Compact([]int{one, all}) {
		if one > 1 {
			i = 1
		}
		median, tail := group.curves(cores)
		f.hold(median)
		f.hold(tail)
		if at := math.Log2(group.capacity(cores)); group.byLoads && !math.IsNaN(at) {
			f.left, f.right = min(f.left, at), max(f.right, at)
			p.Add(wall{at, s.capacity[i]})
		}
		p.add(median, s.median[i], s.dots[i])
		p.add(tail, s.tail[i], s.rings[i])
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = log2Ticks{5, math.Inf(1)}, timeTicks{}
	if group.byLoads {
		p.X.Tick.Marker = rateTicks{}
	}
	p.X.Min, p.X.Max = f.left-0.2, max(f.right, f.left+1)+0.2
	// At least two doublings, so that noise does not look like a slope.
	pad := max(0, (2-(f.high-f.low))/2) + 0.15
	p.Y.Min, p.Y.Max = f.low-pad, f.high+pad
	return p
}

// curves returns the median and the 99th percentile on a number of cores.
func (p latencyPanel) curves(cores int) (median, tail measured) {
	for _, l := range p.list {
		x := float64(l.Workers)
		if p.byLoads {
			x = l.Load
		}
		if l.P == cores && x > 0 {
			median.add(math.Log2(x), l.P50, math.Log2)
			tail.add(math.Log2(x), l.P99, math.Log2)
		}
	}
	return median, tail
}

// capacity returns the items per second that a number of cores can serve, NaN if unknown:
// the largest value at any load, because a core that is never idle saves wake-ups.
func (p latencyPanel) capacity(cores int) float64 {
	best := math.NaN()
	for _, l := range p.list {
		if l.P == cores && l.Capacity > 0 && !(l.Capacity <= best) {
			best = l.Capacity
		}
	}
	return best
}

// wall is a vertical line.
type wall struct {
	at float64
	draw.LineStyle
}

func (w wall) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	c.StrokeLine2(w.LineStyle, x(w.at), c.Min.Y, x(w.at), c.Max.Y)
}

// latencyAlt says the latency at both ends of each curve on all cores.
func latencyAlt(panels []latencyPanel) string {
	return "Median and 99th percentile: " + sentence(len(panels), func(i int) string {
		p := panels[i]
		_, all := p.ends()
		var at []analyse.Latency
		for _, l := range p.list {
			if l.P == all {
				at = append(at, l)
			}
		}
		first, last := at[0], at[len(at)-1]
		s := fmt.Sprintf("%s on %s %s", p.name, table.Count(all, "core"), p.point(first))
		if len(at) > 1 {
			s += " and " + p.point(last)
		}
		return s
	})
}

func (p latencyPanel) point(l analyse.Latency) string {
	at := table.Count(l.Workers, "worker")
	if p.byLoads {
		at = rate(l.Load) + " items per second"
	}
	return fmt.Sprintf("%s, %s at %s", seconds(l.P50.Value), seconds(l.P99.Value), at)
}
