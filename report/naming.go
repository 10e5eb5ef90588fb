package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// NameNumbers says what a number behind a dash at the end of a name is.
type NameNumbers string

// The meanings of such numbers. The empty NameNumbers leaves it to the file.
const (
	CoreNumbers   NameNumbers = "cores"   // GOMAXPROCS
	WorkerNumbers NameNumbers = "workers" // the number of workers
	PartNumbers   NameNumbers = "part"    // a part of the name, such as a size
)

// readName is what a record's name says if no other is known.
func (r *record) readName(how naming) (named, error) {
	own, procs, ok := cutEnding(r.title.full)
	if !ok && (saysCores(own) || !strings.Contains(own, "/")) {
		var err error
		if own, procs, err = cutNumber(own); err != nil {
			return named{}, err
		}
	}
	return r.named(own, procs, how)
}

// saysCores reports whether a name has cores= in it, as all have that overlap run
// writes. What stands behind that at its end is GOMAXPROCS.
func saysCores(name string) bool { return strings.Contains(name, "/cores=") }

// cutNumber takes any number off the end of a name, also what go test does not
// write, but others may. It fails if that is no GOMAXPROCS.
func cutNumber(full string) (own string, procs int, err error) {
	i := strings.LastIndexByte(full, '-')
	if i < 1 || !isNumber([]byte(full[i+1:])) {
		return full, 1, nil
	}
	switch n, err := strconv.ParseInt(full[i+1:], 10, 64); { // an int would make the words depend on the reader's system
	case err != nil:
		return full, 1, fmt.Errorf("GOMAXPROCS: %w", err)
	case n < 1:
		return full, 1, fmt.Errorf("it ends in -%d, and no program runs at that GOMAXPROCS", n)
	case n > maxCores:
		return full, 1, fmt.Errorf("it ends in -%d, and no machine has so many cores", n)
	default:
		return full[:i], int(n), nil
	}
}

// named is what a record's name says, given that of its benchmark.
func (r *record) named(own string, procs int, how naming) (named, error) {
	said := r.said
	said.Procs = procs
	return parseName(own, said, how)
}

// scope is the records of one package in one file, whose names tell together what
// their numbers are.
type scope struct {
	pkg     string
	records []*record
	titles  []title
}

// scopes are those of what others wrote, in the order of the files.
func (l *loader) scopes() (list []*scope) {
	type key struct {
		file int
		pkg  string
	}
	found := map[key]*scope{}
	for _, rec := range l.order {
		if saysCores(rec.title.full) {
			continue
		}
		k := key{rec.file, rec.said.Package}
		if found[k] == nil {
			found[k] = &scope{pkg: k.pkg}
			list = append(list, found[k])
		}
		s := found[k]
		s.records, s.titles = append(s.records, rec), append(s.titles, rec.title)
	}
	return list
}

// readEndings reads the numbers at the ends of all names. What a file does not
// tell, another of the same package may.
func (l *loader) readEndings() {
	scopes := l.scopes()
	known := map[string]map[string]bool{} // package → names of benchmarks
	for pass := range 2 {
		for _, s := range scopes {
			if pass > 0 && !slices.ContainsFunc(s.records, func(r *record) bool { return r.reading.open() }) {
				continue
			}
			for i, r := range decideRuns(s.titles, known[s.pkg]) {
				s.records[i].reading = r
			}
		}
		for _, s := range scopes {
			if known[s.pkg] == nil {
				known[s.pkg] = map[string]bool{}
			}
			for _, rec := range s.records {
				if !rec.reading.open() {
					known[s.pkg][rec.reading.own] = true
				}
			}
		}
	}
	for _, s := range scopes {
		sized := slices.ContainsFunc(s.titles, title.hasSize)
		for _, rec := range s.records {
			rec.sized = sized
			if !rec.reading.proven {
				rec.reading = l.in.NameNumbers.read(rec.title.full, rec.reading)
			}
		}
	}
}

