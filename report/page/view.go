package page

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"

	"overlap/report"
)

// view is what the template shows.
type view struct {
	Policy string
	Style  template.CSS
	Script template.JS

	Finding  string
	Where    string // the machine, empty if unknown
	Kinds    []string
	Columns  []string
	Sections []section // one per row
	Figures  []figure
	Notes    []string

	StackColumns, StackNotes []string

	Facts    []fact
	Swept    bool // overlap run measured it
	Files    []string
	Glossary []entry
}

type fact struct{ Key, Value string }

// figure is a chart of the page; Data is the place of the table with its
// numbers.
type figure struct {
	ID, Title, Caption, Data, DataName string
	SVG                                template.HTML
	Top                                bool // it is of all rows

	name string // that of the chart
}

// section is what the page says of a row.
type section struct {
	ID, Name, Kind, Verdict, Product string

	Cells    []string // of the headline table
	Warnings []string
	Numbers  [][3]string // name, value, 95 % interval
	Figures  []figure
	Models   []string
	Scaling  [][]string // cores, parallelism gain, ceiling
	Stacks   [][]string
	Points   []point

	Repeat, Show string
}

// mostRows is how many rows nobody reads on one page.
const mostRows = 200

func newView(a *report.Analysis, charts []Chart, o Options) (*view, error) {
	v := &view{
		Finding: a.Finding(), Columns: headline(a.Columns(), a.Columns()), Notes: a.Notes(),
		StackColumns: report.StackColumns(), StackNotes: report.StackNotes(),
		Files: a.Data.Files, Glossary: glossary,
	}
	for _, key := range slices.Sorted(maps.Keys(a.Data.Host)) {
		v.Facts = append(v.Facts, fact{key, a.Data.Host[key]})
	}
	for _, column := range slices.Sorted(maps.Keys(a.Data.Hosts)) {
		for _, key := range slices.Sorted(maps.Keys(a.Data.Hosts[column])) {
			if _, shared := a.Data.Host[key]; !shared {
				v.Facts = append(v.Facts, fact{key + " @" + column, a.Data.Hosts[column][key]})
			}
		}
	}
	v.Swept = a.Data.Host["placement"] != ""
	v.Where = strings.Trim(a.Data.Host["host"]+", "+a.Data.Host["cpu"], ", ")
	place := map[string]int{}
	rows := a.Rows
	if len(rows) > mostRows {
		rows = rows[:mostRows]
		v.Notes = append(v.Notes, fmt.Sprintf("shown are the first %d of %d rows: choose others with --filter; report.json has all", mostRows, len(a.Rows)))
	}
	for i, r := range rows {
		v.Sections = append(v.Sections, newSection(a, r))
		place[r.ID()] = i
		if r.Kind != "" && !slices.Contains(v.Kinds, r.Kind) {
			v.Kinds = append(v.Kinds, r.Kind)
		}
	}
	s := newStyles(o.Dark)
	if err := v.addCharts(charts, place, s); err != nil {
		return nil, err
	}
	style, script := s.sheet(), js
	if o.Live {
		script += live
	}
	v.Style, v.Script, v.Policy = template.CSS(style), template.JS(script), policy(style, script, o.Live)
	return v, nil
}

// addCharts puts every chart into the section of its row or, if it is of all
// rows, to the top. Identifiers of the page's own have an underscore, which those
// of rows do not have, so that the two never meet.
func (v *view) addCharts(charts []Chart, place map[string]int, s *styles) error {
	for i, c := range charts {
		svg, err := s.inline(c.SVG, c.Alt)
		if err != nil {
			return fmt.Errorf("chart %s: %w", c.Name, err)
		}
		f := figure{ID: fmt.Sprintf("chart_%d", i+1), Title: c.Title, Caption: c.Caption, SVG: template.HTML(svg), name: c.Name}
		if at, ok := place[c.Row]; ok && c.Row != "" {
			section := &v.Sections[at]
			f.Data, f.DataName = section.ID+"_points", "the samples"
			if c.Name == "stack" {
				f.Data, f.DataName = section.ID+"_stacks", "the stacks"
			}
			section.Figures = append(section.Figures, f)
			continue
		}
		f.Top, f.Data, f.DataName = true, "all_rows", "the table"
		if c.Name == "coremap" {
			f.Data, f.DataName = "the_machine", "the machine"
		}
		v.Figures = append(v.Figures, f)
	}
	return nil
}

