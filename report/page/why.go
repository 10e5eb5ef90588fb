package page

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overlap/internal/table"
	"overlap/report/cause"
)

// Account is what took the cores of a benchmark, and where to show it.
type Account struct {
	cause.Explained
	Row      string    // ID of the row that it is about; empty if there is none
	Dir      string    // of its recordings
	Measured time.Time // of the row; zero if unknown
}

// why is an account on the page.
type why struct {
	ID, Row, Name, Head, Without string

	Told    []string
	Columns []string
	Parts   []whyPart
	Sum     string
	Source  []whySource
	Paths   *whyNode
	Notes   []string
}

// whyPart is a row of the table of parts, with its bar, in hundredths of all cores.
type whyPart struct {
	Cells       []string
	Class       string
	Left, Width float64
}

// whySource is an excerpt of a source file.
type whySource struct {
	Name  string
	Lines []whyLine
}

type whyLine struct {
	Number     int
	Text, Note string
	Marked     bool
}

// whyNode is a node of the call paths.
type whyNode struct {
	Name, Text string
	Cores      string // all, and those of all that do what one core does
	Calls      []*whyNode
}

func newWhy(id string, a Account) *why {
	w := &why{ID: id, Row: a.Row, Name: a.Benchmark, Sum: table.Figures(a.Cores), Source: excerpts(a.Explained), Notes: slices.Clone(a.Warnings)}
	if a.Package != "" {
		w.Name = a.Package + "." + a.Benchmark
	}
	w.Head, w.Told, w.Without = a.Words()
	if a.Workers > 0 {
		w.Head = fmt.Sprintf("With %s: %s", table.Count(a.Workers, "goroutine"), w.Head)
	}
	w.parts(a.Explained.Account)
	if a.Paths != nil {
		w.Paths = newNode(a.Paths, a.Cores)
	}
	w.Notes = append(w.Notes, fmt.Sprintf("Recorded %s UTC by overlap why; what go tool pprof and go tool trace open is in %s.", a.Recorded.UTC().Format(time.DateTime), a.Dir))
	if a.Measured.After(a.Recorded) {
		w.Notes = append(w.Notes, fmt.Sprintf("The row above was measured later, %s UTC: if the code has changed since, overlap why records again.", a.Measured.UTC().Format(time.DateTime)))
	}
	return w
}

// parts sets the table of parts, whose bars together are all cores.
func (w *why) parts(a cause.Account) {
	t := a.Table()
	cores := []float64{a.Work}
	for _, c := range a.Causes {
		cores = append(cores, c.Cores)
	}
	cores = append(cores, a.Rest)
	for _, row := range t.Rows {
		row[0], row[1] = row[1], row[0]
	}
	t.Head[0], t.Head[1] = t.Head[1], t.Head[0]
	columns, rows := dropEmptyColumns(t.Head, t.Rows)
	w.Columns = columns
	left := 0.0
	for i, cells := range rows {
		p := whyPart{Cells: cells, Class: "more", Left: left, Width: min(100-left, max(0, 100*cores[i]/a.Cores))}
		switch i {
		case 0:
			p.Class = "one"
		case len(rows) - 1:
			p.Class = "rest"
		}
		left += p.Width
		w.Parts = append(w.Parts, p)
	}
}

// excerpts are the source lines, with what causes take there.
func excerpts(a cause.Explained) (list []whySource) {
	for _, e := range a.Source {
		s := whySource{Name: filepath.Base(e.File)}
		for i, text := range e.Lines {
			s.Lines = append(s.Lines, noted(a.Causes, e.File, whyLine{Number: e.First + i, Text: text}))
		}
		list = append(list, s)
	}
	return list
}

// noted is a line with what the causes that are told take there.
func noted(causes []cause.Cause, file string, l whyLine) whyLine {
	var notes []string
	for _, c := range causes[:min(cause.Told, len(causes))] {
		if c.Line.File == file && l.Number >= c.From && l.Number <= c.Until {
			l.Marked = true
			if l.Number == c.From {
				notes = append(notes, fmt.Sprintf("%s %s", table.Figures(c.Cores), c.Kind))
			}
		}
		if h := c.Holder; h != nil && h.File == file && h.Line == l.Number {
			l.Marked = true
			notes = append(notes, "ends the wait")
		}
	}
	l.Note = strings.Join(notes, "; ")
	return l
}

func newNode(n *cause.Node, cores float64) *whyNode {
	name := n.Function
	switch {
	case n.Idle == cause.RunQueue:
		name = "other programs"
	case n.Idle != "":
		name = "idle: " + string(n.Idle)
	case name == "":
		name = "all"
	}
	all := min(cores, max(0, n.All))
	one := min(all, max(0, n.One))
	v := &whyNode{Name: name, Text: table.Figures(n.All) + " cores", Cores: fmt.Sprintf("%.4g %.4g", all, one)}
	if more := n.All - n.One; math.Abs(more) >= 0.005 && n.Idle == "" {
		v.Text += ", " + strings.Replace("+"+table.Figures(more), "+−", "−", 1)
	}
	for _, c := range n.Calls {
		v.Calls = append(v.Calls, newNode(c, cores))
	}
	return v
}

// addAccounts takes the accounts of the rows on the page, and those that are of no row.
func (v *view) addAccounts(accounts []Account, place map[string]int) {
	for i, a := range accounts {
		if _, ok := place[a.Row]; ok {
			v.Accounts = append(v.Accounts, newWhy(a.Row+"_why", a))
		} else if a.Row == "" {
			v.Accounts = append(v.Accounts, newWhy(fmt.Sprintf("why_%d", i), a))
		}
	}
	v.accounts = len(v.Accounts)
}

// Why is the account of a row, nil if there is none.
func (v *view) Why(row string) *why {
	i := slices.IndexFunc(v.Accounts, func(w *why) bool { return w.Row == row })
	if i < 0 {
		return nil
	}
	return v.Accounts[i]
}
