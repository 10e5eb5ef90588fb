package history

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// stretch is Points[first:end] of a series, all of one segment and with ratios.
type stretch struct{ first, end int }

// find looks for the steps of all series.
func (h *History) find(o Options) {
	scans := make([]*scan, len(h.Series))
	for i := range h.Series {
		scans[i] = newScan(h.Series[i].Points)
		h.Tests += scans[i].tests()
	}
	judge(scans, o.Alpha, h.Tests)
	unmeasured := gaps(h.Commits, o.Order)
	for i := range h.Series {
		s := &h.Series[i]
		for _, x := range scans[i].steps(math.Log1p(o.Least)) {
			s.Steps = append(s.Steps, h.step(s, scans[i], x, unmeasured))
		}
	}
}

// gaps counts, for each commit, those of the repository up to it that nobody
// measured.
func gaps(commits, order []Commit) []int {
	place := map[string]int{}
	for i, c := range order {
		place[c.Hash] = i + 1
	}
	list := make([]int, len(commits))
	known, last := 0, 0
	for i, c := range commits {
		if at := place[c.Hash]; at > 0 {
			known++
			last = max(0, at-known)
		}
		list[i] = last
	}
	return list
}

func (h *History) step(s *Series, c *scan, x stretch, unmeasured []int) Step {
	points := s.Points[x.first:x.end]
	from, to := points[0].Base, points[len(points)-1].Commit
	sum, err := c.sum(x)
	step := Step{
		Package: s.Package, Name: s.Name, Quantity: s.Quantity,
		Before: h.Commits[from], After: h.Commits[to], At: [2]int{from, to},
		Inside: len(points) - 1, Unknown: max(0, unmeasured[to]-unmeasured[from]),
		Ratio: *ratioOf(max(-furthest, min(furthest, sum)), err), Worse: (sum > 0) == s.Quantity.LessIsBetter(),
	}
	if err > 0 {
		step.Sigma = sum / err
	}
	return step
}

// judge sets the limits of all series, for a number of stretches that are tested.
func judge(scans []*scan, alpha float64, tests int) {
	all := make([]*tails, len(scans))
	for i, c := range scans {
		c.limit = quantileOf(c.freedom, alpha/float64(max(1, tests))/2)
		all[i] = newTails(c.sizes(), c.limit*c.wide)
	}
	for i, largest := range largestOf(all, heavier*alpha) {
		scans[i].largest = largest
	}
}

// heavier is how many times Alpha a false step may happen where errors are known
// to have heavy tails, and mostFalse how many times in all: with the histories
// that do not let it be known.
const (
	heavier   = 2
	mostFalse = 5
)

// scan tests the stretches of one series.
type scan struct {
	segments  []stretch
	sums      []float64 // of the logarithms, before each point
	variances []float64 // of those, guarded
	errors    []float64 // of the points, widened only if intervals are not believable
	wide      float64   // what variances are widened by beyond that
	freedom   float64   // degrees of freedom of the standard errors

	// How many standard errors a stretch exceeds by chance if errors are normal,
	// and how many a single ratio does, as the ratios themselves tell.
	limit, largest float64
}

func newScan(points []Point) *scan {
	c := &scan{sums: make([]float64, len(points)+1), variances: make([]float64, len(points)+1), errors: make([]float64, len(points))}
	typical, wide, freedom := errorsOf(points)
	c.freedom, c.wide = freedom, wide
	if wide > believable {
		c.wide = 1
	}
	for i, p := range points {
		err := p.err
		if err > 0 {
			err = wide * max(err, typical)
		}
		c.errors[i] = err / c.wide
		c.sums[i+1] = c.sums[i] + p.log
		c.variances[i+1] = c.variances[i] + err*err
		if n := len(c.segments); p.Base < 0 {
			continue
		} else if n > 0 && c.segments[n-1].end == i {
			c.segments[n-1].end++
		} else {
			c.segments = append(c.segments, stretch{i, i + 1})
		}
	}
	return c
}

// sizes are those of the ratios in standard errors, without the counted ones.
func (c *scan) sizes() (all []float64) {
	for i, err := range c.errors {
		if err > 0 {
			all = append(all, math.Abs(c.sums[i+1]-c.sums[i])/err)
		}
	}
	return all
}

// believable is how many times what intervals say ratios may scatter. Beyond it,
// only the scatter tells how large errors are.
const believable = 1.5

// fewest is how many ratios tell how much they scatter.
const fewest = 8

