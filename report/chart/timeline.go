package chart

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/table"
	"overlap/report/analyse"
	"overlap/report/trace"
)

// Timeline draws the recordings of cashiers below each other on one scale of time: for
// each, a lane per core that shows whom it scans, and below these a lane for each place in
// a queue. It is false if there is no recording that can be drawn.
func Timeline(a *analyse.Analysis) (Chart, bool) {
	var all []shop
	for _, t := range recorded(a) {
		if s := newShop(t); len(all) < 4 && t.Procs <= maxCores && len(s.places) <= maxPlaces {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return Chart{}, false
	}
	end, height := 0.0, vg.Length(0)
	var findings []string
	for _, s := range all {
		end = max(end, s.Length)
		height += s.height() + shopGap
		findings = append(findings, s.finding())
	}
	const head, foot = 20 + 19 + 12, 30 // headline, legend, margins of the picture; the axis
	return Chart{
		Name:    "timeline",
		Title:   "Timeline: two queues",
		Caption: "A recording of the workload cashiers. Each core (a P of the Go scheduler) has a lane that shows whom it scans. The lanes below show every customer from start to end: the block is the scan, the line is waiting. Concurrency is the number of customers in progress at once; parallelism is the number of blocks at the same instant. One core scans one customer at a time, while other customers pay.",
		Alt:     "Two queues of customers, recorded. " + strings.Join(findings, ". ") + ".",
		width:   pageWidth,
		height:  height + head + foot,
		draw: func(c draw.Canvas, t Theme) {
			c = t.headline(c, timelineTitle(all))
			c = t.legend(c, shopLegend(t, all))
			x := func(sec float64) vg.Length {
				return c.Min.X + shopLabels + vg.Length(sec/end)*(c.Max.X-c.Min.X-shopLabels-10)
			}
			bottom := c.Max.Y - height
			timeAxis(c, t, x, end, bottom, c.Max.Y)
			y := c.Max.Y
			for _, s := range all {
				s.draw(c, t, x, y)
				y -= s.height() + shopGap
			}
		},
	}, true
}

func recorded(a *analyse.Analysis) []trace.Timeline {
	if a.Data == nil {
		return nil
	}
	return a.Data.Timelines
}

const (
	maxCores  = 8 // of a recording that can be drawn
	maxPlaces = 64

	shopLabels vg.Length = 58 // width of the names of lanes
	shopHead   vg.Length = 17 // height of a recording's finding
	shopGap    vg.Length = 14 // below a recording
	coreLane   vg.Length = 20
	placeLane  vg.Length = 7
	laneGap    vg.Length = 3 // between cores and queues
)

// shop is a recording with its customers in lanes.
type shop struct {
	trace.Timeline
	places []place // those of the first queue come first
}

// place is a lane of customers of one queue who follow each other.
type place struct {
	queue     int
	customers []trace.Customer
}

// newShop puts each customer into the first free lane of the queue.
func newShop(t trace.Timeline) shop {
	s := shop{Timeline: t}
	for queue := range 26 {
		first := len(s.places)
	next:
		for _, c := range t.Customers {
			if c.Queue != queue {
				continue
			}
			for i := first; i < len(s.places); i++ {
				if p := &s.places[i]; p.customers[len(p.customers)-1].End <= c.Start {
					p.customers = append(p.customers, c)
					continue next
				}
			}
			s.places = append(s.places, place{queue, []trace.Customer{c}})
		}
	}
	return s
}

func (s shop) height() vg.Length {
	h := shopHead + vg.Length(s.Procs)*coreLane + laneGap + vg.Length(len(s.places))*placeLane
	return h + vg.Length(s.queues()-1)*laneGap
}

func (s shop) queues() int {
	n := 0
	for i, p := range s.places {
		if i == 0 || p.queue != s.places[i-1].queue {
			n++
		}
	}
	return n
}

// finding says what the recording shows.
func (s shop) finding() string {
	at := fmt.Sprintf("up to %d at the same instant", s.MostRunning)
	if s.MostRunning == 1 {
		at = "one at a time"
	}
	return fmt.Sprintf("%s: %.1f customers in progress, scanned %s (%.1f on average), %d served in %.1f ms",
		table.Count(s.Procs, "core"), s.InProgress, at, s.Running, len(s.Customers), 1e3*s.Length)
}

// timelineTitle compares the first recording with the last.
func timelineTitle(all []shop) string {
	first, last := all[0], all[len(all)-1]
	title := fmt.Sprintf("On average %.1f customers in progress and %.1f scanned on %s", first.InProgress, first.Running, table.Count(first.Procs, "core"))
	if len(all) > 1 {
		title += fmt.Sprintf(", %.1f and %.1f on %s", last.InProgress, last.Running, table.Count(last.Procs, "core"))
	}
	return title
}

func shopLegend(t Theme, all []shop) []entry {
	var entries []entry
	for queue := range 2 {
		entries = append(entries, entry{fmt.Sprintf("scanned, queue %c", 'A'+queue), queueMark(t, queue)})
	}
	return append(entries,
		entry{"pays: waits for no core", bothQueues(t, 1)},
		entry{"waits for a core", bothQueues(t, 1.5, 1.5, 1.5)})
}

// bothQueues returns the sign of a line in the colours of both queues.
func bothQueues(t Theme, width vg.Length, dashes ...vg.Length) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		x, y := (r.Min.X+r.Max.X)/2, (r.Min.Y+r.Max.Y)/2
		c.StrokeLine2(line(t.Concurrency, width, dashes...), r.Min.X, y, x, y)
		c.StrokeLine2(line(t.Parallelism, width, dashes...), x, y, r.Max.X, y)
	}
}

