package main

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// gainRow is a row of the chart of the tasks: the heading of a chore, or a system with its
// factors.
type gainRow struct {
	heading, system string
	factors         factors
}

// gainRows leaves out what was not measured on one core and on several.
func gainRows(all []*match, cores []int) (rows []gainRow) {
	heading := ""
	for _, m := range all {
		f, ok := m.best(cores)
		if !ok || f.s.N == 0 {
			continue
		}
		if h := m.chore.name + " – " + m.chore.doc; h != heading {
			heading = h
			rows = append(rows, gainRow{heading: h})
		}
		rows = append(rows, gainRow{system: m.system.name, factors: f})
	}
	return rows
}

// gainPicture shows for every chore and system the speedup as two bars, one after the
// other. On a logarithmic axis, the length of the whole is the sum of the two, because
// S = G_c × G_p.
func gainPicture(matches []*match, cores []int) picture {
	rows := gainRows(matches, cores)
	if len(rows) == 0 {
		return picture{}
	}
	return picture{96 + rowHeight*vg.Length(len(rows)), func(canvas vg.CanvasSizer) {
		c := sheet(canvas, "What workers and cores buy in each language: speedup = concurrency gain × parallelism gain", []entry{
			{"concurrency gain: workers, on one core", func(c draw.Canvas, at vg.Point) { gainBar(c, at.X-9, at.X+9, at.Y, oneCore) }},
			{"parallelism gain: the second core, with those workers", func(c draw.Canvas, at vg.Point) { gainBar(c, at.X-9, at.X+9, at.Y, moreCores) }},
			{"95 % interval", func(c draw.Canvas, at vg.Point) { whisker(c, at.X-8, at.X+8, at.Y, ink) }},
		})
		var labels plot.ConstantTicks
		low, high := 0.8, 1.25
		for i, r := range rows {
			if r.system == "" {
				continue
			}
			labels = append(labels, plot.Tick{Value: -float64(i), Label: r.system})
			for _, x := range []float64{r.factors.gc.Value, r.factors.s.Value} { // intervals of few rounds are cut
				if x > 0 {
					low, high = min(low, x), max(high, x)
				}
			}
		}
		p := rowsPlot(labels, len(rows))
		p.X.Label.Text = "speedup over one worker on one core of the same system, logarithmic"
		p.X.Min, p.X.Max = low/1.15, high*math.Pow(high, roomForWords)
		p.Add(gains{rows})
		p.Draw(c)
	}}
}

// roomForWords is the space behind the longest bar, as a share of its length.
const roomForWords = 0.55

// The colours of the two gains, and how thick their bars are. If the second core costs
// speed, its bar goes back over the first.
var (
	oneCore   = barStyle{blue, 4.5}
	moreCores = barStyle{orange, 2.5}
)

// gains plots the rows.
type gains struct{ rows []gainRow }

func (g gains) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	grid(c, p, tx)
	words := letters(8, ink)
	words.YAlign = text.YCenter
	head := letters(9, ink)
	head.YAlign = text.YCenter
	for i, r := range g.rows {
		y := ty(-float64(i))
		if r.system == "" {
			c.SetColor(band)
			c.Fill(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: y - rowHeight/2}, Max: vg.Point{X: c.Max.X, Y: y + rowHeight/2}}.Path())
			c.FillText(head, vg.Point{X: c.Min.X + 4, Y: y}, r.heading)
			continue
		}
		f := r.factors
		gainBar(c, tx(1), tx(f.gc.Value), y, oneCore)
		gainBar(c, tx(f.gc.Value), tx(f.s.Value), y, moreCores)
		if f.s.N > 1 {
			whisker(c, clamp(c, tx(f.s.Low)), clamp(c, tx(f.s.High)), y, ink)
		}
		end := max(tx(f.gc.Value), tx(f.s.Value), clamp(c, tx(f.s.High)), tx(1))
		c.FillText(words, vg.Point{X: end + 6, Y: y}, fmt.Sprintf("%s × %s = %s, %d worker%s",
			number(f.gc.Value), number(f.gp.Value), number(f.s.Value), f.workers, plural(f.workers)))
	}
}
