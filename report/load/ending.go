package load

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// title is the name of results as their file spells it. go test appends a dash and
// GOMAXPROCS, unless that is 1; but the names of benchmarks may end
// in a dash and a number themselves, and nothing in such a name distinguishes the
// two. All the names of a run together do: see decide.
type title struct {
	full      string // without Benchmark
	announced string // the name of the benchmark, where it has a line of its own; else empty
	run       int    // of go test, in which it came first
}

// reading is what a title means.
type reading struct {
	name     string // of the benchmark
	procs    int    // GOMAXPROCS; 0 if it is not known
	proven   bool   // by this title alone
	presumed bool   // only because of a word in it
}

// open reports whether further names may decide it.
func (r reading) open() bool { return r.procs == 0 || r.presumed }

// cutEnding cuts off a title what go test may have put there. It writes numbers
// from 2 on and no zeros before them, so that -1 or -08 belong to the name.
func cutEnding(full string) (name string, procs int, ok bool) {
	i := strings.LastIndexByte(full, '-')
	n, err := strconv.Atoi(full[i+1:])
	if i < 1 || err != nil || n < 2 || n > maxCores || strconv.Itoa(n) != full[i+1:] {
		return full, 1, false
	}
	return full[:i], n, true
}

// at reads a title as measured at a GOMAXPROCS.
func (t title) at(procs int) reading {
	name := t.full
	if procs > 1 {
		name, _, _ = cutEnding(t.full)
	}
	return reading{name: name, procs: procs}
}

// provenProcs is the GOMAXPROCS that a title alone proves, 0 if it proves none. No
// second number of workers follows workers=4 or 4_workers. Names of functions have no
// dash: titles with one were not written by go test.
func (t title) provenProcs(functions bool) int {
	name, procs, ok := cutEnding(t.full)
	switch {
	case !ok || t.announced == t.full:
		return 1
	case t.announced == name, functions && !strings.Contains(name, "/"), endsInWorkers(name):
		return procs
	}
	return 0
}

// endings are the titles of one package in one file.
type endings struct {
	titles   []title
	procs    []int                  // proven, 0 where that is open
	open     []int                  // indices of those titles
	measured map[measurement]bool   // that are possible
	single   map[int]bool           // runs that have been at GOMAXPROCS 1, as is proven
	known    func(name string) bool // reports whether other runs prove the name of a benchmark
}

// measurement is a benchmark at a GOMAXPROCS.
type measurement struct {
	name  string
	procs int
}

func newEndings(titles []title, known func(name string) bool) *endings {
	e := &endings{titles: titles, procs: make([]int, len(titles)), measured: map[measurement]bool{}, single: map[int]bool{}, known: known}
	functions := !slices.ContainsFunc(titles, func(t title) bool {
		name, _, _ := cutEnding(t.full)
		return !strings.Contains(name, "/") && strings.Contains(name, "-")
	})
	for i, t := range titles {
		name, procs, _ := cutEnding(t.full)
		e.procs[i] = t.provenProcs(functions)
		switch e.procs[i] {
		case 0:
			e.open = append(e.open, i)
			e.measured[measurement{name, procs}], e.measured[measurement{t.full, 1}] = true, true
		case 1:
			e.single[t.run], e.measured[measurement{t.full, 1}] = true, true
		default:
			e.measured[measurement{name, procs}] = true
		}
	}
	return e
}

// decide reads the titles of one package in one file, each of which is there
// once, in their order. A run of go test measures every benchmark at every value
// of -cpu: with -cpu 1,2,4 each name occurs bare, with -2 and with -4; with a
// single value, either all names have the same ending or none has one. So decide
// tries every set of -cpu values that explains the endings of at least one name, and
// takes the one that explains all titles. If several do, it takes the one whose names
// other runs confirm (known).
func decide(titles []title, known func(name string) bool) []reading {
	e := newEndings(titles, known)
	all := make([]reading, len(titles))
	for i, procs := range e.procs {
		all[i] = titles[i].at(procs)
		all[i].proven = procs > 1 || titles[i].announced != ""
	}
	if h, ok := e.decide(); ok {
		for _, i := range e.open {
			all[i] = titles[i].at(h.procs[i])
		}
	} else if e.countThings() {
		for _, i := range e.open {
			all[i] = reading{name: titles[i].full, procs: 1, presumed: true}
		}
	}
	return all
}

