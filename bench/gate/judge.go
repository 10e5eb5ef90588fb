package gate

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"overlap/bench/gate/stat"
	"overlap/bench/sweep"
	"overlap/internal/table"
)

// Options say how strictly to judge.
type Options struct {
	Alpha     float64         // chance of one or more false alarms in all of it; 0 means 0.01
	Threshold float64         // changes up to this share are the same; 0 means 0.03
	Seed      uint64          // of the exchanges that stand for all
	Demands   map[int]float64 // least efficiency of head at so many cores
	Quick     bool            // no floors, which take most of the time: for studies of power
}

// Findings are what was found.
type Findings struct {
	Changes []Change
	Demands []Demand
	Tests   int      // over which Holm's correction went
	Notes   []string // what could not be judged, and why
}

// Judge compares head with base. It neither measures nor looks at a clock: the
// same series and options give the same findings.
func Judge(series []Series, o Options) Findings {
	if !(o.Alpha > 0) {
		o.Alpha = .01
	}
	if !(o.Threshold > 0) {
		o.Threshold = .03
	}
	prepared, notes := prepareAll(series)
	j := judgement{Options: o, points: make([]*judged, len(prepared)), culprits: culprits(prepared)}
	tests := make([][]*test, len(prepared))
	parallel(len(prepared), func(i int) {
		j.points[i] = &judged{prepared: prepared[i]}
		tests[i] = j.points[i].tests(o)
	})
	j.tests = slices.Concat(tests...)
	j.tests = append(j.tests, gains(slices.DeleteFunc(slices.Clone(j.points), func(pt *judged) bool { return pt.headOnly }))...)
	f := Findings{Tests: measure(j.tests, o)}
	for _, t := range j.tests {
		t.judge(o)
	}
	for _, t := range j.tests {
		t.excuse()
		if t.taken && t.Verdict == CannotTell {
			t.Why = j.why(t.points...)
		}
		f.Changes = append(f.Changes, t.Change)
	}
	demands, more := j.demands()
	f.Demands, f.Notes = demands, slices.Concat(notes, j.leftOut(), powerless(j.points, f.Tests, o.Alpha), linkedOnce(j.points), more)
	return f
}

// judgement is what Judge works on.
type judgement struct {
	Options
	points   []*judged
	tests    []*test
	culprits []int // CPUs that others took
}

// test is a change and what it is judged by.
type test struct {
	Change
	tested   stat.Contrast
	size     stat.Contrast // how large the change is
	taken    bool          // others had the CPUs: how fast the code is with them is not known
	untold   bool          // nothing is known
	own      *judged       // of a gain: the point that it is of
	quotient               // of a gain
	same     *test         // a change that is tested under another name
}

// judged is a point with its tests.
type judged struct {
	*prepared
	time  *test
	level *stat.Term // of the time, where others left the CPUs alone; nil if there was too little of that
}

// fewestFree is how many blocks have an interval of 95 %.
const fewestFree = 6

// wide reports whether the point is on several CPUs. Two that take turns on one
// share it with others alike, and both keep what speed they have. On several, code
// of which others have one of them does other work: it waits less for itself, or
// has what another CPU does as its own.
func (pt *judged) wide() bool { return parallelism(pt.Point) > 1 || pt.Copies > 1 }

// few reports whether too many blocks were left out to tell anything by the rest.
func (pt *judged) few() bool {
	return pt.free != pt.prepared && len(pt.free.blocks) < fewestFree
}

// parallel calls f for 0 to n-1 on all CPUs.
func parallel(n int, f func(int)) {
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

// stream makes the random numbers of a test its own, whatever else is tested.
func stream(p sweep.Point, q Quantity) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d %s", p, p.Copies, q)
	return h.Sum64()
}

