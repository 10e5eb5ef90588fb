package load

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/perf/benchproc"

	"overlap/internal/table"
)

// builder makes Data of the results of all files.
type builder struct {
	*selection
	data    *Data
	records []*record // by their first sample
	columns columnSet

	files  int                          // read so far
	rounds int                          // the highest of any sample
	lists  map[string]string            // last value of kinds and expect
	sums   map[[sha256.Size]byte]string // content of a file → its name
}

func newBuilder(in Input) (*builder, error) {
	s, err := newSelection(in)
	return &builder{
		selection: s,
		data:      &Data{Files: in.Paths, Kinds: map[string]string{}, Expects: map[string]string{}, records: map[Point]*record{}},
		columns:   columnSet{byKey: map[benchproc.Key]*column{}, byName: map[string]*column{}},
		lists:     map[string]string{},
		sums:      map[[sha256.Size]byte]string{},
	}, err
}

// build makes the data when all files are read: only then it is known whether there are
// several columns, and whether what looks like a number of workers is an axis.
func (b *builder) build() (*Data, error) {
	d := b.data
	b.records = slices.DeleteFunc(b.records, func(r *record) bool { return len(r.seconds) == 0 })
	if err := b.verify(len(b.records)); err != nil {
		return nil, err
	}
	if err := b.nameRecords(); err != nil {
		return nil, err
	}
	d.warn(b.warnings(b.records)...)
	b.layColumns()
	b.distinguishWorkers()
	for _, rec := range b.records {
		if same := d.records[rec.point]; same != nil {
			same.merge(rec)
			continue
		}
		rec.place = len(d.Points)
		d.records[rec.point] = rec
		d.Points = append(d.Points, rec.point)
	}
	d.warn(b.pool())
	d.index = newIndex(d, b.sameMachines())
	for _, f := range b.col.Fields() {
		d.columnKeys = append(d.columnKeys, f.Name)
	}
	d.warn(b.warnOfCPUs(), b.warnOfBlocks())
	return d, nil
}

// sameMachines reports whether all columns are of the same machines, as those of
// executors are: then what a gain is compared with may be in any.
func (b *builder) sameMachines() bool {
	return !slices.ContainsFunc(b.col.Fields(), func(f *benchproc.Field) bool { return f.Name[0] != '/' })
}

// distinguishWorkers gives a benchmark with numbers of workers a name of its own if
// another has the same name without them, such as Pool and Pool_4Workers.
func (b *builder) distinguishWorkers() {
	unnumbered := map[Point]bool{}
	for _, rec := range b.records {
		if rec.point.Workers == 0 {
			unnumbered[rec.point.row()] = true
		}
	}
	for _, rec := range b.records {
		if p := &rec.point; p.Workers > 0 && unnumbered[p.row()] {
			p.Workload = rec.spelling
		}
	}
}

// warnOfCPUs warns of what go test does with a sweep of its -cpu flag: a file does
// not say how its benchmarks loop.
func (b *builder) warnOfCPUs() error {
	for _, rec := range b.records {
		if !rec.bound && len(b.data.Levels(rec.point)) > 1 {
			return errors.New("GOMAXPROCS stands for the cores; go test -cpu 1,2,4 (Go 1.26) takes the first sample of a benchmark that loops with b.Loop at the last GOMAXPROCS; for c in 1 2 4; do go test -bench . -cpu $c -count 10; done avoids it, as does overlap run")
		}
	}
	return nil
}

// warnOfBlocks warns of rows whose points have their samples in one block each.
func (b *builder) warnOfBlocks() error {
	if !slices.ContainsFunc(b.records, func(r *record) bool { return r.inBlocks }) {
		return nil
	}
	return errors.New("the samples of each point were taken in one block, so a slow spell of the machine can shift a gain by more than its interval; to interleave them, run go test -count 1 in a loop, or overlap run")
}

// columnSet is the columns of a report, side by side.
type columnSet struct {
	list   []*column // in the order of their first results
	byKey  map[benchproc.Key]*column
	byName map[string]*column
}

// column is the results of a machine, or of another value of Input.Col.
type column struct {
	key    benchproc.Key
	name   string
	shared config // configuration that all its results share; nil if none is of use
	system config // goos and goarch, once they are known: not all files say them
}

// of returns the column of a key.
func (c *columnSet) of(key benchproc.Key) *column {
	if col := c.byKey[key]; col != nil {
		return col
	}
	name := cmp.Or(table.Printable(key.StringValues()), "unknown")
	if c.byName[name] != nil { // "a b", "c" reads as "a", "b c"
		name = table.Printable(key.String())
	}
	for i, plain := 2, name; c.byName[name] != nil; i++ {
		name = fmt.Sprintf("%s (%d)", plain, i)
	}
	col := &column{key: key, name: name, system: config{}}
	c.byKey[key], c.byName[name] = col, col
	c.list = append(c.list, col)
	return col
}

// add takes over the configuration of a result. Two machines in one column are
// refused: their times must not be divided by each other.
func (c *column) add(now config) error {
	if c.shared == nil {
		c.shared = maps.Clone(now)
	}
	differs := func(key, before string) error {
		return fmt.Errorf("%s is %q, but %q in earlier results: put machines side by side with --col %s", key, now[key], before, key)
	}
	for _, key := range []string{"host", "cpu"} {
		if now[key] != c.shared[key] {
			return differs(key, c.shared[key])
		}
	}
	for _, key := range []string{"goos", "goarch"} {
		switch before := c.system[key]; {
		case now[key] == "":
		case before == "":
			c.system[key] = now[key]
		case now[key] != before:
			return differs(key, before)
		}
	}
	c.shared.intersect(now)
	return nil
}

// layColumns orders the columns; a single one gets no name.
func (b *builder) layColumns() {
	d := b.data
	used := map[string]bool{}
	for _, rec := range b.records {
		if !rec.point.Serial() {
			used[rec.point.Column] = true
		}
	}
	hosts := map[string]map[string]string{}
	for _, c := range b.columns.list {
		if c.shared == nil {
			continue
		}
		hosts[c.name] = c.shared
		if d.Host == nil {
			d.Host = maps.Clone(c.shared)
		}
		config(d.Host).intersect(c.shared)
	}
	if len(used) <= 1 {
		for _, rec := range b.records {
			rec.point.Column = ""
		}
		return
	}
	d.Hosts = hosts
	keys := make([]benchproc.Key, len(b.columns.list))
	for i, c := range b.columns.list {
		keys[i] = c.key
	}
	benchproc.SortKeys(keys)
	for _, key := range keys {
		if name := b.columns.byKey[key].name; used[name] {
			d.Columns = append(d.Columns, name)
		}
	}
}
