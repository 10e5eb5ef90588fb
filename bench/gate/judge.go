package gate

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"overlap/bench/gate/stat"
	"overlap/internal/table"
)

// Options say how strictly to judge.
type Options struct {
	Alpha     float64         // chance of one or more false alarms in the report; 0 means 0.01
	Threshold float64         // changes up to this share are the same; 0 means 0.03
	Seed      uint64          // of the randomly drawn exchanges
	Demands   map[int]float64 // minimum efficiency of head, by cores
	Looks     Looks           // at which measuring could end
	SlotTime  time.Duration   // of the slots after the first look; 0 if as of those before
	Rules     Rules           // for single benchmarks, in place of Threshold and Demands
	Quick     bool            // no floors, which take most of the time
	OnlyFound bool            // no intervals of what is not found, and nothing is called the same: for studies of power
}

// Findings are what was found.
type Findings struct {
	Changes []Change
	Demands []Demand
	Tests   int      // that Holm's correction covers
	Notes   []string // what could not be judged, and why
}

// Judge compares head with base. It neither measures nor looks at a clock: the
// same series and options give the same findings.
func Judge(series []Series, o Options) Findings {
	j, n, notes := assess(series, &o)
	f := Findings{Tests: n}
	for _, t := range j.tests {
		t.excuse()
		if t.tooDisturbed && t.Verdict == CannotTell {
			t.Why = j.why(t.points...)
		}
		f.Changes = append(f.Changes, t.Change)
	}
	demands, more := j.demands()
	f.Demands, f.Notes = demands, slices.Concat(notes, j.noteLeftOut(), notePowerless(j.points, f.Tests, o.Alpha), noteLinkedOnce(j.points), more)
	return f
}

// assess makes the tests of the series, gives each its verdict, and returns how many Holm's
// correction covers, and what could not be judged. It sets the defaults of the options.
func assess(series []Series, o *Options) (j judgement, tested int, notes []string) {
	if !(o.Alpha > 0) {
		o.Alpha = .01
	}
	if !(o.Threshold > 0) {
		o.Threshold = .03
	}
	prepared, notes := prepareAll(series)
	j = judgement{Options: *o, points: make([]*judged, len(prepared)), disturbedCPUs: disturbedCPUs(prepared)}
	tests := make([][]*test, len(prepared))
	runParallel(len(prepared), func(i int) {
		j.points[i] = &judged{prepared: prepared[i]}
		tests[i] = j.points[i].tests(*o)
	})
	j.tests = slices.Concat(tests...)
	j.tests = append(j.tests, gains(slices.DeleteFunc(slices.Clone(j.points), func(pt *judged) bool { return pt.headOnly }))...)
	j.setShares()
	tested = evaluate(j.tests, *o)
	for _, t := range j.tests {
		t.judge(*o)
	}
	return j, tested, notes
}

// setShares gives each test the share of the look at which its benchmark stopped.
func (j *judgement) setShares() {
	most := map[benchmarkOf]int{}
	for _, pt := range j.points {
		most[benchmark(pt.Point)] = max(most[benchmark(pt.Point)], pt.measured)
	}
	for _, t := range j.tests {
		t.measured = most[benchmark(t.points[0].Point)]
		t.worth = float64(t.measured) * t.points[0].length(j.SlotTime)
		t.share = j.Looks.share(t.measured)
	}
}

// judgement is what Judge works on.
type judgement struct {
	Options
	points        []*judged
	tests         []*test
	disturbedCPUs []int
}

