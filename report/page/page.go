// Package page writes an analysis as one HTML page that needs nothing else: no network,
// charts inline, and a Content-Security-Policy that lets nothing in. It works without
// JavaScript, which adds sorting, filtering, a choice of light or dark, and reloading
// while a run goes on.
package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"overlap/report/analyse"
	"overlap/report/frame"
)

//go:embed page.html
var source string

//go:embed page.css
var css string

//go:embed page.js
var js string

var tmpl = template.Must(template.New("page").Funcs(words{}.functions()).Parse(source))

// Limit is the size in bytes that a page should not exceed: sixty rows of a machine with a
// few cores fit. A larger page loses the last accounts of lines, then its last sections,
// and then the last lines of the table. If that is not enough, it is written all the same.
const Limit = 5_000_000

// Chart is a chart for light pages, as SVG.
type Chart struct {
	Name, Title, Caption, Alt string
	Row                       string // ID of the row that it is about; empty: of all
	SVG                       []byte
	Numbers                   *Numbers // behind it, if the analysis does not have them
}

// Numbers is a table. Every row has a cell for each column.
type Numbers struct {
	Name    string
	Columns []string
	Rows    [][]string
}

// Options say how to write a page.
type Options struct {
	// Dark maps colours of the charts, as #RRGGBB in capitals, to the colours of the same
	// role on dark pages. All others stay the same.
	Dark map[string]string

	// Refresh is the time after which the page reloads itself, in the state in which its
	// reader left it, because it is written again while a run goes on; 0 means never.
	Refresh time.Duration

	// Alert is a line above everything else.
	Alert string

	// Accounts say of some benchmarks which lines took the cores.
	Accounts []Account
}

// Write writes the page as UTF-8. Everything that a result file holds is text to it: the
// template escapes names, and only known elements and attributes of a chart are taken.
func Write(w io.Writer, a *analyse.Analysis, charts []Chart, o Options) error {
	v, err := newView(a, charts, o)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	page, err := v.render()
	for err == nil && len(page) > Limit && v.shrink(len(page)) {
		page, err = v.render()
	}
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	if _, err := w.Write(page); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

func (v *view) render() ([]byte, error) {
	page, err := tmpl.Clone()
	if err != nil {
		return nil, err
	}
	return frame.Execute(page.Funcs(words{}.functions()), v)
}
