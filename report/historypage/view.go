package historypage

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"overlap/internal/table"
	"overlap/report/frame"
	"overlap/report/history"
)

// view is the data of the template.
type view struct {
	frame.Head
	Finding    string
	Repository string
	Machines   []machine
	Several    bool // machines
	Steps      []step
	Panels     []panel
	Alpha      string

	groups, steps int // all, shown or not
	detail        detail
}

type machine struct {
	Name  string
	Facts [][2]string
	Notes []string
}

// step is one row of the table of steps: a cause, by its largest change.
type step struct {
	evidence
	Machine, Others               string // Others counts further benchmarks
	Range, Between, Date, Subject string
	Ends                          [2]string // of the range
	Value                         string    // of the change, to sort by
	Compare, Commit               string    // addresses, empty without a repository
	Evidence                      []evidence
	More                          int    // evidence that is not listed
	Rest                          string // names of benchmarks that only have such evidence: the filter finds them

	place int // of the commit after, to find the newest
	when  time.Time
}

// evidence is one quantity that stepped.
type evidence struct {
	ID, Benchmark                       string // ID is empty if the benchmark is not on the page
	Quantity, Change, Interval, Verdict string
	In                                  string // its range, if that is not the step's
}

// Quantities counts all that stepped.
func (s step) Quantities() int { return 1 + len(s.Evidence) + s.More }

// OtherQuantities is what is folded.
func (s step) OtherQuantities() string {
	if s.Quantities() == 2 {
		return "the other quantity"
	}
	return fmt.Sprintf("the other %d quantities", s.Quantities()-1)
}

// panel is the section of a benchmark.
type panel struct {
	ID, Name, Package, Machine, State string

	Charts  []figure
	Same    string // what was counted and never changed
	Steps   []step
	More    string // steps that are not listed
	Columns []string
	Commits []commit // the newest
}

// figure is a chart.
type figure struct {
	Title, Now string
	SVG        template.HTML
}

// commit is one row of the table of a panel.
type commit struct {
	Hash, Address, Date, Subject string
	Cells                        []string
}

const (
	maxSteps      = 200 // in the table of the page, newest first
	maxPanelSteps = 8
)

func newView(machines []Machine, groups []*group, find func(int, history.Metric) *group, o Options, d detail) *view {
	v := &view{Head: frame.NewHead("", "", css, ""), Repository: o.Repository, Several: len(machines) > 1, groups: len(groups), detail: d}
	var all []step
	var causes []history.Cause
	var series []history.Series
	alpha := 0.0
	for i, m := range machines {
		for _, c := range m.Causes {
			all = append(all, newStep(c, m.name(), func(of history.Metric) *group { return find(i, of) }, o, d))
		}
		causes, series = append(causes, m.Causes...), append(series, m.Series...)
		v.Machines = append(v.Machines, newMachine(m))
		alpha = max(alpha, m.Alpha)
	}
	v.Alpha = fmt.Sprintf("%.2g %%", 100*alpha)
	for _, g := range groups {
		p := g.panel(o, d)
		if more := len(p.Steps) - maxPanelSteps; more > 0 {
			p.Steps = p.Steps[:maxPanelSteps]
			p.More = table.Count(more, "older step")
		}
		v.Panels = append(v.Panels, p)
	}
	slices.SortStableFunc(all, newestFirst)
	v.Finding = finding(machines, history.Tally(causes, series, " of "+table.Count(len(groups), "benchmark")), all)
	v.Steps, v.steps = all[:min(len(all), maxSteps)], len(all)
	return v
}

// Omitted is what the page leaves out.
func (v *view) Omitted() (all []string) {
	if len(v.Steps) < v.steps {
		all = append(all, fmt.Sprintf("the table has the newest %d of %d steps: overlap history prints all as JSON", len(v.Steps), v.steps))
	}
	if v.detail.pieces == 0 {
		all = append(all, "of each step only the largest change is listed: overlap history prints all as JSON")
	}
	if v.detail.commits == 0 {
		all = append(all, "the tables of the newest commits are left out")
	}
	if len(v.Panels) < v.groups {
		all = append(all, fmt.Sprintf("the charts are of the first %d of %d benchmarks, those with the newest steps first: choose others by their names", len(v.Panels), v.groups))
	}
	return all
}

