// Package chart draws an analysis with gonum/plot. Each chart answers one question: what
// workers and cores buy, how the gain grows with cores, how throughput grows with workers,
// where each workload lies between concurrency and parallelism, what the cores did, how
// long tasks took, which GOMAXPROCS and workers are enough, what each executor costs, and
// how far apart the cores of the machine are.
package chart

import (
	"bytes"
	"fmt"
	"image/png"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"overlap/report/analyse"
)

// Chart is a picture of an analysis.
type Chart struct {
	Name    string // file name without ending
	Row     string // ID of the row that it is about; empty: of all
	Title   string
	Caption string // how to read it
	Alt     string // what the picture shows, for those who cannot see it

	width, height vg.Length
	coarse        bool // at one pixel per CSS pixel
	draw          func(draw.Canvas, Theme)
}

// pageWidth is the width of every chart, in points: 800 CSS pixels.
const pageWidth vg.Length = 600

// Names lists the charts of all rows: those of All, and History.
var Names = []string{
	"gains", "timeline", "scaling", "workers", "plane", "stack", "latency", "heat", "crossover", "executors", "coretocore", "history",
}

// All returns the charts of all rows, in the order in which they are shown, without those
// for which no row has numbers.
func All(a *analyse.Analysis) []Chart {
	if len(a.Rows) == 0 {
		return nil
	}
	all := len(a.Rows)
	a = Excerpt(a)
	var charts []Chart
	for _, draw := range []func(*analyse.Analysis) (Chart, bool){
		Gains, Timeline, Scaling, Workers, Plane, Stack, Latency, Heat, Crossovers, Executors, CoreToCore,
	} {
		if c, ok := draw(a); ok {
			charts = append(charts, c)
		}
	}
	return noteOmittedRows(charts, all)
}

// rowsWith returns the rows that have what a chart draws.
func rowsWith(rows []analyse.Row, what func(analyse.Row) bool) []analyse.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r analyse.Row) bool { return !what(r) })
}

// SVG draws the chart as a stand-alone picture.
func (c Chart) SVG(t Theme) ([]byte, error) {
	canvas := vgsvg.New(c.width, c.height)
	c.paint(canvas, t)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("chart %s: %w", c.Name, err)
	}
	// The fonts are not in the file. Arial and Helvetica have the widths of Liberation
	// Sans, so the layout holds where only they are installed. The style that all texts
	// share is written once, which halves most pictures.
	const every, fonts = "font-family:Liberation Sans;font-variant:normal;font-weight:normal;font-style:normal;", "font-family:Liberation Sans,Arial,Helvetica,sans-serif"
	svg := strings.ReplaceAll(b.String(), every, "")
	svg = strings.Replace(svg, "<svg ", `<svg style="`+fonts+`" `, 1)
	return []byte(svg), nil
}

// PNG draws the chart at two pixels per CSS pixel, or at one if rows were left out.
func (c Chart) PNG(t Theme) ([]byte, error) {
	dpi := 192
	if c.coarse {
		dpi = 96
	}
	canvas := vgimg.NewWith(vgimg.UseWH(c.width, c.height), vgimg.UseDPI(dpi))
	c.paint(boxed{canvas}, t)
	var b bytes.Buffer
	// The default compression takes as long as the drawing and saves a twentieth.
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, canvas.Image()); err != nil {
		return nil, fmt.Errorf("chart %s: %w", c.Name, err)
	}
	return b.Bytes(), nil
}

func (c Chart) paint(canvas vg.CanvasSizer, t Theme) {
	dc := draw.New(canvas)
	dc.SetColor(t.Background)
	dc.Fill(dc.Rectangle.Path())
	c.draw(draw.Crop(dc, 6, -6, 6, -6), t)
}
