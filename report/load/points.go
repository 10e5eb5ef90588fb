package load

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
)

// Point is a configuration as a result file names it.
type Point struct {
	Workload string `json:"workload"`          // the benchmark's name without its axes, see parseName
	Package  string `json:"package,omitempty"` // of a benchmark without an executor
	Executor string `json:"executor"`          // empty: the benchmark knows no executors
	Size     string `json:"size"`
	Variant  string `json:"variant,omitempty"` // of the workload; empty is its first
	Weak     bool   `json:"weak,omitempty"`    // the job grew with the workers
	Workers  int    `json:"workers"`           // 0: the benchmark decides
	Cores    int    `json:"cores"`
	Procs    int    `json:"procs"`            // GOMAXPROCS
	Slices   int    `json:"slices"`           // above 1: one of so many equal shares of the job
	Copies   int    `json:"copies"`           // above 1: the slowest of so many processes at once
	Column   string `json:"column,omitempty"` // what is shown side by side, see Input; empty if there is one only
}

// Parallelism is how many goroutines of the point can run at the same instant.
func (p Point) Parallelism() int { return min(p.Cores, p.Procs) }

// Serial reports whether the point is the plain serial program, which COST
// compares with.
func (p Point) Serial() bool { return p.Executor == "serial" }

// Level is a number of cores and a GOMAXPROCS.
type Level struct{ Cores, Procs int }

func (l Level) P() int { return min(l.Cores, l.Procs) }

// group is the points that differ in workers, cores and procs only.
type group struct {
	levels  []Level
	workers map[Level][]int // ascending
	thin    Level           // the highest parallelism, if it has too few samples, see dropThin
	bound   bool            // the file has the cores of some of them
	place   int             // among the rows, by the first sample in any column
}

// index finds points by what they have in common, so that the time for an
// analysis grows with the points and not with their square.
type index struct {
	groups       map[Point]*group
	helper       map[Point][]Point // what gains are compared with, see helperOf
	sameMachines bool              // all columns are of the same machines, so that helpers may be in any
	columnKeys   []string          // that make the columns
	ranks        map[string]int
	column       map[string]int
}

func newIndex(d *Data, sameMachines bool) index {
	x := index{groups: map[Point]*group{}, helper: map[Point][]Point{}, sameMachines: sameMachines, ranks: placesOf(d.Order), column: placesOf(d.Columns)}
	places := map[Point]int{}
	for _, p := range d.Points {
		base := p.At(0, Level{})
		g := x.groups[base]
		if g == nil {
			row := base
			row.Column = ""
			if _, ok := places[row]; !ok {
				places[row] = len(places)
			}
			g = &group{workers: map[Level][]int{}, place: places[row]}
			x.groups[base] = g
		}
		l := Level{p.Cores, p.Procs}
		g.levels = append(g.levels, l)
		g.workers[l] = append(g.workers[l], p.Workers)
		g.bound = g.bound || d.records[p].bound
		if p.Slices > 1 || p.Serial() {
			key := x.helperOf(p)
			x.helper[key] = append(x.helper[key], p)
		}
	}
	for base, g := range x.groups {
		g.sort()
		g.dropThin(func(w int, l Level) *record { return d.records[base.At(w, l)] })
	}
	return x
}

func placesOf(list []string) map[string]int {
	places := make(map[string]int, len(list))
	for i, s := range list {
		places[s] = i
	}
	return places
}

// sort orders levels and workers. Of several levels with the same parallelism it keeps
// the one with the fewest cores, and then the fewest procs: where a process cannot be bound,
// GOMAXPROCS alone makes the levels.
func (g *group) sort() {
	slices.SortFunc(g.levels, func(a, b Level) int {
		return cmp.Or(cmp.Compare(a.P(), b.P()), cmp.Compare(a.Cores, b.Cores), cmp.Compare(a.Procs, b.Procs))
	})
	g.levels = slices.CompactFunc(g.levels, func(a, b Level) bool { return a.P() == b.P() })
	for _, list := range g.workers {
		slices.Sort(list)
	}
}

