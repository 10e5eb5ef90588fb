package page

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/internal/topology"
	"overlap/report/analyse"
	"overlap/report/frame"
	"overlap/report/write"
)

// view is the data of the template.
type view struct {
	frame.Head
	Refresh int    // seconds after which the page reloads itself; 0: never
	Alert   string // a line above everything else

	Finding  string
	Where    string // the machine, empty if unknown
	Kinds    []string
	Columns  []string
	Lines    []line    // of the headline table, one per row
	Sections []section // of the rows that have models and charts
	Accounts []*why    // of rows, see Why, and of benchmarks that have no row
	Figures  []figure
	Notes    []string

	StackColumns, StackNotes, LawColumns []string

	Facts    []fact
	Swept    bool // overlap run measured it
	Files    []string
	Glossary []entry

	rows     int // of the analysis
	accounts int // at first
}

// line is a row of the headline table.
type line struct {
	ID, Kind string
	Cells    []string
	Linked   bool // it has a section
}

type fact struct{ Key, Value string }

// figure is a chart of the page. Data is the identifier of the table with its numbers.
// Like is the identifier of an earlier chart whose caption also explains this one; it is
// empty if this one has its own.
type figure struct {
	ID, Title, Caption, Like, Data, DataName string

	SVG   template.HTML
	Top   bool  // it is of all rows
	Table *grid // of its numbers, nil if they are elsewhere
}

// section is what the page says about a row.
type section struct {
	ID, Name, Kind, Verdict, Product string

	Warnings                     []string
	Numbers                      [][3]string // name, value, 95 % interval
	Figures                      []figure
	Models                       []string
	Scaling                      [][]string // by cores
	ScalingColumns, PointColumns []string
	Law                          [][]string // the points against it
	Stacks                       [][]string
	Points                       []point

	Repeat, Show string
}

func newView(a *analyse.Analysis, charts []Chart, o Options) (*view, error) {
	v := &view{
		Finding: a.Finding(), Columns: withoutSectionCells(write.PageColumns(a), write.PageColumns(a)), Notes: few(write.PageNotes(a)),
		StackColumns: write.StackColumns(), StackNotes: write.StackNotes(), LawColumns: lawColumns,
		Files: a.Data.Files, Glossary: glossary, Alert: o.Alert, Refresh: int(math.Ceil(o.Refresh.Seconds())),
	}
	v.addFacts(a.Data.Host, "", nil)
	for _, column := range slices.Sorted(maps.Keys(a.Data.Hosts)) {
		v.addFacts(a.Data.Hosts[column], " @"+column, a.Data.Host)
	}
	v.Swept = a.Data.Host["placement"] != ""
	v.Where = strings.Trim(a.Data.Host["host"]+", "+a.Data.Host["cpu"], ", ")
	place := map[string]int{}
	v.rows = len(a.Rows)
	v.Sections = make([]section, len(a.Shown()))
	var all sync.WaitGroup
	for i, r := range a.Shown() {
		all.Go(func() { v.Sections[i] = newSection(a, r) })
		place[r.ID()] = i
	}
	all.Wait()
	v.addAccounts(o.Accounts, place)
	for i, r := range a.Rows {
		v.Lines = append(v.Lines, line{r.ID(), r.Kind, withoutSectionCells(write.PageColumns(a), write.PageCells(r)), i < len(v.Sections)})
		if r.Kind != "" && !slices.Contains(v.Kinds, r.Kind) {
			v.Kinds = append(v.Kinds, r.Kind)
		}
	}
	v.hideEmpty()
	v.cutLines(1_000_000)
	s := newStyles(o.Dark)
	if err := v.addCharts(a, charts, place, s); err != nil {
		return nil, err
	}
	light, dark := s.variables()
	v.Head = frame.NewHead(light, dark, s.sheet(), js)
	return v, nil
}

// addFacts adds what is known of a machine, without what all of them share.
func (v *view) addFacts(host map[string]string, suffix string, shared map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(host)) {
		if _, ok := shared[key]; ok {
			continue
		}
		cpus, ok := topology.Parse(host[key])
		if key != "topology" || !ok {
			v.Facts = append(v.Facts, fact{key + suffix, host[key]})
			continue
		}
		v.Facts = append(v.Facts, fact{key + suffix, topology.Describe(cpus)})
		for _, g := range topology.Groups(cpus) {
			v.Facts = append(v.Facts, fact{cmp.Or(g.Place, "CPUs") + suffix, g.CPUs})
		}
	}
}

