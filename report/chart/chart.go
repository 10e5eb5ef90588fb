// Package chart draws an analysis, and a history of checks, with gonum/plot. Each chart
// answers one question, such as what workers and cores buy, or how long tasks took:
// overviews lists those about all rows, OfRow those about one.
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

// Chart is a picture of an analysis or of a history.
type Chart struct {
	Name    string // file name without ending
	Row     string // ID of the row that it is about; empty: of all
	Title   string
	Caption string // how to read it
	Alt     string // what the picture shows, for those who cannot see it

	width, height vg.Length
	coarse        bool // at one pixel per CSS pixel
	goroutines    bool // its workers are those
	draw          func(draw.Canvas, Theme)
}

// pageWidth is the width of every chart, in points: 800 CSS pixels.
const pageWidth vg.Length = 600

// overviews are the charts of all rows in the order of the page.
var overviews = []struct {
	name string
	draw func(*analyse.Analysis) (Chart, bool)
}{
	{"gains", Gains}, {"timeline", Timeline}, {"scaling", Scaling}, {"workers", Workers}, {"plane", Plane}, {"stack", Stack},
	{"latency", Latency}, {"heat", Heat}, {"crossover", Crossovers}, {"executors", Executors}, {"coretocore", CoreToCore},
}

// Names returns the names of all charts but those of one row: of the overviews, and of
// History.
func Names() (names []string) {
	for _, o := range overviews {
		names = append(names, o.name)
	}
	return append(names, "history")
}

// All returns the overviews, each of which shows all rows, in the order of the page. It
// leaves out those that no row has numbers for.
func All(a *analyse.Analysis) []Chart {
	if len(a.Rows) == 0 {
		return nil
	}
	all := len(a.Rows)
	a = Excerpt(a)
	var charts []Chart
	for _, o := range overviews {
		if c, ok := o.draw(a); ok {
			charts = append(charts, c)
		}
	}
	return noteOmittedRows(ofWorkers(charts, a.Rows), all)
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
	t.goroutines = c.goroutines
	c.draw(draw.Crop(dc, 6, -6, 6, -6), t)
}

// ofWorkers calls the workers of charts what they are.
func ofWorkers(charts []Chart, rows []analyse.Row) []Chart {
	if slices.ContainsFunc(rows, func(r analyse.Row) bool { return r.Workers > 0 && !r.Goroutines }) {
		return charts
	}
	t := Theme{goroutines: true}
	for i := range charts {
		c := &charts[i]
		c.goroutines, c.Title, c.Caption, c.Alt = true, t.say(c.Title), t.say(c.Caption), t.say(c.Alt)
	}
	return charts
}
