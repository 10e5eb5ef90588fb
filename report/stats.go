package report

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a value with the bounds of its 95 % interval. Low and High are
// NaN where a single sample allows none.
type Interval struct {
	Value, Low, High float64
}

// HalfWidth is the distance from the value to the farther bound.
func (i Interval) HalfWidth() float64 { return max(i.High-i.Value, i.Value-i.Low) }

// unknown is what was not measured.
var unknown = Interval{math.NaN(), math.NaN(), math.NaN()}

// exact is an interval without width.
func exact(v float64) Interval { return Interval{v, v, v} }

// over is the quotient of two intervals that come from different samples.
func (i Interval) over(j Interval) Interval {
	value := i.Value / j.Value
	half := math.Exp(math.Hypot(math.Log(i.High/i.Value), math.Log(j.High/j.Value)))
	return Interval{value, value / half, value * half}
}

// minSamples is how many samples a verdict needs, by the rules of the suite.
const minSamples = 10

// series is the samples of a point that count, in the order of their rounds.
//
// The geometric mean stands for a point. Machines whose cores have neighbours
// run the same code at two speeds for spells longer than a sample: the median
// of such samples jumps from one speed to the other, and a low quantile finds
// the undisturbed speed only where there is enough of it. Choosing the
// steadiest of these per workload was tried, too: two runs of one machine then
// chose differently and disagreed beyond their intervals.
type series []visit

// visit is a sample and the round that it was taken in.
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

// quotient is the quotient of two points with its interval: Student's t of the
// logarithms' differences, round by round. Rounds pair the samples because
// a sweep measures those of a round close together, so that what the machine's
// slow drift does to both cancels; a file that tells no rounds, as of go test,
// has its samples paired in their order, which gains nothing and costs little.
// It is t because that is right for few samples, where a bootstrap gives
// intervals that are too narrow. The value rests on all
// samples, so that gains multiply exactly; where a few of them have no partner,
// the interval is as much wider as they move the value.
//
// Points of which a fifth has no partner, because one of them was precise
// before the other, or others wanted the CPUs in different rounds, are not
// paired: their interval is that of two independent means (Welch, 1947).
func quotient(a, b series) Interval {
	value := a.mean() / b.mean()
	differences := partners(a, b)
	if most := max(len(a), len(b)); 5*len(differences) < 4*most {
		return unpaired(value, a.logs(), b.logs())
	}
	i := around(value, differences)
	moved := math.Log(value) - stat.Mean(differences, nil)
	half := math.Exp(math.Hypot(math.Log(i.High/value), moved))
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

// unpaired is the 95 % interval of the quotient of two geometric means that
// rest on independent samples.
func unpaired(value float64, a, b []float64) Interval {
	if len(a) < 2 || len(b) < 2 {
		return Interval{value, math.NaN(), math.NaN()}
	}
	square := func(logs []float64) (mean, per float64) { // of the mean's error, and per degree of freedom
		n := float64(len(logs))
		mean = stat.Variance(logs, nil) / n
		return mean, mean * mean / (n - 1)
	}
	va, da := square(a)
	vb, db := square(b)
	if va+vb == 0 {
		return exact(value)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: (va + vb) * (va + vb) / (da + db)}.Quantile(0.975)
	half := math.Exp(t * math.Sqrt(va+vb))
	return Interval{value, value / half, value * half}
}

// throughput is jobs per second from the times of a job.
func throughput(s series) Interval {
	return around(1/s.mean(), s.logs())
}

// around is the 95 % interval of a value whose logarithm has the spread of the
// given sample's mean.
func around(value float64, logs []float64) Interval {
	if len(logs) < 2 {
		return Interval{value, math.NaN(), math.NaN()}
	}
	half := math.Exp(halfWidth(logs))
	return Interval{value, value / half, value * half}
}

// halfWidth is half the 95 % interval of the mean of at least two values.
func halfWidth(values []float64) float64 {
	n := float64(len(values))
	return studentsT(n-1) * stat.StdDev(values, nil) / math.Sqrt(n)
}

// studentsT is the quantile of the 95 % interval. It takes longer to compute
// than all else about a point, and points mostly have as many samples as others.
func studentsT(nu float64) float64 {
	if t, ok := quantiles.Load(nu); ok {
		return t.(float64)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: nu}.Quantile(0.975)
	quantiles.Store(nu, t)
	return t
}

var quantiles sync.Map // degrees of freedom → quantile
