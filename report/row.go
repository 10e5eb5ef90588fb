package report

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"overlap/internal/table"
)

// Row is the analysis of one workload under one executor: the headline.
type Row struct {
	Workload string
	Package  string // of a benchmark that is not of the suite
	Kind     string
	Executor string
	Size     string
	Variant  string // of the workload; empty is its first
	Weak     bool   // weak scaling
	Column   string // of those that stand side by side; empty if there is one only

	// Workers is the smallest number of workers whose throughput at the highest
	// parallelism is within 5 % of the best, or not told apart from it, and P
	// that parallelism. The smallest, because the best of several equal ones is
	// chance, and chance flatters. Workers is 0 for a benchmark that decides
	// itself.
	Workers, P int

	// Concurrency is the gain from overlapping alone, X(w,1)/X(1,1);
	// Parallelism the gain from cores on top, X(w,p)/X(w,1); Speedup is
	// X(w,p)/X(1,1), their product. X is jobs per second. Of a benchmark that
	// decides itself how many workers it has, Concurrency is unknown, and the
	// other two are the same.
	Concurrency, Parallelism, Speedup Interval

	// Ceiling is H(p) = p·t₁/t_p: what p programs that share nothing gain
	// from p cores; t_p is the slowest's time, so a program that balances its
	// load can pass it on uneven cores. The slowest of more programs is slower by
	// noise alone: where that is 10 % of each program's time, H(p) reads 5 % too
	// low at p = 2, 13 % at 8 and 21 % at 64; where it is 20 %, 11, 25 and 37 %.
	// It was measured under the first executor of the sweep. Its value is NaN if
	// it was not measured.
	Ceiling Interval

	// Inflight and CPUsBusy are the degrees of concurrency and parallelism at
	// (Workers, P): means over its samples, 0 or NaN if not measured.
	Inflight, CPUsBusy Interval

	// Fairness is Jain's index of the tasks that each worker ended there: 1 is
	// equal shares, k/n that k of n workers had all. NaN if not measured.
	Fairness float64

	// OverSerial is X(w,p) over the throughput of the plain serial program on
	// one core, and Cost the smallest parallelism at which some number of
	// workers is shown to beat that program by a tenth: COST (McSherry,
	// Isard and Murray, 2015). It is infinite if it is shown that none does, and
	// NaN if noise hides whether any does. Both are NaN if the program was not
	// measured.
	OverSerial Interval
	Cost       float64

	// Expected compares the row with the scaling that its workload declares.
	Expected Expected

	// Worst is the lowest throughput at P over that of one worker on one
	// core, and WorstWorkers the workers that gave it. Its interval holds for
	// that choice.
	Worst        Interval
	WorstWorkers int

	// Class is what the gains say, Verdict that and why, in words.
	Class   Class
	Verdict string

	Advice Advice

	// Models are the laws of scaling, fitted as far as the points allow; the zero
	// Models of a row that is not among those Shown.
	Models Models

	gains     gains
	base      Point  // what its points have in common; no workers, cores and procs
	place     int    // among the rows of a column, as the file has them
	prefix    string // of the package, where there are several
	variant   string // what tells the row from others of its workload
	machine   string // the column, unless columns are of one machine
	id        string // see identify
	brief     string // see Analysis.shorten
	tainted   bool   // samples under pressure had to be used, see weigh
	disturbed bool   // they had to be used for the gains or the ceiling
	swept     bool   // overlap run measured it

	// crowded is the throughput of workers for all cores over that of the row's
	// fewer, unknown if it has as many. Its interval holds for the row's choice.
	crowded Interval

	nominal nominal // the file says GOMAXPROCS only, and not on how many cores it ran
	only    level   // of a row of workers only

	// Samples is the fewest that the gains, the ceiling, the serial program and
	// the worst point rest on, of rounds in which all that is compared was
	// measured. The other points of the curves may have fewer: a
	// sweep that looks for the best number of workers leaves the others early.
	Samples int

	Lines    []Line   // throughput against workers: at parallelism 1, and at P; none if Workers is 0
	Scaling  []Scaled // speedup against parallelism, at Workers
	Stacks   []Stack  // of every point, by parallelism and workers; nil if the file cannot tell
	Warnings []error  // what a reader should know before believing the row

	Latencies []Latency // of every point whose tasks were timed, by parallelism and workers
	Grid      []Cell    // gain by GOMAXPROCS and workers; none if Workers is 0
}

