package history

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"overlap/internal/racing"
)

// walk makes the points of a series whose ratios have the standard error sd,
// which runs of 22 blocks estimate. Changes are in standard errors, by index.
func walk(r *rand.Rand, n int, sd float64, changes map[int]float64) []Point {
	var edges []edge
	estimate := distuv.ChiSquared{K: 21, Src: r}
	for i := range n {
		edges = append(edges, edge{i, i + 1, sd * (changes[i] + r.NormFloat64()), sd * math.Sqrt(estimate.Rand()/21), 22})
	}
	return points(edges)
}

// stepsOf are the steps of one series.
func stepsOf(points []Point, alpha float64) []stretch {
	c := newScan(points)
	setLimits([]*scan{c}, alpha, c.tests())
	return c.steps(math.Log1p(0.001))
}

func TestHistoriesWithoutStepsHaveNone(t *testing.T) {
	racing.Long(t)
	r := rand.New(rand.NewPCG(1, 2))
	const alpha, trials = 0.05, 10_000 // coarse, so that the rate differs from 0
	for _, n := range []int{1, 4, 20, 100} {
		wrong := 0
		for range trials {
			if len(stepsOf(walk(r, n, 0.01, nil), alpha)) > 0 {
				wrong++
			}
		}
		t.Logf("%d ratios: %d of %d", n, wrong, trials)
		if luck := 3 * math.Sqrt(alpha*(1-alpha)*trials); float64(wrong) > alpha*trials+luck {
			t.Errorf("%d ratios: %d of %d series without a step have one: more than %.0f %%", n, wrong, trials, 100*alpha)
		}
		if wrong == 0 {
			t.Errorf("%d ratios: no series of %d has a step at %.0f %%: the test cannot see one", n, trials, 100*alpha)
		}
	}
}

// Commits that move code in memory scatter more than their intervals say.
func TestUnderestimatedErrorsMakeNoSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const trials = 2000
	wrong := 0
	for range trials {
		list := walk(r, 60, 0.01, nil)
		for i := range list {
			list[i].err /= 3
		}
		if len(stepsOf(list, 0.05)) > 0 {
			wrong++
		}
	}
	if wrong > trials/10 {
		t.Errorf("%d of %d series without a step have one where intervals are a third of what they should be", wrong, trials)
	}
}

// If all errors were sure to be normal, the first three would be found in 85, 98
// and 60 %: one ratio of 100 far from the others may be the tail of others.
func TestStepsAreFoundWhereTheyAre(t *testing.T) {
	racing.Skip(t)
	r := rand.New(rand.NewPCG(5, 6))
	const trials = 1000
	for _, x := range []struct {
		name    string
		changes map[int]float64
		minRate int // per cent of trials in which it has to be found
	}{
		{"one commit of 6 errors", map[int]float64{50: 6}, 72},
		{"one commit of −8 errors", map[int]float64{50: -8}, 92},
		{"2 commits of 4", map[int]float64{50: 4, 51: 4}, 25},
		{"8 commits of 2.5", several(50, 8, 2.5), 90},
		{"32 commits of 1.2", several(40, 32, 1.2), 90},
	} {
		found, elsewhere := 0, 0
		for range trials {
			hit := false
			for _, s := range stepsOf(walk(r, 100, 0.01, x.changes), 0.01) {
				if inside(s, x.changes) {
					hit = true
				} else {
					elsewhere++
				}
			}
			if hit {
				found++
			}
		}
		t.Logf("%s: found in %d of %d, %d elsewhere", x.name, found, trials, elsewhere)
		if elsewhere > trials/50 {
			t.Errorf("%s: %d steps where there is none in %d series", x.name, elsewhere, trials)
		}
		if found < trials*x.minRate/100 {
			t.Errorf("%s: found in %d of %d series, not in %d %%", x.name, found, trials, x.minRate)
		}
	}
}

// inside reports whether the stretch holds one of the changes. The first point is
// the first base, so a ratio stands one point further.
func inside(s stretch, changes map[int]float64) bool {
	for i := range changes {
		if s.first <= i+1 && i+1 < s.end {
			return true
		}
	}
	return false
}

func several(first, n int, size float64) map[int]float64 {
	changes := map[int]float64{}
	for i := range n {
		changes[first+i] = size
	}
	return changes
}