// errorsOf is the typical standard error of the ratios, the factor by which all
// are too small, and the degrees of freedom with which the errors are known: an
// interval of a run of B blocks is worth B−1, and a median of n of them about
// half of n times as many.
func errorsOf(points []Point) (typical, wide, freedom float64) {
	var errs, z, blocks []float64
	for _, p := range points {
		if p.err > 0 {
			errs = append(errs, p.err)
			blocks = append(blocks, float64(p.blocks))
		}
	}
	typical, wide = median(errs), 1
	for _, p := range points {
		if p.err > 0 {
			z = append(z, p.log/max(p.err, typical))
		}
	}
	if len(z) >= fewest {
		// Of neighbours, because a long drift is no scatter.
		apart := make([]float64, len(z)-1)
		for i := range apart {
			apart[i] = math.Abs(z[i+1] - z[i])
		}
		wide = max(1, 1.4826*median(apart)/math.Sqrt2)
	}
	per := median(blocks)
	if per == 0 {
		per = 12 // the fewest with which a difference can be told at all
	}
	freedom = (per - 1) * float64(len(errs)+1) / 2
	if wide > believable { // what is known is the scatter, and a median tells 0.37 of it
		freedom = min(freedom, 0.37*float64(len(errs)))
	}
	return typical, wide, max(1, freedom)
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return (x[len(x)/2] + x[(len(x)-1)/2]) / 2
}

// stretches calls yield with those of one length.
func (c *scan) stretches(length int, yield func(stretch)) {
	for _, s := range c.segments {
		for first := s.first; first+length <= s.end; first += max(1, length/4) {
			yield(stretch{first, first + length})
		}
	}
}

func (c *scan) longest() (n int) {
	for _, s := range c.segments {
		n = max(n, s.end-s.first)
	}
	return n
}

func (c *scan) tests() (n int) {
	for length := 1; length <= c.longest(); length *= 2 {
		c.stretches(length, func(stretch) { n++ })
	}
	return n
}

// sum is the logarithm of the ratio over the stretch, and its standard error.
func (c *scan) sum(x stretch) (log, err float64) {
	return c.sums[x.end] - c.sums[x.first], math.Sqrt(max(0, c.variances[x.end]-c.variances[x.first]))
}

// quantileOf is how many standard errors a ratio exceeds with the probability
// tail. Gonum's quantile of Student's distribution is wrong by far for ten
// thousand degrees of freedom and more, where it is the normal one.
func quantileOf(freedom, tail float64) float64 {
	if freedom > 5000 {
		return -distuv.UnitNormal.Quantile(tail)
	}
	return -distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(tail)
}

// explained reports whether chance explains a stretch. If errors have heavy
// tails, a sum that is large by chance is so because one of them is (the principle
// of a single big jump; Foss, Korshunov and Zachary, 2011), and the others help it.
// By three of their standard errors they never do, but then eight commits of 2.5
// errors each would be found in 66 % of histories, not in 97 %. A stretch that is
// a step without its two largest ratios is not such a sum.
func (c *scan) explained(x stretch) bool {
	log, err := c.sum(x)
	if math.Abs(log) <= c.limit*err {
		return true
	}
	one := slices.Max(c.errors[x.first:x.end])
	others := math.Sqrt(max(0, err*err-one*one*c.wide*c.wide))
	if math.Abs(log) > c.largest*one+1.5*others {
		return false
	}
	most, second := 0.0, 0.0
	for i := x.first; i < x.end; i++ {
		size := math.Copysign(1, log) * (c.sums[i+1] - c.sums[i])
		second = max(second, min(most, size))
		most = max(most, size)
	}
	return math.Abs(log)-most-second <= c.limit*others
}

// steps are the shortest stretches that change by at least least and that chance
// does not explain, in their order. None overlaps another.
func (c *scan) steps(least float64) (found []stretch) {
	taken := make([]bool, len(c.sums))
	for length := 1; length <= c.longest(); length *= 2 {
		var here []stretch
		c.stretches(length, func(x stretch) {
			if log, _ := c.sum(x); math.Abs(log) >= least && !c.explained(x) && !slices.Contains(taken[x.first:x.end], true) {
				here = append(here, x)
			}
		})
		// Of those that overlap, the strongest is nearest to what happened.
		slices.SortStableFunc(here, func(a, b stretch) int { return c.compare(b, a) })
		for _, x := range here {
			if slices.Contains(taken[x.first:x.end], true) {
				continue
			}
			found = append(found, x)
			for i := x.first; i < x.end; i++ {
				taken[i] = true
			}
		}
	}
	slices.SortFunc(found, func(a, b stretch) int { return a.first - b.first })
	return found
}

// compare orders stretches by how far they are from no change.
func (c *scan) compare(a, b stretch) int {
	x, xe := c.sum(a)
	y, ye := c.sum(b)
	switch left, right := math.Abs(x)*ye, math.Abs(y)*xe; {
	case left < right:
		return -1
	case left > right:
		return 1
	}
	return 0
}
