package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// title is the name of results as their file spells it. go test puts GOMAXPROCS
// behind a dash at its end, unless that is 1; but the names of benchmarks may end
// in a dash and a number themselves, and nothing in such a name tells the two
// apart. What tells is all the names of a run together: see decide.
type title struct {
	full  string // without Benchmark
	alone string // the name of the benchmark, where it has a line to itself; else empty
	run   int    // of go test, in which it came first
}

// reading is what a title says.
type reading struct {
	name     string // of the benchmark
	procs    int    // GOMAXPROCS; 0 if the file does not tell
	proven   bool   // by this title alone
	presumed bool   // on the ground of a word only
}

// open reports whether further names may tell more.
func (r reading) open() bool { return r.procs == 0 || r.presumed }

// cutEnding takes off a title what go test may have put there. It writes numbers
// from 2 on and no zeros before them, so that -1 or -08 belong to the name.
func cutEnding(full string) (own string, procs int, ok bool) {
	i := strings.LastIndexByte(full, '-')
	n, err := strconv.Atoi(full[i+1:])
	if i < 1 || err != nil || n < 2 || n > maxCores || strconv.Itoa(n) != full[i+1:] {
		return full, 1, false
	}
	return full[:i], n, true
}

// readingOf is what a title alone proves: that nothing stands behind the name of
// the benchmark, or what does. Behind workers=4 or 4_workers no second number of
// theirs stands. Names of functions have no dash; whoever writes other names, is
// not go test.
func (t title) readingOf(functions bool) (procs int, proven bool) {
	own, procs, ok := cutEnding(t.full)
	switch {
	case !ok || t.alone == t.full:
		return 1, true
	case t.alone == own:
		return procs, true
	}
	return procs, functions && !strings.Contains(own, "/") || endsInWorkers(own)
}

// endings are the titles of one package in one file.
type endings struct {
	titles []title
	procs  []int                  // proven, 0 where that is open
	open   []int                  // indices of those titles
	levels map[string][]int       // name → GOMAXPROCS at which it may have been measured, ascending
	plain  map[int]bool           // runs that have been at GOMAXPROCS 1, as is proven
	known  func(name string) bool // reports whether other runs prove the name of a benchmark
}

func newEndings(titles []title, known func(name string) bool) *endings {
	e := &endings{titles: titles, procs: make([]int, len(titles)), levels: map[string][]int{}, plain: map[int]bool{}, known: known}
	functions := !slices.ContainsFunc(titles, func(t title) bool {
		own, _, _ := cutEnding(t.full)
		return !strings.Contains(own, "/") && strings.Contains(own, "-")
	})
	for i, t := range titles {
		own, cut, _ := cutEnding(t.full)
		procs, proven := t.readingOf(functions)
		switch {
		case !proven:
			e.open = append(e.open, i)
			e.levels[own], e.levels[t.full] = append(e.levels[own], cut), append(e.levels[t.full], 1)
		case procs == 1:
			e.procs[i], e.plain[t.run] = 1, true
			e.levels[t.full] = append(e.levels[t.full], 1)
		default:
			e.procs[i] = procs
			e.levels[own] = append(e.levels[own], procs)
		}
	}
	for name, levels := range e.levels {
		slices.Sort(levels)
		e.levels[name] = slices.Compact(levels)
	}
	return e
}

// decide reads the titles of one package in one file, each of which is there
// once, in their order. A run of go test measures every benchmark at every value
// of -cpu: with -cpu 1,2,4 each name comes bare, with -2 and with -4, and at a
// single value all names end alike or none does. So each set of values is tried
// that would explain the endings of some name, and the one that explains all
// titles is it. Names that others have told, known, decide between several.
func decide(titles []title, known func(name string) bool) []reading {
	e := newEndings(titles, known)
	all := make([]reading, len(titles))
	for i, procs := range e.procs {
		all[i] = titles[i].reading(procs)
		all[i].proven = procs > 1 || titles[i].alone != ""
	}
	if len(e.open) == 0 {
		return all
	}
	if h, ok := e.only(); ok {
		for j, i := range e.open {
			all[i] = titles[i].reading(h.procs[j])
		}
		return all
	}
	e.presume(all)
	return all
}

