package load

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// NameNumbers is the meaning of a number after a dash at the end of a name.
type NameNumbers string

// The meanings of such numbers. The empty NameNumbers leaves it to the file.
const (
	CoreNumbers   NameNumbers = "cores"   // GOMAXPROCS
	WorkerNumbers NameNumbers = "workers" // the number of workers
	PartNumbers   NameNumbers = "part"    // a part of the name, such as a size
)

// readAlone reads a title that no other explains.
func (t title) readAlone() (reading, error) {
	name, procs, ok := cutEnding(t.full)
	if !ok && (saysCores(name) || !strings.Contains(name, "/")) {
		var err error
		if name, procs, err = cutNumber(name); err != nil {
			return reading{}, err
		}
	}
	return reading{name: name, procs: procs}, nil
}

// saysCores reports whether a name has cores= in it, as all that overlap run writes. A
// number at its end is GOMAXPROCS.
func saysCores(name string) bool { return strings.Contains(name, "/cores=") }

// cutNumber cuts any number off the end of a name, also one that go test would not
// write. It fails if that is not a GOMAXPROCS.
func cutNumber(full string) (own string, procs int, err error) {
	i := strings.LastIndexByte(full, '-')
	if i < 1 || !isNumber([]byte(full[i+1:])) {
		return full, 1, nil
	}
	switch n, err := strconv.ParseInt(full[i+1:], 10, 64); { // an int would make the words depend on the reader's system
	case err != nil:
		return full, 1, fmt.Errorf("GOMAXPROCS: %w", err)
	case n < 1:
		return full, 1, fmt.Errorf("it ends in -%d, which is not a valid GOMAXPROCS", n)
	case n > maxCores:
		return full, 1, fmt.Errorf("it ends in -%d, more cores than any machine has", n)
	default:
		return full[:i], int(n), nil
	}
}

// scope is the records of one package in one file. Their names together decide what
// their numbers are.
type scope struct {
	pkg     string
	records []*record
	titles  []title
}

// scopes lists those of what others wrote, in the order of the files.
func (b *builder) scopes() (list []*scope) {
	type key struct {
		file int
		pkg  string
	}
	found := map[key]*scope{}
	for _, rec := range b.records {
		if saysCores(rec.title.full) {
			continue
		}
		k := key{rec.file, rec.config.Package}
		if found[k] == nil {
			found[k] = &scope{pkg: k.pkg}
			list = append(list, found[k])
		}
		s := found[k]
		s.records, s.titles = append(s.records, rec), append(s.titles, rec.title)
	}
	return list
}

// benchmarkID is the name of a benchmark and its package.
type benchmarkID struct{ pkg, name string }

// readEndings reads the numbers at the ends of all names. What a file leaves open,
// another of the same package may decide.
func (b *builder) readEndings() {
	scopes := b.scopes()
	known := map[benchmarkID]bool{}
	for pass := range 2 {
		for _, s := range scopes {
			if pass > 0 && !slices.ContainsFunc(s.records, func(r *record) bool { return r.reading.open() }) {
				continue
			}
			isKnown := func(name string) bool { return known[benchmarkID{s.pkg, name}] }
			for i, r := range decideRuns(s.titles, isKnown) {
				s.records[i].reading = r
			}
		}
		for _, s := range scopes {
			for _, rec := range s.records {
				if !rec.reading.open() {
					known[benchmarkID{s.pkg, rec.reading.name}] = true
				}
			}
		}
	}
	for _, s := range scopes {
		sized := slices.ContainsFunc(s.titles, title.hasSize)
		for _, rec := range s.records {
			rec.sized = sized
			if !rec.reading.proven {
				rec.reading = b.in.NameNumbers.read(rec.title.full, rec.reading)
			}
		}
	}
}

// hasSize reports whether some part of a title is a size.
func (t title) hasSize() bool {
	return slices.ContainsFunc(strings.Split(t.full, "/"), aSize.MatchString)
}

// read returns the reading of a title with this meaning; explained is that of its
// file. A number of workers or a value has no second number after it.
func (n NameNumbers) read(full string, explained reading) reading {
	name, procs, ok := cutEnding(full)
	switch {
	case n == CoreNumbers:
		if name, procs, err := cutNumber(full); err == nil {
			return reading{name: name, procs: procs}
		}
	case n != "" && ok && endsInNumber(name):
		return reading{name: name, procs: procs}
	case n != "":
		return reading{name: full, procs: 1}
	}
	return explained
}

// nameRecords gives every record its point, now that all names are known. Results are
// left out, with a warning, if their names cannot be read.
func (b *builder) nameRecords() error {
	b.readEndings()
	var named []*record
	var unread Reasons
	var ambiguous, presumed []string
	how := naming{numbered: b.in.NameNumbers == WorkerNumbers}
	if b.rows != nil {
		how.rows = b.rows.keys
	}
	for _, rec := range b.records {
		how.sized = rec.sized
		n, err := rec.parseName(how)
		switch {
		case rec.reading.procs == 0:
			ambiguous = append(ambiguous, rec.title.full)
			continue
		case err != nil:
			unread.AddFor(rec.config.Package, table.Printable(rec.title.full), table.Printable(err.Error()))
			continue
		case rec.reading.presumed:
			presumed = append(presumed, rec.title.full)
		}
		var rest map[string]string
		if b.rows != nil {
			rest = b.rows.apply(&n, rec.row)
		}
		n.dropColumns(b.col)
		rec.setName(n)
		if b.rows != nil {
			b.rows.compare(rec.point, rest)
		}
		named = append(named, rec)
	}
	b.records = named
	for _, reason := range unread.Sentences(MaxListed) {
		b.data.warn(fmt.Errorf("left out: %s", reason))
	}
	return b.warnOfNumbers(ambiguous, presumed)
}

// setName gives a record its point. The times of weak scaling are divided by the
// number of workers, which may be known only now.
func (r *record) setName(n parsedName) {
	if r.point.Weak && r.point.Workers != n.Workers {
		for i := range r.seconds {
			r.seconds[i] *= float64(r.point.Workers) / float64(n.Workers)
		}
	}
	r.point, r.bound, r.spelling = n.Point, n.bound, n.spelling
}

// warnOfNumbers reports which names are ambiguous, and which were read by a word in
// them. It fails if there are no others.
func (b *builder) warnOfNumbers(ambiguous, presumed []string) error {
	if len(presumed) > 0 {
		what := "a number of workers"
		if slices.ContainsFunc(presumed, func(name string) bool { return !bareWorkers.MatchString(name) }) {
			what = "a part of the name"
		}
		b.data.warn(fmt.Errorf("%s was read as %s because of the word before it; use --name-numbers=cores if it is GOMAXPROCS", lastNumber(presumed), what))
	}
	if len(ambiguous) == 0 {
		return nil
	}
	err := fmt.Errorf("%s may be GOMAXPROCS or a part of the name, so there is no verdict on it; --name-numbers=cores, =workers or =part says what it is", lastNumber(ambiguous))
	if len(b.records) == 0 {
		return fmt.Errorf("%s: %w", table.Printable(strings.Join(b.in.Paths, ", ")), err)
	}
	b.data.warn(err)
	return nil
}

// lastNumber returns the beginning of a sentence about the numbers of names.
func lastNumber(names []string) string {
	text := "the number at the end of " + table.Cut(table.Printable(names[0]), NameWidth)
	if more := len(names) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