// hasSize reports whether some part of a title is a size.
func (t title) hasSize() bool {
	return slices.ContainsFunc(strings.Split(t.full, "/"), aSize.MatchString)
}

// read is what the user says of a title, given what its file does. A number of
// workers or a value has no second number behind it.
func (n NameNumbers) read(full string, told reading) reading {
	own, procs, ok := cutEnding(full)
	switch {
	case n == CoreNumbers:
		if own, procs, err := cutNumber(full); err == nil {
			return reading{own: own, procs: procs}
		}
	case n != "" && ok && saysNumber(own):
		return reading{own: own, procs: procs}
	case n != "":
		return reading{own: full, procs: 1}
	}
	return told
}

// name gives every record its point, now that all names are known. Results are
// left out whose names nobody can read, and it says so.
func (l *loader) name() error {
	l.readEndings()
	var kept []*record
	var unread reasons
	var doubtful, presumed []string
	for _, rec := range l.order {
		n, err := l.nameOf(rec)
		switch {
		case !saysCores(rec.title.full) && rec.reading.procs == 0:
			doubtful = append(doubtful, rec.title.full)
			continue
		case err != nil:
			unread.addFor(rec.said.Package, table.Printable(rec.title.full), table.Printable(err.Error()))
			continue
		case rec.reading.presumed:
			presumed = append(presumed, rec.title.full)
		}
		residue := ""
		if l.rows != nil {
			residue = l.rows.apply(&n, rec.row)
		}
		n.sideBySide(l.col)
		rec.settle(n)
		if l.rows != nil {
			l.rows.merged(rec.point, residue)
		}
		kept = append(kept, rec)
	}
	l.order = kept
	for _, reason := range unread.sentences(maxListed) {
		l.data.Warnings = append(l.data.Warnings, fmt.Errorf("left out: %s", reason))
	}
	return l.ambiguous(doubtful, presumed)
}

// nameOf is what the name of a record says.
func (l *loader) nameOf(rec *record) (named, error) {
	how := naming{sized: rec.sized, numbered: l.in.NameNumbers == WorkerNumbers}
	if l.rows != nil {
		how.rows = l.rows.keys
	}
	if saysCores(rec.title.full) {
		return rec.readName(how)
	}
	return rec.named(rec.reading.own, max(rec.reading.procs, 1), how)
}

// settle gives a record its point. The times of weak scaling are of one worker's
// work, and how many there are may be known only now.
func (r *record) settle(n named) {
	if r.point.Weak && r.point.Workers != n.Workers {
		for i := range r.seconds {
			r.seconds[i] *= float64(r.point.Workers) / float64(n.Workers)
		}
	}
	r.point, r.bound, r.spelt = n.Point, n.bound, n.spelt
}

// ambiguous says which names nobody can read, and which were read on the ground
// of a word. It fails if there are no others.
func (l *loader) ambiguous(doubtful, presumed []string) error {
	if len(presumed) > 0 {
		what := "a part of the name"
		if !slices.ContainsFunc(presumed, func(name string) bool { return !onlyWorkers(name) }) {
			what = "a number of workers"
		}
		l.data.Warnings = append(l.data.Warnings, fmt.Errorf("%s is taken for %s, because of the word before it; --name-numbers=cores if it is GOMAXPROCS", lastNumber(presumed), what))
	}
	if len(doubtful) == 0 {
		return nil
	}
	err := fmt.Errorf("%s may be GOMAXPROCS or a part of the name, so there is no verdict on it; --name-numbers=cores, =workers or =part says what it is", lastNumber(doubtful))
	if len(l.order) == 0 {
		return fmt.Errorf("%s: %w", table.Printable(strings.Join(l.in.Paths, ", ")), err)
	}
	l.data.Warnings = append(l.data.Warnings, err)
	return nil
}

// lastNumber is the beginning of a sentence about the numbers of names.
func lastNumber(names []string) string {
	text := "the number at the end of " + table.Cut(table.Printable(names[0]), nameWidth)
	if more := len(names) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
