package gate

import (
	"fmt"
	"math"
	"slices"

	"overlap/bench/gate/stat"
	"overlap/bench/sweep"
)

// Looks are the numbers of blocks after which a check looks at what it has, ascending. A
// benchmark that is settled then is not measured again. The last one is the most blocks
// that any benchmark gets. Without looks there is one, at the end.
//
// Who looks more often has more chances of a false alarm. So each look may spend a share
// of the error rate that is fixed before the first block, and the shares add up to 1: a p
// value is divided by the share of the look at which its benchmark stopped. Where each
// test is judged at one of these looks, a true hypothesis is then rejected with at most
// its share of alpha for any rule of stopping, also for one that saw the names, since the
// chances of the looks add up at most to it. Holm's correction needs no more than that.
// Bounds that use how looks depend on each other (Pocock, 1977; O'Brien and Fleming,
// 1979) are a little less strict, and hold for means of normal noise only. To spend an
// error rate over looks is by Lan and DeMets (1983).
type Looks []int

// shares are what each look may spend of the error rate, by the number of looks.
var shares = [][]float64{1: {1}, 2: {.4, .6}, 3: {.3, .4, .3}}

// PlanLooks plans the looks of a check that has time for so many blocks of every point,
// where the binaries of every blocks are the same: one at half of them; one when all are
// measured; and one at half as many again, for the time that settled benchmarks leave to
// the others. It leaves out the first if so few blocks could not show a change in a number
// of tests.
func PlanLooks(blocks, every, tests int, alpha float64) Looks {
	every = max(1, every)
	first, more := (blocks/2+every-1)/every*every, (blocks/2+every-1)/every*every
	if first = max(first, every*leastUnits(tests, alpha*shares[3][0])); 4*first > 3*blocks {
		return nil
	}
	return Looks{first, blocks, blocks + more}
}

// share is what the look may spend at which a benchmark with so many blocks stopped.
func (l Looks) share(blocks int) float64 {
	if len(l) == 0 {
		return 1
	}
	i, _ := slices.BinarySearch(l, blocks)
	return shares[len(l)][min(i, len(l)-1)]
}

// Range is how many blocks the points with the fewest and with the most have.
type Range struct {
	Least int `json:"least"` // blocks
	Most  int `json:"most"`  // blocks
}

// Measured returns how many blocks the series have.
func Measured(series []Series) (n Range) {
	for i, s := range series {
		if i == 0 {
			n.Least = len(s.Blocks)
		}
		n = Range{min(n.Least, len(s.Blocks)), max(n.Most, len(s.Blocks))}
	}
	return n
}

// check returns an error for looks that PlanLooks does not make.
func (l Looks) check() error {
	if len(l) >= len(shares) || !slices.IsSorted(l) || len(slices.Compact(slices.Clone(l))) < len(l) || len(l) > 0 && l[0] < 1 {
		return fmt.Errorf("looks %v: there must be at most %d, ascending", []int(l), len(shares)-1)
	}
	return nil
}

// most is the largest number of blocks of a point.
func (s Setup) most() int {
	if len(s.Looks) == 0 {
		return s.Blocks
	}
	return max(s.Blocks, s.Looks[len(s.Looks)-1])
}

// benchmarkOf identifies the points that stop together: a gain compares several of them,
// block by block.
type benchmarkOf struct{ pkg, workload string }

func benchmark(p sweep.Point) benchmarkOf { return benchmarkOf{p.Package, p.Workload} }

// Settled judges what was measured until a look, and reports for a point whether its
// benchmark is settled: all that decides the outcome is known, or would not be known
// after the last look either.
func Settled(series []Series, o Options) func(sweep.Point) bool {
	o.Quick = true
	j, tests, _ := assess(series, &o)
	open := map[benchmarkOf]bool{}
	for _, pt := range j.points {
		// The interval of an efficiency is a bootstrap, which has no share of an error rate: it
		// is for all blocks that are planned.
		floors := len(o.Rules.Of(pt.Package, pt.Workload).DemandsOver(o.Demands)) > 0
		open[benchmark(pt.Point)] = open[benchmark(pt.Point)] || floors && len(o.Looks) > 1 && pt.measured < o.Looks[len(o.Looks)-2]
	}
	for _, t := range j.tests {
		if t.Quantity.traits().decides && t.Verdict == CannotTell && !t.hopeless(o, tests) {
			open[benchmark(t.points[0].Point)] = true
		}
	}
	return func(p sweep.Point) bool { return !open[benchmark(p)] }
}

// hopeful is how many standard errors the change may be from its estimate in our favour, a
// chance of one in four. One in ten let one of the tests of most noisy benchmarks go on.
const hopeful = .67

// hopeless reports whether an undecided test would stay so until the last look: if its
// interval gets narrower as the root of the blocks, and the change is as far from the
// estimate as it may be, the change is neither found nor shown to be within the threshold.
// To give up early costs power and raises no false alarm.
func (t *test) hopeless(o Options, tests int) bool {
	if t.noNumbers || t.tooDisturbed || len(o.Looks) == 0 {
		return false
	}
	last := o.Looks[len(o.Looks)-1]
	end := o.Looks.share(last)
	estimate := math.Abs(math.Log(t.Ratio))
	sd := (math.Log(t.High) - math.Log(t.Low)) / 2 / deviations(intervalError*t.share)
	later := sd * math.Sqrt(float64(t.measured)/float64(last))
	margin := margin(t.Threshold)
	luck := hopeful * sd
	if len(o.Looks) > 1 && t.measured >= o.Looks[len(o.Looks)-2] {
		luck = 0 // more than what is planned is for what is nearly settled
	}
	found := estimate+luck >= max(margin, later*deviations(o.Alpha*end/float64(max(1, tests))))
	same := max(0, estimate-luck)+later*deviations(intervalError*end) <= margin
	return !found && !same
}

// intervalError is the chance that an interval leaves out the change.
const intervalError = .05

// deviations is how many standard deviations from the mean a normal variable is with a
// chance, on both sides together.
func deviations(chance float64) float64 { return math.Sqrt2 * math.Erfinv(1-chance) }

// leastUnits is the smallest number of blocks, or of pairs of layouts, with which one of so
// many tests can be significant at a level.
func leastUnits(tests int, level float64) int {
	n := 1
	for stat.LeastP(n)*float64(tests) > level {
		n++
	}
	return n
}
