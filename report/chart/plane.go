package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"overlap/internal/interval"
	"overlap/report/analyse"
)

// Plane draws each workload, at its best point, as tasks in flight against CPUs busy: how
// much overlapped, and how much ran at once. It is false if that is not known of any row.
func Plane(a *analyse.Analysis) (Chart, bool) {
	return Chart{
		Name:    "plane",
		Title:   "Concurrency and parallelism",
		Caption: "To the right, more tasks are under way at once: concurrency. Upwards, more of them run at the same instant: parallelism. A 95 % interval is drawn where it is longer than the dot.",
		Alt:     planeAlt(a.Rows),
		width:   pageWidth,
		height:  310,
		draw: func(c draw.Canvas, t Theme) {
			all := line(t.Muted, 1, 4, 3)
			running := line(t.Ceiling, 1.25, 1.5, 2)
			c = t.headline(c, "Concurrency against parallelism, at the best workers and cores")
			entries := []entry{{"every task in flight running", lineMark(running, nil)}}
			levels := levelsOf(a.Rows)
			if len(levels) > 0 {
				entries = append(entries, entry{"every core busy", lineMark(all, nil)})
			}
			var drawn []interval.Interval
			for _, r := range a.Rows {
				drawn = append(drawn, r.Inflight, r.CPUsBusy)
			}
			c = t.legend(c, append(entries, t.intervalEntry(drawn)...))
			p := t.plot("tasks in flight (mean, doubling scale)", "CPUs busy (mean, doubling from 1)")
			cores, right := 1.0, 1.0
			for _, r := range a.Rows {
				cores = max(cores, float64(r.P))
				right = max(right, r.Inflight.Value)
			}
			p.X.Min, p.X.Max = -0.5, math.Log2(max(right, 2*cores))+0.9
			p.X.Tick.Marker = log2Ticks{10, math.Inf(1)}
			top := busyHeight(cores)
			p.Y.Min, p.Y.Max = -0.05*top, 1.1*top // below 0 for the labels of what only waits
			p.Y.Tick.Marker = busyTicks{cores}
			p.Add(grid{t})
			var diagonal, avoid plotter.XYs
			for x := p.X.Min; x <= p.X.Max; x += 1.0 / 32 {
				for _, n := range levels {
					avoid = append(avoid, plotter.XY{X: x, Y: busyHeight(n)})
				}
				if x <= math.Log2(cores)+1e-9 {
					diagonal = append(diagonal, plotter.XY{X: x, Y: busyHeight(math.Exp2(x))})
				}
			}
			for _, n := range levels {
				p.line(all, plotter.XYs{{X: p.X.Min, Y: busyHeight(n)}, {X: p.X.Max, Y: busyHeight(n)}})
			}
			p.line(running, diagonal)
			p.Add(dots{a.Rows, append(avoid, diagonal...), t})
			p.Draw(c)
		},
	}, slices.ContainsFunc(a.Rows, onPlane)
}

// busyHeight returns the place of a number of CPUs on the axis. From 1 on, every doubling
// is as high as the first CPU, which keeps 2 of 256 apart from 4. Below 1 the scale is
// linear, because what only waits is near 0.
func busyHeight(cpus float64) float64 {
	if cpus < 1 {
		return cpus
	}
	return 1 + math.Log2(cpus)
}

// busyTicks labels 0 and the powers of two up to all cores. The numbers halfway between,
// labelled where there is room, show which part of the axis is linear.
type busyTicks struct{ cores float64 }

func (b busyTicks) Ticks(_, _ float64) []plot.Tick {
	ticks := []plot.Tick{{Label: "0"}}
	for before, n := 0.0, 1.0; n <= b.cores; before, n = n, 2*n {
		half := plot.Tick{Value: busyHeight((before + n) / 2)}
		if b.cores < 8 {
			half.Label = decimal((before + n) / 2)
		}
		ticks = append(ticks, half, plot.Tick{Value: busyHeight(n), Label: decimal(n)})
	}
	return ticks
}

// onPlane reports whether it is known where the row lies.
func onPlane(r analyse.Row) bool { return r.Inflight.Value > 0 && !math.IsNaN(r.CPUsBusy.Value) }

// levelsOf returns the numbers of cores of the rows, which get a line each; none if so
// many lines would hide the rows.
func levelsOf(rows []analyse.Row) (levels []float64) {
	const most = 4
	for _, r := range rows {
		levels = append(levels, float64(r.P))
	}
	slices.Sort(levels)
	levels = slices.Compact(levels)
	if len(levels) > most {
		return nil
	}
	return levels
}

// dots is the plotter: a glyph for each workload and its name beside it. Workloads whose
// glyphs touch share a label, because a label could not point at one of them.
type dots struct {
	rows  []analyse.Row
	avoid plotter.XYs // lines that no label may cross
	t     Theme
}

// cluster is a group of glyphs that touch.
type cluster struct {
	at    []vg.Point
	names []string
}

const glyphSize = 9 // of a dot with its margin, in points

func (d dots) clusters(place func(analyse.Row) vg.Point) []cluster {
	var all []cluster
	for _, r := range d.rows {
		if !onPlane(r) {
			continue
		}
		merged := cluster{[]vg.Point{place(r)}, []string{r.Name()}}
		all = slices.DeleteFunc(all, func(c cluster) bool {
			touches := slices.ContainsFunc(c.at, func(p vg.Point) bool {
				q := p.Sub(merged.at[len(merged.at)-1])
				return math.Hypot(float64(q.X), float64(q.Y)) < glyphSize
			})
			if touches {
				merged = cluster{append(c.at, merged.at...), append(c.names, merged.names...)}
			}
			return touches
		})
		all = append(all, merged)
	}
	return all
}

