package report

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/sampling"
)

// series is the samples of a point that count.
//
// The geometric mean stands for a point. Machines whose cores have neighbours
// run the same code at two speeds for spells longer than a sample: the median
// of such samples jumps from one speed to the other, and a low quantile finds
// the undisturbed speed only where there is enough of it. Choosing the
// steadiest of these per workload was tried, too: two runs of one machine then
// chose differently and disagreed beyond their intervals.
type series []visit

// visit is a sample and the round that it was taken in; negative rounds are of
// this sample alone.
type visit struct {
	round   int
	seconds float64
}

// mean is the geometric mean, NaN of nothing.
func (s series) mean() float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return math.Exp(stat.Mean(s.logs(), nil))
}

// logs are the logarithms of the samples.
func (s series) logs() (logs []float64) {
	logs = make([]float64, len(s))
	for i, v := range s {
		logs[i] = math.Log(v.seconds)
	}
	return logs
}

// sameRounds cuts series to the rounds in which all of them were measured. A
// sweep leaves a point that is precise and goes on with others, and begins some
// later: the mean of the first ten rounds over that of forty is the drift of the
// machine as much as the gain. Of runs of which the machine slows down by 30 %,
// 95 % intervals of such quotients hold the truth in 40 of 100.
//
// Series whose rounds are unknown, or that share too few for an interval, stay
// as they are.
func sameRounds(all ...series) []series {
	first, last, known := 0, math.MaxInt, true
	for _, s := range all {
		low, high := s.span()
		first, last, known = max(first, low), min(last, high), known && low >= 0
	}
	if !known {
		return all
	}
	cut := make([]series, len(all))
	for i, s := range all {
		cut[i] = slices.DeleteFunc(slices.Clone(s), func(v visit) bool { return v.round < first || v.round > last })
		if len(cut[i]) < minSpread {
			return all
		}
	}
	return cut
}

// span is the first and the last round.
func (s series) span() (first, last int) {
	first, last = math.MaxInt, math.MinInt
	for _, v := range s {
		first, last = min(first, v.round), max(last, v.round)
	}
	return first, last
}

// quotient is the quotient of two points, over the rounds in which both were
// measured, with its 95 % interval.
func quotient(a, b series) Interval { return quotientAmong(1, a, b) }

// quotientAmong is a quotient that was chosen among several by its value. Its
// interval holds for that choice.
func quotientAmong(several int, a, b series) Interval {
	both := sameRounds(a, b)
	return ratio(both[0], both[1], several)
}

// ratio is the quotient of two series that were cut to the same rounds, with the
// 95 % interval, which holds for all of several such at once (Bonferroni). It is
// Student's t of the logarithms' differences, round by
// round, because a sweep measures those of a round close together, so that what
// the machine's slow drift does to both cancels. It is t because that is right
// for few samples, where a bootstrap gives intervals that are too narrow. The
// value rests on all samples, so that gains multiply exactly; where a few of them
// have no partner, the interval is as much wider as they move the value.
//
// Where a fifth has no partner, because others wanted the CPUs in different
// rounds or the rounds are unknown, the interval is that of two independent
// means.
func ratio(a, b series, several int) Interval {
	value := a.mean() / b.mean()
	if min(len(a), len(b)) < minSpread {
		return Interval{value, math.NaN(), math.NaN()}
	}
	var e, freedom, moved float64
	if d := partners(a, b); 5*len(d) >= 4*max(len(a), len(b)) {
		e, freedom = sampling.Error(d)
		moved = math.Log(value) - stat.Mean(d, nil)
	} else {
		e, freedom = welch(a.logs(), b.logs())
	}
	half := math.Exp(math.Hypot(sampling.StudentsT(freedom, several)*e, moved))
	return Interval{value, value / half, value * half}
}

// partners are the logarithms of a over b in the rounds that have both. Of
// several samples of b in a round the last is the partner.
func partners(a, b series) []float64 {
	a, b = a.byRound(), b.byRound()
	differences := make([]float64, 0, min(len(a), len(b)))
	j := 0
	for _, v := range a {
		for j < len(b) && (b[j].round < v.round || j+1 < len(b) && b[j+1].round <= v.round) {
			j++
		}
		if j < len(b) && b[j].round == v.round {
			differences = append(differences, math.Log(v.seconds/b[j].seconds))
		}
	}
	return differences
}

// byRound is the series itself where it is in order, as in most files.
func (s series) byRound() series {
	order := func(x, y visit) int { return cmp.Compare(x.round, y.round) }
	if slices.IsSortedFunc(s, order) {
		return s
	}
	s = slices.Clone(s)
	slices.SortStableFunc(s, order)
	return s
}
