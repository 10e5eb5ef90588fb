package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/table"
	"overlap/report"
)

// CoreMap draws the CPUs that the run could use as boxes in boxes: packages,
// memory nodes, groups that share a last-level cache, cores, and in each core
// its threads. It is false if the file does not tell the topology.
func CoreMap(a *report.Analysis) (Chart, bool) {
	if a.Data == nil {
		return Chart{}, false
	}
	cpus, ok := parseTopology(a.Data.Host["topology"])
	if !ok {
		return Chart{}, false
	}
	title := mapTitle(cpus)
	m := newCoreMap(cpus)
	classes := slices.ContainsFunc(cpus, func(c hardware) bool { return c.class == efficiency })
	const head = 20 + 19 + 12 + 2 // headline, legend, margins of the picture, room for a line
	return Chart{
		Name:    "coremap",
		Title:   "Core map",
		Caption: "Each number is a CPU that the run could use; CPUs that touch are threads of one core. Cores that share a cache pass data to each other fastest, those in different memory nodes or packages slowest. The command overlap host tells in which order they are taken.",
		Alt:     "Boxes in boxes for packages, memory nodes, last-level caches and cores: " + title + ".",
		width:   pageWidth,
		height:  m.height + head,
		draw: func(c draw.Canvas, t Theme) {
			c = t.headline(c, title)
			entries := []entry{{"CPU that the run could use", m.mark(t, performance)}}
			if classes {
				entries = []entry{{"performance core", m.mark(t, performance)}, {"efficiency core", m.mark(t, efficiency)}}
			}
			c = t.legend(c, entries)
			m.draw(c, t, c.Min.X, c.Max.Y)
		},
	}, true
}

// mapTitle says what the map shows.
func mapTitle(cpus []hardware) string {
	count := func(of func(hardware) int) int {
		seen := map[int]bool{}
		for _, c := range cpus {
			if v := of(c); v != -1 {
				seen[v] = true
			}
		}
		return len(seen)
	}
	slow := func(c hardware) int {
		if c.class != efficiency {
			return -1
		}
		return c.coreKey()
	}
	cores, slowCores := count(hardware.coreKey), count(slow)
	title := plural(cores, "core")
	if slowCores > 0 && slowCores < cores {
		title = fmt.Sprintf("%d performance and %s", cores-slowCores, plural(slowCores, "efficiency core"))
	} else if len(cpus) > cores {
		title += " with " + plural(len(cpus), "thread")
	}
	if n := count(func(c hardware) int { return c.pkg }); n > 0 {
		title += " in " + plural(n, "package")
	}
	verb := " have "
	if cores == 1 {
		verb = " has "
	}
	var parts []string
	if n := count(func(c hardware) int { return c.llc }); n == 1 && cores > 1 {
		title, verb = title+" share one last-level cache", " and have "
	} else if n > 0 {
		parts = append(parts, plural(n, "last-level cache"))
	}
	if n := count(func(c hardware) int { return c.node }); n > 1 {
		parts = append(parts, plural(n, "memory node"))
	}
	if parts != nil {
		title += verb + strings.Join(parts, " and ")
	}
	return title
}

func plural(n int, thing string) string { return table.Count(n, thing) }

// coreKey identifies the core; a CPU of unknown core is its own.
func (h hardware) coreKey() int {
	if h.core < 0 {
		return -2 - h.id
	}
	return h.core
}

// coreBox is a box of the map: it holds boxes, or is a core and holds CPUs.
type coreBox struct {
	label         string
	inner         []*coreBox
	cpus          []hardware
	x, y          vg.Length // of the upper left corner, within the box around it
	width, height vg.Length
}

// coreMap is the outermost box and the size of a CPU in it.
type coreMap struct {
	*coreBox
	cellWidth, cellHeight vg.Length
	prefix                string // before the number of a CPU
}

const (
	boxLabel vg.Length = 13 // height of a line of text above the inner boxes
	boxPad   vg.Length = 4
	coreGap  vg.Length = 4
	foot     vg.Length = 2.5 // of efficiency cores
)

func newCoreMap(cpus []hardware) coreMap {
	m := coreMap{cellWidth: 19, cellHeight: 12}
	switch {
	case len(cpus) <= 8:
		m.cellWidth, m.cellHeight, m.prefix = 48, 20, "CPU "
	case len(cpus) <= 64:
		m.cellWidth, m.cellHeight = 24, 14
	}
	cpus = slices.Clone(cpus)
	slices.SortStableFunc(cpus, func(a, b hardware) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.die, b.die), cmp.Compare(a.node, b.node), cmp.Compare(a.llc, b.llc), cmp.Compare(a.coreKey(), b.coreKey()), cmp.Compare(a.thread, b.thread))
	})
	if !slices.ContainsFunc(cpus, func(c hardware) bool { return c.die > 0 }) {
		for i := range cpus { // one in each package is no more than the package
			cpus[i].die = -1
		}
	}
	m.coreBox = &coreBox{inner: nest(cpus, 0)}
	for _, b := range m.inner {
		m.size(b, pageWidth-12)
	}
	m.flow(m.coreBox, 0, 0, pageWidth-12)
	return m
}

