package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"overlap/internal/table"
)

// loader is what reading needs beside the data. A line of a known name under a
// known configuration costs one look-up.
type loader struct {
	in   Input
	data *Data

	lines         *lines  // of the file
	unused        reasons // results of the file that were left out, by reason
	own           bool    // a result of the suite is in it
	found, before int     // results of the file that are of use, rounds before it

	results, files  int  // read so far
	runs            int  // of go test, or other blocks of results behind lines of configuration
	kept            int  // by the filter
	units, timeless bool // it is on units: it leaves out some that are read, or the time of a result
	lost            map[string]map[string]bool
	seen            map[*benchproc.Field]bool // keys that results have

	sources  []*source
	bySource map[string]int               // file and build → source
	sums     map[[sha256.Size]byte]string // content of a file → its name

	filter *benchproc.Filter
	col    *benchproc.Projection
	rows   *rowKeys // nil if the whole name makes a row

	config   []string           // keys that a point depends on, sorted
	all      bool               // it may depend on any
	contexts map[string]int     // values of these → a number for them
	known    map[string]*record // name and context → record
	order    []*record          // by their first sample
	columns  []benchproc.Key    // of the points
	shared   map[string]setting // column → configuration that its results share
	systems  map[string]setting // column → its goos and goarch, once they are known
	listed   map[string]string  // last value of kinds and expect
	byKey    map[benchproc.Key]string
	taken    map[string]bool // names of columns
	scratch  []byte

	configured                           // of the last result
	configurations map[string]configured // by file, keys and values
}

// setting is file configuration.
type setting map[string]string

func newLoader(in Input) (*loader, error) {
	l := &loader{
		in:       in,
		data:     &Data{Files: in.Paths, Kinds: map[string]string{}, Expects: map[string]string{}},
		contexts: map[string]int{}, known: map[string]*record{},
		shared: map[string]setting{}, listed: map[string]string{}, byKey: map[benchproc.Key]string{}, taken: map[string]bool{},
		lost: map[string]map[string]bool{}, seen: map[*benchproc.Field]bool{}, bySource: map[string]int{}, sums: map[[sha256.Size]byte]string{},
		systems: map[string]setting{}, configurations: map[string]configured{},
	}
	return l, l.parse()
}

// parse reads the expressions.
func (l *loader) parse() error {
	switch n := l.in.NameNumbers; n {
	case "", CoreNumbers, WorkerNumbers, PartNumbers:
	default:
		return &InputError{"NameNumbers", fmt.Errorf("%q is not cores, workers or part", n)}
	}
	var err error
	text := l.in.Filter
	if text == "" {
		text = "*"
	}
	filter, err := benchproc.NewFilter(text)
	if err != nil {
		return &InputError{"Filter", err}
	}
	col := l.in.Col
	if col == "" {
		col = "host"
	}
	var fixed bool // an order such as key@(a b) leaves out other values
	if l.col, fixed, err = projection("Col", col, filter); err != nil {
		return err
	}
	for _, f := range l.col.Fields() {
		if f.Name == ".name" || f.Name == ".fullname" {
			return &InputError{"Col", fmt.Errorf("%s makes the rows; name a part of it, as /size, or a configuration line, as goarch", f.Name)}
		}
	}
	if err := noAxis("Col", l.col); err != nil {
		return err
	}
	l.depend(l.col)
	if l.in.Row != "" {
		row, fixedToo, err := projection("Row", l.in.Row, filter)
		if err != nil {
			return err
		}
		if l.rows, err = newRowKeys(l.in.Row, row); err != nil {
			return err
		}
		fixed = fixed || fixedToo
		l.depend(row)
	}
	if l.in.Filter != "" || fixed {
		l.filter = filter
	}
	l.config = append(l.config, "copies", "cores", "pkg", "host", "cpu")
	slices.Sort(l.config)
	l.config = slices.Compact(l.config)
	return nil
}

// configured is what a configuration means for the results under it.
type configured struct {
	context, source int
	now             setting
	described       map[string]bool // columns that have been described under it
}

// maxConfigured is how many configurations are remembered: some files have one
// for each result.
const maxConfigured = 1 << 12

// configure takes over the configuration of a result, which has changed.
func (l *loader) configure(r *benchfmt.Result) {
	key := l.scratch[:0]
	for _, c := range r.Config { // .file is among them
		key = append(binary.AppendUvarint(key, uint64(len(c.Key))), c.Key...)
		key = append(binary.AppendUvarint(key, uint64(len(c.Value))), c.Value...)
	}
	l.scratch = key
	c, ok := l.configurations[string(key)]
	if !ok {
		if len(l.configurations) == maxConfigured {
			clear(l.configurations)
		}
		id := string(key)
		c = l.newConfiguration(r)
		l.configurations[id] = c
	}
	l.configured = c
}

