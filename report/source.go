package report

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"overlap/internal/table"
)

// source is a file, or the blocks of one that a build of the benchmarks wrote.
type source struct {
	file   string
	zipped bool
	config setting  // what all its results share
	asked  settings // of the run that wrote it
}

// buildKeys name what was measured. Files that hold several say them block by
// block; what else varies within a file is the sweep's or the sample's.
var buildKeys = []string{"toolchain", "go", "goversion", "go-version", "commit", "build", "branch"}

// ownKeys are those of a point, a sample or an upload: they differ between files
// of one build on one machine.
var ownKeys = []string{
	"cpus", "cores", "gomaxprocs", "workers", "slices", "copies", "program", "pkg", "kinds", "expect",
	"seed", "load", "clock-resolution", "start", "time", "date", "by", "note",
}

// enter finds or makes the source of the results under a configuration.
func (l *loader) enter(now setting) int {
	key := l.lines.name
	for _, k := range buildKeys {
		key += "\x00" + now[k]
	}
	id, ok := l.bySource[key]
	if !ok {
		id = len(l.sources)
		l.bySource[key] = id
		l.sources = append(l.sources, &source{file: l.lines.name, zipped: l.lines.zipped, config: maps.Clone(now), asked: l.lines.asked})
	}
	s := l.sources[id]
	for k, v := range s.config {
		if now[k] != v {
			delete(s.config, k)
		}
	}
	return id
}

// sourcesOf counts the blocks of a file.
func (l *loader) sourcesOf(file string) (n int) {
	for _, s := range l.sources {
		if s.file == file {
			n++
		}
	}
	return n
}

// from notes where a record's samples come from.
func (r *record) from(source int) {
	if n := len(r.sources); n > 0 && r.sources[n-1] == source {
		return
	}
	if !slices.Contains(r.sources, source) {
		r.sources = append(r.sources, source)
	}
}

// differing are the keys by which two sources are not of one build and one
// setting, sorted.
func differing(a, b *source) (keys []string) {
	for k, v := range a.config {
		if w, ok := b.config[k]; v != w && (ok || slices.Contains(buildKeys, k)) {
			keys = append(keys, k)
		}
	}
	for k := range b.config {
		if _, ok := a.config[k]; !ok && slices.Contains(buildKeys, k) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.DeleteFunc(keys, func(k string) bool {
		return slices.Contains(ownKeys, k) || strings.HasPrefix(k, "upload")
	})
}

// inTurns reports whether the samples without rounds of a row came in turns, as a
// loop around go test -count 1 writes them: then the k-th of each point are those
// of one round. Of go test -count 10 all samples of a point come one after the
// other: the first of one was taken as far from the first of another as from any.
func inTurns(row []*record) bool {
	var first []int32 // place of the first k-th sample
	for _, rec := range row {
		for k, place := range rec.turns {
			if k == len(first) {
				first = append(first, place)
			}
			first[k] = min(first[k], place)
		}
	}
	for _, rec := range row {
		for k, place := range rec.turns {
			if k+1 < len(first) && first[k+1] < place {
				return false
			}
		}
	}
	return true
}

// inBlocks warns of rows whose points were measured one after the other.
func (l *loader) inBlocks() error {
	for _, rec := range l.order {
		if rec.apart {
			return errors.New("all samples of a point were taken one after the other, so that a machine that was slower for a while moves the gains beyond their intervals; go test -count 1 in a loop takes turns, as does overlap run --pkg")
		}
	}
	return nil
}

// row is what the points of a row have in common with those of its ceiling.
func (p Point) row() Point {
	p = p.at(0, level{})
	p.Slices, p.Copies = 1, 1
	return p
}

// pool warns of rows whose samples come from several sources, and takes the
// rounds from those that are not alike: pairing the old with the old and the
// new with the new would leave the gap between them out of every interval. So
// would be pairing what comes one after the other, see inTurns.
// Files of one machine whose rounds are known stay paired, as drift is all that
// differs.
func (l *loader) pool() error {
	rows := map[Point][]*record{}
	for _, rec := range l.data.records {
		rows[rec.point.row()] = append(rows[rec.point.row()], rec)
	}
	files, keys := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		var sources []int
		apart := !inTurns(row)
		roundless, unlike := false, apart
		for _, rec := range row {
			sources = append(sources, rec.sources...)
			roundless = roundless || rec.roundless
		}
		slices.Sort(sources)
		if sources = slices.Compact(sources); len(sources) > 1 {
			unlike = unlike || roundless
			for _, id := range sources {
				files[l.sources[id].file] = true
				for _, k := range differing(l.sources[sources[0]], l.sources[id]) {
					keys[k], unlike = true, true
				}
			}
		}
		for _, rec := range row {
			rec.unpaired, rec.apart = unlike, apart
		}
	}
	return l.poolWarning(slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(keys)))
}

// poolWarning is the warning of it.
func (l *loader) poolWarning(files, keys []string) error {
	if len(files) == 0 {
		return nil
	}
	slices.SortFunc(files, func(a, b string) int { return slices.Index(l.in.Paths, a) - slices.Index(l.in.Paths, b) })
	who, col := enumerate(files), ".file"
	switch n := len(files); {
	case n == 1:
		who = "results of " + who
	case n <= maxListed:
		who = strings.Join(files[:n-1], ", ") + " and " + files[n-1]
	}
	if len(keys) > 0 {
		who += " differ in " + enumerate(keys) + " and"
		col = keys[0]
	}
	if l.in.Col != "" {
		col = l.in.Col + "," + col
	}
	return errors.New(table.Printable(fmt.Sprintf("%s are pooled as one set of samples; --col %s puts them side by side", who, col)))
}