// runParallel calls f for 0 to n-1 on all CPUs.
func runParallel(n int, f func(int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// maxDraws is how many exchanges a p value rests on at most.
const maxDraws = 1 << 20

// evaluate sets the numbers of all tests and returns how many were tested.
func evaluate(all []*test, o Options) int {
	var tested []*test
	for _, t := range all {
		if !t.Exact && !t.noNumbers && t.same == nil {
			tested = append(tested, t)
		}
	}
	p, spent := make([]float64, len(tested)), make([]float64, len(tested))
	runParallel(len(tested), func(i int) {
		t := tested[i]
		seed, stream, level := o.Seed, t.stream(), t.share*o.Alpha/float64(len(tested))
		p[i] = t.tested.P(stat.Draws(level, maxDraws), seed, stream)
		spent[i] = min(1, p[i]/t.share)
		low, high := math.Inf(-1), math.Inf(1)
		if !o.OnlyFound || spent[i] <= o.Alpha {
			low, high = t.size.Limits(intervalError*t.share, seed, stream+1)
		}
		t.Ratio, t.Low, t.High, t.miss = math.Exp(t.size.Estimate()), math.Exp(low), math.Exp(high), intervalError*t.share
		t.Floor = math.NaN()
		if !o.Quick {
			t.Floor = math.Expm1(t.tested.Floor(level, seed, stream+2))
			t.Layouts = layoutsOf(t.tested, level, seed, stream+2)
		}
		if !o.OnlyFound {
			t.setSpans(seed, stream+3)
		}
	})
	adjusted := stat.Holm(spent)
	for i, t := range tested {
		t.P, t.Adjusted = p[i], adjusted[i]
		if t.Layouts != nil {
			t.Layouts.Explain = t.Layouts.Explain && t.Adjusted > o.Alpha
		}
	}
	for _, t := range all {
		if s := t.same; s != nil {
			t.Ratio, t.Low, t.High, t.Floor, t.P, t.Adjusted, t.Layouts, t.miss = s.Ratio, s.Low, s.High, s.Floor, s.P, s.Adjusted, s.Layouts, s.miss
			t.BaseSpan, t.HeadSpan = s.BaseSpan.over(s.Cores), s.HeadSpan.over(s.Cores)
		}
	}
	return len(tested)
}

func (t *test) stream() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\n%s\n%s\n%s", t.Package, t.Benchmark, t.Point, t.Quantity)
	return h.Sum64()
}

// judge sets the verdict.
func (t *test) judge(o Options) {
	t.Threshold = o.threshold(t.Change)
	if t.Exact {
		return // its verdict is known
	}
	margin := margin(t.Threshold)
	low, high, estimate := math.Log(t.Low), math.Log(t.High), math.Log(t.Ratio)
	sure := t.Adjusted <= o.Alpha && (low > 0 || high < 0) && math.Abs(estimate) > margin
	switch {
	case low >= -margin && high <= margin && !t.tooDisturbed:
		t.Verdict = Same
	case sure && (estimate > 0) == t.Quantity.LessIsBetter():
		t.Verdict = Worse
	case sure:
		t.Verdict = Better
	default:
		t.Verdict = CannotTell
	}
}

// Regression reports whether a change is a reason to fail. A gain that shrank only because
// its reference became faster is excused: the code is not slower anywhere.
func Regression(c Change) bool {
	return c.Quantity.canRegress() && c.Verdict == Worse && !c.Excused
}

// excuse marks a gain that is worse although its point is not slower. The point is
// slower if its own time is worse; or if that is undecided and leans that way, and
// no reference is known to have become faster.
func (t *test) excuse() {
	if !t.isGain || t.Verdict != Worse {
		return
	}
	time := t.points[0].time
	faster := slices.ContainsFunc(t.points[1:], func(r *judged) bool { return r.time.Verdict == Better })
	leans := time.Verdict == CannotTell && time.Ratio > 1 && !faster
	t.Excused = time.Verdict != Worse && !leans
}

// notePowerless notes points with too few blocks to detect any change.
func notePowerless(points []*judged, tests int, alpha float64) (notes []string) {
	for _, pt := range points {
		if pt.headOnly || pt.time.Verdict != CannotTell {
			continue
		}
		if n := pt.time.tested.Units(); stat.LeastP(n)*float64(tests) > alpha*pt.time.share {
			need, what := leastUnits(tests, alpha*pt.time.share), "blocks"
			if n < len(pt.blocks) {
				what = "different pairs of layouts"
			}
			notes = append(notes, fmt.Sprintf("%v: with %s at this error rate, at least %d %s are needed to detect any change, and this run has only %d", pt.Point, table.Count(tests, "test"), need, what, n))
		}
	}
	return notes
}
