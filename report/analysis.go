package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// MaxPressure is the pressure above which a sample is left out of the
// verdicts: others had more than this share of the CPUs that it wanted.
const MaxPressure = 0.1

// Analysis is what the data says.
type Analysis struct {
	Data *Data
	Rows []Row // one per workload, executor and size, in the order of the file

	Samples int // in the files
	LeftOut int // because of pressure
	Fewest  int // samples that any number of a row rests on

	Warnings []error
}

// Row is the analysis of one workload under one executor: the headline.
type Row struct {
	Workload string
	Package  string // of a benchmark that is not of the suite
	Kind     string
	Executor string
	Size     string
	Variant  string // of the workload; empty is its first
	Weak     bool   // weak scaling

	// Workers is the smallest number of workers within 5 % of the best
	// throughput at the highest parallelism, and P that parallelism. The
	// smallest, because the best of several equal ones is chance, and chance
	// flatters. Workers is 0 for a benchmark that decides itself.
	Workers, P int

	// Concurrency is the gain from overlapping alone, X(w,1)/X(1,1);
	// Parallelism the gain from cores on top, X(w,p)/X(w,1); Speedup is
	// X(w,p)/X(1,1), their product. X is jobs per second. Of a benchmark that
	// decides itself how many workers it has, Concurrency is unknown, and the
	// other two are the same.
	Concurrency, Parallelism, Speedup Interval

	// Ceiling is H(p) = p·t₁/t_p: what p programs that share nothing gain
	// from p cores; t_p is the slowest's time, so a program that balances its
	// load can pass it on uneven cores. It was measured under the first
	// executor of the sweep. Its value is NaN if it was not measured.
	Ceiling Interval

	// Inflight and CPUsBusy are the degrees of concurrency and parallelism at
	// (Workers, P).
	Inflight, CPUsBusy float64

	// OverSerial is X(w,p) over the throughput of the plain serial program on
	// one core, and Cost the smallest parallelism at which some number of
	// workers beats that program by a tenth, and not by chance: COST (McSherry,
	// Isard and Murray, 2015). It is infinite if none does. Both are NaN if the program was not measured.
	OverSerial Interval
	Cost       float64

	// Expected compares the row with the scaling that its workload declares.
	Expected Expected

	// Worst is the lowest throughput at P over that of one worker on one
	// core, and WorstWorkers the workers that gave it.
	Worst        Interval
	WorstWorkers int

	Verdict string

	prefix  string // of the package, where there are several
	variant string // what tells the row from others of its workload
	tainted bool   // samples under pressure had to be used

	// Samples is the fewest samples that one of the numbers rests on.
	Samples int

	Lines    []Line   // throughput against workers: at parallelism 1, and at P; none if Workers is 0
	Scaling  []Scaled // speedup against parallelism, at Workers
	Stacks   []Stack  // of every point, by parallelism and workers; nil if the file cannot tell
	Warnings []error  // what a reader should know before believing the row
}

// Analyze computes the headline and the curves.
func Analyze(d *Data) *Analysis {
	a := &Analysis{Data: d}
	for _, p := range d.Points {
		a.Samples += len(d.Samples[p])
		series, _ := d.series(p)
		a.LeftOut += len(d.Samples[p]) - len(series)
	}
	seen := map[Point]bool{}
	for _, p := range d.Points {
		base := p.at(0, level{})
		if p.Copies != 1 || p.Slices != 1 || p.Serial() || seen[base] {
			continue
		}
		seen[base] = true
		row, err := d.row(base)
		if err != nil {
			a.Warnings = append(a.Warnings, fmt.Errorf("%s: %w", p.Workload, err))
			continue
		}
		a.Rows = append(a.Rows, row)
	}
	// A sweep visits its points in random order; the file says the right one.
	slices.SortStableFunc(a.Rows, func(x, y Row) int {
		order := cmp.Or(d.rank(x.Workload)-d.rank(y.Workload), cmp.Compare(x.Variant, y.Variant), cmp.Compare(x.Package, y.Package))
		if order == 0 && x.Package != "" {
			return cmp.Compare(x.Workload, y.Workload)
		}
		return order
	})
	a.tellApart()
	for i, r := range a.Rows {
		if i == 0 || r.Samples < a.Fewest {
			a.Fewest = r.Samples
		}
	}
	if len(a.Rows) > 0 && a.Fewest < minSamples {
		a.Warnings = append(a.Warnings, fmt.Errorf("verdicts are provisional: some rest on %d samples, they need %d; measure longer (--budget) or on a quieter machine", a.Fewest, minSamples))
	}
	return a
}

