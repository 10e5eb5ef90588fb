package gate

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"

	"overlap/bench/gate/stat"
	"overlap/bench/sweep"
)

// test is a change and the numbers by which it is judged.
type test struct {
	Change
	tested       stat.Contrast
	size         stat.Contrast // how large the change is
	points       []*judged     // that it compares; a gain compares the first with the others
	isGain       bool
	gain         stat.Gain // of one build, where it is known
	tooDisturbed bool      // others had the CPUs for too many blocks
	noNumbers    bool      // see emptyTest
	measured     int       // blocks of its benchmark
	worth        float64   // of what is measured, in blocks of which no slot is brief
	share        float64   // of the error rate: see Looks
	same         *test     // the test whose numbers this one shares
}

// judged is a point with its tests.
type judged struct {
	*prepared
	time  *test
	level *stat.Term // of the time, over undisturbed blocks; nil if there are too few
}

// minUndisturbed is the smallest number of blocks with a 95 % interval, if there is one look.
const minUndisturbed = 6

// onSeveralCPUs reports whether others change what the point does. Two processes that
// take turns on one CPU lose the same share of it to others. On several CPUs, code that
// loses one of them behaves differently: its goroutines meet less often, for example.
func (pt *judged) onSeveralCPUs() bool { return parallelism(pt.Point) > 1 || pt.Copies > 1 }

// tooFewUndisturbed reports whether too many blocks were left out to rely on the rest.
func (pt *judged) tooFewUndisturbed() bool {
	return pt.undisturbed != pt.prepared && len(pt.undisturbed.blocks) < minUndisturbed
}

// stream gives each test its own random numbers, which do not depend on other tests.
func stream(p sweep.Point, q Quantity) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d %s", p, p.Copies, q)
	return h.Sum64()
}

// copiesSign stands before the number of copies at the end of a point.
const copiesSign = " ×"

// change is the change of a quantity at a point, with no numbers yet.
func (pt *judged) change(q Quantity) Change {
	point := strings.TrimPrefix(pt.Name(), pt.Workload+"/")
	if pt.Copies > 1 {
		point += copiesSign + strconv.Itoa(pt.Copies)
	}
	return Change{
		Package: pt.Package, Benchmark: pt.Workload, Point: point, Cores: parallelism(pt.Point),
		Quantity: q, Blocks: len(pt.blocks),
	}
}

// tests returns the tests of the point by itself. A point of head alone has none: its
// times are used for its efficiency.
func (pt *judged) tests(o Options) []*test {
	if pt.headOnly {
		if !pt.tooFewUndisturbed() {
			pt.level = stat.NewTerm(pt.undisturbed.times.Slices(), o.Seed, stream(pt.Point, Time))
		}
		return nil
	}
	pt.time = pt.testTime(Time, (*stat.Times).Slices, o)
	switch {
	case pt.tooFewUndisturbed():
	case pt.onSeveralCPUs() || pt.undisturbed == pt.prepared:
		pt.level = pt.time.size.Terms[0]
	default:
		pt.level = stat.NewTerm(pt.undisturbed.times.Slices(), o.Seed, stream(pt.Point, Time))
	}
	list := []*test{pt.time, pt.testTime(MeanTime, (*stat.Times).Mean, o)}
	if parallelism(pt.Point) > 1 && pt.busyCPUs().Blocks() > 0 {
		list = append(list, pt.testBusy(o))
	}
	for _, q := range []Quantity{Bytes, Allocs} {
		if t := pt.testCount(q, o); t != nil {
			list = append(list, t)
		}
	}
	return list
}

// testTime is the test of a time, by all blocks. On several CPUs the size of its change
// comes from the undisturbed blocks, if there are enough.
func (pt *judged) testTime(q Quantity, of func(*stat.Times) stat.Data, o Options) *test {
	t := pt.test(q, of(pt.times), o)
	if !pt.onSeveralCPUs() || pt.undisturbed == pt.prepared {
		return t
	}
	if t.tooDisturbed, t.Disturbed = pt.tooFewUndisturbed(), pt.tooFewUndisturbed(); !t.tooDisturbed {
		t.setSize(stat.NewTerm(of(pt.undisturbed.times), o.Seed, stream(pt.Point, q)))
	}
	return t
}

// testBusy is the test of the CPUs that were busy, by undisturbed blocks: how many CPUs a
// program keeps busy while others use them says nothing about the program.
func (pt *judged) testBusy(o Options) *test {
	busy := pt.undisturbed.busyCPUs()
	if pt.tooFewUndisturbed() || busy.Blocks() == 0 {
		return emptyTest(pt.change(AverageParallelism), pt)
	}
	return pt.test(AverageParallelism, busy, o)
}

func (pt *judged) test(q Quantity, s stat.Data, o Options) *test {
	term := stat.NewTerm(s, o.Seed, stream(pt.Point, q))
	t := &test{Change: pt.change(q), tested: stat.Single(term), points: []*judged{pt}}
	t.setSize(term)
	return t
}

// setSize takes the size of the change from a term.
func (t *test) setSize(by *stat.Term) {
	t.Base, t.Head = by.Levels()
	t.Quantile, t.Paired, t.Blocks = by.Quantile(), by.Paired(), by.Blocks()
	t.size = stat.Single(by)
}

// emptyTest is a change without numbers, because others had the CPUs of one of the
// points.
func emptyTest(c Change, points ...*judged) *test {
	nan := math.NaN()
	c.Base, c.Head, c.Ratio, c.Low, c.High, c.Floor, c.P, c.Adjusted = nan, nan, nan, nan, nan, nan, nan, nan
	c.Blocks = len(points[0].undisturbed.blocks)
	for _, pt := range points {
		c.Blocks = min(c.Blocks, len(pt.undisturbed.blocks))
	}
	return &test{Change: c, noNumbers: true, tooDisturbed: true, points: points}
}
