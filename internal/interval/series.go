package interval

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"overlap/internal/sampling"
)

// Series is the samples of a point that count.
//
// The geometric mean stands for a point. A machine with neighbours runs the same
// code at two speeds, each for longer than a sample: the median jumps between the
// two, and a low quantile finds the faster one only if it is frequent. Choosing the
// steadiest of the three per workload was rejected: two runs of one machine chose
// differently and disagreed beyond their intervals.
type Series []Timing

// Timing is a sample and its round. A negative round belongs to this sample alone.
type Timing struct {
	Round   int
	Seconds float64
	InBlock bool // measured side by side with all others of its round
}

// Mean returns the geometric mean; NaN without samples.
func (s Series) Mean() float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return math.Exp(stat.Mean(s.Logs(), nil))
}

// Logs returns the logarithms of the samples.
func (s Series) Logs() (logs []float64) {
	logs = make([]float64, len(s))
	for i, v := range s {
		logs[i] = math.Log(v.Seconds)
	}
	return logs
}

// SameRounds cuts series to the range of rounds that they share: from the latest first
// round to the earliest last one. A sweep
// stops measuring a precise point and starts others late; the mean of ten early
// rounds over the mean of forty would contain the drift of the machine as well as
// the gain. Where the machine slows down by 30 % during a run, 95 % intervals of
// such quotients hold the truth in 40 of 100 cases only.
//
// Series of blocks are cut to the rounds that all of them have: within a round they have
// the same machine, and some points are in every third round only.
//
// If one of the series has no rounds, or too few samples in that range for an
// interval, SameRounds returns all of them uncut.
func SameRounds(all ...Series) []Series {
	if !slices.ContainsFunc(all, func(s Series) bool { return len(s) == 0 || !s[0].InBlock }) {
		return commonRounds(all)
	}
	first, last, known := 0, math.MaxInt, true
	for _, s := range all {
		low, high := s.span()
		first, last, known = max(first, low), min(last, high), known && low >= 0
	}
	if !known {
		return all
	}
	cut := make([]Series, len(all))
	for i, s := range all {
		cut[i] = slices.DeleteFunc(slices.Clone(s), func(v Timing) bool { return v.Round < first || v.Round > last })
		if len(cut[i]) < MinForInterval {
			return all
		}
	}
	return cut
}

// commonRounds cuts series to the rounds that all have, unless these are too few.
func commonRounds(all []Series) []Series {
	have := map[int]int{}
	for _, s := range all {
		for _, v := range s {
			have[v.Round]++
		}
	}
	cut := make([]Series, len(all))
	for i, s := range all {
		cut[i] = slices.DeleteFunc(slices.Clone(s), func(v Timing) bool { return have[v.Round] < len(all) })
		if len(cut[i]) < MinForInterval {
			return all
		}
	}
	return cut
}

// span returns the first and the last round.
func (s Series) span() (first, last int) {
	first, last = math.MaxInt, math.MinInt
	for _, v := range s {
		first, last = min(first, v.Round), max(last, v.Round)
	}
	return first, last
}

// Quotient returns the quotient of two points, over the rounds in which both were
// measured, with its 95 % interval.
func Quotient(a, b Series) Interval { return QuotientAmong(1, a, b) }

// QuotientAmong is Quotient for one that was chosen among several by its value; the
// interval accounts for the choice.
func QuotientAmong(several int, a, b Series) Interval {
	both := SameRounds(a, b)
	return RatioOfCut(both[0], both[1], several)
}

// RatioOfCut returns the quotient of two series that were cut to the same rounds, with a
// 95 % interval that holds for several such quotients at once (Bonferroni).
//
// The interval is Student's t of the differences of the logarithms, round by round:
// a sweep measures the points of a round close together, so slow drift cancels. A
// bootstrap was rejected because its intervals are too narrow for few samples. The
// value rests on all samples, so that gains multiply exactly; samples without a
// partner widen the interval by as much as they move the value.
//
// Where more than a fifth has no partner, because of pressure in different rounds
// or because the rounds are unknown, the interval is that of two independent means.
func RatioOfCut(a, b Series, several int) Interval {
	value := a.Mean() / b.Mean()
	if min(len(a), len(b)) < MinForInterval {
		return Interval{value, math.NaN(), math.NaN()}
	}
	var e, freedom, moved float64
	if d := partners(a, b); 5*len(d) >= 4*max(len(a), len(b)) {
		e, freedom = sampling.Error(d)
		moved = math.Log(value) - stat.Mean(d, nil)
	} else {
		e, freedom = welch(a.Logs(), b.Logs())
	}
	half := math.Exp(math.Hypot(sampling.StudentsT(freedom, several)*e, moved))
	return Interval{value, value / half, value * half}
}

// partners returns the logarithms of a over b for the rounds that have both. If b
// has several samples in a round, the last is used.
func partners(a, b Series) []float64 {
	a, b = a.byRound(), b.byRound()
	differences := make([]float64, 0, min(len(a), len(b)))
	j := 0
	for _, v := range a {
		for j < len(b) && (b[j].Round < v.Round || j+1 < len(b) && b[j+1].Round <= v.Round) {
			j++
		}
		if j < len(b) && b[j].Round == v.Round {
			differences = append(differences, math.Log(v.Seconds/b[j].Seconds))
		}
	}
	return differences
}

// byRound returns the series in the order of its rounds.
func (s Series) byRound() Series {
	order := func(x, y Timing) int { return cmp.Compare(x.Round, y.Round) }
	if slices.IsSortedFunc(s, order) {
		return s
	}
	s = slices.Clone(s)
	slices.SortStableFunc(s, order)
	return s
}
