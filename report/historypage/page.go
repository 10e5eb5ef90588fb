// Package historypage writes the histories of machines as one HTML page that needs nothing
// else, for a site of static files. It looks as the page of a report does, and works
// without JavaScript.
package historypage

import (
	_ "embed"
	"fmt"
	"html"
	"html/template"
	"io"
	"strings"

	"overlap/report/frame"
	"overlap/report/history"
)

var (
	//go:embed page.html
	source string

	//go:embed page.css
	css string

	tmpl = template.Must(template.New("page").Funcs(template.FuncMap{"name": breakable}).Parse(source))
)

// breakable returns the name of a benchmark in which browsers break lines before its parts.
// Copying it gives the same text.
func breakable(name string) template.HTML {
	return template.HTML(strings.ReplaceAll(html.EscapeString(name), "/", "<wbr/>/"))
}

// Limit is the size in bytes that a page should not exceed. A page that would draws less
// of each benchmark, then fewer benchmarks, then fewer steps, and says so.
const Limit = 3_000_000

// Machine is the history of a machine, and what of its file could not be read.
type Machine struct {
	*history.History
	Warnings []error
}

// Options say how to write a page.
type Options struct {
	// Repository is where the commits are, as Repository returns it; without, they are no
	// links.
	Repository string
}

// Write writes the page as UTF-8. Names, subjects and everything else in a history are
// text to it.
func Write(w io.Writer, machines []Machine, o Options) error {
	if o.Repository != "" {
		address, err := Repository(o.Repository)
		if err != nil {
			return fmt.Errorf("page of the history: %w", err)
		}
		o.Repository = address
	}
	page, err := fitting(machines, o)
	if err != nil {
		return fmt.Errorf("page of the history: %w", err)
	}
	if _, err := w.Write(page); err != nil {
		return fmt.Errorf("page of the history: %w", err)
	}
	return nil
}

// detail says how much of a benchmark is drawn.
type detail struct {
	columns int // of a chart, in each of which four points stay
	commits int // in a table, the newest
	pieces  int // of the evidence of a step, beside its largest change
}

// details are tried one after the other, until the page fits.
var details = []detail{{140, 20, 20}, {70, 10, 10}, {40, 3, 3}, {24, 0, 0}}

// fitting returns the page with as much detail, then as many benchmarks, and then as many steps, as fit.
func fitting(machines []Machine, o Options) (page []byte, err error) {
	groups, find := groupsOf(machines)
	for _, d := range details {
		v := newView(machines, groups, find, o, d)
		if page, err = frame.Execute(tmpl, v); err != nil || len(page) <= Limit {
			return page, err
		}
		for d == details[len(details)-1] && len(page) > Limit && v.shrink(len(page)) {
			if page, err = frame.Execute(tmpl, v); err != nil {
				return nil, err
			}
		}
	}
	return page, nil
}