// row is the analysis of the points that differ from base in workers and level.
func (d survey) row(base Point) (Row, error) {
	levels := d.levels(base)
	one, most := levels[0], levels[len(levels)-1]
	first := base.at(1, one)
	if d.count(first) == 0 && base.Executor == "" {
		first = base.at(0, one)
	}
	if one.p() != 1 || d.count(first) == 0 {
		return d.partialRow(base)
	}
	if one == most && first.Workers == 0 && !d.bound(base) {
		return Row{}, d.noBaseline(base)
	}
	r := d.newRow(base, most.p())
	var err error
	if r.Workers, err = d.bestWorkers(base, levels); err != nil {
		return Row{}, err
	}
	wp := base.at(r.Workers, most)
	r.gains = d.gains(base, first, r.Workers, levels)
	r.Concurrency, r.Parallelism, r.Speedup = r.gains.concurrency, r.gains.parallelism, r.gains.speedup
	r.Ceiling = d.ceiling(base, r.P)
	r.Inflight = d.meanInterval(wp, func(s Sample) float64 { return s.Inflight })
	r.CPUsBusy = d.meanInterval(wp, func(s Sample) float64 { return s.CPUsBusy })
	r.Fairness = d.mean(wp, func(s Sample) float64 { return s.Fairness })
	r.Worst, r.WorstWorkers = d.worst(base, r.gains.one, most)
	r.crowded = d.crowded(base, r.Workers, most)
	d.countSamples(&r, first, levels)
	d.warnOfCeiling(&r)
	if thin := d.thin(base); thin.p() > 0 {
		r.warn(fmt.Sprintf("%s left out: only one sample was taken there, and more on fewer", r.On(thin.p())))
	}
	d.warnOfEdges(&r, base, most)
	d.curves(&r, first, levels)
	r.OverSerial, r.Cost = d.overSerial(base, wp, levels)
	r.Advice = d.advice(base, levels)
	r.judgeGains()
	r.Expected = d.expected(r)
	return r, nil
}

// curves gives the row what is known of all of its points.
func (d survey) curves(r *Row, first Point, levels []level) {
	one, most := levels[0], levels[len(levels)-1]
	if r.Workers > 0 {
		for _, l := range slices.Compact([]level{one, most}) {
			r.Lines = append(r.Lines, d.line(r.base, first, l))
		}
		r.Grid = d.grid(r.base, r.gains.one, levels)
	}
	r.Scaling, _ = d.scaling(r.base, r.gains, levels)
	r.Stacks = d.stacks(r.base, first, levels)
	r.warnOfResidual()
	r.Latencies = d.latencies(r.base, levels)
}

// FromCores is what the cores bring: the parallelism gain, or the speedup where
// the row's workers hurt on one core. That several cores undo what overlapping
// spoils on one is no gain from cores.
func (r Row) FromCores() Interval {
	_, gain := r.coreGain()
	return gain
}

// coreGain is FromCores with its name.
func (r Row) coreGain() (name string, gain Interval) {
	if hurts(r.Concurrency) {
		return "S", r.Speedup
	}
	return "G_p", r.Parallelism
}

// noBaseline says what was found instead of a measurement to compare with, and
// what would help. Without cores in its name, GOMAXPROCS is all that can vary.
func (d survey) noBaseline(base Point) error {
	levels := d.levels(base)
	first, last := levels[0], levels[len(levels)-1]
	if d.bound(base) {
		return errors.New("no measurement with 1 worker on 1 core to compare with")
	}
	found := fmt.Sprintf("measured at GOMAXPROCS %d only", first.procs)
	workers := d.workersAt(base, last)
	switch most := workers[len(workers)-1]; {
	case first != last && first.procs > 1:
		found = fmt.Sprintf("measured at GOMAXPROCS %d to %d, not at 1", first.procs, last.procs)
	case first != last && most > 0:
		found = fmt.Sprintf("measured with at most %s at GOMAXPROCS %d, and never with 1", table.Count(most, "worker"), last.procs)
	case most > 1:
		found += " and not with 1 worker"
	}
	return fmt.Errorf("%s, so there is nothing to factorise; for c in 1 2 4; do go test -cpu $c -count 10 …; done would tell", found)
}

// warnOfCeiling says so if programs that share nothing gain more from the cores
// than these can give: then the machine was another one for the two.
func (d survey) warnOfCeiling(r *Row) {
	if r.P > 1 && r.Ceiling.Low > 1.05*float64(r.P) {
		r.warn(fmt.Sprintf("the ceiling is above the number of cores: H(%d) is %s, so the machine was faster while the %d programs ran than while one did", r.P, r.Ceiling, r.P))
	}
}

func (r *Row) warn(text string) {
	r.Warnings = append(r.Warnings, errors.New(text))
}

// warnOfEdges says where what was measured ends too early for the row.
func (d survey) warnOfEdges(r *Row, base Point, most level) {
	if all := d.workersAt(base, most); r.Workers > 1 && r.Workers == all[len(all)-1] {
		how := ""
		if base.Executor != "" {
			how = " (--workers)"
		}
		r.warn(fmt.Sprintf("the best number of workers is the largest measured, %d: more may do better%s", r.Workers, how))
	}
	if r.P == 1 && r.nominal {
		r.warn("measured at GOMAXPROCS 1 only, so that what cores bring is unknown; for c in 1 2 4; do go test -cpu $c -count 10 …; done would tell")
	} else if r.P == 1 {
		r.warn(d.onlyOneCore(base))
	}
}

