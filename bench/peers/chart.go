package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// chartRow is one comparison with its ratios at one and two cores.
type chartRow struct {
	contest, ref string
	target       float64
	cores        []comparison
}

// chartRows joins the cores of each comparison and drops what has no ratio.
func chartRows(rows []comparison) []chartRow {
	var all []chartRow
	for _, c := range rows {
		if c.err != nil || c.ratio.N == 0 {
			continue
		}
		ref := c.ref
		if c.itself {
			ref = "itself (A/A)"
		}
		at := -1
		for i, r := range all {
			if r.contest == c.contest && r.ref == ref {
				at = i
			}
		}
		if at < 0 {
			all, at = append(all, chartRow{contest: c.contest, ref: ref, target: c.target}), len(all)
		}
		all[at].cores = append(all[at].cores, c)
	}
	return all
}

const (
	chartWidth vg.Length = 640
	rowHeight  vg.Length = 17
)

// picture is a chart before it has a format. height is 0 if there is nothing to draw.
type picture struct {
	height vg.Length
	paint  func(vg.CanvasSizer)
}

// ratioPicture has a row for each comparison.
func ratioPicture(rows []comparison) picture {
	all := chartRows(rows)
	if len(all) == 0 {
		return picture{}
	}
	return picture{96 + rowHeight*vg.Length(len(all)), func(c vg.CanvasSizer) { paint(c, all) }}
}

func (p picture) svg() ([]byte, error) {
	canvas := vgsvg.New(chartWidth, p.height)
	p.paint(canvas)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	// The fonts are not in the file; Arial and Helvetica have the same widths.
	text := strings.ReplaceAll(b.String(), "font-family:Liberation Sans", "font-family:Liberation Sans,Arial,Helvetica,sans-serif")
	return []byte(text), nil
}

func (p picture) png() ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(chartWidth, p.height), vgimg.UseDPI(192))
	p.paint(canvas)
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func paint(canvas vg.CanvasSizer, all []chartRow) {
	c := sheet(canvas, "overlap over its peers: time (or memory) per operation; left of 1 is better", []entry{
		{"1 core", func(c draw.Canvas, at vg.Point) { whisker(c, at.X-8, at.X+8, at.Y, blue); mark(c, at, 1) }},
		{"2 cores", func(c draw.Canvas, at vg.Point) { whisker(c, at.X-8, at.X+8, at.Y, orange); mark(c, at, 2) }},
		{"target: stay left of it", goalMark},
	})
	p := rowsPlot(rowLabels(all), len(all))
	p.X.Label.Text = "ratio, logarithmic; bars are 95 % intervals"
	p.X.Min, p.X.Max = reach(all)
	p.Add(ratios{all})
	p.Draw(c)
}

// rowsPlot has one row below the other, the first at 0, and a logarithmic axis.
func rowsPlot(labels plot.ConstantTicks, rows int) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	style(&p.X)
	style(&p.Y)
	p.X.Label.Padding = 4
	p.X.Scale = plot.LogScale{}
	p.X.Tick.Marker = ratioTicks{}
	p.Y.Min, p.Y.Max = -float64(rows)+0.5, 0.5
	p.Y.Tick.Marker = labels
	p.Y.Tick.Length = 0
	p.Y.Tick.Label.Color = ink
	return p
}

// rowLabels names row i at -i: the case with its first reference, and only the reference
// in further rows.
func rowLabels(all []chartRow) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for i, r := range all {
		label := "/ " + r.ref
		if i == 0 || all[i-1].contest != r.contest {
			label = r.contest + "  " + label
		}
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: label})
	}
	return ticks
}

// reach returns the range of the drawn values, including 1. An interval from one round is
// unbounded and does not count.
func reach(all []chartRow) (low, high float64) {
	low, high = 0.8, 1.25
	for _, r := range all {
		for _, c := range r.cores {
			for _, x := range []float64{c.ratio.Value, c.ratio.Low, c.ratio.High, c.target} {
				if x > 0 && !math.IsInf(x, 1) {
					low, high = min(low, x), max(high, x)
				}
			}
		}
	}
	return low / 1.15, high * 1.15
}

// ratioTicks labels 1, 2 and 5 of every decade, or only the decades if there are many.
type ratioTicks struct{}

func (ratioTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	decades := math.Log10(high / low)
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		for digit := 1; digit < 10; digit++ {
			x := float64(digit) * math.Pow(10, e)
			if x < low || x > high {
				continue
			}
			tick := plot.Tick{Value: x}
			if digit == 1 || decades < 5 && (digit == 2 || digit == 5) {
				tick.Label = number(math.Round(x*1e6) / 1e6)
				if x < 1e-3 {
					tick.Label = fmt.Sprintf("%.0e", x)
				}
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks
}
