package cli_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
)

// replay is a plan and a sampler that give what a run has measured, in the time
// that it took then.
type replay struct {
	points  []sweep.Point
	entries map[string][]sweep.Entry
}

func newReplay(t *testing.T, path string) *replay {
	t.Helper()
	_, entries, err := sweep.ReadRun(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &replay{entries: map[string][]sweep.Entry{}}
	for _, e := range entries {
		if e.Result == nil {
			continue
		}
		if r.entries[e.Point] == nil {
			p := sweep.Point{Copies: 1}
			p.Workload = e.Point
			r.points = append(r.points, p)
		}
		r.entries[e.Point] = append(r.entries[e.Point], e)
	}
	return r
}

func (r *replay) FixedPoints() []sweep.Point { return r.points }
func (r *replay) AdaptivePoints(func(same []sweep.Point) (sweep.Point, bool)) []sweep.Point {
	return nil
}

func (r *replay) KeyPoints(func([]sweep.Point) (sweep.Point, bool), func(p, than sweep.Point) bool) []sweep.Point {
	return nil
}

func (r *replay) sampler() sampler {
	return sampler{entries: r.entries, taken: map[string]int{}}
}

type sampler struct {
	entries map[string][]sweep.Entry
	taken   map[string]int
}

func (s sampler) Sample(_ context.Context, p sweep.Point, _, _ int) (*benchfmt.Result, error) {
	n := s.taken[p.Workload]
	if n >= len(s.entries[p.Workload]) {
		return nil, errors.New("the run has no more samples of it")
	}
	s.taken[p.Workload]++
	e := s.entries[p.Workload][n]
	time.Sleep(e.Took)
	return e.Result.Clone(), nil
}

// How much of the time that a fixed count of samples takes does a sweep need
// that stops points when they are precise? Both see the samples of one run, which
// must have been long enough, made with --precision 0%.
func TestPreciseAgainstFixedCount(t *testing.T) {
	path := os.Getenv("OVERLAP_RUN")
	if path == "" {
		t.Skip("OVERLAP_RUN names the result file of a long run with --precision 0%")
	}
	for _, precision := range []float64{0.02, 0.05, 0.1} {
		synctest.Test(t, func(t *testing.T) {
			r := newReplay(t, path)
			run := func(precision float64, rounds int) (sampler, sweep.Summary, time.Duration) {
				s, start := r.sampler(), time.Now()
				summary, err := sweep.Run(t.Context(), sweep.Config{
					Plan: r, Sampler: s, Budget: 1000 * time.Hour, Precision: precision, Rounds: rounds,
					Append: func(...sweep.Entry) error { return nil },
				})
				if err != nil {
					t.Fatal(err)
				}
				return s, summary, time.Since(start)
			}
			s, summary, took := run(precision, 0)
			most := 0
			for _, n := range s.taken {
				most = max(most, n)
			}
			_, _, fixed := run(0, most)
			t.Logf("±%.0f %%: %d of %d points are precise, after %v; a fixed count of %d for each takes %v: %.2f of that",
				100*precision, summary.Precise, summary.Points, took.Round(time.Second), most, fixed.Round(time.Second), took.Seconds()/fixed.Seconds())
		})
	}
}
