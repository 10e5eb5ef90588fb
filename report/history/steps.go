package history

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// stretch is Points[first:end] of a series, all in one segment and with ratios.
type stretch struct{ first, end int }

// find sets the steps of all series, and their causes.
func (h *History) find(o Options) {
	scans := make([]*scan, len(h.Series))
	for i := range h.Series {
		scans[i] = newScan(h.Series[i].Points)
		h.Tests += scans[i].tests()
	}
	setLimits(scans, o.Alpha, h.Tests)
	unmeasured := countUnmeasured(h.Commits, o.places())
	for i := range h.Series {
		s := &h.Series[i]
		for _, x := range scans[i].steps(math.Log1p(o.MinChange)) {
			s.Steps = append(s.Steps, h.step(s, scans[i], x, unmeasured))
		}
	}
	h.gather()
}

// countUnmeasured returns, for each commit, how many commits of the repository up to it
// were not measured.
func countUnmeasured(commits []Commit, places map[string]int) []int {
	counts := make([]int, len(commits))
	measured, last := 0, 0
	for i, c := range commits {
		if place := places[c.Hash]; place > 0 {
			measured++
			last = max(0, place-measured)
		}
		counts[i] = last
	}
	return counts
}

func (h *History) step(s *Series, c *scan, x stretch, unmeasured []int) Step {
	points := s.Points[x.first:x.end]
	from, to := points[0].Base, points[len(points)-1].Commit
	sum, err := c.sum(x)
	step := Step{
		Metric: s.Metric, Span: h.span([2]int{from, to}, unmeasured),
		Ratio: *ratioOf(max(-maxLog, min(maxLog, sum)), err), Worse: (sum > 0) == s.Quantity.LessIsBetter(),
	}
	if err > 0 {
		step.Sigma = sum / err
	}
	return step
}

// setLimits sets the limits of all series for a number of tested stretches.
func setLimits(scans []*scan, alpha float64, tests int) {
	all := make([]*tails, len(scans))
	for i, c := range scans {
		c.limit = quantile(c.freedom, alpha/float64(max(1, tests))/2)
		all[i] = newTails(c.sizes(), c.limit*c.widening)
	}
	for i, limit := range ratioLimits(all, heavyTailed*alpha) {
		scans[i].ratioLimit = limit
	}
}

// The chances of a false step in multiples of Alpha: heavyTailed where errors are known
// to have heavy tails, maxFalse overall, including histories that are too short to know.
const (
	heavyTailed = 2
	maxFalse    = 5
)

// scan tests the stretches of one series.
type scan struct {
	segments  []stretch
	sums      []float64 // of the logarithms, before each point
	variances []float64 // of the sums, guarded
	errors    []float64 // standard errors of the points, widened only beyond maxWidening
	widening  float64   // factor from errors to the standard errors in variances
	freedom   float64   // degrees of freedom of the standard errors

	// Chance explains what does not exceed these numbers of standard errors: of a stretch
	// if errors are normal, and of a single ratio with the tails that the ratios suggest.
	limit, ratioLimit float64
}

func newScan(points []Point) *scan {
	c := &scan{sums: make([]float64, len(points)+1), variances: make([]float64, len(points)+1), errors: make([]float64, len(points))}
	typical, widening, freedom := estimateErrors(points)
	c.freedom, c.widening = freedom, widening
	if widening > maxWidening {
		c.widening = 1
	}
	for i, p := range points {
		err := p.err
		if err > 0 {
			err = widening * max(err, typical)
		}
		c.errors[i] = err / c.widening
		c.sums[i+1] = c.sums[i] + p.log
		c.variances[i+1] = c.variances[i] + err*err
		switch n := len(c.segments); {
		case p.Base < 0:
		case n > 0 && c.segments[n-1].end == i:
			c.segments[n-1].end++
		default:
			c.segments = append(c.segments, stretch{i, i + 1})
		}
	}
	return c
}

// sizes returns the sizes of the ratios in standard errors, without the counted ones.
func (c *scan) sizes() (all []float64) {
	for i, err := range c.errors {
		if err > 0 {
			all = append(all, math.Abs(c.sums[i+1]-c.sums[i])/err)
		}
	}
	return all
}

const (
	// maxWidening is the largest factor between the scatter of ratios and their intervals
	// with which the intervals still count. Beyond it, errors come from the scatter alone.
	maxWidening = 1.5

	// minScatter is the number of ratios that it takes to estimate their scatter.
	minScatter = 8
)

