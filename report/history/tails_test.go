package history

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"overlap/internal/racing"

	"gonum.org/v1/gonum/stat/distuv"
)

// errorKind is a distribution of errors, in standard errors.
type errorKind struct {
	name string
	draw func(r *rand.Rand) float64
}

// student is Student's distribution, divided by scale.
func student(name string, freedom, scale float64) errorKind {
	return errorKind{name, func(r *rand.Rand) float64 {
		return distuv.StudentsT{Sigma: 1, Nu: freedom, Src: r}.Rand() / scale
	}}
}

var (
	normal     = errorKind{"normal", (*rand.Rand).NormFloat64}
	heavyKinds = []errorKind{
		student("t6", 6, 1),
		student("t6 of standard deviation 1", 6, math.Sqrt(1.5)),
		student("t3", 3, 1),
		student("t3 of standard deviation 1", 3, math.Sqrt(3)),
	}
)

// simulated is the history of n ratios of each series, of which the standard
// error is err and is estimated from 22 blocks. The first series changes by the
// logarithm change in each of the commits from first to before end.
func simulated(r *rand.Rand, series, n int, err float64, kind errorKind, change float64, first, end int) *History {
	estimate := distuv.ChiSquared{K: 21, Src: r}
	var entries []Entry
	for i := range n {
		e := compared(i, i+1, i, 1)
		e.Results = nil
		for s := range series {
			log, half := err*kind.draw(r), z95*err*math.Sqrt(estimate.Rand()/21)
			if s == 0 && first <= i && i < end {
				log += change
			}
			e.Results = append(e.Results, Result{Metric{"m/a", fmt.Sprint("B", s), Time}, *ratioOf(log, half/z95), 0})
		}
		entries = append(entries, e)
	}
	return Build(entries, Options{})
}

func trials(short, long int) int {
	if os.Getenv("OVERLAP_SOAK") != "" {
		return long
	}
	return short
}

// Whatever tails the errors have, at most 5 % of quiet histories have a step, of
// normal ones 1 %. OVERLAP_SOAK=1 takes 2,000 of each kind.
func TestQuietHistoriesSoak(t *testing.T) {
	trials := trials(100, 2000)
	for _, size := range []struct{ series, n int }{{1, 20}, {1, 50}, {1, 100}, {1, 200}, {12, 50}} {
		for _, kind := range append([]errorKind{normal}, heavyKinds...) {
			t.Run(fmt.Sprintf("%d × %d, %s", size.series, size.n, kind.name), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(11, uint64(size.n)))
				runs := trials * min(size.series, 4) / size.series // the large ones take longer
				wrong := 0
				for range runs {
					if len(simulated(r, size.series, size.n, 0.005, kind, 0, 0, 0).Steps) > 0 {
						wrong++
					}
				}
				maxRate := 0.05
				if kind.name == normal.name {
					maxRate = 0.01
				}
				t.Logf("%d of %d histories have a false step: %.1f %%", wrong, runs, 100*float64(wrong)/float64(runs))
				if luck := 2 * math.Sqrt(maxRate*(1-maxRate)*float64(runs)); float64(wrong) > maxRate*float64(runs)+luck {
					t.Errorf("%d of %d histories have a false step: more than %.0f %%", wrong, runs, 100*maxRate)
				}
			})
		}
	}
}

// Steps are found at a given standard error of ratios, if errors are normal.
// OVERLAP_SOAK=1 takes 2,000 histories of each kind and prints the rates, those
// of heavy tails as well.
func TestFoundStepsSoak(t *testing.T) {
	trials := trials(150, 2000)
	for _, x := range []struct {
		n, commits  int
		err, change float64 // shares
		minRate     float64 // per cent of the histories in which it has to be found
	}{
		{20, 1, 0.005, 0.10, 95},
		{50, 1, 0.005, 0.10, 95},
		{100, 1, 0.005, 0.10, 95},
		{200, 1, 0.005, 0.10, 95},
		{50, 1, 0.005, 0.03, 50},
		{100, 1, 0.005, 0.03, 75},
		{200, 1, 0.005, 0.03, 75},
		{100, 1, 0.003, 0.05, 95},
		{100, 40, 0.003, 0.003, 90},
	} {
		for _, kind := range append([]errorKind{normal}, heavyKinds...) {
			if kind.name != normal.name && os.Getenv("OVERLAP_SOAK") == "" {
				continue
			}
			t.Run(fmt.Sprintf("%d of %d commits, %.1f %% at %.1f %%, %s", x.commits, x.n, 100*x.change, 100*x.err, kind.name), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(12, uint64(x.n)))
				found := 0
				for range trials {
					first := r.IntN(x.n - x.commits + 1)
					for _, s := range simulated(r, 1, x.n, x.err, kind, math.Log1p(x.change), first, first+x.commits).Steps {
						if s.At[0] < first+x.commits && first < s.At[1] {
							found++
							break
						}
					}
				}
				rate := 100 * float64(found) / float64(trials)
				t.Logf("found in %.1f %% of %d", rate, trials)
				if luck := 2 * math.Sqrt(x.minRate*(100-x.minRate)/float64(trials)); kind.name == normal.name && rate < x.minRate-luck {
					t.Errorf("found in %.1f %% of %d histories, not in %g %%", rate, trials, x.minRate)
				}
			})
		}
	}
}

// Series of one machine are not all alike.
func TestOneSeriesOfHeavyTails(t *testing.T) {
	racing.Skip(t)
	r := rand.New(rand.NewPCG(13, 14))
	const runs, series = 200, 12
	wrong := 0
	for range runs {
		scans, tests := make([]*scan, series), 0
		for i := range scans {
			kind := normal
			if i == 0 {
				kind = heavyKinds[2]
			}
			list := walk(r, 50, 0.005, nil)
			for j := range list {
				if list[j].err > 0 {
					list[j].log = 0.005 * kind.draw(r)
				}
			}
			scans[i] = newScan(list)
			tests += scans[i].tests()
		}
		setLimits(scans, 0.01, tests)
		for _, c := range scans {
			if len(c.steps(math.Log1p(0.01))) > 0 {
				wrong++
				break
			}
		}
	}
	t.Logf("%d of %d", wrong, runs)
	if wrong > runs/20+6 { // 5 % and luck
		t.Errorf("%d of %d histories without a step have one, where errors of one series in %d have heavy tails", wrong, runs, series)
	}
}
