package report

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/table"
)

// Row is the analysis of one workload under one executor: the headline.
type Row struct {
	Workload string
	Package  string // empty for a benchmark of the suite
	Kind     string
	Executor string
	Size     string
	Variant  string // of the workload; empty is its first
	Weak     bool   // weak scaling
	Column   string // what is shown side by side, such as a host; empty if there is only one

	// Workers is the smallest number of workers that is as good as the best at the
	// highest parallelism, P: within 5 %, or not distinguishable from it. Taking
	// the best of several equal numbers would overstate the gain. Workers is 0
	// for a benchmark that chooses them itself.
	Workers, P int

	// Concurrency is the gain from workers on one core, X(w,1)/X(1,1), Parallelism
	// the further gain from cores, X(w,p)/X(w,1), and Speedup their product,
	// X(w,p)/X(1,1). X is jobs per second. If the benchmark chooses its workers
	// itself, Concurrency is unknown, and the other two are equal.
	Concurrency, Parallelism, Speedup Interval

	// Ceiling is H(p) = p·t₁/t_p: what p programs that share nothing gain from p
	// cores. t_p is the time of the slowest, so a program that balances its load
	// can exceed the ceiling on uneven cores. Noise alone makes the slowest of
	// more programs slower: noise of 10 % makes H(p) 5 % too low at p = 2, 13 % at
	// 8 and 21 % at 64; noise of 20 %, 11, 25 and 37 %. A sweep measures it under
	// its first executor only. NaN if not measured.
	Ceiling Interval

	// Inflight and CPUsBusy are the degrees of concurrency and parallelism at
	// (Workers, P): means over the samples, 0 or NaN if not measured.
	Inflight, CPUsBusy Interval

	// Fairness is Jain's index of the tasks that each worker completed there: 1
	// for equal shares, k/n if k of n workers completed all. NaN if not measured.
	Fairness float64

	// OverSerial is X(w,p) over the throughput of the plain serial program on one
	// core. Cost is the smallest parallelism at which some number of workers is
	// shown to beat that program by a tenth: COST (McSherry, Isard and Murray,
	// 2015); infinite if none does, and NaN if noise hides the answer. Both are
	// NaN if the program was not measured.
	OverSerial Interval
	Cost       float64

	// Expected compares the row with the scaling that its workload declares.
	Expected Expected

	// Worst is the lowest throughput at P over that of one worker on one core,
	// at WorstWorkers. Its interval accounts for the choice of the lowest.
	Worst        Interval
	WorstWorkers int

	Class   Class
	Verdict string // the class and the reason, in words

	Advice Advice

	// Models are the fitted laws of scaling; the zero Models if the row is not
	// among those Shown.
	Models Models

	gains     gains
	base      Point  // what its points have in common; no workers, cores and procs
	place     int    // in the order of the file, among the rows of a column
	prefix    string // of the package, where there are several
	variant   string // distinguishes rows of one workload
	machine   string // the column, unless columns are of one machine
	id        string // see identify
	brief     string // see Analysis.shorten
	tainted   bool   // some numbers rest on samples under pressure
	disturbed bool   // the gains or the ceiling do
	swept     bool   // overlap run measured it

	// crowded is the throughput with enough workers for all cores over that with
	// the row's fewer workers; unknown if the row has enough. Its interval
	// accounts for the choice of the row's workers.
	crowded Interval

	nominal nominal // GOMAXPROCS stands for the cores
	only    level   // of a row that compares only workers

	// Samples is the smallest number of samples that the gains, the ceiling, the
	// serial program and the worst point rest on, in rounds that measured all
	// points compared. Other points of the curves may have fewer: a sweep that
	// searches for the best number of workers abandons the others early.
	Samples int

	Lines    []Line   // throughput by workers: at parallelism 1, and at P; none if Workers is 0
	Scaling  []Scaled // speedup by parallelism, at Workers
	Stacks   []Stack  // of every point, by parallelism and workers; nil if the file lacks the data
	Warnings []error  // doubts about the row

	Latencies []Latency // of every point with timed tasks, by parallelism and workers
	Grid      []Cell    // gain by GOMAXPROCS and workers; none if Workers is 0
}

// row analyses the points of the survey. It fails if they have no gain to show.
func (s survey) row() (Row, error) {
	lowest, highest := s.lowest(), s.highest()
	s.first = s.base.at(1, lowest)
	if s.count(s.first) == 0 && s.base.Executor == "" {
		s.first = s.base.at(0, lowest)
	}
	if lowest.p() != 1 || s.count(s.first) == 0 {
		return s.partialRow()
	}
	if lowest == highest && s.first.Workers == 0 && !s.bound(s.base) {
		return Row{}, s.noBaseline()
	}
	workers, err := s.bestWorkers()
	if err != nil {
		return Row{}, err
	}
	r := s.newRow()
	s.measureCores(&r, workers)
	r.Concurrency, r.Speedup = r.gains.concurrency, r.gains.speedup
	best := s.base.at(workers, highest)
	r.Fairness = s.mean(best, func(s Sample) float64 { return s.Fairness })
	r.Worst, r.WorstWorkers = s.worst(r.gains.one)
	r.crowded = s.crowded(workers)
	if workers > 0 {
		r.Grid = s.grid(r.gains.one)
	}
	r.Stacks = s.stacks()
	r.OverSerial, r.Cost = s.overSerial(best)
	s.countSamples(&r)
	s.addWarnings(&r)
	r.judgeGains()
	r.Expected = r.expected(s.Expects)
	return r, nil
}

