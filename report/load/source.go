package load

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"overlap/internal/table"
)

// config is the configuration of results: the value of each key.
type config map[string]string

// intersect removes the keys that have another value in other, or none.
func (c config) intersect(other config) {
	maps.DeleteFunc(c, func(k, v string) bool { return other[k] != v })
}

// source is a file, or the blocks of one that a build of the benchmarks wrote.
type source struct {
	file       string
	compressed bool
	config     config   // what all its results share
	settings   settings // of the run that wrote it
}

// buildKeys identify what was measured. Files with several builds give them block by
// block; other keys that vary within a file are those of the sweep or the sample.
var buildKeys = []string{"toolchain", "go", "goversion", "go-version", "commit", "build", "branch"}

// ownKeys describe a point, a sample or an upload: they differ between files of one
// build on one machine.
var ownKeys = []string{
	"cpus", "cores", "gomaxprocs", "workers", "slices", "copies", "program", "pkg", "kinds", "expect",
	"seed", "load", "clock-resolution", "start", "time", "date", "by", "note",
}

// block is what configuration lines mean for the results below them.
type block struct {
	context, source int
	config          config
	described       map[*column]bool // columns that have its configuration
}

// maxBlocks is how many blocks are remembered: some files have one for each result.
const maxBlocks = 1 << 12

// configure takes over the configuration of a result, which has changed.
func (f *file) configure(r *benchfmt.Result) {
	key := f.scratch[:0]
	for _, c := range r.Config { // .file is among them
		key = appendText(appendText(key, c.Key), c.Value)
	}
	f.scratch = key
	if f.block = f.blocks[string(key)]; f.block != nil {
		return
	}
	if len(f.blocks) == maxBlocks {
		clear(f.blocks)
	}
	f.block = f.newBlock(r)
	f.blocks[string(key)] = f.block
}

func (f *file) newBlock(r *benchfmt.Result) *block {
	context := f.scratch
	if !f.anyConfig {
		context = nil
		for _, k := range f.configKeys {
			context = appendText(context, r.GetConfig(k))
		}
	}
	id, ok := f.contexts[string(context)]
	if !ok {
		id = len(f.contexts)
		f.contexts[string(context)] = id
	}
	b := &block{context: id, config: config{}, described: map[*column]bool{}}
	for _, pair := range r.Config {
		switch {
		case !pair.File:
		case pair.Key == "kinds":
			f.addList(pair, f.data.Kinds)
		case pair.Key == "expect":
			f.addList(pair, f.data.Expects)
		default:
			b.config[pair.Key] = string(pair.Value)
		}
	}
	b.source = f.source(b.config)
	return b
}

// maxKind is how long a kind, or a scaling to expect, may be, in bytes.
const maxKind = 40

// addList adds the pairs of workload and kind, or scaling to expect. The first of a
// workload counts.
func (b *builder) addList(list benchfmt.Config, to map[string]string) {
	text := string(list.Value)
	if b.lists[list.Key] == text {
		return
	}
	b.lists[list.Key] = text
	for pair := range strings.FieldsSeq(text) {
		name, what, ok := strings.Cut(pair, "=")
		if !ok || len(what) > maxKind || to[name] != "" {
			continue
		}
		to[name] = table.Printable(what)
		if list.Key == "kinds" {
			b.data.Order = append(b.data.Order, name)
		}
	}
}

// describe adds the configuration of the block to the one of a column.
func (b *block) describe(c *column) error {
	if b.described[c] {
		return nil
	}
	b.described[c] = true
	return c.add(b.config)
}

// source returns the source of the results under a configuration.
func (f *file) source(now config) int {
	key := ""
	for _, k := range buildKeys {
		key += "\x00" + now[k]
	}
	id, ok := f.builds[key]
	if !ok {
		id = len(f.data.sources)
		f.builds[key] = id
		f.data.sources = append(f.data.sources, &source{file: f.path, compressed: f.compressed, config: maps.Clone(now), settings: f.lines.settings})
	}
	f.data.sources[id].config.intersect(now)
	return id
}

// addSource notes where a record's samples come from.
func (r *record) addSource(source int) {
	if n := len(r.sources); n > 0 && r.sources[n-1] == source {
		return
	}
	if !slices.Contains(r.sources, source) {
		r.sources = append(r.sources, source)
	}
}

// differing lists the keys by which two sources are not of one build and one
// configuration.
func differing(a, b *source) (keys []string) {
	all := maps.Clone(a.config)
	maps.Copy(all, b.config)
	for k := range all {
		v, inA := a.config[k]
		w, inB := b.config[k]
		if v != w && (inA && inB || slices.Contains(buildKeys, k)) && !slices.Contains(ownKeys, k) && !strings.HasPrefix(k, "upload") {
			keys = append(keys, k)
		}
	}
	return keys
}

// inTurns reports whether the samples without rounds of a row came in turns, as a
// loop around go test -count 1 writes them: then the k-th samples of its points make
// a round. go test -count 10 takes all samples of a point one after the other.
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

// row returns what the points of a row have in common with those of its ceiling.
func (p Point) row() Point {
	p = p.At(0, Level{})
	p.Slices, p.Copies = 1, 1
	return p
}

// pool warns of rows with samples from several sources, and unpairs the samples where
// these differ: pairing the old with the old and the new with the new would leave
// the gap between them out of every interval. The same holds for samples that do not
// come in turns. Files of one machine with known rounds stay paired, as only drift
// differs.
func (b *builder) pool() error {
	rows := map[Point][]*record{}
	for _, rec := range b.data.records {
		rows[rec.point.row()] = append(rows[rec.point.row()], rec)
	}
	files, keys := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		var sources []int
		inBlocks := !inTurns(row)
		roundless, unpaired := false, inBlocks
		for _, rec := range row {
			sources = append(sources, rec.sources...)
			roundless = roundless || rec.roundless
		}
		slices.Sort(sources)
		if sources = slices.Compact(sources); len(sources) > 1 {
			unpaired = unpaired || roundless
			for _, id := range sources {
				files[b.data.sources[id].file] = true
				for _, k := range differing(b.data.sources[sources[0]], b.data.sources[id]) {
					keys[k], unpaired = true, true
				}
			}
		}
		for _, rec := range row {
			rec.unpaired, rec.inBlocks = unpaired, inBlocks
		}
	}
	return b.poolWarning(slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(keys)))
}

// poolWarning names the files that were pooled, and the keys by which they differ.
func (b *builder) poolWarning(files, keys []string) error {
	if len(files) == 0 {
		return nil
	}
	place := func(file string) int { return slices.Index(b.in.Paths, file) }
	slices.SortFunc(files, func(x, y string) int { return place(x) - place(y) })
	subject, col := enumerate(files), ".file"
	switch n := len(files); {
	case n == 1:
		subject = "results of " + subject
	case n <= MaxListed:
		subject = strings.Join(files[:n-1], ", ") + " and " + files[n-1]
	}
	if len(keys) > 0 {
		subject += " differ in " + enumerate(keys) + " and"
		col = keys[0]
	}
	if b.in.Col != "" {
		col = b.in.Col + "," + col
	}
	return errors.New(table.Printable(fmt.Sprintf("%s are pooled as one set of samples; --col %s puts them side by side", subject, col)))
}