func newSection(a *report.Analysis, r report.Row) section {
	s := section{
		ID: r.ID(), Name: r.Name(), Kind: r.Kind, Verdict: r.Verdict, Cells: headline(a.Columns(), r.Cells()),
		Numbers: numbers(r), Repeat: a.Repeat(r), Show: a.Show(r),
	}
	if !math.IsNaN(r.Concurrency.Value) {
		s.Product = fmt.Sprintf("%s = %s × %s", figures(r.Speedup.Value), figures(r.Concurrency.Value), figures(r.Parallelism.Value))
	}
	for _, w := range r.Warnings {
		s.Warnings = append(s.Warnings, w.Error())
	}
	if r.Expected.Reason != "" {
		s.Warnings = append(s.Warnings, fmt.Sprintf("expected %s: %s", r.Expected, r.Expected.Reason))
	}
	s.Models = r.Models.Lines()
	for _, x := range r.Scaling {
		s.Scaling = append(s.Scaling, []string{fmt.Sprint(x.P), x.Gain.String(), x.Ceiling.String()})
	}
	for _, x := range r.Stacks {
		s.Stacks = append(s.Stacks, x.Cells())
	}
	for _, p := range a.PointsOf(r) {
		s.Points = append(s.Points, newPoint(p))
	}
	return s
}

// headline leaves out of the cells of a row what its section has: the degrees of
// concurrency and parallelism, and the expectation. With them the verdict has no
// room.
func headline(columns, cells []string) (kept []string) {
	for i, name := range columns {
		if !slices.Contains([]string{"tasks in flight", "CPUs busy", "expected"}, name) {
			kept = append(kept, cells[i])
		}
	}
	return kept
}

// numbers are what the row says, each with its bounds.
func numbers(r report.Row) (list [][3]string) {
	add := func(name string, i report.Interval) {
		list = append(list, [3]string{name, figures(i.Value), bounds(i)})
	}
	plain := func(name, value string) { list = append(list, [3]string{name, value, ""}) }
	if r.Workers > 0 {
		plain("workers", fmt.Sprint(r.Workers))
	}
	plain("cores", fmt.Sprint(r.P))
	plain("enough", r.Advice.String())
	add("concurrency gain", r.Concurrency)
	add("parallelism gain", r.Parallelism)
	add("speedup", r.Speedup)
	add("ceiling H(p)", r.Ceiling)
	if !math.IsNaN(r.Ceiling.Value) {
		plain("share of the ceiling", fmt.Sprintf("%.0f %%", 100*r.Parallelism.Value/r.Ceiling.Value))
	}
	plain("efficiency", fmt.Sprintf("%.0f %%", 100*r.Parallelism.Value/float64(r.P)))
	plain("tasks in flight", measured(r.Inflight))
	plain("CPUs busy", measured(r.CPUsBusy))
	if !math.IsNaN(r.OverSerial.Value) {
		add("over the serial program", r.OverSerial)
		plain("COST", cost(r.Cost))
	}
	if r.Expected.Shape != "" {
		plain("expected", r.Expected.String())
	}
	plain("samples", fmt.Sprintf("at least %d", r.Samples))
	return list
}

// shrink leaves out what takes the most room for what it says: charts of rows
// by their kind, from the last row, then the pictures of samples. It is false if
// nothing is left to leave out.
func (v *view) shrink(excess int) bool {
	left := 0
	for _, name := range []string{"heat", "latency", "stack", ""} {
		for i := len(v.Sections) - 1; i >= 0 && excess > 0; i-- {
			s := &v.Sections[i]
			s.Figures = slices.DeleteFunc(s.Figures, func(f figure) bool {
				if name != "" && f.name != name {
					return false
				}
				excess -= len(f.SVG)
				left++
				return true
			})
		}
	}
	if left > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("to keep the page under 2 MB %d charts of single workloads were left out; a report of fewer workloads has them", left))
		return true
	}
	for i := range v.Sections {
		for j := range v.Sections[i].Points {
			p := &v.Sections[i].Points[j]
			left += len(p.Strip)
			p.Strip = ""
		}
	}
	if left > 0 {
		v.Notes = append(v.Notes, "to keep the page under 2 MB the pictures of the samples were left out; a report of fewer workloads has them")
	}
	return left > 0
}