// addCharts puts each chart into the section of its row, or to the top if it is of all
// rows. The page's own identifiers have an underscore and those of rows have none, so they
// never collide. Only the first chart of a kind has a caption; the others link to it.
func (v *view) addCharts(a *analyse.Analysis, charts []Chart, place map[string]int, s *styles) error {
	used := map[string]bool{}
	var explained []figure
	for i, c := range charts {
		svg, err := s.inline(c.SVG, c.Alt)
		if err != nil {
			return fmt.Errorf("chart %s: %w", c.Name, err)
		}
		at, ofRow := place[c.Row]
		if !ofRow && c.Row != "" {
			continue // its row is not on the page
		}
		f := figure{ID: "chart_" + c.Name, Title: c.Title, Caption: c.Caption, SVG: template.HTML(svg)}
		if ofRow {
			f.ID = c.Row + "_" + f.ID
		}
		if used[f.ID] {
			f.ID = fmt.Sprintf("%s_%d", f.ID, i)
		}
		used[f.ID] = true
		first := slices.IndexFunc(explained, func(x figure) bool { return strings.HasPrefix(x.Caption, f.Caption) })
		if ofRow && f.Caption != "" && first >= 0 {
			f.Caption, f.Like = "", explained[first].ID
		} else {
			explained = append(explained, f)
		}
		if ofRow {
			f.Data, f.DataName = c.Row+"_points", "the points"
			if c.Name == "stack" {
				f.Data, f.DataName = c.Row+"_stacks", "the stacks"
			}
			v.Sections[at].Figures = append(v.Sections[at].Figures, f)
			continue
		}
		f.Top = true
		table, elsewhere := numbersOf(a, c)
		f.Table, f.Data, f.DataName = table, elsewhere.id, elsewhere.text
		if table != nil {
			f.Data, f.DataName = table.ID, table.Name
		}
		v.Figures = append(v.Figures, f)
	}
	return nil
}

func newSection(a *analyse.Analysis, r analyse.Row) section {
	s := section{
		ID: r.ID(), Name: r.Name(), Kind: r.Kind, Verdict: r.Verdict,
		Numbers: numbers(r), Repeat: a.Repeat(r), Show: a.Show(r),
	}
	if !math.IsNaN(r.Concurrency.Value) {
		s.Product = fmt.Sprintf("%s = %s × %s", table.Figures(r.Speedup.Value), table.Figures(r.Concurrency.Value), table.Figures(r.Parallelism.Value))
	}
	for _, w := range r.Warnings {
		s.Warnings = append(s.Warnings, w.Error())
	}
	if r.Expected.Reason != "" {
		s.Warnings = append(s.Warnings, fmt.Sprintf("expected %s: %s", r.Expected, r.Expected.Reason))
	}
	s.Models = models(r)
	s.ScalingColumns, s.Scaling = dropEmptyColumns(scalingColumns, scaling(r))
	s.Law = lawRows(r)
	for _, x := range r.Stacks {
		s.Stacks = append(s.Stacks, write.StackCells(x))
	}
	var points []point
	for _, p := range a.PointsOf(r) {
		points = append(points, newPoint(p))
	}
	s.points(points)
	return s
}

// maxNotes limits the notes below the table. The warnings of a row are in its section as
// well.
const maxNotes = 60

func few(notes []string) []string {
	if more := len(notes) - maxNotes; more > 0 {
		return append(notes[:maxNotes:maxNotes], fmt.Sprintf("and %d more, which report.json has", more))
	}
	return notes
}

// withoutSectionCells leaves out the cells that the section of a row has as well: tasks in flight,
// CPUs busy and the expectation. They would leave the verdict no room.
func withoutSectionCells(columns, cells []string) (kept []string) {
	for i, name := range columns {
		if !slices.Contains([]string{"tasks in flight", "CPUs busy", "expected"}, name) {
			kept = append(kept, cells[i])
		}
	}
	return kept
}

// numbers returns the numbers of a row with their bounds.
func numbers(r analyse.Row) (list [][3]string) {
	say := func(name, value, bounds string) {
		if !blank(value) {
			list = append(list, [3]string{name, value, bounds})
		}
	}
	add := func(name string, i interval.Interval) { say(name, table.Figures(i.Value), bounds(i, table.Figures)) }
	plain := func(name, value string) { say(name, value, "") }
	if r.Workers > 0 {
		plain("workers", fmt.Sprint(r.Workers))
	}
	plain("cores", fmt.Sprint(r.P))
	if enough, ok := r.Enough(); ok {
		list = append(list, [3]string{"enough", enough.String(), enough.LossText()})
	}
	add("concurrency gain", r.Concurrency)
	add("parallelism gain", r.Parallelism)
	add("speedup", r.Speedup)
	add("ceiling H(p)", r.Ceiling)
	share := func(name string, of float64) {
		if x := 100 * r.FromCores().Value / of; !math.IsNaN(x) {
			plain(name, fmt.Sprintf("%.0f %%", x))
		}
	}
	share("share of the ceiling", r.Ceiling.Value)
	share("efficiency", float64(r.P))
	plain("tasks in flight", table.Number(r.Inflight.Value))
	plain("CPUs busy", table.Number(r.CPUsBusy.Value))
	if !math.IsNaN(r.Fairness) {
		plain("fairness", fmt.Sprintf("%.2f", r.Fairness))
	}
	if !math.IsNaN(r.OverSerial.Value) {
		add("over the serial program", r.OverSerial)
		plain("COST", strings.Replace(fmt.Sprint(r.Cost), "+Inf", "∞", 1)) // no number of cores is enough
	}
	if r.Expected.Shape != "" {
		plain("expected", r.Expected.String())
	}
	plain("samples", fmt.Sprintf("at least %d", r.Samples))
	return list
}

// maxModelLines limits the lines of the models about single numbers of cores, which the
// table of gains by cores has, too.
const maxModelLines = 6

// models returns the models in words.
func models(r analyse.Row) []string {
	lines := r.Models.Lines()
	perCores := func(line string) bool {
		return strings.HasPrefix(line, "Efficiency on ") || strings.HasPrefix(line, "Karp–Flatt serial fraction on ")
	}
	few := slices.DeleteFunc(slices.Clone(lines), perCores)
	if len(lines)-len(few) > maxModelLines {
		return few
	}
	return lines
}
