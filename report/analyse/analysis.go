// Package analyse turns Data into rows: gains with intervals, ceilings, speedup stacks,
// laws and verdicts, in numbers and in the sentences that state them. It reads no file
// and knows no format of output.
package analyse

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"overlap/internal/table"
	"overlap/report/load"
)

// Analysis is what the data says.
type Analysis struct {
	Data *load.Data
	Rows []Row // one per workload, executor and size, in the order of the file

	Crossovers []Crossover // by workload, cores and executor

	Samples int // in the files
	LeftOut int // because of pressure
	Fewest  int // samples that a row rests on, see Row

	Warnings []error
}

// Analyze computes the rows and what they say together.
func Analyze(d *load.Data) *Analysis {
	a := &Analysis{Data: d, Warnings: slices.Clone(d.Warnings)}
	seen := map[load.Point]bool{}
	var failed load.Reasons
	for _, p := range d.Points {
		times, _ := d.Series(p)
		a.Samples += d.Count(p)
		a.LeftOut += d.Count(p) - len(times)
		base := p.At(0, load.Level{})
		if p.Copies != 1 || p.Slices != 1 || p.Serial() || seen[base] {
			continue
		}
		seen[base] = true
		row, err := newSurvey(d, base).row()
		if err != nil {
			name := table.Cut(p.Workload, load.NameWidth)
			if p.Column != "" {
				name += " @" + p.Column
			}
			failed.AddFor(p.Package, name, err.Error())
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
	a.Crossovers = crossovers(d)
	if len(a.Rows) == 0 {
		return a
	}
	a.Fewest = slices.MinFunc(a.Rows, func(x, y Row) int { return cmp.Compare(x.Samples, y.Samples) }).Samples
	if i := slices.IndexFunc(a.Rows, func(r Row) bool { return r.Samples < r.needs() }); i >= 0 {
		needed := a.Rows[i].needs()
		a.Warnings = append(a.Warnings, fmt.Errorf("verdicts are provisional: some rest on only %s, but need %d; measure longer (%s) or on a quieter machine", table.Count(a.Fewest, "sample"), needed, longer(d.Swept(), needed)))
	}
	return a
}

// Nobody reads more than Readable rows, and their charts and models take longer
// than reading a million results. Beyond that number, only the First rows have
// charts and models; the table has all.
const (
	Readable = 60
	First    = 12
)

// Shown lists the rows that have charts and models.
func (a *Analysis) Shown() []Row {
	if len(a.Rows) <= Readable {
		return a.Rows
	}
	return a.Rows[:First:First]
}

// fit fits the models of the rows, at once: nothing in Data changes any more.
func (a *Analysis) fit() {
	shown := a.Shown()
	var all sync.WaitGroup
	for i, r := range shown {
		all.Go(func() { shown[i].Models = newSurvey(a.Data, r.base).models(r) })
	}
	all.Wait()
	if len(a.Rows) > len(shown) {
		a.Warnings = append(a.Warnings, fmt.Errorf("only the first %d of %d rows have laws of scaling; choose others with a filter", len(shown), len(a.Rows)))
	}
}

// longer returns how the program that wrote the results takes more samples.
func longer(swept bool, samples int) string {
	if swept {
		return "with a larger budget"
	}
	return "-count " + strconv.Itoa(samples)
}

// leaveOut warns of benchmarks without a row. Without any row the reason comes
// first.
func (a *Analysis) leaveOut(failed load.Reasons) {
	var why []error
	for _, text := range failed.Sentences(load.MaxListed) {
		why = append(why, errors.New(text))
	}
	switch {
	case len(a.Rows) > 0:
		a.Warnings = append(a.Warnings, why...)
		return
	case len(why) == 0:
		why = append(why, errors.New("only serial programs, slices or copies were measured, but nothing to compare with them"))
	}
	a.Warnings = append(why, a.Warnings...)
}

// sort restores the order of the workloads that the file states: a sweep visits
// its points in random order. Columns stand side by side.
func (a *Analysis) sort() {
	d := a.Data
	slices.SortStableFunc(a.Rows, func(x, y Row) int {
		order := cmp.Or(d.Rank(x.Workload)-d.Rank(y.Workload), compareVariants(x.Variant, y.Variant), cmp.Compare(x.Package, y.Package))
		if order == 0 && x.Package != "" {
			order = table.CompareNames(x.Workload, y.Workload)
		}
		return cmp.Or(order, x.place-y.place, d.ColumnRank(x.Column)-d.ColumnRank(y.Column))
	})
}

// AllWarnings lists the warnings of the analysis and of its rows.
func (a *Analysis) AllWarnings() []error {
	all := slices.Clone(a.Warnings)
	var ofRows load.Reasons
	for _, r := range a.Rows {
		for _, err := range r.Warnings {
			ofRows.Add(r.Brief(), err.Error())
		}
	}
	for _, text := range ofRows.Sentences(len(ofRows.List())) {
		all = append(all, errors.New(text))
	}
	return all
}
