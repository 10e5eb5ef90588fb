package gate

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"overlap/bench/sweep"
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
func Judge(series []Series, o Options) Findings { return Prepare(series).Judge(o) }

// test is a change and what it is judged by.
type test struct {
	Change
	contrast
	own  *judged   // of a gain: the point that it is of
	refs []*judged // of a gain: the points that it is a gain over
	same *test     // a change that is tested under another name
}

// judged is a point with its tests.
type judged struct {
	*prepared
	time *test
}

// Judge compares head with base, as the function does.
func (p *Prepared) Judge(o Options) Findings {
	if !(o.Alpha > 0) {
		o.Alpha = .01
	}
	if !(o.Threshold > 0) {
		o.Threshold = .03
	}
	points := make([]*judged, len(p.points))
	tests := make([][]*test, len(p.points))
	parallel(len(points), func(i int) {
		points[i] = &judged{prepared: p.points[i]}
		tests[i] = points[i].tests(o)
	})
	all := slices.Concat(tests...)
	all = append(all, gains(points)...)
	f := Findings{Notes: slices.Clone(p.notes)}
	f.Tests = measure(all, o)
	for _, t := range all {
		t.judge(o)
	}
	for _, t := range all {
		t.excuse()
		f.Changes = append(f.Changes, t.Change)
	}
	f.Notes = append(f.Notes, powerless(points, f.Tests, o.Alpha)...)
	demands, notes := demand(points, o)
	f.Demands, f.Notes = demands, append(f.Notes, notes...)
	return f
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

// tests are those of the point by itself.
func (pt *judged) tests(o Options) []*test {
	pt.time = pt.test(Time, pt.times(), o)
	list := []*test{pt.time, pt.test(MeanTime, pt.meanTime(), o)}
	if busy := pt.busy(); parallelism(pt.Point) > 1 && len(busy.head) > 0 {
		list = append(list, pt.test(AverageParallelism, busy, o))
	}
	for _, q := range []Quantity{Bytes, Allocs} {
		if t := pt.counted(q, o); t != nil {
			list = append(list, t)
		}
	}
	return list
}

func (pt *judged) test(q Quantity, s sample, o Options) *test {
	t := newTerm(s, o.Seed, stream(pt.Point, q))
	level := t.levels(t.how)
	c := pt.change(q)
	c.Base, c.Head, c.Quantile, c.Paired = level[0], level[1], t.how.q, t.how.paired
	c.Blocks = len(s.labels())
	return &test{Change: c, contrast: single(t)}
}

// measure fills in the numbers of all tests and returns how many were tested.
func measure(all []*test, o Options) int {
	var tested []*test
	for _, t := range all {
		if !t.Exact && t.same == nil {
			tested = append(tested, t)
		}
	}
	level := o.Alpha / float64(max(len(tested), 1))
	draws := int(min(max(4/level, leastDraws), mostDraws))
	p := make([]float64, len(tested))
	parallel(len(tested), func(i int) {
		t := tested[i]
		seed, stream := o.Seed, t.stream()
		p[i] = t.contrast.p(draws, seed, stream)
		low, high := t.limits(seed, stream+1)
		t.Ratio, t.Low, t.High = math.Exp(t.estimate()), math.Exp(low), math.Exp(high)
		t.Floor = math.NaN()
		if !o.Quick {
			t.Floor = math.Expm1(t.contrast.floor(level, seed, stream+2))
		}
	})
	adjusted := Holm(p)
	for i, t := range tested {
		t.P, t.Adjusted = p[i], adjusted[i]
	}
	for _, t := range all {
		if s := t.same; s != nil {
			t.Ratio, t.Low, t.High, t.Floor, t.P, t.Adjusted = s.Ratio, s.Low, s.High, s.Floor, s.P, s.Adjusted
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
	sure := t.Adjusted <= o.Alpha && (low > 0 || high < 0)
	if t.Quantity == MeanTime && math.Abs(estimate) <= margin {
		sure = false
	}
	switch {
	case low >= -margin && high <= margin:
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
	faster := slices.ContainsFunc(t.refs, func(r *judged) bool { return r.time.Verdict == Better })
	leans := time.Verdict == CannotTell && time.Ratio > 1 && !faster
	t.Excused = time.Verdict != Worse && !leans
}

// powerless tells points with so few blocks that no change could be called.
func powerless(points []*judged, tests int, alpha float64) (notes []string) {
	for _, pt := range points {
		if n := len(pt.blocks); leastP(n)*float64(tests) > alpha {
			need := 1 + int(math.Ceil(math.Log2(float64(tests)/alpha)))
			notes = append(notes, fmt.Sprintf("%v: %d blocks are too few to call any change at this error rate over %d tests; it takes %d", pt.Point, n, tests, need))
		}
	}
	return notes
}