// change is the change of a quantity at a point, with no numbers yet.
func (pt *judged) change(q Quantity) Change {
	point := strings.TrimPrefix(pt.Name(), pt.Workload+"/")
	if pt.Copies > 1 {
		point += fmt.Sprintf(" ×%d", pt.Copies)
	}
	return Change{
		Package: pt.Package, Benchmark: pt.Workload, Point: point, Cores: parallelism(pt.Point),
		Quantity: q, Blocks: len(pt.blocks),
	}
}

// tests are those of the point by itself: none of head alone, whose times are only
// looked at.
func (pt *judged) tests(o Options) []*test {
	if pt.headOnly {
		if !pt.few() {
			pt.level = stat.NewTerm(pt.free.times.Slices(), o.Seed, stream(pt.Point, Time))
		}
		return nil
	}
	pt.time = pt.timed(Time, (*stat.Times).Slices, o)
	switch {
	case pt.few():
	case pt.wide() || pt.free == pt.prepared:
		pt.level = pt.time.size.Terms[0]
	default:
		pt.level = stat.NewTerm(pt.free.times.Slices(), o.Seed, stream(pt.Point, Time))
	}
	list := []*test{pt.time, pt.timed(MeanTime, (*stat.Times).Mean, o)}
	if parallelism(pt.Point) > 1 && pt.busy().Blocks() > 0 {
		list = append(list, pt.averageParallelism(o))
	}
	for _, q := range []Quantity{Bytes, Allocs} {
		if t := pt.counted(q, o); t != nil {
			list = append(list, t)
		}
	}
	return list
}

// timed is the test of a time, by all blocks. On several CPUs the free ones tell
// how large the change is, if they are enough.
func (pt *judged) timed(q Quantity, of func(*stat.Times) stat.Sample, o Options) *test {
	t := pt.test(q, of(pt.times), o)
	if !pt.wide() || pt.free == pt.prepared {
		return t
	}
	if t.taken, t.Beside = pt.few(), pt.few(); !t.taken {
		t.setSize(stat.NewTerm(of(pt.free.times), o.Seed, stream(pt.Point, q)))
	}
	return t
}

// averageParallelism is the test of the CPUs that were busy, by free blocks: how many a
// program keeps busy while others have them says nothing.
func (pt *judged) averageParallelism(o Options) *test {
	busy := pt.free.busy()
	if pt.few() || busy.Blocks() == 0 {
		return nothing(pt.change(AverageParallelism), pt)
	}
	return pt.test(AverageParallelism, busy, o)
}

func (pt *judged) test(q Quantity, s stat.Sample, o Options) *test {
	term := stat.NewTerm(s, o.Seed, stream(pt.Point, q))
	t := &test{Change: pt.change(q), tested: stat.Single(term), quotient: quotient{points: []*judged{pt}}}
	t.setSize(term)
	return t
}

// setSize takes the size of the change from a term.
func (t *test) setSize(by *stat.Term) {
	t.Base, t.Head = by.Levels()
	t.Quantile, t.Paired, t.Blocks = by.Quantile(), by.Paired(), by.Blocks()
	t.size = stat.Single(by)
}

// nothing is a change of which nothing is known, because others had the CPUs of
// one of the points.
func nothing(c Change, points ...*judged) *test {
	nan := math.NaN()
	c.Base, c.Head, c.Ratio, c.Low, c.High, c.Floor, c.P, c.Adjusted = nan, nan, nan, nan, nan, nan, nan, nan
	c.Blocks = len(points[0].free.blocks)
	for _, pt := range points {
		c.Blocks = min(c.Blocks, len(pt.free.blocks))
	}
	return &test{Change: c, untold: true, taken: true, quotient: quotient{points: points}}
}

// maxDraws is how many exchanges a p value rests on at most.
const maxDraws = 1 << 20