// decideRuns decides for all runs of go test of a file together and, where that leaves
// titles open, for each alone.
func decideRuns(titles []title, known func(name string) bool) []reading {
	all := decide(titles, known)
	if !slices.ContainsFunc(all, reading.open) {
		return all
	}
	runs := map[int][]int{} // → indices of its titles
	for i, t := range titles {
		runs[t.run] = append(runs[t.run], i)
	}
	if len(runs) == 1 {
		return all
	}
	for _, run := range runs {
		var own []title
		for _, i := range run {
			own = append(own, titles[i])
		}
		for j, r := range decide(own, known) {
			if i := run[j]; all[i].open() && !r.open() {
				all[i] = r
			}
		}
	}
	return all
}

// countThings reports whether each open title ends in a word that counts and a number,
// as in goroutines-8, and there are several such numbers.
func (e *endings) countThings() bool {
	numbers := map[int]bool{}
	for _, i := range e.open {
		full := e.titles[i].full
		if !bareWorkers.MatchString(full) && !bareCount.MatchString(full) {
			return false
		}
		_, n, _ := cutEnding(full)
		numbers[n] = true
	}
	return len(numbers) > 1
}

// hypothesis is the reading of the open titles if go test measured at certain
// values of GOMAXPROCS.
type hypothesis struct {
	values   []int           // ascending
	procs    []int           // of the titles; 0 where it does not decide
	names    map[string]bool // of the benchmarks of open titles
	broken   bool            // some benchmark lacks a value
	doubtful map[string]bool // benchmarks named as another with a number after it
	complete int             // benchmarks that have all values
	lacking  int             // benchmarks that lack one that others of their run have
}

func (h hypothesis) has(value int) bool {
	_, ok := slices.BinarySearch(h.values, value)
	return ok
}

// decide returns the one hypothesis that the titles leave.
func (e *endings) decide() (hypothesis, bool) {
	if len(e.open) == 0 {
		return hypothesis{}, false
	}
	one := e.suppose([]int{1})
	var sound, unsound []hypothesis
	for _, values := range e.candidates() {
		if h := e.suppose(values); h.broken || len(h.doubtful) > 0 {
			unsound = append(unsound, h)
		} else {
			sound = append(sound, h)
		}
	}
	oneSound := !one.broken && len(one.doubtful) == 0
	switch {
	case len(sound) == 0 && oneSound:
		// Runs that have been at GOMAXPROCS 1 have been at no other, or the others
		// would explain their titles.
		return one, !slices.ContainsFunc(e.open, func(i int) bool { return !e.single[e.titles[i].run] })
	case len(sound) == 0:
		return e.fewestLacking(unsound)
	case !oneSound && len(sound) == 1:
		return sound[0], true
	case !oneSound:
		return e.withKnownNames(sound)
	}
	if h, ok := e.withKnownNames(append(sound, one)); ok {
		return h, true
	}
	return sound[0], len(sound) == 1 && sound[0].endInProcs()
}

// withKnownNames returns the one hypothesis with names that other runs prove.
func (e *endings) withKnownNames(all []hypothesis) (h hypothesis, ok bool) {
	for _, candidate := range all {
		unknown := func(name string) bool { return !e.known(name) }
		switch {
		case slices.ContainsFunc(slices.Collect(maps.Keys(candidate.names)), unknown):
		case ok:
			return h, false
		default:
			h, ok = candidate, true
		}
	}
	return h, ok
}

// endInProcs reports whether the numbers after the names of a hypothesis are GOMAXPROCS,
// although they may be part of the names: a value or a number of workers has no second
// number after it, and the same number after all names is GOMAXPROCS unless the word
// before it counts something.
func (h hypothesis) endInProcs() bool {
	counts := true
	for name := range h.names {
		if endsInNumber(name) {
			return true
		}
		counts = counts && counting.MatchString(name)
	}
	return len(h.values) == 1 && !counts
}

// maxCandidates is how many sets of values are tried, the most frequent first.
const maxCandidates = 16

