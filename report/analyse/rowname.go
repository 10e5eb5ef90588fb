package analyse

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/rivo/uniseg"

	"overlap/internal/table"
	"overlap/report/load"
)

// Name is the workload as people write it: in lower case for a workload of the
// suite, which has a kind, and as in the file for another benchmark.
func (r Row) Name() string {
	if r.Kind != "" {
		return strings.ToLower(r.Workload) + r.variant
	}
	return r.prefix + r.Workload + r.variant
}

// Brief is the name for a sentence: a long one is cut, where names of several rows
// agree.
func (r Row) Brief() string { return cmp.Or(r.brief, table.Cut(r.Name(), maxName)) }

// maxName is the columns of a name within a sentence.
const maxName = 60

// SameButExecutor reports whether two rows differ in the executor only.
func (r Row) SameButExecutor(o Row) bool {
	return r.Workload == o.Workload && r.Package == o.Package && r.Variant == o.Variant && r.Size == o.Size && r.Weak == o.Weak && r.machine == o.machine
}

// Work is the name of the row without its executor.
func (r Row) Work() string {
	name, column := r.Name(), ""
	if r.Column != "" {
		name = strings.TrimSuffix(name, " @"+r.Column)
	}
	if r.machine != "" {
		column = " @" + r.machine
	}
	if i := strings.LastIndex(name, " "+r.Executor); i > 0 && r.Executor != "" {
		name = name[:i] + name[i+1+len(r.Executor):]
	}
	return name + column
}

// shorten sets the rows' names for sentences, cut where they are equal.
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

// distinguish makes the names of rows differ: where a file has several packages,
// executors or sizes, these become part of the name.
func (a *Analysis) distinguish() {
	executors, sizes, packages := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range a.Rows {
		executors[r.Executor], sizes[r.Size], packages[r.Package] = true, true, true
	}
	short := map[string]int{}
	for pkg := range packages {
		short[load.ShortPackage(pkg)]++
	}
	for i := range a.Rows {
		r := &a.Rows[i]
		if len(packages) > 1 && r.Package != "" {
			r.prefix = load.ShortPackage(r.Package) + "."
			if short[load.ShortPackage(r.Package)] > 1 {
				r.prefix = r.Package + "."
			}
		}
		add := func(wanted bool, text string) {
			if wanted {
				r.variant += " " + text
			}
		}
		add(r.Variant != "", r.Variant)
		add(r.Weak, "weak")
		add(len(executors) > 1 && !a.Data.MakesColumns("/executor"), r.Executor)
		add(len(sizes) > 1 && !a.Data.MakesColumns("/size"), r.Size)
		add(r.Column != "", "@"+r.Column)
		if !a.Data.SameMachines() {
			r.machine = r.Column
		}
	}
}

// ID names the row in links: lower-case letters, digits and dashes only, and no
// other row of the analysis has it.
func (r Row) ID() string { return cmp.Or(r.id, slug(r.Name())) }

// slug is a name in lower-case letters, digits and dashes.
func slug(name string) string {
	return cmp.Or(strings.Trim(notWord.ReplaceAllString(strings.ToLower(name), "-"), "-"), "row")
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// identify gives every row an ID of its own: of several whose names differ only
// in what an ID leaves out, the second becomes name-2, and so on.
func (a *Analysis) identify() {
	used := map[string]bool{}
	for i := range a.Rows {
		r := &a.Rows[i]
		r.id = slug(r.Name())
		for n := 2; used[r.id]; n++ {
			r.id = fmt.Sprintf("%s-%d", slug(r.Name()), n)
		}
		used[r.id] = true
	}
}