// bestWorkers is the fewest, see fewest, at the highest level, among those that
// were measured on one core as well. A number that was measured at every level
// is preferred if it is within 10 % of the best: a sweep measures the levels
// between for one number only, which it chose from less data.
func (d survey) bestWorkers(base Point, levels []level) (int, error) {
	single := d.workersAt(base, levels[0])
	shared := map[int]series{}
	for w, s := range d.timesAt(base, levels[len(levels)-1]) {
		if slices.Contains(single, w) {
			shared[w] = s
		}
	}
	if len(shared) == 0 {
		return 0, errors.New("no number of workers was measured both on one core and on all")
	}
	everywhere := func(w int) bool {
		return !slices.ContainsFunc(levels, func(l level) bool { return d.count(base.at(w, l)) == 0 })
	}
	for _, within := range []float64{1.05, 1.10} {
		if w, ok := fewest(shared, within, everywhere); ok {
			return w, nil
		}
	}
	w, _ := fewest(shared, 1.05, anyWorkers)
	return w, nil
}

func anyWorkers(int) bool { return true }

// timesAt are the times of a job at a level, by the workers.
func (d survey) timesAt(base Point, l level) map[int]series {
	times := map[int]series{}
	for _, w := range d.workersAt(base, l) {
		times[w], _ = d.series(base.at(w, l))
	}
	return times
}

// fewest is the smallest of the numbers of workers that are eligible and as good
// as the fastest.
func fewest(times map[int]series, within float64, eligible func(int) bool) (workers int, ok bool) {
	all := slices.Sorted(maps.Keys(times))
	var fastest series
	for _, w := range all {
		if fastest == nil || times[w].mean() < fastest.mean() {
			fastest = times[w]
		}
	}
	for _, w := range all {
		if eligible(w) && asGood(times[w], fastest, within) {
			return w, true
		}
	}
	return 0, false
}

// asGood reports whether s takes at most so many times as long as the fastest, or
// is not told apart from it and takes at most 15 % longer. By its value alone
// the choice would flatter. Of six equal numbers whose means have an error of
// 5 %, the fastest seems 6 % too fast, and the smallest within 5 % of that still
// 5 %; this one seems 1 % too fast.
func asGood(s, fastest series, within float64) bool {
	longer := quotient(s, fastest)
	return longer.Value <= within || longer.Value <= 1.15 && longer.Low <= 1
}

// worst is the lowest throughput at a level over that of one worker on one core.
// Its interval holds for the choice.
func (d survey) worst(base Point, one series, most level) (lowest Interval, workers int) {
	lowest.Value = math.Inf(1)
	all := d.workersAt(base, most)
	for _, w := range all {
		t, _ := d.series(base.at(w, most))
		if x := quotientAmong(len(all), one, t); x.Value < lowest.Value {
			lowest, workers = x, w
		}
	}
	return lowest, workers
}

// crowded is the throughput of the fewest workers for all cores of a level over
// that of the row's, if these are fewer.
func (d survey) crowded(base Point, workers int, most level) Interval {
	all := d.workersAt(base, most)
	enough := slices.IndexFunc(all, func(w int) bool { return w >= most.p() })
	if workers == 0 || workers >= most.p() || enough < 0 {
		return unknown
	}
	few, _ := d.series(base.at(workers, most))
	many, _ := d.series(base.at(all[enough], most))
	return quotientAmong(len(all), few, many)
}

// overSerial compares with the plain serial program: best is the row's best
// point. Of each level the fewest workers count that are as good as
// its best: among all of them, one would beat an equal program by chance.
func (d survey) overSerial(base, best Point, levels []level) (gain Interval, cost float64) {
	ts, _ := d.series(d.serial(base, levels[0]))
	if len(ts) == 0 {
		return unknown, math.NaN()
	}
	tb, _ := d.series(best)
	gain, cost = quotient(ts, tb), math.Inf(1)
	for _, l := range levels {
		times := d.timesAt(base, l)
		w, ok := fewest(times, 1/almost, anyWorkers)
		// One worker is about as fast as the serial program, and noise would
		// call it faster every other time.
		switch over := quotient(ts, times[w]); {
		case ok && pays(over):
			return gain, float64(l.p())
		case ok && !(over.High < matters):
			cost = math.NaN()
		}
	}
	return gain, cost
}

// serial is the serial program of a row, at a level.
func (d survey) serial(base Point, l level) Point {
	for _, p := range d.helpers(base) {
		if p.Workers == 1 && p.Weak == base.Weak && p.Slices == base.Slices && p.Copies == base.Copies && (level{p.Cores, p.Procs}) == l {
			return p
		}
	}
	return Point{}
}

// Name is the workload as people write it: a workload of the suite is known by
// its kind and spelt in lower case, another benchmark as in its file.
func (r Row) Name() string {
	if r.Kind != "" {
		return strings.ToLower(r.Workload) + r.variant
	}
	return r.prefix + r.Workload + r.variant
}

// Brief is the name for a sentence: it is cut where it is long, and there where
// the rows of an analysis are called alike.
func (r Row) Brief() string { return cmp.Or(r.brief, table.Cut(r.Name(), maxName)) }

// maxName is where a name within a sentence is cut, in columns.
const maxName = 60
