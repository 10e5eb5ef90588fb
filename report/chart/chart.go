// Package chart draws an analysis with gonum/plot: what workers and cores buy,
// how speedup grows with cores, how throughput grows with workers, where
// each workload lies between concurrency and parallelism, and the cores of the
// machine.
package chart

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"overlap/report"
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

// pageWidth is that of every chart, in points: 800 CSS pixels.
const pageWidth vg.Length = 600

// All returns the charts of a, in the order in which they are shown. It
// returns none if a has no rows, and leaves out what no row has the numbers for.
func All(a *report.Analysis) []Chart {
	if len(a.Rows) == 0 {
		return nil
	}
	all := len(a.Rows)
	a = Excerpt(a)
	charts := []Chart{Gains(a), Scaling(a)}
	if slices.ContainsFunc(a.Rows, func(r report.Row) bool { return r.Workers > 0 }) {
		charts = append(charts, Workers(a), Plane(a))
	}
	for _, draw := range []func(*report.Analysis) (Chart, bool){Efficiency, Crossovers, Executors} {
		if c, ok := draw(a); ok {
			charts = append(charts, c)
		}
	}
	if m, ok := CoreMap(a); ok {
		charts = append(charts, m)
	}
	if t, ok := Timeline(a); ok {
		charts = append(charts, t)
	}
	if m, ok := CoreToCore(a); ok {
		charts = append(charts, m)
	}
	return admit(charts, all)
}

// OfRow returns the charts of one row alone, for the row's section of a page.
func OfRow(a *report.Analysis, r report.Row) []Chart {
	if r.Workers == 0 {
		return nil
	}
	alone := *a
	alone.Rows = []report.Row{r}
	charts := []Chart{Workers(&alone)}
	if u, ok := USLFit(r); ok {
		charts = append(charts, u)
	}
	for i := range charts {
		charts[i].Row = r.ID()
	}
	return charts
}

// SVG draws the chart as a stand-alone picture.
func (c Chart) SVG(t Theme) ([]byte, error) {
	canvas := vgsvg.New(c.width, c.height)
	c.paint(canvas, t)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("chart %s: %w", c.Name, err)
	}
	// The fonts are not in the file. Arial and Helvetica have the widths of
	// Liberation Sans, so the layout holds where only they are installed.
	svg := strings.ReplaceAll(b.String(), "font-family:Liberation Sans", "font-family:Liberation Sans,Arial,Helvetica,sans-serif")
	return []byte(svg), nil
}

// PNG draws the chart at two pixels per CSS pixel, at one if it is an excerpt.
func (c Chart) PNG(t Theme) ([]byte, error) {
	dpi := 192
	if c.coarse {
		dpi = 96
	}
	canvas := vgimg.NewWith(vgimg.UseWH(c.width, c.height), vgimg.UseDPI(dpi))
	c.paint(canvas, t)
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&b); err != nil {
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