// decideRuns decides for all runs of go test of a file together and, if that does
// not tell, for each alone.
func decideRuns(titles []title, known func(name string) bool) []reading {
	all := decide(titles, known)
	if !slices.ContainsFunc(all, reading.open) {
		return all
	}
	runs := map[int][]int{}
	for i, t := range titles {
		runs[t.run] = append(runs[t.run], i)
	}
	for _, run := range runs {
		if len(run) == len(titles) {
			return all
		}
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

// reading is that of a title at a GOMAXPROCS.
func (t title) reading(procs int) reading {
	own := t.full
	if procs > 1 {
		own, _, _ = cutEnding(t.full)
	}
	return reading{name: own, procs: procs}
}

// presume takes the number behind a word that counts, such as goroutines-8, for
// theirs, where there are several such numbers and nothing else.
func (e *endings) presume(all []reading) {
	numbers := map[int]bool{}
	for _, i := range e.open {
		_, n, _ := cutEnding(e.titles[i].full)
		if numbers[n] = true; !onlyCounts(e.titles[i].full) {
			return
		}
	}
	if len(numbers) < 2 {
		return
	}
	for _, i := range e.open {
		all[i] = reading{name: e.titles[i].full, procs: 1, presumed: true}
	}
}

// hypothesis is the reading of the open titles if go test measured at certain
// values of GOMAXPROCS.
type hypothesis struct {
	values   []int
	procs    []int           // of the open titles; 0 where it does not tell
	names    map[string]bool // of their benchmarks
	broken   bool            // some benchmark lacks a value
	doubtful map[string]bool // benchmarks named as another with a number behind it
	whole    int             // benchmarks that have all values
	lacking  int             // benchmarks that lack one that others of their run have
}

// only is the one hypothesis that the titles leave.
func (e *endings) only() (hypothesis, bool) {
	one := e.suppose([]int{1})
	var sound, torn []hypothesis
	for _, values := range e.candidates() {
		if h := e.suppose(values); h.broken || len(h.doubtful) > 0 {
			torn = append(torn, h)
		} else {
			sound = append(sound, h)
		}
	}
	plain := !one.broken && len(one.doubtful) == 0
	switch {
	case len(sound) == 0 && plain:
		return one, e.plainEverywhere()
	case len(sound) == 0:
		return e.mostWhole(torn)
	case len(sound) == 1 && !plain:
		return sound[0], true
	}
	if plain {
		if h, ok := e.named(append(sound, one)); ok {
			return h, true
		}
		return sound[0], len(sound) == 1 && e.outside(sound[0])
	}
	return e.named(sound)
}

// plainEverywhere reports whether each run that has an open title has been at
// GOMAXPROCS 1: then it has been at no other, or the others would explain it.
func (e *endings) plainEverywhere() bool {
	return !slices.ContainsFunc(e.open, func(i int) bool { return !e.plain[e.titles[i].run] })
}

// named is the one hypothesis whose names others have told.
func (e *endings) named(all []hypothesis) (h hypothesis, ok bool) {
	told := slices.DeleteFunc(slices.Clone(all), func(h hypothesis) bool {
		for name := range h.names {
			if !e.known(name) {
				return true
			}
		}
		return false
	})
	if len(told) != 1 {
		return h, false
	}
	return told[0], true
}

// outside reports whether the numbers behind the names of a hypothesis are no part
// of them, although they may be: behind a value or a number of workers stands no
// second one, and behind all names stands the same number if it is GOMAXPROCS,
// unless the word before it counts something.
func (e *endings) outside(h hypothesis) bool {
	counts := true
	for name := range h.names {
		if endsInNumber(name) {
			return true
		}
		counts = counts && counting.MatchString(name)
	}
	return len(h.values) == 1 && !counts
}

// mostCandidates is how many sets of values are tried: those of most names.
const mostCandidates = 16

// candidates are the sets of values at which some name may have been measured.
func (e *endings) candidates() (sets [][]int) {
	type set struct {
		values []int
		names  int
	}
	found := map[string]*set{}
	for _, values := range e.levels {
		key := ""
		for _, v := range values {
			key += strconv.Itoa(v) + ","
		}
		if found[key] == nil {
			found[key] = &set{values: values}
		}
		found[key].names++
	}
	delete(found, "1,")
	ordered := slices.SortedFunc(maps.Values(found), func(a, b *set) int {
		return cmp.Or(b.names-a.names, slices.Compare(a.values, b.values))
	})
	for _, s := range ordered[:min(len(ordered), mostCandidates)] {
		sets = append(sets, s.values)
	}
	return sets
}

// suppose reads the open titles at these values of GOMAXPROCS.
func (e *endings) suppose(values []int) hypothesis {
	h := hypothesis{values: values, procs: make([]int, len(e.open)), names: map[string]bool{}, doubtful: map[string]bool{}}
	has := func(value int) bool { _, ok := slices.BinarySearch(values, value); return ok }
	measured := map[string][]int{} // name → values
	for j, i := range e.open {
		full := e.titles[i].full
		own, procs, _ := cutEnding(full)
		bare, cut := has(1) && e.complete(full, values), has(procs) && e.complete(own, values)
		_, beside := slices.BinarySearch(e.levels[own], 1)
		switch {
		case bare == cut && bare: // of two benchmarks at once
			h.broken = true
			continue
		case bare, !cut && has(1) && !has(procs):
			h.broken = h.broken || !bare
			own, procs = full, 1
		case cut:
		case has(procs) && (beside || !has(1)): // some values are lacking
			h.broken = true
		default:
			h.broken = true
			h.lacking++
			continue
		}
		h.procs[j], h.names[own] = procs, true
		measured[own] = append(measured[own], procs)
	}
	e.compare(&h, measured)
	return h
}

// complete reports whether a benchmark has all values.
func (e *endings) complete(name string, values []int) bool {
	levels := e.levels[name]
	if len(levels) < len(values) {
		return false
	}
	for _, v := range values {
		if _, ok := slices.BinarySearch(levels, v); !ok {
			return false
		}
	}
	return true
}

// compare counts the benchmarks that have all values, and those that do not:
// measured are the values of the open ones. The last of a run may have been cut.
func (e *endings) compare(h *hypothesis, measured map[string][]int) {
	inRun, last := map[int]map[int]bool{}, map[int]string{}
	runs := map[string]int{}
	j := 0
	for i, t := range e.titles {
		procs := e.procs[i]
		if procs == 0 {
			procs = h.procs[j]
			j++
		}
		name := t.full
		if procs > 1 {
			name, _, _ = cutEnding(t.full)
		}
		if inRun[t.run] == nil {
			inRun[t.run] = map[int]bool{}
		}
		if procs > 0 {
			inRun[t.run][procs] = true
		}
		if e.procs[i] > 0 {
			measured[name] = append(measured[name], procs)
		}
		last[t.run], runs[name] = name, t.run
	}
	for name, levels := range measured {
		lacks := func(v int) bool { return !slices.Contains(levels, v) }
		if slices.ContainsFunc(levels, func(v int) bool { return !slices.Contains(h.values, v) }) {
			h.broken = true
		}
		if own, _, ok := cutEnding(name); ok && measured[own] != nil && h.names[name] {
			h.doubtful[name] = true
			h.lacking++
		}
		switch {
		case !slices.ContainsFunc(h.values, lacks):
			h.whole++
		case name == last[runs[name]]:
			h.broken = true
		default:
			h.broken = true
			if slices.ContainsFunc(h.values, func(v int) bool { return lacks(v) && inRun[runs[name]][v] }) {
				h.lacking++
			}
		}
	}
}

// mostWhole is the hypothesis under which the fewest benchmarks lack a value,
// where these are few: some fail, or were left out of one of several runs. Names
// that are there without a number and with some speak for it, so that others
// than those with GOMAXPROCS 1 are none. It does not read doubtful names.
func (e *endings) mostWhole(all []hypothesis) (best hypothesis, ok bool) {
	for _, h := range all {
		if h.values[0] == 1 && (!ok || cmp.Or(h.lacking-best.lacking, best.whole-h.whole) < 0) {
			best, ok = h, true
		}
	}
	for j, i := range e.open {
		if ok && best.doubtful[e.titles[i].full] {
			best.procs[j] = 0
		}
	}
	return best, ok && best.whole > 0 && 2*best.lacking <= best.whole
}
