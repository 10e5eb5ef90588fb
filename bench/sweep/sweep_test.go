package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
	"overlap/workloads"
)

// fake is a sampler that takes a second of the bubble's clock.
type fake struct {
	visited []string
	perOp   func(sweep.Point) time.Duration
	fail    func(sweep.Point) error
}

func (f *fake) Sample(ctx context.Context, p sweep.Point, iterations, _ int) (*benchfmt.Result, error) {
	f.visited = append(f.visited, fmt.Sprintf("%s %d", p, iterations))
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.fail != nil {
		if err := f.fail(p); err != nil {
			return nil, err
		}
	}
	d := time.Millisecond
	if f.perOp != nil {
		d = f.perOp(p)
	}
	return &benchfmt.Result{
		Name:   benchfmt.Name(p.Name()),
		Iters:  len(p.Name()),
		Values: []benchfmt.Value{{Value: d.Seconds(), Unit: "sec/op"}},
	}, nil
}

func twoCores(t *testing.T) sweep.Grid {
	return sweep.Grid{
		Workloads: []workloads.Workload{workloads.Ep, workloads.Sleepers},
		Executors: []string{"pool"},
		Workers:   []int{1, 2},
		Levels:    []sweep.Level{{Cores: 1, Procs: 1}, {Cores: 2, Procs: 2}},
		Size:      workloads.Medium,
	}
}

// fourCores is a grid of one workload whose best number of workers completes the
// level of two cores.
func fourCores(t *testing.T, workers ...int) sweep.Grid {
	g := twoCores(t)
	g.Workloads = g.Workloads[:1]
	g.Workers = workers
	g.Levels = []sweep.Level{{1, 1}, {2, 2}, {4, 4}}
	return g
}

func (f *fake) mustEndWith(t *testing.T, want string) {
	t.Helper()
	if last := f.visited[len(f.visited)-1]; last != want {
		t.Errorf("the last sample is %s, want %s", last, want)
	}
}

func TestEveryRoundVisitsEveryPointOnceInRandomOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		var stored []string
		points := len(twoCores(t).FixedPoints())
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan:    twoCores(t),
			Sampler: f,
			Append:  func(es ...sweep.Entry) error { stored = append(stored, es[0].Result.GetConfig("seed")); return nil },
			Rounds:  3,
			Budget:  time.Hour,
			Seed:    7,
		})
		if err != nil {
			t.Fatal(err)
		}
		if summary.Points != points || summary.Samples != 3*points || summary.Rounds != 3 || len(summary.Failures) != 0 {
			t.Errorf("summary %+v for %d points", summary, points)
		}
		if len(stored) != 3*points || slices.ContainsFunc(stored, func(seed string) bool { return seed != "7" }) {
			t.Errorf("%d samples stored, with seeds %v", len(stored), stored)
		}
		var rounds [3][]string
		for i := range rounds {
			rounds[i] = f.visited[i*points : (i+1)*points]
		}
		if slices.Equal(rounds[1], rounds[2]) {
			t.Error("two rounds have the same order")
		}
		for i, r := range rounds {
			r = slices.Sorted(slices.Values(r))
			if n := len(slices.Compact(r)); n != points {
				t.Errorf("round %d visits %d of %d points", i+1, n, points)
			}
		}
		for _, v := range rounds[0] {
			if !strings.HasSuffix(v, " 0") && !strings.Contains(v, "×2") {
				t.Errorf("the first sample of a point is not calibrated: %s", v)
			}
		}
		for _, v := range rounds[0] { // copies come last, when one copy's iterations are known
			if name, iterations, ok := strings.Cut(v, " ×2 "); ok && iterations != fmt.Sprint(len(name)) {
				t.Errorf("copies do not run as many jobs as one copy: %s", v)
			}
		}
		for _, v := range rounds[1] {
			name, iterations, _ := strings.Cut(v, " ")
			if !strings.HasSuffix(iterations, fmt.Sprint(len(name))) {
				t.Errorf("the iterations of the first round are not kept: %s", v)
			}
		}
	})
}

func TestTheSameSeedGivesTheSameOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := func(seed uint64) []string {
			f := &fake{}
			if _, err := sweep.Run(t.Context(), sweep.Config{
				Plan: twoCores(t), Sampler: f, Append: keep, Rounds: 2, Budget: time.Hour, Seed: seed,
			}); err != nil {
				t.Fatal(err)
			}
			return f.visited
		}
		if !slices.Equal(order(1), order(1)) {
			t.Error("one seed, two orders")
		}
		if slices.Equal(order(1), order(2)) {
			t.Error("two seeds, one order")
		}
	})
}

func keep(...sweep.Entry) error { return nil }

func TestBudget(t *testing.T) {
	points := time.Duration(len(twoCores(t).FixedPoints())) // seconds in a round
	for budget, rounds := range map[time.Duration]int{
		0:                                1, // the first round always runs
		points * time.Second:             1,
		3*points*time.Second - 1:         2,
		3 * points * time.Second:         3,
		1000 * points * time.Second:      20,
		5*points*time.Second + time.Hour: 20,
	} {
		synctest.Test(t, func(t *testing.T) {
			var last sweep.Progress
			summary, err := sweep.Run(t.Context(), sweep.Config{
				Plan: twoCores(t), Sampler: &fake{}, Append: keep, Rounds: 20, Budget: budget,
				Progress: func(p sweep.Progress) { last = p },
			})
			if err != nil {
				t.Fatal(err)
			}
			if summary.Rounds != rounds {
				t.Errorf("budget %v: %d rounds, want %d", budget, summary.Rounds, rounds)
			}
			if last.Done != last.Total-1 || last.Left != time.Second || last.Rounds != rounds {
				t.Errorf("budget %v: before the last sample: %+v", budget, last)
			}
		})
	}
}