// candidates are the sets of values at which some name may have been measured.
func (e *endings) candidates() (list [][]int) {
	values := map[string][]int{}
	for m := range e.measured {
		values[m.name] = append(values[m.name], m.procs)
	}
	sets, names := map[string][]int{}, map[string]int{}
	for _, set := range values {
		slices.Sort(set)
		key := fmt.Sprint(set)
		sets[key] = set
		names[key]++
	}
	delete(sets, "[1]")
	ordered := slices.SortedFunc(maps.Keys(sets), func(a, b string) int {
		return cmp.Or(names[b]-names[a], slices.Compare(sets[a], sets[b]))
	})
	for _, key := range ordered[:min(len(ordered), maxCandidates)] {
		list = append(list, sets[key])
	}
	return list
}

// suppose reads the open titles at these values of GOMAXPROCS.
func (e *endings) suppose(values []int) hypothesis {
	h := hypothesis{values: values, procs: slices.Clone(e.procs), names: map[string]bool{}, doubtful: map[string]bool{}}
	found := map[string]bool{}
	complete := func(name string) bool {
		all, ok := found[name]
		if !ok {
			all = !slices.ContainsFunc(values, func(v int) bool { return !e.measured[measurement{name, v}] })
			found[name] = all
		}
		return all
	}
	for _, i := range e.open {
		full := e.titles[i].full
		name, procs, _ := cutEnding(full)
		bare, cut := h.has(1) && complete(full), h.has(procs) && complete(name)
		switch {
		case bare && cut: // of two benchmarks at once
			h.broken = true
			continue
		case bare, !cut && h.has(1) && !h.has(procs):
			h.broken = h.broken || !bare
			name, procs = full, 1
		case cut:
		case h.has(procs) && (e.measured[measurement{name, 1}] || !h.has(1)): // some values are lacking
			h.broken = true
		default:
			h.broken = true
			h.lacking++
			continue
		}
		h.procs[i], h.names[name] = procs, true
	}
	e.compare(&h)
	return h
}

// compare counts the benchmarks that have all values of a hypothesis, and those that
// do not. The last of a run may have been cut.
func (e *endings) compare(h *hypothesis) {
	measured, runs := map[string][]int{}, map[string]int{} // of benchmarks
	last := map[int]string{}                               // run → its last benchmark
	inRun := map[[2]int]bool{}                             // run and value
	for i, t := range e.titles {
		r := t.at(h.procs[i])
		if r.procs > 0 {
			measured[r.name] = append(measured[r.name], r.procs)
		}
		inRun[[2]int{t.run, r.procs}] = true
		last[t.run], runs[r.name] = r.name, t.run
	}
	for name, levels := range measured {
		run := runs[name]
		slices.Sort(levels)
		lacks := func(v int) bool { _, ok := slices.BinarySearch(levels, v); return !ok }
		if slices.ContainsFunc(levels, func(v int) bool { return !h.has(v) }) {
			h.broken = true
		}
		if shorter, _, ok := cutEnding(name); ok && measured[shorter] != nil && h.names[name] {
			h.doubtful[name] = true
			h.lacking++
		}
		if !slices.ContainsFunc(h.values, lacks) {
			h.complete++
			continue
		}
		h.broken = true
		if name != last[run] && slices.ContainsFunc(h.values, func(v int) bool { return lacks(v) && inRun[[2]int{run, v}] }) {
			h.lacking++
		}
	}
}

// fewestLacking returns the hypothesis under which the fewest benchmarks lack a value,
// if these are few: some fail, or were left out of one of several runs. Names that
// occur both without a number and with some are evidence, so that a hypothesis needs
// GOMAXPROCS 1. It does not read doubtful names.
func (e *endings) fewestLacking(all []hypothesis) (best hypothesis, ok bool) {
	for _, h := range all {
		if h.values[0] == 1 && (!ok || cmp.Or(h.lacking-best.lacking, best.complete-h.complete) < 0) {
			best, ok = h, true
		}
	}
	for _, i := range e.open {
		if ok && best.doubtful[e.titles[i].full] {
			best.procs[i] = 0
		}
	}
	return best, ok && best.complete > 0 && 2*best.lacking <= best.complete
}