// newestFirst orders the steps of all machines by the dates of their commits; those of
// unknown date come last, in the order of their machine.
func newestFirst(a, b step) int {
	return cmp.Or(b.when.Compare(a.when), b.place-a.place)
}

// shrink leaves out some of a page of that size, and returns false if nothing is left to.
func (v *view) shrink(size int) bool {
	fitting := func(n int) int { return min(n-1, n*(Limit-Limit/10)/size) }
	switch {
	case len(v.Panels) > 1:
		v.cut(fitting(len(v.Panels)))
	case len(v.Steps) > 1:
		v.Steps = v.Steps[:max(1, fitting(len(v.Steps)))] // without rows it would say that there is no step
	default:
		return false
	}
	return true
}

// cut leaves out all but the first n panels.
func (v *view) cut(n int) {
	out := map[string]bool{}
	for _, p := range v.Panels[n:] {
		out[p.ID] = true
	}
	unlink := func(id *string) {
		if out[*id] {
			*id = ""
		}
	}
	for i := range v.Steps {
		s := &v.Steps[i]
		unlink(&s.ID)
		for j := range s.Evidence {
			unlink(&s.Evidence[j].ID)
		}
	}
	v.Panels = v.Panels[:n]
}

// finding says in a sentence what is known: steps, series, commits, and the newest step.
func finding(machines []Machine, tally string, steps []step) string {
	commits := map[string]history.Commit{}
	var first, last history.Commit
	for _, m := range machines {
		for _, c := range m.Commits {
			commits[c.Hash] = c
			switch {
			case c.Time.IsZero():
				continue
			case first.Time.IsZero() || c.Time.Before(first.Time):
				first = c
			}
			if !c.Time.Before(last.Time) {
				last = c
			}
		}
	}
	text := strings.ToUpper(tally[:1]) + tally[1:] + " over " + table.Count(len(commits), "commit")
	if len(machines) > 1 {
		text += fmt.Sprintf(" on %d machines", len(machines))
	}
	if !first.Time.IsZero() {
		text += ", from " + dated(first) + " to " + dated(last)
	}
	if len(steps) > 0 {
		s := steps[0]
		text += fmt.Sprintf("; the newest: %s (%s) %s, %s, in %s", s.Benchmark+s.Others, s.Quantity, s.Change, s.Verdict, s.Range)
		if s.Date != "–" {
			text += " on " + s.Date
		}
		if len(machines) > 1 {
			text += ", measured on " + s.Machine
		}
	}
	return text + "."
}

// dated returns a commit with its date, if that is known.
func dated(c history.Commit) string {
	if c.Time.IsZero() {
		return c.Short()
	}
	return c.Short() + " (" + c.Day() + ")"
}

func (m Machine) name() string { return cmp.Or(m.Host, "unknown") }

func newMachine(m Machine) machine {
	v := machine{Name: m.name(), Notes: slices.Clone(m.Notes)}
	for _, w := range m.Warnings {
		v.Notes = append(v.Notes, w.Error())
	}
	v.Facts = [][2]string{
		{"machine", cmp.Or(m.Machine, "–")}, {"comparisons", fmt.Sprint(m.Entries)}, {"commits", fmt.Sprint(len(m.Commits))},
		{"series", fmt.Sprint(len(m.Series))}, {"tested ranges of commits", fmt.Sprint(m.Tests)}, {"steps", fmt.Sprint(len(m.Causes))},
	}
	return v
}

func (g *group) panel(o Options, d detail) panel {
	p := panel{ID: g.id, Name: g.name, Package: g.pkg, Machine: g.machine}
	var all, searched, shown []history.Series
	var titles, same []string
	for _, x := range g.places {
		searched = slices.Concat(searched, x.time, x.speedup, x.counts)
		all = append(all, x.mean...)
	}
	all = append(all, searched...)
	first, last, _, _ := history.Extent(all)
	for _, x := range g.places {
		for _, set := range [][]history.Series{slices.Concat(x.time, x.mean), x.speedup, x.counts} {
			changing := slices.DeleteFunc(slices.Clone(set), unchanged)
			for _, s := range set {
				switch {
				case unchanged(s):
					same = append(same, x.Of(s.Quantity.String())+now(s, x, ": "))
				default:
					shown, titles = append(shown, s), append(titles, x.Of(s.Quantity.String()))
				}
			}
			if len(changing) > 0 {
				p.Charts = append(p.Charts, g.figure(x, changing, first, last, d))
			}
		}
	}
	if len(same) > 0 {
		p.Same = "Counted, and the same in every commit: " + strings.Join(same, "; ") + "."
	}
	for _, c := range g.causes {
		p.Steps = append(p.Steps, newStep(c, g.machine, func(history.Metric) *group { return g }, o, d))
	}
	p.Columns, p.Commits = titles, g.newestCommits(shown, o, d.commits)
	p.State = history.Tally(g.causes, searched, "") + ", from " + dated(g.commits[first]) + " to " + dated(g.commits[last])
	return p
}