// estimateErrors returns the typical standard error of the ratios, the factor by which
// all are too small, and their degrees of freedom: the interval of a run of B blocks has
// B−1, and the median of n intervals about n/2 times as many.
func estimateErrors(points []Point) (typical, widening, freedom float64) {
	var errs, z, blocks []float64
	for _, p := range points {
		if p.err > 0 {
			errs = append(errs, p.err)
			blocks = append(blocks, float64(p.blocks))
		}
	}
	typical, widening = median(errs), 1
	for _, p := range points {
		if p.err > 0 {
			z = append(z, p.log/max(p.err, typical))
		}
	}
	if len(z) >= minScatter {
		// Differences of neighbours, because a long drift is not scatter.
		differences := make([]float64, len(z)-1)
		for i := range differences {
			differences[i] = math.Abs(z[i+1] - z[i])
		}
		widening = max(1, 1.4826*median(differences)/math.Sqrt2)
	}
	perRun := cmp.Or(median(blocks), 12) // unknown: the fewest that can show a difference
	freedom = (perRun - 1) * float64(len(errs)+1) / 2
	if widening > maxWidening { // the scatter alone counts, and a median has 0.37 of its information
		freedom = min(freedom, 0.37*float64(len(errs)))
	}
	return typical, widening, max(1, freedom)
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return (x[len(x)/2] + x[(len(x)-1)/2]) / 2
}

// stretches returns the tested stretches of a length.
func (c *scan) stretches(length int) (all []stretch) {
	for _, s := range c.segments {
		for first := s.first; first+length <= s.end; first += max(1, length/4) {
			all = append(all, stretch{first, first + length})
		}
	}
	return all
}

// tests returns the number of tested stretches.
func (c *scan) tests() (n int) {
	for length := 1; length <= len(c.errors); length *= 2 {
		n += len(c.stretches(length))
	}
	return n
}

// sum returns the logarithm of the ratio over the stretch, and its standard error.
func (c *scan) sum(x stretch) (log, err float64) {
	return c.sums[x.end] - c.sums[x.first], math.Sqrt(max(0, c.variances[x.end]-c.variances[x.first]))
}

// quantile returns the number of standard errors that a ratio exceeds with the
// probability tail. Gonum's quantile of Student's distribution is far off at ten
// thousand degrees of freedom and more; there, the quantile of the normal distribution
// serves.
func quantile(freedom, tail float64) float64 {
	if freedom > 5000 {
		return -distuv.UnitNormal.Quantile(tail)
	}
	return -distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(tail)
}

// explained reports whether chance explains a stretch. If errors have heavy tails, a sum
// that is large by chance has one large error (the principle of a single big jump; Foss,
// Korshunov and Zachary, 2011), and the others are assumed to add at most 1.5 of their
// standard errors. Three would be safe, but would find eight commits of 2.5 errors each
// in 66 % of histories, not in 97 %. A stretch that is a step even without its two
// largest ratios is not such a sum.
func (c *scan) explained(x stretch) bool {
	log, err := c.sum(x)
	if math.Abs(log) <= c.limit*err {
		return true
	}
	one := slices.Max(c.errors[x.first:x.end])
	others := math.Sqrt(max(0, err*err-one*one*c.widening*c.widening))
	if math.Abs(log) > c.ratioLimit*one+1.5*others {
		return false
	}
	largest, second := 0.0, 0.0
	for i := x.first; i < x.end; i++ {
		size := math.Copysign(1, log) * (c.sums[i+1] - c.sums[i])
		second = max(second, min(largest, size))
		largest = max(largest, size)
	}
	return math.Abs(log)-largest-second <= c.limit*others
}

// steps returns, in their order, the shortest stretches with a logarithm of at least
// minLog that chance does not explain. None overlaps another.
func (c *scan) steps(minLog float64) (found []stretch) {
	covered := make([]bool, len(c.errors))
	overlaps := func(x stretch) bool { return slices.Contains(covered[x.first:x.end], true) }
	for length := 1; length <= len(c.errors); length *= 2 {
		candidates := slices.DeleteFunc(c.stretches(length), func(x stretch) bool {
			log, _ := c.sum(x)
			return math.Abs(log) < minLog || c.explained(x) || overlaps(x)
		})
		// Among overlapping candidates the strongest is nearest to what happened.
		slices.SortStableFunc(candidates, func(a, b stretch) int { return c.compare(b, a) })
		for _, x := range candidates {
			if overlaps(x) {
				continue
			}
			found = append(found, x)
			for i := x.first; i < x.end; i++ {
				covered[i] = true
			}
		}
	}
	slices.SortFunc(found, func(a, b stretch) int { return a.first - b.first })
	return found
}

// compare orders stretches by their change in standard errors. It does not divide,
// because counted ratios have no error.
func (c *scan) compare(a, b stretch) int {
	x, xe := c.sum(a)
	y, ye := c.sum(b)
	return cmp.Compare(math.Abs(x)*ye, math.Abs(y)*xe)
}
