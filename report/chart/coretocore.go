package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/internal/topology"
	"overlap/report/analyse"
	"overlap/report/trace"
)

// CoreToCore draws the latency between every two CPUs as a map, in the order in which they
// lie in the machine. It is false if the latencies were not measured or are too many to
// draw.
func CoreToCore(a *analyse.Analysis) (Chart, bool) {
	if a.Data == nil || a.Data.Pairs == nil || len(a.Data.Pairs.CPUs) > 256 {
		return Chart{}, false
	}
	m := newLatencies(a.Data.Pairs, a.Data.Host["topology"])
	method := ""
	if m.pairs.Method != "" {
		method = " A sample: " + m.pairs.Method + "."
	}
	return Chart{
		Name:    "coretocore",
		Title:   "Core to core",
		Caption: fmt.Sprintf("How long a value takes from one CPU to another, in nanoseconds: geometric means of at least %s%s, darker is faster. CPUs between two lines share a last-level cache; a thick line is between packages. The section about the machine lists where each CPU lies.%s", table.Count(m.pairs.Fewest, "sample"), m.intervals(), method),
		Alt:     "A map of the latency between every two CPUs. " + m.title() + ".",
		width:   pageWidth,
		height:  vg.Length(len(m.cpus))*m.cell + mapHead + 20 + 12 + 8, // headline, margins of the picture, room below
		draw:    m.draw,
	}, true
}

const (
	mapHead   vg.Length = 26 // numbers of the columns, and what they are
	mapMargin vg.Length = 40 // numbers of the rows
)

// latencies is the map.
type latencies struct {
	pairs   *trace.Pairs
	cpus    []topology.CPU
	cell    vg.Length
	slowest float64 // seconds
}

func newLatencies(p *trace.Pairs, text string) latencies {
	m := latencies{pairs: p}
	known := map[int]topology.CPU{}
	machine, _ := topology.Parse(text)
	for _, h := range machine {
		known[h.ID] = h
	}
	for _, id := range p.CPUs {
		h, ok := known[id]
		if !ok {
			h = topology.Unknown(id)
		}
		m.cpus = append(m.cpus, h)
	}
	slices.SortStableFunc(m.cpus, topology.Compare)
	m.cell = min(56, 430/vg.Length(len(m.cpus)))
	m.each(func(_, _ topology.CPU, i interval.Interval) { m.slowest = max(m.slowest, i.Value) })
	return m
}

// each calls f once for every two CPUs with a known latency.
func (m latencies) each(f func(a, b topology.CPU, i interval.Interval)) {
	for i, a := range m.cpus {
		for _, b := range m.cpus[:i] {
			if latency := m.pairs.Between(a.ID, b.ID); !math.IsNaN(latency.Value) {
				f(b, a, latency)
			}
		}
	}
}

// intervals says how precise the numbers in the cells are.
func (m latencies) intervals() string {
	if m.withIntervals() {
		return " with their 95 % intervals"
	}
	widest := 0.0
	m.each(func(_, _ topology.CPU, i interval.Interval) {
		if w := i.HalfWidth() / i.Value; w > widest {
			widest = w
		}
	})
	if widest == 0 {
		return ""
	}
	return fmt.Sprintf(", 95 %% intervals at most ±%.0f %%", 100*widest)
}

func (m latencies) withIntervals() bool { return m.cell >= 40 }

// title gives the mean within a cache, within a package and between packages, or the
// extremes if the topology is unknown.
func (m latencies) title() string {
	var all, within, between, packages []float64
	m.each(func(a, b topology.CPU, i interval.Interval) {
		all = append(all, i.Value)
		switch {
		case a.Package != b.Package:
			packages = append(packages, i.Value)
		case a.Cache != b.Cache:
			between = append(between, i.Value)
		case a.Cache >= 0:
			within = append(within, i.Value)
		}
	})
	if len(all) == 1 {
		return fmt.Sprintf("A value takes %s ns from one core to the other", nanoseconds(all[0]))
	}
	var parts []string
	for _, part := range []struct {
		list []float64
		name string
	}{{within, "within a last-level cache"}, {between, "to another cache in the package"}, {packages, "to another package"}} {
		if part.list != nil {
			parts = append(parts, nanoseconds(mean(part.list))+" ns "+part.name)
		}
	}
	if len(parts) < 2 {
		return fmt.Sprintf("A value takes %s to %s ns from one core to another", nanoseconds(slices.Min(all)), nanoseconds(slices.Max(all)))
	}
	return "A value takes " + strings.Join(parts, ", ")
}

func mean(list []float64) float64 {
	total := 0.0
	for _, x := range list {
		total += x
	}
	return total / float64(len(list))
}