// dropThin leaves out the highest parallelism if none of its points has two samples
// and each level below has one that does: a single line, which may be damaged or of
// another run, would decide the row. Where rounds are known, a sweep was stopped
// within one, and its last samples are as good as the others.
func (g *group) dropThin(at func(workers int, l Level) *record) {
	last := len(g.levels) - 1
	if last < 2 {
		return
	}
	enough := func(l Level) bool {
		return slices.ContainsFunc(g.workers[l], func(w int) bool {
			r := at(w, l)
			return len(r.seconds) > 1 || !r.roundless
		})
	}
	if !enough(g.levels[last]) && !slices.ContainsFunc(g.levels[:last], func(l Level) bool { return !enough(l) }) {
		g.levels, g.thin = g.levels[:last], g.levels[last]
	}
}

// helperOf returns what the slices and the serial program of a workload have in
// common with its rows, whatever the executor.
func (x *index) helperOf(p Point) Point {
	key := Point{Workload: p.Workload, Variant: p.Variant, Size: p.Size, Slices: p.Slices, Column: p.Column}
	if x.sameMachines {
		key.Column = ""
	}
	return key
}

// group returns the points of a row, none if it does not exist.
func (d *Data) group(base Point) *group {
	if g := d.groups[base.At(0, Level{})]; g != nil {
		return g
	}
	return &group{}
}

// Levels lists the levels of a row, one for each parallelism.
func (d *Data) Levels(base Point) []Level { return d.group(base).levels }

func (base Point) At(workers int, l Level) Point {
	base.Workers, base.Cores, base.Procs = workers, l.Cores, l.Procs
	return base
}

// WorkersAt lists the workers measured at a level, ascending.
func (d *Data) WorkersAt(base Point, l Level) []int { return d.group(base).workers[l] }

// ShortPackage returns the last element of an import path, with the one before it if
// the last is a version.
func ShortPackage(path string) string { return lastElement.FindString(path) }

var lastElement = regexp.MustCompile(`[^/]+(/v[0-9]+)?$|[^/]*$`)

// Rank returns the place of a workload in the order of the file; unknown ones come
// last.
func (d *Data) Rank(workload string) int {
	if i, ok := d.ranks[workload]; ok {
		return i
	}
	return len(d.Order)
}

// Swept reports whether overlap run wrote some of the results.
func (d *Data) Swept() bool {
	return slices.ContainsFunc(d.sources, func(s *source) bool { return s.config["placement"] != "" })
}

// AllLevels lists every level of a row, also those that levels leaves out, in
// any order.
func (d *Data) AllLevels(base Point) []Level { return slices.Collect(maps.Keys(d.group(base).workers)) }

// HasCores reports whether the file has the number of cores of some points of a row.
func (d *Data) HasCores(base Point) bool { return d.group(base).bound }

// Place returns the place of a row when rows are ordered by their first sample in any
// column.
func (d *Data) Place(base Point) int { return d.group(base).place }

// DroppedLevel returns the highest level of a row if it is left out because it has too few
// samples; otherwise a Level whose P() is 0.
func (d *Data) DroppedLevel(base Point) Level { return d.group(base).thin }

// Helpers returns the slices and serial programs with which a row is compared.
func (d *Data) Helpers(base Point) []Point { return d.helper[d.helperOf(base)] }

// ColumnRank returns the place of a column.
func (d *Data) ColumnRank(name string) int { return d.column[name] }

// MakesColumns reports whether a key makes the columns.
func (d *Data) MakesColumns(key string) bool { return slices.Contains(d.columnKeys, key) }

// SameMachines reports whether all columns are of the same machines, as those of
// executors are.
func (d *Data) SameMachines() bool { return d.index.sameMachines }

// Goroutines reports whether the workers of a point are the goroutines that RunParallel
// starts.
func (d *Data) Goroutines(p Point) bool { return d.record(p).started }

// Names returns the names of a point's results, as the files spell them.
func (d *Data) Names(p Point) []string { return d.records[p].names }

// FilesOf lists the files with samples of the points, in the order in which they
// were read, and reports whether any is compressed.
func (d *Data) FilesOf(points []Point) (files []string, compressed bool) {
	from := map[int]bool{}
	for _, p := range points {
		for _, s := range d.records[p].sources {
			from[s] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(from)) {
		s := d.sources[id]
		compressed = compressed || s.compressed
		if !slices.Contains(files, s.file) {
			files = append(files, s.file)
		}
	}
	return files, compressed
}