// E-divisive (Matteson and James, 2014) is what others find steps with. On the
// levels of a chain it takes the walk of the errors for steps; on the ratios it
// keeps its rate but cannot see a single one.
func TestNoWorseThanEDivisive(t *testing.T) {
	racing.Skip(t)
	r := rand.New(rand.NewPCG(7, 8))
	const trials, n, alpha = 100, 60, 0.05
	level := func(p Point) float64 { return math.Log(p.Level) }
	ratio := func(p Point) float64 { return p.log }
	count := func(changes map[int]float64, found func([]Point) bool) (hits int) {
		for range trials {
			if found(walk(r, n, 0.01, changes)) {
				hits++
			}
		}
		return hits
	}
	divisive := func(of func(Point) float64) func([]Point) bool {
		return func(points []Point) bool {
			var x []float64
			for _, p := range points[1:] {
				x = append(x, of(p))
			}
			return eDivisive(r, x) <= alpha
		}
	}
	ours := func(points []Point) bool { return len(stepsOf(points, alpha)) > 0 }
	if wrong := count(nil, divisive(level)); wrong < trials/2 {
		t.Errorf("E-divisive finds steps in the levels of only %d of %d chains without any: the doc says that it takes walks for steps", wrong, trials)
	}
	for _, x := range []struct {
		name    string
		changes map[int]float64
	}{
		{"no step", nil},
		{"one commit of 5", map[int]float64{30: 5}},
		{"4 commits of 3", several(30, 4, 3)},
		{"16 commits of 1.5", several(30, 16, 1.5)},
		{"30 commits of 1", several(30, 30, 1)},
	} {
		theirs, mine := count(x.changes, divisive(ratio)), count(x.changes, ours)
		t.Logf("%s: E-divisive on ratios %d, ours %d of %d", x.name, theirs, mine, trials)
		switch {
		case x.changes == nil && mine > 12: // 5 % and luck
			t.Errorf("%s: found in %d of %d", x.name, mine, trials)
		case x.changes != nil && mine < theirs-10:
			t.Errorf("%s: E-divisive finds %d of %d, ours %d", x.name, theirs, trials, mine)
		}
	}
}

// eDivisive is the p value of the best split, by 99 permutations.
func eDivisive(r *rand.Rand, x []float64) float64 {
	measured, reached := energy(x), 1
	for range 99 {
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		if energy(x) >= measured {
			reached++
		}
	}
	return float64(reached) / 100
}

// energy is the largest energy statistic of a split, with exponent 1; at least
// two values are on each side.
func energy(x []float64) (best float64) {
	n := len(x)
	var within, across, rest float64 // sums of distances: left, between, right
	for i := range x {
		for j := range i {
			rest += math.Abs(x[i] - x[j])
		}
	}
	for k := range n - 2 { // x[k] goes to the left
		var left, right float64
		for j, y := range x {
			if j < k {
				left += math.Abs(x[k] - y)
			} else {
				right += math.Abs(x[k] - y)
			}
		}
		within, across, rest = within+left, across-left+right, rest-right
		a, b := float64(k+1), float64(n-k-1)
		if k > 0 {
			q := a * b / (a + b) * (2*across/(a*b) - 2*within/(a*(a-1)) - 2*rest/(b*(b-1)))
			best = max(best, q)
		}
	}
	return best
}

// The number of stretches is the work: at most four a ratio.
func TestWorkGrowsAsTheHistory(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{1, 10, 100, 1000, 10_000} {
		if tests := newScan(walk(r, n, 0.01, nil)).tests(); tests < n || tests > 4*n {
			t.Errorf("%d ratios: %d stretches are tested", n, tests)
		}
	}
}

func TestCountedRatiosNeedNoLuck(t *testing.T) {
	list := points([]edge{{0, 1, 0, 0, 22}, {1, 2, math.Log(1.5), 0, 22}, {2, 3, 0, 0, 22}})
	if found := stepsOf(list, 1e-12); len(found) != 1 || found[0] != (stretch{2, 3}) {
		t.Errorf("steps %v, not the second ratio", found)
	}
}

// The tail beyond a quantile is what was asked for.
func TestQuantilesFarOut(t *testing.T) {
	for _, freedom := range []float64{1, 10, 21, 1000, 4999, 5001, 1e9} {
		for _, tail := range []float64{1e-2, 5e-8, 1e-12} {
			q := quantile(freedom, tail)
			beyond := distuv.StudentsT{Sigma: 1, Nu: freedom}.CDF(-q)
			if freedom > 5000 {
				beyond = distuv.UnitNormal.CDF(-q)
			}
			if !(math.Abs(beyond/tail-1) < 0.01) {
				t.Errorf("%g degrees of freedom: %g are beyond %g, not %g", freedom, beyond, q, tail)
			}
		}
	}
	if q := quantile(21, 0.025); math.Abs(q-2.0796) > 1e-4 { // of any table
		t.Errorf("the 97.5 %% quantile at 21 degrees of freedom is %g", q)
	}
}
