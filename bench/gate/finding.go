package gate

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Finding is what became worse or better of a benchmark. One edit shows in the time on
// every number of CPUs, in the mean, and in all that is a ratio of times. So all verdicts
// of a benchmark are evidence of one finding, and so are those of several benchmarks in
// which the same line grew most.
type Finding struct {
	Package    string   `json:"package,omitempty"` // import path; absent for this suite's workloads
	Benchmark  string   `json:"benchmark"`         // without what names the point
	Others     []string `json:"others"`            // benchmarks in which the first line of where grew, too, with their packages
	Verdict    Verdict  `json:"verdict"`           // worse or better; worse if something of it regressed
	Regression bool     `json:"regression"`        // the check fails for it
	Says       string   `json:"says"`              // the strongest evidence in a sentence
	Evidence   []Change `json:"evidence"`          // all changes that are worse or better, the strongest of the verdict first
	Missed     []Demand `json:"missed"`            // minimum efficiencies that head does not meet
	Where      []Place  `json:"where"`             // what grew most, the largest first, at most three; empty if nobody looked
}

// Place is a line of head: one that takes more of something than it took in base, or where a
// benchmark is declared, of which nothing grew.
type Place struct {
	Function string `json:"function"`          // as the Go runtime names it
	File     string `json:"file"`              // path from the root of the repository, with slashes; if outside of it, the name in the binary
	Line     int    `json:"line"`              // in head
	Grew     string `json:"grew"`              // what grew, and by how much, in words
	InDiff   bool   `json:"in_diff"`           // the line differs between base and head
	Outside  bool   `json:"outside,omitempty"` // the repository of head does not have the file
}

// maxPlaces is how many lines of code a finding names.
const maxPlaces = 3

// Name names the benchmark with its package. It is the key of Report.Where.
func (f Finding) Name() string { return nameOf(f.Package, f.Benchmark) }

func nameOf(pkg, benchmark string) string {
	if pkg == "" {
		return benchmark
	}
	return pkg + "." + benchmark
}

// Findings returns what became worse or better: regressions first, and of each kind the
// largest change first. A benchmark that only has more or fewer busy CPUs has none: the
// time shows whether they were needed.
func (r *Report) Findings() []Finding {
	var found []Finding
	index := map[string]int{}
	of := func(pkg, benchmark string) *Finding {
		name := nameOf(pkg, benchmark)
		if _, known := index[name]; !known {
			index[name] = len(found)
			places := r.Where[name]
			found = append(found, Finding{Package: pkg, Benchmark: benchmark, Others: []string{}, Evidence: []Change{}, Missed: []Demand{}, Where: places[:min(len(places), maxPlaces)]})
		}
		return &found[index[name]]
	}
	for _, c := range r.Changes {
		if c.Verdict == Worse || c.Verdict == Better {
			f := of(c.Package, c.Benchmark)
			f.Evidence = append(f.Evidence, c)
		}
	}
	for _, d := range r.missed() {
		f := of(d.Package, d.Benchmark)
		f.Missed = append(f.Missed, d)
	}
	for i := range found {
		found[i].weigh()
	}
	found = slices.DeleteFunc(found, func(f Finding) bool { return f.Verdict == "" })
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.kind(), b.kind()), cmp.Compare(b.size(), a.size()))
	})
	found = mergeByPlace(found)
	for i, f := range found {
		found[i].Where, found[i].Says = list(f.Where), r.says(f)
	}
	return found
}

// weigh sets the verdict, none if there is nothing to tell, and puts the strongest
// evidence of it first.
func (f *Finding) weigh() {
	f.Regression = len(f.Missed) > 0 || slices.ContainsFunc(f.Evidence, Regression)
	has := func(v Verdict) bool {
		return slices.ContainsFunc(f.Evidence, func(c Change) bool { return c.Verdict == v && c.Quantity != AverageParallelism })
	}
	switch {
	case f.Regression || has(Worse) && !has(Better):
		f.Verdict = Worse
	case has(Better):
		f.Verdict = Better
	}
	slices.SortStableFunc(f.Evidence, func(a, b Change) int {
		return cmp.Or(f.weakness(a)-f.weakness(b), cmp.Compare(b.size(), a.size()))
	})
}

// quantitiesByStrength begins with what is absolute. A gain is a ratio of times, and says
// less than they do.
var quantitiesByStrength = []Quantity{Allocs, Bytes, Time, MeanTime, Speedup, SoftwareEfficiency, ParallelismGain, ConcurrencyGain, Efficiency, AverageParallelism}

// weakness is smaller for stronger evidence: for what the check fails for, if it does, then
// for the verdict of the finding, then for the time of one copy on one CPU, which all may
// depend on, then for what is more absolute.
func (f *Finding) weakness(c Change) int {
	weak := 1 + slices.Index(quantitiesByStrength, c.Quantity)
	if c.Quantity == Time && c.Cores == 1 && !strings.Contains(c.Point, copiesSign) {
		weak = 0
	}
	if c.Verdict != f.Verdict {
		weak += 100
	}
	if f.Regression && !Regression(c) {
		weak += 200
	}
	return weak
}

// size is how far the change is from none, in either direction; NaN if that is not known.
func (c Change) size() float64 { return math.Abs(math.Log(c.Ratio)) }

// lead returns the strongest evidence; false if head does nothing but miss a minimum.
func (f Finding) lead() (Change, bool) {
	if len(f.Evidence) == 0 || f.Regression && !Regression(f.Evidence[0]) {
		return Change{}, false
	}
	return f.Evidence[0], true
}

func (f Finding) size() float64 {
	if c, ok := f.lead(); ok {
		return c.size()
	}
	return 0
}

// kind is what a finding means for the check. Reports have the kinds in this order.
type kind int

const (
	regression  kind = iota
	improvement      // nothing regressed
	excused          // worse only because what it is a gain over became faster
)

func (f Finding) kind() kind {
	switch {
	case f.Regression:
		return regression
	case f.Verdict == Better:
		return improvement
	}
	return excused
}

// ofKind returns the findings of a kind.
func (r *Report) ofKind(k kind) []Finding {
	return slices.DeleteFunc(r.Findings(), func(f Finding) bool { return f.kind() != k })
}

// mergeByPlace makes one finding of those of a kind in which the same line grew most.
func mergeByPlace(list []Finding) (merged []Finding) {
	type cause struct {
		function, file string
		line           int
		kind           kind
	}
	first := map[cause]int{}
	for _, f := range list {
		if len(f.Where) > 0 {
			p := f.Where[0]
			key := cause{p.Function, p.File, p.Line, f.kind()}
			if i, known := first[key]; known {
				m := &merged[i]
				m.Others = append(m.Others, f.Name())
				m.Evidence, m.Missed = append(m.Evidence, f.Evidence...), append(m.Missed, f.Missed...)
				continue
			}
			first[key] = len(merged)
		}
		merged = append(merged, f)
	}
	return merged
}
