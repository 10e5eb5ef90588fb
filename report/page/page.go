// Package page writes an analysis as one HTML page that needs nothing else: no
// script, no network, the charts inline.
package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"

	"overlap/report"
)

//go:embed page.html
var source string

var tmpl = template.Must(template.New("page").Parse(source))

// Chart is a drawn chart for light and for dark pages, as SVG.
type Chart struct {
	Name, Title, Caption, Alt string
	Row                       string // ID of the row that it is about; empty: of all
	Light, Dark               []byte
}

// Write writes the page. Whatever a result file holds is text to it: the
// template escapes names, and package svgo, which gonum/plot draws with,
// escapes the text of charts.
func Write(w io.Writer, a *report.Analysis, charts []Chart) error {
	type figure struct {
		Name, Title, Caption, Alt string
		Light, Dark               template.HTML
	}
	type fact struct{ Key, Value string }
	type stacks struct {
		Name string
		Rows [][]string
	}
	data := struct {
		Files   []string
		Facts   []fact
		Columns []string
		Rows    [][]string
		Notes   []string
		Figures []figure

		StackColumns, StackNotes []string
		Stacks                   []stacks
	}{Files: a.Data.Files, Columns: a.Columns(), Notes: a.Notes(), StackColumns: report.StackColumns(), StackNotes: report.StackNotes()}
	for _, key := range slices.Sorted(maps.Keys(a.Data.Host)) {
		data.Facts = append(data.Facts, fact{key, a.Data.Host[key]})
	}
	for _, r := range a.Rows {
		data.Rows = append(data.Rows, r.Cells())
		if len(r.Stacks) == 0 {
			continue
		}
		table := stacks{Name: r.Name()}
		for _, s := range r.Stacks {
			table.Rows = append(table.Rows, s.Cells())
		}
		data.Stacks = append(data.Stacks, table)
	}
	for _, c := range charts {
		data.Figures = append(data.Figures, figure{c.Name, c.Title, c.Caption, c.Alt, inline(c.Light), inline(c.Dark)})
	}
	if err := tmpl.Execute(w, data); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// inline is the svg element of a stand-alone picture, without the XML
// declarations before it, which HTML does not have.
func inline(svg []byte) template.HTML {
	if i := bytes.Index(svg, []byte("<svg")); i > 0 {
		svg = svg[i:]
	}
	return template.HTML(svg)
}
