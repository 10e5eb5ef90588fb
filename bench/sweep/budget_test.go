package sweep_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
)

// sampler is a function as a Sampler.
type sampler func(ctx context.Context, p sweep.Point) (*benchfmt.Result, error)

func (f sampler) Sample(ctx context.Context, p sweep.Point, _, _ int) (*benchfmt.Result, error) {
	return f(ctx, p)
}

// A budget ends the first round, too, and what it had no room for is counted.
func TestBudgetEndsTheFirstRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		points := len(twoCores(t).FixedPoints())
		began := time.Now()
		summary, err := sweep.Run(t.Context(), sweep.Config{Plan: twoCores(t), Sampler: &fake{}, Append: keep, Budget: 5 * time.Second})
		if err != nil || summary.Samples != 5 || summary.Missing != points-5 || summary.Rounds != 0 {
			t.Errorf("%+v, %v; want 5 samples and %d points without", summary, err, points-5)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// A visit that would not fit is not begun. One that takes longer than was expected is
// ended, and does not count as a failure.
func TestBudgetIsKeptWhateverAVisitTakes(t *testing.T) {
	for name, c := range map[string]struct {
		slow time.Duration // of one point
		most time.Duration // that the sweep may take
	}{
		"one is slow":   {6 * time.Second, 20 * time.Second},
		"one hangs":     {time.Hour, 21 * time.Second},
		"the only kind": {time.Hour, 21 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			slow := func(p sweep.Point) bool { return name == "the only kind" || ep(p) && p.Copies == 2 }
			began := time.Now()
			var past []sweep.Entry
			config := sweep.Config{
				Plan: twoCores(t), Budget: 20 * time.Second, Seed: 3,
				Append: func(es ...sweep.Entry) error { past = append(past, es...); return nil },
				Sampler: sampler(func(ctx context.Context, p sweep.Point) (*benchfmt.Result, error) {
					d := 100 * time.Millisecond
					if slow(p) {
						d = c.slow
					}
					select {
					case <-time.After(d):
						return result(p.Name()), nil
					case <-ctx.Done():
						return nil, context.Cause(ctx)
					}
				}),
			}
			summary, err := sweep.Run(t.Context(), config)
			if took := time.Since(began); err != nil || took > c.most || len(summary.Failures) > 0 {
				t.Errorf("%s: %v for a budget of %v: %+v, %v", name, took, config.Budget, summary, err)
			}
			if name != "one is slow" && summary.Missing == 0 {
				t.Errorf("%s: no point is missing: %+v", name, summary)
			}
			config.Past = past // what was measured is the beginning of the same sweep
			if again, err := sweep.Run(t.Context(), config); err != nil || again.Samples < summary.Samples {
				t.Errorf("%s: going on: %+v after %+v, %v", name, again, summary, err)
			}
		})
	}
}

// A point that hangs until it is ended takes that time once, not twice.
func TestAPointThatFailsSlowlyGetsNoSecondTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		visits := 0
		summary, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Budget: 100 * time.Second, Append: keep, Rounds: 5,
			Sampler: sampler(func(_ context.Context, p sweep.Point) (*benchfmt.Result, error) {
				if ep(p) && p.Copies == 2 {
					visits++
					time.Sleep(11 * time.Second)
					return nil, errors.New("no result within 11s")
				}
				time.Sleep(time.Second)
				return result(p.Name()), nil
			}),
		})
		if err != nil || visits != 1 || len(summary.Failures) != 1 {
			t.Errorf("%d visits, %+v, %v", visits, summary, err)
		}
	})
}