// queueMark returns the sign of a queue: a block, solid or with stripes at its foot, which
// leave room for a name.
func queueMark(t Theme, queue int) func(draw.Canvas, vg.Rectangle) {
	return func(c draw.Canvas, r vg.Rectangle) {
		fillRect(c, r, t.queueColour(queue))
		if queue%2 == 0 {
			return
		}
		stripes := min(6, (r.Max.Y-r.Min.Y)/2)
		for x := r.Min.X + 2; x < r.Max.X; x += 3 {
			c.StrokeLine2(line(t.Background, 1), x, r.Min.Y, x, r.Min.Y+stripes)
		}
	}
}

func (t Theme) queueColour(queue int) color.Color {
	if queue%2 == 0 {
		return t.Concurrency
	}
	return t.Parallelism
}

func timeAxis(c draw.Canvas, t Theme, x func(float64) vg.Length, end float64, bottom, top vg.Length) {
	style := t.aligned(small, t.Muted, text.XCenter, text.YTop)
	step := 1.0 // ms
	for step*12 < 1e3*end {
		step *= 2
	}
	for ms := 0.0; ms <= 1e3*end; ms += step {
		at := x(ms / 1e3)
		c.StrokeLine2(line(t.Grid, 0.75), at, bottom, at, top)
		c.FillText(style, vg.Point{X: at, Y: bottom - 3}, fmt.Sprint(ms))
	}
	c.StrokeLine2(line(t.Muted, 0.75), x(0), bottom, x(end), bottom)
	style.Color = t.Ink
	c.FillText(style, vg.Point{X: (x(0) + x(end)) / 2, Y: bottom - 15}, "time since the first customer (ms)")
}

// draw draws the recording below y.
func (s shop) draw(c draw.Canvas, t Theme, x func(float64) vg.Length, y vg.Length) {
	title := t.aligned(medium, t.Ink, text.XLeft, text.YTop)
	// The grid must not run through the words.
	fillRect(c, vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: y - shopHead + 3}, Max: vg.Point{X: c.Max.X, Y: y}}, t.Background)
	c.FillText(title, vg.Point{X: c.Min.X, Y: y}, s.finding())
	y -= shopHead
	for core := range s.Procs {
		s.core(c, t, x, core, y)
		y -= coreLane
	}
	label := t.aligned(small, t.Ink, text.XLeft, text.YTop)
	for i, p := range s.places {
		if i == 0 || p.queue != s.places[i-1].queue {
			y -= laneGap
			c.FillText(label, vg.Point{X: c.Min.X, Y: y}, fmt.Sprintf("queue %c", 'A'+p.queue))
		}
		for _, customer := range p.customers {
			visit(c, t, x, customer, y-placeLane/2)
		}
		y -= placeLane
	}
}

// core draws whom a core scans, with names where there is room.
func (s shop) core(c draw.Canvas, t Theme, x func(float64) vg.Length, core int, y vg.Length) {
	style := t.aligned(small, t.Ink, text.XLeft, text.YCenter)
	middle := y - coreLane/2
	c.FillText(style, vg.Point{X: c.Min.X, Y: middle + centred}, fmt.Sprintf("core %d", core+1))
	c.StrokeLine2(line(t.Muted, 0.5), x(0), y-coreLane+2, x(s.Length), y-coreLane+2)
	name := t.aligned(small, t.Ink, text.XCenter, text.YCenter)
	for _, customer := range s.Customers {
		for _, stretch := range customer.Stretches {
			if stretch.State != trace.Running || stretch.Proc != core {
				continue
			}
			r := span(x(stretch.Start), max(x(stretch.Start), x(stretch.End)-0.6), y-coreLane+2, y-1)
			queueMark(t, customer.Queue)(c, r)
			name.Color = textOn(t.queueColour(customer.Queue), t.Background)
			for _, text := range []string{customer.Name(), strconv.Itoa(customer.Number)} {
				if name.Width(text) < r.Max.X-r.Min.X {
					c.FillText(name, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: r.Max.Y - 5.5 + centred}, text)
					break
				}
			}
		}
	}
}

// visit draws a customer in progress around the height y.
func visit(c draw.Canvas, t Theme, x func(float64) vg.Length, customer trace.Customer, y vg.Length) {
	colour := t.queueColour(customer.Queue)
	const half = placeLane/2 - 0.75
	for _, s := range customer.Stretches {
		from, to := x(s.Start), x(s.End)
		switch s.State {
		case trace.Running:
			queueMark(t, customer.Queue)(c, span(from, to, y-half, y+half))
		case trace.Ready:
			c.StrokeLine2(line(colour, 1.5, 1.5, 1.5), from, y, to, y)
		default:
			c.StrokeLine2(line(colour, 1), from, y, to, y)
		}
	}
	end := x(customer.End)
	c.StrokeLine2(line(colour, 1), end, y-half, end, y+half)
}