// label names the first members; a dozen names would not fit.
func (c cluster) label() string {
	const most = 4
	if more := len(c.names) - most; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(c.names[:most], ", "), more)
	}
	return strings.Join(c.names, ", ")
}

func (c cluster) box() vg.Rectangle {
	r := box(c.at[0], glyphSize, glyphSize)
	for _, p := range c.at[1:] {
		q := box(p, glyphSize, glyphSize)
		r.Min = vg.Point{X: min(r.Min.X, q.Min.X), Y: min(r.Min.Y, q.Min.Y)}
		r.Max = vg.Point{X: max(r.Max.X, q.Max.X), Y: max(r.Max.Y, q.Max.Y)}
	}
	return r
}

func (d dots) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	across := func(x float64) vg.Length { return tx(min(max(math.Log2(x), p.X.Min), p.X.Max)) }
	up := func(y float64) vg.Length { return ty(min(max(busyHeight(y), p.Y.Min), p.Y.Max)) }
	clusters := d.clusters(func(r analyse.Row) vg.Point {
		return vg.Point{X: across(r.Inflight.Value), Y: up(r.CPUsBusy.Value)}
	})
	occupied := d.intervals(c, across, up)
	for _, k := range clusters {
		occupied = append(occupied, k.box())
	}
	for _, xy := range d.avoid {
		occupied = append(occupied, box(vg.Point{X: tx(xy.X), Y: ty(xy.Y)}, 3, 3))
	}
	style := d.t.aligned(small, d.t.Ink, text.XCenter, text.YCenter)
	for _, k := range clusters {
		for _, longest := range []vg.Length{c.Size().X / 2, 90, 45} {
			label := clip(style, k.label(), longest)
			size := vg.Point{X: style.Width(label) + 4, Y: 12}
			if spot, ok := spotFor(k.box(), size, c.Rectangle, occupied); ok {
				occupied = append(occupied, box(spot, size.X, size.Y))
				c.FillText(style, vg.Point{X: spot.X, Y: spot.Y + centred}, label)
				break
			}
		}
		for _, at := range k.at {
			c.DrawGlyph(draw.GlyphStyle{Color: d.t.Concurrency, Radius: 4, Shape: draw.CircleGlyph{}}, at)
		}
	}
}

// intervals draws the intervals of the rows, and returns the places that labels must not
// cover.
func (d dots) intervals(c draw.Canvas, across, up func(float64) vg.Length) (occupied []vg.Rectangle) {
	style := line(d.t.Concurrency, 1)
	for _, r := range d.rows {
		x, y := r.Inflight, r.CPUsBusy
		if !onPlane(r) {
			continue
		}
		at := vg.Point{X: across(x.Value), Y: up(y.Value)}
		for _, bar := range [][2]vg.Point{
			{{X: across(x.Low), Y: at.Y}, {X: across(x.High), Y: at.Y}},
			{{X: at.X, Y: up(y.Low)}, {X: at.X, Y: up(y.High)}},
		} {
			if length := bar[1].Sub(bar[0]); length.X+length.Y > glyphSize {
				c.StrokeLine2(style, bar[0].X, bar[0].Y, bar[1].X, bar[1].Y)
				occupied = append(occupied, vg.Rectangle{Min: bar[0], Max: bar[1]})
			}
		}
	}
	return occupied
}

func box(center vg.Point, width, height vg.Length) vg.Rectangle {
	half := vg.Point{X: width / 2, Y: height / 2}
	return vg.Rectangle{Min: center.Sub(half), Max: center.Add(half)}
}

// spotFor finds the nearest place for a label inside the frame that covers nothing:
// beside, above or below what it names, then farther away. It is false if there is none: a
// name that covers another one or is cut off is worse than none.
func spotFor(named vg.Rectangle, size vg.Point, frame vg.Rectangle, occupied []vg.Rectangle) (spot vg.Point, ok bool) {
	middle := named.Min.Add(named.Max).Scale(0.5)
	for ring := range 12 {
		gap := 2 + 6*vg.Length(ring)
		right, left := named.Max.X+gap+size.X/2, named.Min.X-gap-size.X/2
		up, down := named.Max.Y+gap+size.Y/2, named.Min.Y-gap-size.Y/2
		for _, spot := range []vg.Point{
			{X: right, Y: middle.Y}, {X: left, Y: middle.Y}, {X: middle.X, Y: down}, {X: middle.X, Y: up},
			{X: right, Y: down}, {X: left, Y: down}, {X: right, Y: up}, {X: left, Y: up},
		} {
			if free(box(spot, size.X, size.Y), frame, occupied) {
				return spot, true
			}
		}
	}
	return vg.Point{}, false
}

func free(r, frame vg.Rectangle, occupied []vg.Rectangle) bool {
	if r.Min.X < frame.Min.X || r.Max.X > frame.Max.X || r.Min.Y < frame.Min.Y || r.Max.Y > frame.Max.Y {
		return false
	}
	return !slices.ContainsFunc(occupied, func(t vg.Rectangle) bool {
		return r.Min.X < t.Max.X && t.Min.X < r.Max.X && r.Min.Y < t.Max.Y && t.Min.Y < r.Max.Y
	})
}