// unchanged reports whether a series was counted and every commit has the same.
func unchanged(s history.Series) bool {
	return !slices.ContainsFunc(s.Points, func(p history.Point) bool { return p.Level != 1 || p.Low != p.High })
}

// now returns what was measured of the newest commit, behind a separator; empty if that is
// not known.
func now(s history.Series, x place, separator string) string {
	switch n := s.Head; {
	case n == 0:
		return ""
	case s.Quantity == history.Time || s.Quantity == history.MeanTime:
		return separator + table.Time(n/1e9, table.Figures)
	case s.Quantity == history.Speedup:
		text := separator + "S " + table.Figures(n)
		if p := x.Parallelism(); p > 0 {
			text += ", E " + table.Figures(n/p)
		}
		return text
	case n == math.Trunc(n) && n < 1e6:
		return fmt.Sprintf("%s%.0f", separator, n)
	default:
		return separator + table.Figures(n)
	}
}

// newStep returns a row about a cause. groups finds the section of a benchmark.
func newStep(c history.Cause, machine string, groups func(history.Metric) *group, o Options, d detail) step {
	lead, _ := c.Lead().Cut()
	var all []evidence
	var rest []string
	named := map[*group]bool{}
	for i, s := range c.Steps {
		benchmark, _ := s.Cut()
		g := groups(benchmark)
		if i > d.pieces {
			if !named[g] {
				rest = append(rest, g.name)
			}
			named[g] = true
			continue
		}
		named[g] = true
		e := evidence{ID: g.id, Benchmark: g.name, Quantity: s.What(), Change: s.Percent(), Interval: s.Ratio.Interval(), Verdict: s.Verdict()}
		if i > 0 && benchmark == lead {
			e.ID, e.Benchmark = "", ""
		}
		if s.At != c.At {
			e.In = s.Range()
		}
		all = append(all, e)
	}
	v := step{
		evidence: all[0], Evidence: all[1:], More: len(c.Steps) - len(all), Rest: strings.Join(rest, ", "), Machine: machine, Others: c.AndOthers(),
		Range: c.Range(), Between: c.Between(), Date: c.After.Day(), Subject: table.OneLine(c.After.Subject),
		Ends: [2]string{c.Before.Short(), c.After.Short()}, Value: fmt.Sprintf("%.4g", c.Lead().Ratio.Value), place: c.At[1], when: c.After.Time,
	}
	if o.Repository != "" {
		v.Compare = o.Repository + "/compare/" + c.Before.Hash + "..." + c.After.Hash
		v.Commit = o.Repository + "/commit/" + c.After.Hash
	}
	return v
}

// newestCommits returns what was measured of the newest commits, one cell for each series.
func (g *group) newestCommits(series []history.Series, o Options, most int) (rows []commit) {
	cells := map[int][]string{}
	for i, s := range series {
		found := 0
		for _, p := range slices.Backward(s.Points) {
			if p.Ratio == nil {
				continue
			}
			if found++; found > most {
				break
			}
			if cells[p.Commit] == nil {
				cells[p.Commit] = slices.Repeat([]string{"–"}, len(series))
			}
			cells[p.Commit][i] = p.Ratio.Percent()
			if p.Ratio.Low != p.Ratio.High {
				cells[p.Commit][i] += " (" + p.Ratio.Interval() + ")"
			}
		}
	}
	for i := len(g.commits) - 1; i >= 0 && len(rows) < most; i-- {
		if cells[i] == nil {
			continue
		}
		c := g.commits[i]
		row := commit{Hash: c.Short(), Date: c.Day(), Subject: table.OneLine(c.Subject), Cells: cells[i]}
		if o.Repository != "" {
			row.Address = o.Repository + "/commit/" + c.Hash
		}
		rows = append(rows, row)
	}
	return rows
}
