package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/rivo/uniseg"

	"overlap/internal/sampling"
	"overlap/internal/table"
)

// Analysis is what the data says.
type Analysis struct {
	Data *Data
	Rows []Row // one per workload, executor and size, in the order of the file

	Crossovers []Crossover // by workload, cores and executor

	Samples int // in the files
	LeftOut int // because of pressure
	Fewest  int // samples that a row rests on, see Row

	Warnings []error
}

// survey computes what an analysis says, from the data.
type survey struct{ *Data }

// Analyze computes the headline and the curves.
func Analyze(d *Data) *Analysis {
	a := &Analysis{Data: d, Warnings: slices.Clone(d.Warnings)}
	all := survey{d}
	for _, p := range d.Points {
		series, _ := d.series(p)
		a.Samples += d.count(p)
		a.LeftOut += d.count(p) - len(series)
	}
	seen := map[Point]bool{}
	var failed reasons
	for _, p := range d.Points {
		base := p.at(0, level{})
		if p.Copies != 1 || p.Slices != 1 || p.Serial() || seen[base] {
			continue
		}
		seen[base] = true
		row, err := all.row(base)
		if err != nil {
			name := table.Cut(p.Workload, nameWidth)
			if p.Column != "" {
				name += " @" + p.Column
			}
			failed.addFor(p.Package, name, err.Error())
			continue
		}
		a.Rows = append(a.Rows, row)
	}
	a.leaveOut(failed)
	a.sort()
	a.distinguish()
	a.shorten()
	a.identify()
	a.fit()
	a.Crossovers = all.crossovers()
	for i, r := range a.Rows {
		if i == 0 || r.Samples < a.Fewest {
			a.Fewest = r.Samples
		}
	}
	if len(a.Rows) > 0 && a.Fewest < sampling.MinSamples {
		a.Warnings = append(a.Warnings, fmt.Errorf("verdicts are provisional: some rest on %s, they need %d; measure longer (%s) or on a quieter machine", table.Count(a.Fewest, "sample"), sampling.MinSamples, longer(d.swept(), sampling.MinSamples)))
	}
	return a
}

// Beyond Readable rows nobody reads a report whole, and its pictures and models
// take longer than a million results: a fit with its bootstrap takes as long as
// reading ten thousand. Then they are of the First rows only; the table has all.
const (
	Readable = 60
	First    = 12
)

// Shown are the rows that are drawn and have models.
func (a *Analysis) Shown() []Row {
	if len(a.Rows) <= Readable {
		return a.Rows
	}
	return a.Rows[:First:First]
}

// fit gives the rows their models.
func (a *Analysis) fit() {
	shown := a.Shown()
	var all sync.WaitGroup // nothing in Data changes any more
	for i, r := range shown {
		all.Go(func() {
			shown[i].Models = survey{a.Data}.models(r, r.base, a.Data.levels(r.base))
		})
	}
	all.Wait()
	if len(a.Rows) > len(shown) {
		a.Warnings = append(a.Warnings, fmt.Errorf("laws of scaling are fitted to the first %d of %d rows: choose others with --filter", len(shown), len(a.Rows)))
	}
}

// longer is the flag that gives so many samples, of what wrote the results.
func longer(swept bool, samples int) string {
	if swept {
		return "--budget"
	}
	return "-count " + strconv.Itoa(samples)
}

// leaveOut warns of what is no row.
func (a *Analysis) leaveOut(failed reasons) {
	var why []error
	for _, text := range failed.sentences(maxListed) {
		why = append(why, errors.New(text))
	}
	if len(a.Rows)+len(why) == 0 {
		why = append(why, errors.New("only serial programs, slices or copies were measured, with which other measurements are compared"))
	}
	if len(a.Rows) == 0 { // the reason comes first
		a.Warnings = append(why, a.Warnings...)
		return
	}
	a.Warnings = append(a.Warnings, why...)
}

// sort puts the rows in order: a sweep visits its points in random order, and
// the file says the right one. Columns stand side by side.
func (a *Analysis) sort() {
	d := a.Data
	slices.SortStableFunc(a.Rows, func(x, y Row) int {
		order := cmp.Or(d.rank(x.Workload)-d.rank(y.Workload), compareVariants(x.Variant, y.Variant), cmp.Compare(x.Package, y.Package))
		if order == 0 && x.Package != "" {
			order = table.CompareNames(x.Workload, y.Workload)
		}
		return cmp.Or(order, x.place-y.place, d.columnRank(x.Column)-d.columnRank(y.Column))
	})
}

// shorten gives the rows names for sentences, cut where they are equal.
func (a *Analysis) shorten() {
	var names []string
	for _, r := range a.Rows {
		names = append(names, r.Name())
	}
	fits := func(name string) bool { return uniseg.StringWidth(name) <= maxName }
	for i, name := range table.Shorten(names, fits) {
		a.Rows[i].brief = table.Cut(name, maxName)
	}
}

// distinguish gives the rows of one workload names that differ: where a file has
// several executors or sizes, these become part of the name.
func (a *Analysis) distinguish() {
	executors, sizes, packages := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range a.Rows {
		executors[r.Executor], sizes[r.Size], packages[r.Package] = true, true, true
	}
	short := map[string]int{}
	for pkg := range packages {
		short[shortPackage(pkg)]++
	}
	for i := range a.Rows {
		r := &a.Rows[i]
		if len(packages) > 1 && r.Package != "" {
			r.prefix = shortPackage(r.Package) + "."
			if short[shortPackage(r.Package)] > 1 {
				r.prefix = r.Package + "."
			}
		}
		if r.Variant != "" {
			r.variant += " " + r.Variant
		}
		if r.Weak {
			r.variant += " weak"
		}
		if len(executors) > 1 && !a.Data.makesColumns("/executor") {
			r.variant += " " + r.Executor
		}
		if len(sizes) > 1 && !a.Data.makesColumns("/size") {
			r.variant += " " + r.Size
		}
		if r.Column != "" {
			r.variant += " @" + r.Column
		}
		if !a.Data.sameMachines() {
			r.machine = r.Column
		}
	}
}

// allWarnings are those of the analysis and of its rows.
func (a *Analysis) allWarnings() []error {
	all := slices.Clone(a.Warnings)
	var ofRows reasons
	for _, r := range a.Rows {
		for _, err := range r.Warnings {
			ofRows.Add(r.Brief(), err.Error())
		}
	}
	for _, text := range ofRows.sentences(len(ofRows.List())) {
		all = append(all, errors.New(text))
	}
	return all
}