func (m latencies) draw(c draw.Canvas, t Theme) {
	c = t.headline(c, m.title())
	side := m.cell * vg.Length(len(m.cpus))
	grid := vg.Rectangle{Min: vg.Point{X: c.Min.X + mapMargin, Y: c.Max.Y - mapHead - side}, Max: vg.Point{X: c.Min.X + mapMargin + side, Y: c.Max.Y - mapHead}}
	m.numbers(c, t, grid)
	for row, a := range m.cpus {
		for column, b := range m.cpus {
			y := grid.Max.Y - m.cell*vg.Length(row)
			x := grid.Min.X + m.cell*vg.Length(column)
			m.paint(c, t, span(x, x+m.cell, y-m.cell, y), m.pairs.Between(a.ID, b.ID))
		}
	}
	m.groups(c, t, grid)
	m.scale(c, t, vg.Rectangle{Min: vg.Point{X: grid.Max.X + 24, Y: max(grid.Min.Y, grid.Max.Y-200)}, Max: vg.Point{X: grid.Max.X + 38, Y: grid.Max.Y}})
}

// paint fills a cell; one without a latency stays empty.
func (m latencies) paint(c draw.Canvas, t Theme, r vg.Rectangle, i interval.Interval) {
	style := t.aligned(small, t.Muted, text.XCenter, text.YCenter)
	at := vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y+r.Max.Y)/2 + centred}
	if math.IsNaN(i.Value) {
		if len(m.cpus) <= 16 {
			c.FillText(style, at, "–")
		}
		return
	}
	share := i.Value / m.slowest
	fillRect(c, r, heat(share))
	style.Color = textOn(heat(share), onDark)
	switch {
	case len(m.cpus) > 16:
	case m.withIntervals() && i.Low > 0:
		c.FillText(style, vg.Point{X: at.X, Y: at.Y + 6}, nanoseconds(i.Value))
		c.FillText(style, vg.Point{X: at.X, Y: at.Y - 6}, "±"+nanoseconds(i.HalfWidth()))
	default:
		c.FillText(style, at, nanoseconds(i.Value))
	}
}

// numbers writes the numbers of the CPUs along the top and the left side, or every second,
// fourth … of many.
func (m latencies) numbers(c draw.Canvas, t Theme, grid vg.Rectangle) {
	step := 1
	for vg.Length(step)*m.cell < 15 {
		step *= 2
	}
	style := t.aligned(small, t.Ink, text.XLeft, text.YTop)
	c.FillText(style, vg.Point{X: grid.Min.X, Y: grid.Max.Y + mapHead}, "to CPU")
	c.FillText(style, vg.Point{X: c.Min.X, Y: grid.Max.Y + 12}, "from")
	above, left := t.aligned(small, t.Muted, text.XCenter, text.YBottom), t.aligned(small, t.Muted, text.XRight, text.YCenter)
	for i := 0; i < len(m.cpus); i += step {
		middle := m.cell * (vg.Length(i) + 0.5)
		name := fmt.Sprint(m.cpus[i].ID)
		c.FillText(above, vg.Point{X: grid.Min.X + middle, Y: grid.Max.Y + 3}, name)
		c.FillText(left, vg.Point{X: grid.Min.X - 5, Y: grid.Max.Y - middle + centred}, name)
	}
}

// groups separates last-level caches by lines, and packages by thick ones.
func (m latencies) groups(c draw.Canvas, t Theme, grid vg.Rectangle) {
	for i := 1; i < len(m.cpus); i++ {
		a, b := m.cpus[i-1], m.cpus[i]
		style := line(t.Background, 2)
		switch {
		case a.Package != b.Package:
			style.Width = 4
		case a.Cache == b.Cache:
			continue
		}
		at := m.cell * vg.Length(i)
		c.StrokeLine2(style, grid.Min.X+at, grid.Min.Y, grid.Min.X+at, grid.Max.Y)
		c.StrokeLine2(style, grid.Min.X, grid.Max.Y-at, grid.Max.X, grid.Max.Y-at)
	}
	c.StrokeLines(line(t.Muted, 0.75), []vg.Point{grid.Min, {X: grid.Max.X, Y: grid.Min.Y}, grid.Max, {X: grid.Min.X, Y: grid.Max.Y}, grid.Min})
}

// scale draws the colours with their latencies.
func (m latencies) scale(c draw.Canvas, t Theme, r vg.Rectangle) {
	const steps = 64
	at := func(x float64) vg.Length { return r.Min.Y + (r.Max.Y-r.Min.Y)*vg.Length(x) }
	for i := range steps {
		fillRect(c, span(r.Min.X, r.Max.X, at(float64(i)/steps), at(min(1, (float64(i)+1.2)/steps))), heat((float64(i)+0.5)/steps))
	}
	style := t.aligned(small, t.Muted, text.XLeft, text.YCenter)
	for _, tick := range (plot.DefaultTicks{}).Ticks(0, 1e9*m.slowest) {
		if tick.IsMinor() || tick.Value < 0 || tick.Value > 1e9*m.slowest {
			continue
		}
		y := at(tick.Value / (1e9 * m.slowest))
		c.StrokeLine2(line(t.Muted, 0.75), r.Max.X, y, r.Max.X+3, y)
		c.FillText(style, vg.Point{X: r.Max.X + 6, Y: y + centred}, decimal(tick.Value))
	}
	style.Color, style.YAlign = t.Ink, text.YBottom
	c.FillText(style, vg.Point{X: r.Min.X, Y: r.Max.Y + 8}, "ns, one way")
}