// The parallelism line is measured at the smallest number of workers within
// 5 % of the best on all cores.
func TestBestWorkersFillTheParallelismLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := fourCores(t, 1, 4, 16, 64)
		f := &fake{perOp: func(p sweep.Point) time.Duration {
			return map[int]time.Duration{1: 400, 4: 120, 16: 104, 64: 100}[p.Workers] * time.Microsecond
		}}
		if _, err := sweep.Run(t.Context(), sweep.Config{Plan: g, Sampler: f, Append: keep, Rounds: 1}); err != nil {
			t.Fatal(err)
		}
		f.mustEndWith(t, "Ep/executor=pool/workers=16/cores=2-2 0")
	})
}

// The best number of workers is that of three rounds, not of the first alone.
func TestBestWorkersAreChosenAfterThePilotRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := fourCores(t, 1, 8, 16)
		visits := map[int]int{} // of a number of workers on all cores
		f := &fake{perOp: func(p sweep.Point) time.Duration {
			if p.Cores < 4 {
				return time.Second
			}
			if visits[p.Workers]++; visits[p.Workers] == 1 && p.Workers == 8 {
				return 50 * time.Microsecond // luck
			}
			return map[int]time.Duration{1: 400, 8: 200, 16: 100}[p.Workers] * time.Microsecond
		}}
		if _, err := sweep.Run(t.Context(), sweep.Config{Plan: g, Sampler: f, Append: keep, Rounds: 3, Budget: time.Hour}); err != nil {
			t.Fatal(err)
		}
		f.mustEndWith(t, "Ep/executor=pool/workers=16/cores=2-2 0")
	})
}

// A point that failed is not the best, however fast it was when it did not.
func TestAFailingPointIsNotTheBest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := fourCores(t, 1, 8, 16)
		visits := 0
		f := &fake{
			perOp: func(p sweep.Point) time.Duration {
				return map[int]time.Duration{1: 400, 8: 100, 16: 200}[p.Workers] * time.Microsecond
			},
			fail: func(p sweep.Point) error {
				if p.Workers == 8 && p.Cores == 4 {
					if visits++; visits == 1 {
						return errors.New("once")
					}
				}
				return nil
			},
		}
		if _, err := sweep.Run(t.Context(), sweep.Config{Plan: g, Sampler: f, Append: keep, Rounds: 3, Budget: time.Hour}); err != nil {
			t.Fatal(err)
		}
		f.mustEndWith(t, "Ep/executor=pool/workers=16/cores=2-2 0")
	})
}

func TestAFailingPointCostsOnlyItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		f := &fake{fail: func(p sweep.Point) error {
			if p.Workload == "Ep" && p.Workers == 2 && p.Cores == 2 {
				return broken
			}
			return nil
		}}
		points := len(twoCores(t).FixedPoints())
		summary, err := sweep.Run(t.Context(), sweep.Config{Plan: twoCores(t), Sampler: f, Append: keep, Rounds: 5, Budget: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if summary.Samples != 5*(points-1) || len(summary.Failures) != 2 || summary.Failures[0].Err != broken {
			t.Errorf("summary %+v", summary)
		}
	})
}

func TestSweepEndsWhenEveryPointHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{fail: func(sweep.Point) error { return errors.New("broken") }}
		points := len(twoCores(t).FixedPoints())
		start := time.Now()
		summary, err := sweep.Run(t.Context(), sweep.Config{Plan: twoCores(t), Sampler: f, Append: keep, Rounds: 1000, Budget: time.Hour})
		if err != nil || summary.Samples != 0 || len(summary.Failures) != 2*points || summary.Rounds != 2 {
			t.Errorf("%d rounds, %d failures of %d points, %v", summary.Rounds, len(summary.Failures), points, err)
		}
		if took := time.Since(start); took != time.Duration(2*points)*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestSweepStopsWhereItCannotStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		left := 3
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: &fake{}, Rounds: 5, Budget: time.Hour,
			Append: func(...sweep.Entry) error {
				if left--; left < 0 {
					return full
				}
				return nil
			},
		})
		if !errors.Is(err, full) || summary.Samples != 3 {
			t.Errorf("%+v, %v", summary, err)
		}
	})
}

func TestInterruptKeepsWhatWasMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(4500*time.Millisecond, func() { cancel(sweep.ErrInterrupted) })
		start := time.Now()
		summary, err := sweep.Run(ctx, sweep.Config{
			Plan: twoCores(t), Sampler: &fake{}, Append: keep, Rounds: 5, Budget: time.Hour, Seed: rand.Uint64(),
		})
		if !errors.Is(err, sweep.ErrInterrupted) || summary.Samples != 4 || len(summary.Failures) != 0 {
			t.Errorf("%+v, %v", summary, err)
		}
		if took := time.Since(start); took != 4500*time.Millisecond {
			t.Errorf("it went on for %v", took)
		}
	})
}