// levels of boxes, from the widest to the narrowest.
var levels = []struct {
	name string
	of   func(hardware) int
}{
	{"package", func(h hardware) int { return h.pkg }},
	{"die", func(h hardware) int { return h.die }},
	{"memory node", func(h hardware) int { return h.node }},
	{"last-level cache", func(h hardware) int { return h.llc }},
}

// nest groups CPUs, which are sorted, into boxes of a level and those below.
// What is unknown of all of a group has no box.
func nest(cpus []hardware, level int) (boxes []*coreBox) {
	key := hardware.coreKey
	if level < len(levels) {
		key = levels[level].of
	}
	for i := 0; i < len(cpus); {
		j := i + 1
		for j < len(cpus) && key(cpus[j]) == key(cpus[i]) {
			j++
		}
		group := cpus[i:j]
		i = j
		switch {
		case level == len(levels):
			boxes = append(boxes, &coreBox{cpus: group})
		case key(group[0]) < 0:
			boxes = append(boxes, nest(group, level+1)...)
		default:
			boxes = append(boxes, &coreBox{label: fmt.Sprintf("%s %d", levels[level].name, key(group[0])), inner: nest(group, level+1)})
		}
	}
	return boxes
}

// size gives a box the size that its content needs within a width.
func (m coreMap) size(b *coreBox, within vg.Length) {
	if b.cpus != nil {
		b.width, b.height = m.cellWidth, m.cellHeight*vg.Length(len(b.cpus))
		return
	}
	for _, inner := range b.inner {
		m.size(inner, within-2*boxPad)
	}
	m.flow(b, boxPad, boxLabel+1, within-2*boxPad)
	b.width, b.height = max(b.width+2*boxPad, 5.2*vg.Length(len(b.label))+2*boxPad), b.height+boxLabel+1+boxPad
}

// flow places the inner boxes from left to right, and on from the left below
// where the width ends. The box is as large as they are together.
func (m coreMap) flow(b *coreBox, left, top, within vg.Length) {
	x, y, row := vg.Length(0), vg.Length(0), vg.Length(0)
	b.width, b.height = 0, 0
	for _, inner := range b.inner {
		if x > 0 && x+inner.width > within {
			x, y, row = 0, y+row+coreGap, 0
		}
		inner.x, inner.y = left+x, top+y
		b.width, b.height = max(b.width, x+inner.width), max(b.height, y+inner.height)
		x, row = x+inner.width+coreGap, max(row, inner.height)
	}
}

// draw draws the box with its upper left corner at x, y.
func (m coreMap) draw(c draw.Canvas, t Theme, x, y vg.Length) { m.drawBox(c, t, m.coreBox, x, y) }

func (m coreMap) drawBox(c draw.Canvas, t Theme, b *coreBox, x, y vg.Length) {
	style := t.text(small, t.Ink)
	style.XAlign, style.YAlign = text.XCenter, text.YCenter
	for i, cpu := range b.cpus {
		r := vg.Rectangle{Min: vg.Point{X: x, Y: y - m.cellHeight*vg.Length(i+1)}, Max: vg.Point{X: x + m.cellWidth, Y: y - m.cellHeight*vg.Length(i)}}
		m.mark(t, cpu.class)(c, r)
		style.Color = textOn(t.Concurrency, t.Background)
		middle := (r.Min.Y+r.Max.Y)/2 + centred
		if cpu.class == efficiency {
			style.Color = t.Ink
			middle += foot / 2
		}
		c.FillText(style, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: middle}, m.prefix+fmt.Sprint(cpu.id))
	}
	if b.label != "" {
		c.StrokeLines(line(t.Muted, 0.75), []vg.Point{{X: x, Y: y}, {X: x + b.width, Y: y}, {X: x + b.width, Y: y - b.height}, {X: x, Y: y - b.height}, {X: x, Y: y}})
		label := t.text(small, t.Muted)
		label.YAlign = text.YCenter
		c.FillText(label, vg.Point{X: x + boxPad, Y: y - boxLabel/2 - 1 + centred}, b.label)
	}
	for _, inner := range b.inner {
		m.drawBox(c, t, inner, x+inner.x, y-inner.y)
	}
}

// mark draws a CPU: a solid box, or for efficiency cores an outline over a
// hatched foot, which are told apart without colour.
func (m coreMap) mark(t Theme, class int) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		if class != efficiency {
			fillRect(c, r, t.Concurrency)
			c.StrokeLine2(line(t.Background, 0.75), r.Min.X, r.Min.Y, r.Max.X, r.Min.Y)
			return
		}
		gainBars{t: t}.hatched(t.Parallelism)(c, vg.Rectangle{Min: r.Min, Max: vg.Point{X: r.Max.X, Y: r.Min.Y + foot}})
		c.StrokeLines(line(t.Parallelism, 1), []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}, r.Min})
	}
}