// newRow returns a row without any measurement.
func (s survey) newRow() Row {
	return Row{
		base:     s.base,
		Workload: s.base.Workload,
		Package:  s.base.Package,
		Kind:     s.Kinds[s.base.Workload],
		Executor: s.base.Executor,
		Size:     s.base.Size,
		Variant:  s.base.Variant,
		Weak:     s.base.Weak,
		Column:   s.base.Column,
		P:        s.highest().p(),
		place:    s.place(s.base),
		swept:    s.swept(),
		nominal:  nominal(!s.bound(s.base)),

		Concurrency: unknown, Parallelism: unknown, Speedup: unknown, Ceiling: unknown, OverSerial: unknown, Worst: unknown, crowded: unknown,
		Cost: math.NaN(), Fairness: math.NaN(),
	}
}

// measureCores sets the workers of a row and what it says of more cores.
func (s survey) measureCores(r *Row, workers int) {
	best := s.base.at(workers, s.highest())
	r.Workers = workers
	r.gains = s.gains(workers)
	r.Parallelism = r.gains.parallelism
	r.Ceiling = s.ceiling(r.P)
	r.Inflight = s.meanInterval(best, func(s Sample) float64 { return s.Inflight })
	r.CPUsBusy = s.meanInterval(best, func(s Sample) float64 { return s.CPUsBusy })
	if workers > 0 {
		for _, l := range slices.Compact([]level{s.lowest(), s.highest()}) {
			r.Lines = append(r.Lines, s.line(l))
		}
	}
	r.Scaling, _ = s.scaling(r.gains)
	r.Latencies = s.latencies()
	r.Advice = s.advice()
}

// FromCores is what cores bring: the parallelism gain, or the speedup where the
// row's workers hurt on one core. Undoing that loss is no gain from cores.
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

// noBaseline says what was measured instead of one worker on one core, and what
// to measure.
func (s survey) noBaseline() error {
	if s.bound(s.base) {
		return errors.New("no measurement with 1 worker on 1 core to compare with")
	}
	low, high := s.lowest().procs, s.highest().procs
	maxWorkers := slices.Max(s.workers(s.highest()))
	found := fmt.Sprintf("measured at GOMAXPROCS %d only", low)
	switch {
	case low != high && low > 1:
		found = fmt.Sprintf("measured at GOMAXPROCS %d to %d, not at 1", low, high)
	case low != high && maxWorkers > 0:
		found = fmt.Sprintf("measured with at most %s at GOMAXPROCS %d, and never with 1", table.Count(maxWorkers, "worker"), high)
	case maxWorkers > 1:
		found += " and not with 1 worker"
	}
	return fmt.Errorf("%s, so there is nothing to factorise; %s", found, loopOverCPU)
}

// loopOverCPU is how to measure with go test what a report needs.
const loopOverCPU = "for c in 1 2 4; do go test -cpu $c -count 10 …; done would tell"

func (r *Row) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Errorf(format, args...))
}

// addWarnings adds what makes a row doubtful.
func (s survey) addWarnings(r *Row) {
	if r.P > 1 && r.Ceiling.Low > 1.05*float64(r.P) {
		r.warn("the ceiling is above the number of cores: H(%d) is %s, so the machine was faster while the %d programs ran than while one did", r.P, r.Ceiling, r.P)
	}
	if thin := s.thin(s.base); thin.p() > 0 {
		r.warn("%s left out: only one sample was taken there, and more on fewer", r.On(thin.p()))
	}
	if r.Workers > 1 && r.Workers == slices.Max(s.workers(s.highest())) {
		how := ""
		if r.Executor != "" {
			how = " (--workers)"
		}
		r.warn("the best number of workers is the largest measured, %d: more may do better%s", r.Workers, how)
	}
	switch {
	case r.P == 1 && bool(r.nominal):
		r.warn("measured at GOMAXPROCS 1 only, so that what cores bring is unknown; %s", loopOverCPU)
	case r.P == 1:
		r.warn("%s", s.onlyOneCore())
	}
	r.warnOfResidual()
}

// onlyOneCore says why a row was measured on one core, as far as the file knows:
// a run uses only as many cores as its CPU quota is worth.
func (s survey) onlyOneCore() string {
	host := s.Host
	if s.base.Column != "" {
		host = s.Hosts[s.base.Column]
	}
	quota, err := strconv.ParseFloat(host["quota"], 64)
	if err != nil || !(quota > 0 && quota < 2) || !strings.ContainsAny(host["mask"], ",-") {
		return "only one core was measured: the machine is too small, or the run was, to tell what cores buy"
	}
	return fmt.Sprintf("only one core was measured: a CPU quota of %s keeps a run there; --cores 1,2 goes around it, and the quota then throttles the second core", table.Printable(host["quota"]))
}

