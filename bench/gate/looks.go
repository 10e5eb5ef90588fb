package gate

import (
	"fmt"
	"math"
	"slices"
	"time"

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

// shares are what each of the three looks may spend of the error rate.
var shares = [3]float64{.3, .4, .3}

// PlanLooks plans the looks of a check that has time for so many blocks of every point,
// where the binaries of every blocks are the same: one at half of them, or at as many more as
// it takes to show a change in a number of tests; one when all are measured; and one at half
// as many again, for the time that settled benchmarks leave to the others. If the first
// would come after three quarters of the blocks, there are none.
func PlanLooks(blocks, every, tests int, alpha float64) Looks {
	every = max(1, every)
	half := (blocks/2 + every - 1) / every * every
	first := max(half, every*leastUnits(tests, alpha*shares[0]))
	if 4*first > 3*blocks {
		return nil
	}
	return Looks{first, blocks, blocks + half}
}

// share is what the look may spend at which a benchmark with so many blocks stopped.
func (l Looks) share(blocks int) float64 {
	if len(l) == 0 {
		return 1
	}
	i, _ := slices.BinarySearch(l, blocks)
	return shares[min(i, len(shares)-1)]
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
	if len(l) == 0 || len(l) == len(shares) && l[0] > 0 && l[0] < l[1] && l[1] < l[2] {
		return nil
	}
	return fmt.Errorf("looks %v: there must be %d, ascending, or none", []int(l), len(shares))
}

// Most is the largest number of blocks that a point may have.
func (s Setup) Most() int {
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
// benchmark is settled: what decides the outcome is known, or would not be known after the
// last look either, and no other test is about to find a regression. At the end, Judge
// corrects for all tests anew, so a change that just sufficed here may be undecided there.
func Settled(series []Series, o Options) func(sweep.Point) bool {
	o.Quick, o.OnlyFound = true, false
	j, tests, _ := assess(series, &o)
	open, regressed := map[benchmarkOf]bool{}, map[benchmarkOf]bool{}
	for _, t := range j.tests {
		regressed[benchmark(t.points[0].Point)] = regressed[benchmark(t.points[0].Point)] || Regression(t.Change)
	}
	for _, pt := range j.points {
		// The interval of an efficiency is a bootstrap, which has no share of an error rate: it
		// is for all blocks that are planned.
		_, demanded := o.Rules.Of(pt.Package, pt.Workload).DemandsOver(o.Demands)[parallelism(pt.Point)]
		open[benchmark(pt.Point)] = open[benchmark(pt.Point)] || demanded && !o.Looks.beyondPlan(pt.measured)
	}
	for _, t := range j.tests {
		of := benchmark(t.points[0].Point)
		open[of] = open[of] || t.goesOn(o, tests, regressed[of])
	}
	return func(p sweep.Point) bool { return !open[benchmark(p)] }
}

// goesOn reports whether more blocks may change what a test says of the outcome. regressed
// says that another test of the benchmark has found a regression.
func (t *test) goesOn(o Options, tests int, regressed bool) bool {
	if t.Verdict != CannotTell {
		return false
	}
	found, same := t.outlook(o, tests)
	worse := t.Quantity.canRegress() && (t.Ratio > 1) == t.Quantity.LessIsBetter()
	return t.Quantity.traits().decides && (found || same) || found && worse && !regressed
}

// beyondPlan reports whether as many blocks as were planned are measured.
func (l Looks) beyondPlan(blocks int) bool { return len(l) > 1 && blocks >= l[len(l)-2] }

// hopeful is how many standard errors the change may be from its estimate in our favour, a
// chance of one in four. With one in ten, most noisy benchmarks had a test that went on.
const hopeful = .67

// outlook says what the blocks up to the last look may do for an undecided test, if its
// interval gets narrower as the root of what is timed, and the change is as far from the
// estimate as luck may have it: find a change, or show that it is within the threshold. To
// give up early costs power and raises no false alarm. Others may leave the CPUs, but time
// beyond the plan is only for what is nearly settled.
func (t *test) outlook(o Options, tests int) (found, same bool) {
	beyond := o.Looks.beyondPlan(t.measured)
	if t.noNumbers || t.tooDisturbed || len(o.Looks) == 0 {
		return !beyond, !beyond
	}
	luck, last := hopeful, o.Looks[len(o.Looks)-1]
	if beyond || !t.Quantity.traits().decides { // means of few slices are often far off
		luck = 0
	}
	end := o.Looks.share(last)
	estimate := math.Abs(math.Log(t.Ratio))
	sd := (math.Log(t.High) - math.Log(t.Low)) / 2 / deviations(intervalError*t.share)
	later := sd * math.Sqrt(t.worth/(t.worth+float64(last-t.measured)))
	limit := margin(t.Threshold)
	found = estimate+luck*sd >= max(limit, later*deviations(o.Alpha*end/float64(max(1, tests))))
	same = max(0, estimate-luck*sd)+later*deviations(intervalError*end) <= limit
	return found, same
}

// length is how long the slots of a point took on average, as a share of those to come.
func (pt *prepared) length(whole time.Duration) float64 {
	took, slots := 0.0, 0
	for _, b := range pt.blocks {
		for _, s := range b.Slots {
			slots++
			for _, ns := range s.Slices {
				took += ns * float64(s.Ops)
			}
		}
	}
	if whole <= 0 || slots == 0 {
		return 1
	}
	return min(took/float64(slots)/float64(whole), 1)
}

// intervalError is the chance that an interval leaves out the change.
const intervalError = .05

// Interval returns the bounds of a 95 % interval of the ratio as of a check with one look,
// for who wants a standard error: Low and High leave room for all looks.
func (c Change) Interval() (low, high float64) {
	if !(c.miss > 0) {
		return c.Low, c.High
	}
	log, narrower := math.Log(c.Ratio), deviations(intervalError)/deviations(c.miss)
	return math.Exp(log + (math.Log(c.Low)-log)*narrower), math.Exp(log + (math.Log(c.High)-log)*narrower)
}

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
