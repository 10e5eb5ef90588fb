package report

import (
	"errors"
	"fmt"
	"slices"

	"overlap/internal/table"

	"golang.org/x/perf/benchproc"
)

// settle turns what was read into data, now that all of it is known: whether
// there are several columns, and whether what looks like a number of workers is
// an axis.
func (l *loader) settle() (*Data, error) {
	d := l.data
	noTime := fmt.Errorf("%s leaves no result that has a time (ns/op) and can be used", l.excluding())
	if l.timeless && l.kept == 0 {
		return nil, noTime
	}
	if l.filter != nil && l.results > 0 && l.kept == 0 {
		return nil, fmt.Errorf("%s matches none of %s", l.excluding(), table.Count(l.results, "result"))
	}
	l.order = slices.DeleteFunc(l.order, func(r *record) bool { return len(r.seconds) == 0 })
	if len(l.order) == 0 && l.filter != nil {
		return nil, noTime
	}
	if err := l.name(); err != nil {
		return nil, err
	}
	if l.rows != nil {
		if err := l.rows.warning(); err != nil {
			d.Warnings = append(d.Warnings, err)
		}
	}
	d.Warnings = append(d.Warnings, l.unseen()...)
	d.Warnings = append(d.Warnings, l.lostHelpers()...)
	l.layColumns()
	l.distinguishWorkers()
	d.records = map[Point]*record{}
	for _, rec := range l.order {
		if same := d.records[rec.point]; same != nil {
			same.take(rec)
			continue
		}
		rec.place = len(d.Points)
		d.records[rec.point] = rec
		d.Points = append(d.Points, rec.point)
	}
	d.sources = l.sources
	if err := l.pool(); err != nil {
		d.Warnings = append(d.Warnings, err)
	}
	d.index = newIndex(d, l.acrossColumns())
	for _, f := range l.col.Fields() {
		d.beside = append(d.beside, f.Name)
	}
	for _, err := range []error{l.sweptByCPU(), l.inBlocks()} {
		if err != nil {
			d.Warnings = append(d.Warnings, err)
		}
	}
	return d, nil
}

// layColumns orders the columns, and forgets a single one.
func (l *loader) layColumns() {
	d := l.data
	used := map[string]bool{}
	for _, rec := range l.order {
		if !rec.point.Serial() {
			used[rec.point.Column] = true
		}
	}
	for _, shared := range l.shared {
		if d.Host == nil {
			d.Host = map[string]string{}
			for k, v := range shared {
				d.Host[k] = v
			}
		}
		for k, v := range d.Host {
			if shared[k] != v {
				delete(d.Host, k)
			}
		}
	}
	if len(used) > 1 {
		benchproc.SortKeys(l.columns)
		for _, key := range l.columns {
			if name := l.byKey[key]; used[name] {
				d.Columns = append(d.Columns, name)
			}
		}
		d.Hosts = map[string]map[string]string{}
		for name, shared := range l.shared {
			d.Hosts[name] = shared
		}
		return
	}
	for _, rec := range l.order {
		rec.point.Column = ""
	}
}

// acrossColumns reports whether all columns are of the same machines, as
// executors are: then what a gain is compared with may stand in any.
func (l *loader) acrossColumns() bool {
	return !slices.ContainsFunc(l.col.Fields(), func(f *benchproc.Field) bool { return f.Name[0] != '/' })
}

// distinguishWorkers gives a benchmark with numbers of workers a name of its own
// where another has the same name without them, such as Pool beside
// Pool_4Workers.
func (l *loader) distinguishWorkers() {
	without := map[Point]bool{}
	for _, rec := range l.order {
		if rec.point.Workers == 0 {
			without[rec.point.row()] = true
		}
	}
	for _, rec := range l.order {
		if p := &rec.point; p.Workers > 0 && without[p.row()] {
			p.Workload = rec.spelt
		}
	}
}

// sweptByCPU notes what go test does with a sweep of its -cpu flag: a file does
// not tell how its benchmarks loop.
func (l *loader) sweptByCPU() error {
	for _, rec := range l.order {
		if g := l.data.groups[rec.point.at(0, level{})]; !rec.bound && g != nil && len(g.levels) > 1 {
			return errors.New("GOMAXPROCS stands for the cores; of a benchmark that loops with b.Loop, go test -cpu 1,2,4 (Go 1.26) takes one sample, the first, at the last GOMAXPROCS; for c in 1 2 4; do go test -bench . -cpu $c -count 10; done avoids it, as does overlap run --pkg")
		}
	}
	return nil
}
