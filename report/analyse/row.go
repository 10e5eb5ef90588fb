package analyse

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"overlap/internal/interval"
	"overlap/internal/table"
	"overlap/report/law"
	"overlap/report/load"
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
	Concurrency, Parallelism, Speedup interval.Interval

	// Ceiling is H(p) = p·t₁/t_p: what p programs that share nothing gain from p
	// cores. t_p is the time of the slowest, so a program that balances its load
	// can exceed the ceiling on uneven cores. Noise alone makes the slowest of
	// more programs slower: noise of 10 % makes H(p) 5 % too low at p = 2, 13 % at
	// 8 and 21 % at 64; noise of 20 %, 11, 25 and 37 %. A sweep measures it under
	// its first executor only. NaN if not measured.
	Ceiling interval.Interval

	// Inflight and CPUsBusy are the degrees of concurrency and parallelism at
	// (Workers, P): means over the samples, 0 or NaN if not measured.
	Inflight, CPUsBusy interval.Interval

	// Fairness is Jain's index of the tasks that each worker completed there: 1
	// for equal shares, k/n if k of n workers completed all. NaN if not measured.
	Fairness float64

	// OverSerial is X(w,p) over the throughput of the plain serial program on one
	// core. Cost is the smallest parallelism at which some number of workers is
	// shown to beat that program by a tenth: COST (McSherry, Isard and Murray,
	// 2015); infinite if none does, and NaN if noise hides the answer. Both are
	// NaN if the program was not measured.
	OverSerial interval.Interval
	Cost       float64

	// Expected compares the row with the scaling that its workload declares.
	Expected Expected

	// Worst is the lowest throughput at P over that of one worker on one core,
	// at WorstWorkers. Its interval accounts for the choice of the lowest.
	Worst        interval.Interval
	WorstWorkers int

	Class   Class
	Verdict string // the class and the reason, in words

	Advice Advice

	// Models are the fitted laws of scaling; the zero Models if the row is not
	// among those Shown.
	Models Models

	gains     gains
	base      load.Point // what its points have in common; no workers, cores and procs
	place     int        // in the order of the file, among the rows of a column
	prefix    string     // of the package, where there are several
	variant   string     // distinguishes rows of one workload
	machine   string     // the column, unless columns are of one machine
	id        string     // see identify
	brief     string     // see Analysis.shorten
	tainted   bool       // some numbers rest on samples under pressure
	disturbed bool       // the gains or the ceiling do
	swept     bool       // overlap run measured it

	// crowded is the throughput with enough workers for all cores over that with
	// the row's fewer workers; unknown if the row has enough. Its interval
	// accounts for the choice of the row's workers.
	crowded interval.Interval

	// Goroutines says that the workers are the goroutines that RunParallel starts.
	Goroutines bool

	parts   bool       // the file says of a point where its CPUs went
	few     int        // workers that the gains are over
	nominal nominal    // GOMAXPROCS stands for the cores
	only    load.Level // of a row that compares only workers

	// Samples is the smallest number of samples that the gains, the ceiling, the
	// serial program and the worst point rest on, in rounds that measured all
	// points compared. Other points of the curves may have fewer: a sweep that
	// searches for the best number of workers abandons the others early.
	Samples int
	needed  int // samples, for a verdict

	Lines    []Line       // throughput by workers: at parallelism 1, and at P; none if Workers is 0
	Scaling  []law.GainAt // speedup by parallelism, at Workers
	Stacks   []Stack      // of every point, by parallelism and workers; nil if the file lacks the data
	Warnings []error      // doubts about the row

	Latencies []Latency // of every point with timed tasks, by parallelism and workers
	Grid      []Cell    // gain by GOMAXPROCS and workers; none if Workers is 0
}

// row analyses the points of the survey. It fails if they have no gain to show.
func (s survey) row() (Row, error) {
	lowest, highest := s.lowest(), s.highest()
	s.first = s.base.At(s.baseline(), lowest)
	if s.Count(s.first) == 0 && s.base.Executor == "" {
		s.first = s.base.At(0, lowest)
	}
	if lowest.P() != 1 || s.Count(s.first) == 0 {
		return s.partialRow()
	}
	if lowest == highest && s.first.Workers == 0 && !s.HasCores(s.base) {
		return Row{}, s.noBaseline()
	}
	workers, err := s.bestWorkers()
	if err != nil {
		return Row{}, err
	}
	r := s.newRow()
	s.measureCores(&r, workers)
	r.Concurrency, r.Speedup = r.gains.concurrency, r.gains.speedup
	best := s.base.At(workers, highest)
	u := s.usage(best)
	r.parts = !math.IsNaN(u.runq) || !math.IsNaN(u.locked)
	r.Fairness = s.Mean(best, func(s load.Sample) float64 { return s.Fairness })
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
	r.Verdict += s.underQuota()
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
		P:        s.highest().P(),
		place:    s.Place(s.base),
		swept:    s.Swept(),
		nominal:  nominal(!s.HasCores(s.base)),
		few:      s.first.Workers,

		Goroutines: s.Goroutines(s.first),

		Concurrency: interval.Unknown, Parallelism: interval.Unknown, Speedup: interval.Unknown, Ceiling: interval.Unknown, OverSerial: interval.Unknown, Worst: interval.Unknown, crowded: interval.Unknown,
		Cost: math.NaN(), Fairness: math.NaN(),
	}
}

