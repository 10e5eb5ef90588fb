package cli

import (
	"testing"
	"time"

	"overlap/bench/sweep"
)

func TestABudgetThatIsTooShortSaysWhatWouldDo(t *testing.T) {
	for _, c := range []struct {
		points int
		round  time.Duration
		budget time.Duration
		rounds int
		of     choice
		want   string
	}{
		{96, 12 * time.Second, 230 * time.Second, 0, choice{8, "workloads", "--workloads"}, ""},
		{96, 12 * time.Second, 2 * time.Minute, 0, choice{8, "workloads", "--workloads"}, ""},
		{96, 12 * time.Second, 60 * time.Second, 0, choice{8, "workloads", "--workloads"},
			"a run needs about 2m0s for 10 samples of each of 96 points, and the budget is 1m0s: about 5 of each will be taken; use --budget 2m20s, or measure about 4 of the 8 workloads (--workloads)"},
		{600, 90 * time.Second, 60 * time.Second, 0, choice{200, "benchmarks", "--bench"},
			"a run needs about 15m0s for 10 samples of each of 600 points, and the budget is 1m0s: some points will have none; use --budget 17m0s, or measure about 13 of the 200 benchmarks (--bench)"},
		{1, 5 * time.Second, 20 * time.Second, 0, choice{1, "benchmarks", "--bench"},
			"a run needs about 50s for 10 samples of its one point, and the budget is 20s: about 4 of each will be taken; use --budget 55s"},
		{4, 4 * time.Second, 10 * time.Second, 3, choice{1, "benchmarks", "--bench"},
			"a run needs about 12s for 3 samples of each of 4 points, and the budget is 10s: about 2 of each will be taken; use --budget 14s"},
		{4, 4 * time.Second, 10 * time.Second, 2, choice{1, "benchmarks", "--bench"}, ""},
	} {
		r := &run{Settings: sweep.Settings{Budget: c.budget, Rounds: c.rounds}}
		if got := r.tooShort(estimate{points: c.points, round: c.round, later: c.round, needed: 10}, c.of); got != c.want {
			t.Errorf("%d points of %v a round in %v:\n%s\nwant\n%s", c.points, c.round, c.budget, got, c.want)
		}
	}
}