func (l *loader) newConfiguration(r *benchfmt.Result) configured {
	key := l.scratch[:0]
	if l.all {
		for _, c := range r.Config {
			key = fmt.Appendf(key, "%q:%q,", c.Key, c.Value)
		}
	} else {
		for _, k := range l.config {
			value := r.GetConfig(k)
			key = append(binary.AppendUvarint(key, uint64(len(value))), value...) // it may hold any byte
		}
	}
	l.scratch = key
	id, ok := l.contexts[string(key)]
	if !ok {
		id = len(l.contexts)
		l.contexts[string(key)] = id
	}
	c := configured{context: id, now: setting{}, described: map[string]bool{}}
	for _, pair := range r.Config {
		switch {
		case !pair.File:
		case pair.Key == "kinds" || pair.Key == "expect":
			l.list(pair.Key, pair.Value)
		default:
			c.now[pair.Key] = string(pair.Value)
		}
	}
	c.source = l.enter(c.now)
	return c
}

// list takes over the pairs of workload and kind, or scaling to expect.
func (l *loader) list(key string, value []byte) {
	if l.listed[key] == string(value) {
		return
	}
	text := string(value)
	l.listed[key] = text
	d := l.data
	for pair := range strings.FieldsSeq(text) {
		name, what, ok := strings.Cut(pair, "=")
		switch {
		case !ok || len(what) > maxKind:
		case key == "kinds" && d.Kinds[name] == "":
			d.Kinds[name] = table.Printable(what)
			d.Order = append(d.Order, name)
		case key == "expect" && d.Expects[name] == "":
			d.Expects[name] = table.Printable(what)
		}
	}
}

// describe keeps the configuration that the results of a column have in common.
// Two machines in one column are refused: their times must not be divided by
// each other.
func (l *loader) describe(column string) error {
	if l.described[column] {
		return nil
	}
	l.described[column] = true
	was, ok := l.shared[column]
	if !ok {
		l.shared[column], l.systems[column] = maps.Clone(l.now), setting{}
		was = l.shared[column]
	}
	for _, key := range []string{"host", "cpu"} {
		if was[key] != l.now[key] {
			return otherMachine(key, l.now[key], was[key])
		}
	}
	for _, key := range []string{"goos", "goarch"} { // not all files say them
		switch now, known := l.now[key], l.systems[column][key]; {
		case now != "" && known == "":
			l.systems[column][key] = now
		case now != "" && now != known:
			return otherMachine(key, now, known)
		}
	}
	for key, value := range was {
		if l.now[key] != value {
			delete(was, key)
		}
	}
	return nil
}

func otherMachine(key, now, was string) error {
	return fmt.Errorf("%s is %q, in the results before it was %q: put machines side by side with --col %s", key, now, was, key)
}

// record finds or makes the record of a result. It has a point as its name alone
// is read; what that is in the light of the others, only name knows.
func (l *loader) record(r *benchfmt.Result) (*record, error) {
	own := l.lines.nameOf(r.Name)
	key := append(l.scratch[:0], r.Name...)
	for _, x := range []int{l.context, l.files, len(own)} {
		key = binary.AppendUvarint(append(key, 0), uint64(x))
	}
	l.scratch = key
	if rec := l.known[string(key)]; rec != nil {
		return rec, nil
	}
	rec := &record{title: title{string(r.Name), own, l.runs}, file: l.files, names: []string{string(r.Name)}}
	var err error
	if rec.said, err = readSettings(r); err != nil {
		return nil, err
	}
	n, err := rec.readName(naming{})
	if err != nil {
		return nil, err
	}
	if l.rows != nil {
		rec.row = l.rows.configured(r)
		l.see(l.rows.row, l.rows.row.Project(r))
	}
	rec.said.Column = l.column(r)
	n.Column = rec.said.Column
	rec.point, rec.bound = n.Point, n.bound
	l.order = append(l.order, rec)
	l.known[string(key)] = rec
	return rec, nil
}

// column is the name of a result's column.
func (l *loader) column(r *benchfmt.Result) string {
	key := l.col.Project(r)
	l.see(l.col, key)
	name, ok := l.byKey[key]
	if !ok {
		if name = table.Printable(key.StringValues()); name == "" {
			name = "unknown"
		}
		if l.taken[name] { // "a b" beside "c" reads as "a" beside "b c"
			name = table.Printable(key.String())
		}
		for i, plain := 2, name; l.taken[name]; i++ {
			name = fmt.Sprintf("%s (%d)", plain, i)
		}
		l.byKey[key], l.taken[name] = name, true
		l.columns = append(l.columns, key)
	}
	return name
}

// leaveOut keeps the reason why a result cannot be used. One of the suite
// must be right, as the file is ours; it is returned.
func (l *loader) leaveOut(r *benchfmt.Result, reason error) error {
	name := table.Printable(string(r.Name))
	if ours(r.Name) {
		return fmt.Errorf("%s: %w; remove the line to use the others", name, reason)
	}
	l.unused.addFor(table.Printable(r.GetConfig("pkg")), name, table.Printable(reason.Error()))
	return nil
}

// ours reports whether a name is of the suite: nobody else's has both.
func ours(name []byte) bool {
	return bytes.Contains(name, []byte("/executor=")) && bytes.Contains(name, []byte("/cores="))
}