// measureCores sets the workers of a row and what it says of more cores.
func (s survey) measureCores(r *Row, workers int) {
	best := s.base.At(workers, s.highest())
	r.Workers = workers
	r.gains = s.gains(workers)
	r.Parallelism = r.gains.parallelism
	r.Ceiling = s.ceiling(r.P)
	r.Inflight = s.MeanInterval(best, func(s load.Sample) float64 { return s.Inflight })
	r.CPUsBusy = s.MeanInterval(best, func(s load.Sample) float64 { return s.CPUsBusy })
	if workers > 0 {
		for _, l := range slices.Compact([]load.Level{s.lowest(), s.highest()}) {
			r.Lines = append(r.Lines, s.line(l))
		}
	}
	r.Scaling, _ = s.scaling(r.gains)
	r.Latencies = s.latencies()
	r.Advice = s.advice()
}

// FromCores is what cores give: the parallelism gain, or the speedup where the
// row's workers hurt on one core. Undoing that loss is not a gain from cores.
func (r Row) FromCores() interval.Interval {
	_, gain := r.coreGain()
	return gain
}

// coreGain returns FromCores with its name.
func (r Row) coreGain() (name string, gain interval.Interval) {
	if Hurts(r.Concurrency) {
		return "S", r.Speedup
	}
	return "G_p", r.Parallelism
}

// noBaseline says what was measured instead of one worker on one core, and what
// to measure.
func (s survey) noBaseline() error {
	if s.HasCores(s.base) {
		return errors.New("no measurement with 1 worker on 1 core to compare with")
	}
	low, high := s.lowest().Procs, s.highest().Procs
	maxWorkers := slices.Max(s.workers(s.highest()))
	found := fmt.Sprintf("measured only at GOMAXPROCS %d", low)
	switch {
	case low != high && low > 1:
		found = fmt.Sprintf("measured at GOMAXPROCS %d to %d, but not at 1", low, high)
	case low != high && maxWorkers > 0:
		found = fmt.Sprintf("measured with at most %s at GOMAXPROCS %d, and never with 1 worker", table.Count(maxWorkers, "worker"), high)
	case maxWorkers > 1:
		found += " and not with 1 worker"
	}
	return fmt.Errorf("%s, so there is no gain to report; %s", found, loopOverCPU)
}

// loopOverCPU is how to measure with go test what a report needs.
const loopOverCPU = "measure with: for c in 1 2 4; do go test -cpu $c -count 10 …; done"

func (r *Row) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, errors.New(r.inItsWords(fmt.Sprintf(format, args...))))
}

// addWarnings adds what makes a row doubtful.
func (s survey) addWarnings(r *Row) {
	if r.P > 1 && r.Ceiling.Low > 1.05*float64(r.P) {
		r.warn("the ceiling is above the number of cores: H(%d) is %s, so the machine was faster while %d programs ran than while one ran", r.P, r.Ceiling, r.P)
	}
	if thin := s.DroppedLevel(s.base); thin.P() > 0 {
		r.warn("%s left out: only one sample was taken there, but several on fewer", r.CoresText(thin.P()))
	}
	if r.Workers > 1 && r.Workers == slices.Max(s.workers(s.highest())) {
		r.warn("the best number of workers is the largest measured, %d; more may be faster", r.Workers)
	}
	switch {
	case r.P == 1 && bool(r.nominal):
		r.warn("measured only at GOMAXPROCS 1, so the gain from cores is unknown; %s", loopOverCPU)
	case r.P == 1:
		r.warn("%s", s.onlyOneCore())
	}
	if r.Goroutines && r.few > 1 {
		r.warn("1 worker was not measured: G_c and S are over %d workers", r.few)
	}
	r.warnOfResidual()
	s.warnOfOthers(r)
	s.warnOfSetUp(r)
}

// warnOfSetUp warns of set-up that takes part in the gains.
func (s survey) warnOfSetUp(r *Row) {
	most := 0.0
	for _, p := range s.points() {
		if share := s.Mean(p, func(s load.Sample) float64 { return s.SetUp }); share > most {
			most = share
		}
	}
	if most > 0 {
		r.warn("set-up on the timer is up to %.0f %% of the time: the gains are not those of the operations alone; call b.ResetTimer after it, or loop with b.Loop", 100*most)
	}
}

// warnOfOthers warns of a speedup that is another one with all that others, or a job itself
// now and then, took.
func (s survey) warnOfOthers(r *Row) {
	one, best := s.Left(s.first), s.Left(s.base.At(r.Workers, s.highest()))
	if len(one) == 0 || len(best) == 0 {
		return
	}
	left := interval.Quotient(one, best)
	if left.High < r.Speedup.Low || left.Low > r.Speedup.High {
		r.warn("S leaves out what others, or a job now and then, took: with all of it, S was %s", left)
	}
}

// onlyOneCore says why a row was measured on one core, as far as the file knows:
// a run uses only as many cores as its CPU quota is worth.
func (s survey) onlyOneCore() string {
	host := s.host()
	quota, err := strconv.ParseFloat(host["quota"], 64)
	if err != nil || !(quota > 0 && quota < 2) || !strings.ContainsAny(host["mask"], ",-") {
		return "only one core was measured, so the gain from cores is unknown"
	}
	return fmt.Sprintf("only one core was measured, because a CPU quota of %s allows no more; two cores can be measured all the same, but the quota then throttles the second", table.Printable(host["quota"]))
}