// tellApart gives the rows of one workload names that differ: where a file has
// several executors or sizes, these become part of the name.
func (a *Analysis) tellApart() {
	executors, sizes, packages := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range a.Rows {
		executors[r.Executor], sizes[r.Size], packages[r.Package] = true, true, true
	}
	short := map[string]int{}
	for pkg := range packages {
		short[shortPackage(pkg)]++
	}
	for i := range a.Rows {
		r := &a.Rows[i]
		if len(packages) > 1 && r.Package != "" {
			r.prefix = shortPackage(r.Package) + "."
			if short[shortPackage(r.Package)] > 1 {
				r.prefix = r.Package + "."
			}
		}
		if r.Variant != "" {
			r.variant += " " + r.Variant
		}
		if r.Weak {
			r.variant += " weak"
		}
		if len(executors) > 1 {
			r.variant += " " + r.Executor
		}
		if len(sizes) > 1 {
			r.variant += " " + r.Size
		}
	}
}

// shortPackage is the last element of an import path, with the one before it if
// the last is a version.
func shortPackage(path string) string {
	parent, last := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		parent, last = path[:i], path[i+1:]
	}
	if len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" && parent != "" {
		return parent[strings.LastIndexByte(parent, '/')+1:] + "/" + last
	}
	return last
}

// rank is the place of a workload in the order of the file; unknown ones come
// last.
func (d *Data) rank(workload string) int {
	if i := slices.Index(d.Order, workload); i >= 0 {
		return i
	}
	return len(d.Order)
}

// series returns the times of p by round and whether samples under pressure
// had to be used because fewer than three others exist.
func (d *Data) series(p Point) (s series, pressed bool) {
	for _, sample := range d.Samples[p] {
		if !(sample.Pressure > MaxPressure) {
			s = append(s, visit{sample.Round, sample.Seconds})
		}
	}
	all := d.Samples[p]
	if len(s) >= min(3, len(all)) {
		return s, false
	}
	s = s[:0]
	for _, sample := range all {
		s = append(s, visit{sample.Round, sample.Seconds})
	}
	return s, true
}

// level is cores and GOMAXPROCS.
type level struct{ cores, procs int }

func (l level) p() int { return min(l.cores, l.procs) }

// levels returns, for each parallelism, the level with the fewest cores and
// then the fewest procs: where a process cannot be bound, GOMAXPROCS alone
// makes the levels.
func (d *Data) levels(base Point) []level {
	var all []level
	for _, p := range d.Points {
		if like(p, base) {
			all = append(all, level{p.Cores, p.Procs})
		}
	}
	slices.SortFunc(all, func(a, b level) int {
		return cmp.Or(cmp.Compare(a.p(), b.p()), cmp.Compare(a.cores, b.cores), cmp.Compare(a.procs, b.procs))
	})
	return slices.CompactFunc(all, func(a, b level) bool { return a.p() == b.p() })
}

// like reports whether p differs from base in workers, cores and procs only.
func like(p, base Point) bool {
	p.Workers, p.Cores, p.Procs = base.Workers, base.Cores, base.Procs
	return p == base
}

func (base Point) at(workers int, l level) Point {
	base.Workers, base.Cores, base.Procs = workers, l.cores, l.procs
	return base
}

func (d *Data) row(base Point) (Row, error) {
	levels := d.levels(base)
	one, most := levels[0], levels[len(levels)-1]
	first := base.at(1, one)
	if len(d.Samples[first]) == 0 && base.Executor == "" {
		first = base.at(0, one)
	}
	if one.p() != 1 || len(d.Samples[first]) == 0 {
		return Row{}, errNoBaseline
	}
	r := Row{
		Workload: base.Workload,
		Package:  base.Package,
		Kind:     d.Kinds[base.Workload],
		Executor: base.Executor,
		Size:     base.Size,
		Variant:  base.Variant,
		Weak:     base.Weak,
		P:        most.p(),
	}
	var err error
	if r.Workers, err = d.bestWorkers(base, levels); err != nil {
		return Row{}, err
	}
	w1, wp := base.at(r.Workers, one), base.at(r.Workers, most)

	t11, a := d.series(first)
	tw1, b := d.series(w1)
	twp, c := d.series(wp)
	if r.tainted = a || b || c; r.tainted {
		r.warn("fewer than 3 samples without pressure, so those under pressure are used: measure again on a quieter machine")
	}
	r.Concurrency, r.Parallelism, r.Speedup = quotient(t11, tw1), quotient(tw1, twp), quotient(t11, twp)
	if r.Workers == 0 {
		r.Concurrency = unknown
	}
	r.Samples = min(len(t11), len(tw1), len(twp))
	var rests int
	if r.Ceiling, rests = d.ceiling(base, r.P); rests > 0 {
		r.Samples = min(r.Samples, rests)
	}
	r.Inflight = d.mean(wp, func(s Sample) float64 { return s.Inflight })
	r.CPUsBusy = d.mean(wp, func(s Sample) float64 { return s.CPUsBusy })
	r.Worst, r.WorstWorkers = d.worst(base, first, most)
	if all := d.workersAt(base, most); r.Workers > 1 && r.Workers == all[len(all)-1] {
		r.warn(fmt.Sprintf("the best number of workers is the largest measured, %d: more may do better (--workers)", r.Workers))
	}
	if r.P == 1 {
		r.warn("only one core was measured: the machine is too small, or the run was, to tell what cores buy")
	}
	if r.Workers > 0 {
		for _, l := range slices.Compact([]level{one, most}) {
			r.Lines = append(r.Lines, d.line(base, first, l))
		}
	}
	for _, l := range levels {
		if s, ok := d.scaled(base, r.Workers, one, l); ok {
			r.Scaling = append(r.Scaling, s)
		}
	}
	r.Stacks = d.stacks(base, first, levels)
	r.warnOfResidual()
	r.OverSerial, r.Cost = d.overSerial(base, twp, levels)
	r.Verdict = verdict(r)
	r.Expected = d.expected(r)
	return r, nil
}