// bestWorkers returns the fewest workers that are as good as the best at the
// highest level, of those that were measured on one core as well. A number that
// was measured at every level wins if it is within 10 % of the best: a sweep
// measures the levels between for one number only, chosen from less data.
func (s survey) bestWorkers() (int, error) {
	single := s.workers(s.lowest())
	shared := s.timesAt(s.highest())
	maps.DeleteFunc(shared, func(w int, _ series) bool { return !slices.Contains(single, w) })
	if len(shared) == 0 {
		return 0, errors.New("no number of workers was measured both on one core and on all")
	}
	everywhere := func(w int) bool {
		return !slices.ContainsFunc(s.levels, func(l level) bool { return s.count(s.base.at(w, l)) == 0 })
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

// timesAt returns the times of a job at a level by workers.
func (s survey) timesAt(l level) map[int]series {
	times := map[int]series{}
	for _, w := range s.workers(l) {
		times[w] = s.times(s.base.at(w, l))
	}
	return times
}

// fewest returns the smallest eligible number of workers that is as good as the
// fastest.
func fewest(times map[int]series, within float64, eligible func(int) bool) (workers int, ok bool) {
	all := slices.Sorted(maps.Keys(times))
	if len(all) == 0 {
		return 0, false
	}
	fastest := slices.MinFunc(all, func(a, b int) int { return cmp.Compare(times[a].mean(), times[b].mean()) })
	i := slices.IndexFunc(all, func(w int) bool { return eligible(w) && asGood(times[w], times[fastest], within) })
	if i < 0 {
		return 0, false
	}
	return all[i], true
}

// asGood reports whether s takes at most within times as long as the fastest, or
// is not distinguishable from it and takes at most 15 % longer. The value alone
// would overstate the gain: of six equal numbers whose means have an error of
// 5 %, the fastest seems 6 % too fast, the smallest within 5 % of it 5 %, and this
// one 1 %.
func asGood(s, fastest series, within float64) bool {
	longer := quotient(s, fastest)
	return longer.Value <= within || longer.Value <= 1.15 && longer.Low <= 1
}

// worst returns the lowest throughput at the highest level over that of one worker
// on one core. Its interval accounts for the choice.
func (s survey) worst(one series) (lowest Interval, workers int) {
	lowest.Value = math.Inf(1)
	all := s.workers(s.highest())
	for _, w := range all {
		if x := quotientAmong(len(all), one, s.times(s.base.at(w, s.highest()))); x.Value < lowest.Value {
			lowest, workers = x, w
		}
	}
	return lowest, workers
}

// crowded returns the throughput of the fewest workers for all cores over that of
// the row's, if these are fewer.
func (s survey) crowded(workers int) Interval {
	highest := s.highest()
	all := s.workers(highest)
	enough := slices.IndexFunc(all, func(w int) bool { return w >= highest.p() })
	if workers == 0 || workers >= highest.p() || enough < 0 {
		return unknown
	}
	return quotientAmong(len(all), s.times(s.base.at(workers, highest)), s.times(s.base.at(all[enough], highest)))
}

// overSerial compares with the plain serial program: gain is that of the row's
// best point, cost see Row. At each level, the fewest workers that are as good as
// the best count: among all numbers, one would win by chance.
func (s survey) overSerial(best Point) (gain Interval, cost float64) {
	serial := s.times(s.serial(s.lowest()))
	if len(serial) == 0 {
		return unknown, math.NaN()
	}
	gain, cost = quotient(serial, s.times(best)), math.Inf(1)
	for _, l := range s.levels {
		times := s.timesAt(l)
		w, ok := fewest(times, 1/almost, anyWorkers)
		// One worker is about as fast as the serial program; without a margin,
		// noise would call it faster every other time.
		switch over := quotient(serial, times[w]); {
		case ok && pays(over):
			return gain, float64(l.p())
		case ok && !(over.High < matters):
			cost = math.NaN()
		}
	}
	return gain, cost
}

// serial returns the serial program of the row at a level; the zero Point if none
// was measured.
func (s survey) serial(l level) Point {
	for _, p := range s.helpers(s.base) {
		if p.Workers == 1 && p.Weak == s.base.Weak && p.Slices == s.base.Slices && p.Copies == s.base.Copies && (level{p.Cores, p.Procs}) == l {
			return p
		}
	}
	return Point{}
}

// Name is the workload as people write it: in lower case for a workload of the
// suite, which has a kind, and as in the file for another benchmark.
func (r Row) Name() string {
	if r.Kind != "" {
		return strings.ToLower(r.Workload) + r.variant
	}
	return r.prefix + r.Workload + r.variant
}

// Brief is the name for a sentence: a long one is cut, where names of several rows
// agree.
func (r Row) Brief() string { return cmp.Or(r.brief, table.Cut(r.Name(), maxName)) }

// maxName is the columns of a name within a sentence.
const maxName = 60