// measure fills in the numbers of all tests and returns how many were tested.
func measure(all []*test, o Options) int {
	var tested []*test
	for _, t := range all {
		if !t.Exact && !t.untold && t.same == nil {
			tested = append(tested, t)
		}
	}
	level := o.Alpha / float64(max(len(tested), 1))
	draws := stat.Draws(level, maxDraws)
	p := make([]float64, len(tested))
	parallel(len(tested), func(i int) {
		t := tested[i]
		seed, stream := o.Seed, t.stream()
		p[i] = t.tested.P(draws, seed, stream)
		low, high := t.size.Limits(seed, stream+1)
		t.Ratio, t.Low, t.High = math.Exp(t.size.Estimate()), math.Exp(low), math.Exp(high)
		t.Floor = math.NaN()
		if !o.Quick {
			t.Floor = math.Expm1(t.tested.Floor(level, seed, stream+2))
			t.Layouts = layoutsOf(t.tested, level, seed, stream+2)
		}
		t.absolute(seed, stream+3)
	})
	adjusted := stat.Holm(p)
	for i, t := range tested {
		t.P, t.Adjusted = p[i], adjusted[i]
		if t.Layouts != nil {
			t.Layouts.Explain = t.Layouts.Explain && t.Adjusted > o.Alpha
		}
	}
	for _, t := range all {
		if s := t.same; s != nil {
			t.Ratio, t.Low, t.High, t.Floor, t.P, t.Adjusted, t.Layouts = s.Ratio, s.Low, s.High, s.Floor, s.P, s.Adjusted, s.Layouts
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

// judge sets the verdict. The threshold is symmetric: a ratio is within it
// between 1-t and 1/(1-t), so that to swap the builds swaps the verdicts.
func (t *test) judge(o Options) {
	if t.Exact {
		return // counted has judged it
	}
	margin := -math.Log1p(-min(o.Threshold, .99))
	low, high, estimate := math.Log(t.Low), math.Log(t.High), math.Log(t.Ratio)
	sure := t.Adjusted <= o.Alpha && (low > 0 || high < 0) && math.Abs(estimate) > margin
	switch {
	case low >= -margin && high <= margin && !t.taken:
		t.Verdict = Same
	case sure && (estimate > 0) == t.Quantity.LessIsBetter():
		t.Verdict = Worse
	case sure:
		t.Verdict = Better
	default:
		t.Verdict = CannotTell
	}
}

// Regression reports whether a change is a reason to fail. Fewer busy CPUs are
// not: time tells whether they were needed. Efficiency is the speedup by another
// name. A gain that shrank only because what it is a gain over became faster is
// excused: the code is nowhere slower than it was.
func Regression(c Change) bool {
	switch c.Quantity {
	case AverageParallelism, Efficiency:
		return false
	}
	return c.Verdict == Worse && !c.Excused
}

// excuse marks a gain that is worse although its point is not slower. The point
// is slower if its own time is worse; or if its time cannot be told and leans
// that way, and no reference is known to have become faster.
func (t *test) excuse() {
	if t.own == nil || t.Verdict != Worse {
		return
	}
	time := t.own.time
	faster := slices.ContainsFunc(t.points[1:], func(r *judged) bool { return r.time.Verdict == Better })
	leans := time.Verdict == CannotTell && time.Ratio > 1 && !faster
	t.Excused = time.Verdict != Worse && !leans
}

// powerless tells points with so few blocks that no change could be called.
func powerless(points []*judged, tests int, alpha float64) (notes []string) {
	for _, pt := range points {
		if pt.headOnly {
			continue
		}
		if n := pt.time.tested.Units(); stat.LeastP(n)*float64(tests) > alpha {
			need, what := 1+int(math.Ceil(math.Log2(float64(tests)/alpha))), "blocks"
			if n < len(pt.blocks) {
				what = "different pairs of layouts"
			}
			notes = append(notes, fmt.Sprintf("%v: to call any change at this error rate over %s takes %d %s, and there are %d", pt.Point, table.Count(tests, "test"), need, what, n))
		}
	}
	return notes
}