func (r *Row) warn(text string) {
	r.Warnings = append(r.Warnings, errors.New(text))
}

// workersAt lists the workers measured at a level, ascending. 0, for a benchmark
// that decides its workers itself, is alone: beside numbers of workers, which a
// benchmark in another file may have, it is left out.
func (d *Data) workersAt(base Point, l level) []int {
	var list []int
	for _, p := range d.Points {
		if like(p, base) && p.Cores == l.cores && p.Procs == l.procs {
			list = append(list, p.Workers)
		}
	}
	slices.Sort(list)
	if n := len(list); n > 0 && list[n-1] > 0 {
		list = slices.DeleteFunc(list, func(w int) bool { return w == 0 })
	}
	return list
}

// bestWorkers is the smallest number within 5 % of the best at the highest
// level, among those that were measured on one core as well. A number that was
// measured at every level is preferred if it is within 10 %: a sweep measures
// the levels between for one number only, which it chose from less data.
func (d *Data) bestWorkers(base Point, levels []level) (int, error) {
	most := levels[len(levels)-1]
	single := d.workersAt(base, levels[0])
	times := map[int]float64{}
	fastest := math.Inf(1)
	for _, w := range d.workersAt(base, most) {
		if slices.Contains(single, w) {
			s, _ := d.series(base.at(w, most))
			times[w] = s.mean()
			fastest = min(fastest, times[w])
		}
	}
	if len(times) == 0 {
		return 0, errors.New("no number of workers was measured both on one core and on all")
	}
	best := func(within float64, levels []level) int {
		for _, w := range single {
			missing := func(l level) bool { return len(d.Samples[base.at(w, l)]) == 0 }
			if t, ok := times[w]; ok && t <= within*fastest && !slices.ContainsFunc(levels, missing) {
				return w
			}
		}
		return 0
	}
	if w := best(1.05, levels); w > 0 {
		return w, nil
	}
	if w := best(1.10, levels); w > 0 {
		return w, nil
	}
	return best(1.05, nil), nil
}

func (d *Data) worst(base, first Point, most level) (ratio Interval, workers int) {
	t11, _ := d.series(first)
	ratio.Value = math.Inf(1)
	for _, w := range d.workersAt(base, most) {
		t, _ := d.series(base.at(w, most))
		if x := quotient(t11, t); x.Value < ratio.Value {
			ratio, workers = x, w
		}
	}
	return ratio, workers
}

// overSerial compares with the plain serial program: best is the series of the
// row's best point.
func (d *Data) overSerial(base Point, best series, levels []level) (gain Interval, cost float64) {
	serial := base.at(1, levels[0])
	serial.Executor = "serial"
	ts, _ := d.series(serial)
	if len(ts) == 0 {
		return unknown, math.NaN()
	}
	for _, l := range levels {
		for _, w := range d.workersAt(base, l) {
			// One worker is about as fast as the serial program, and noise
			// would call it faster every other time.
			if t, _ := d.series(base.at(w, l)); helps(quotient(ts, t)) {
				return quotient(ts, best), float64(l.p())
			}
		}
	}
	return quotient(ts, best), math.Inf(1)
}

// mean is over the samples of p that are not left out.
func (d *Data) mean(p Point, get func(Sample) float64) float64 {
	_, pressed := d.series(p)
	var values []float64
	for _, s := range d.Samples[p] {
		if pressed || s.Pressure <= MaxPressure {
			values = append(values, get(s))
		}
	}
	return stat.Mean(values, nil)
}
