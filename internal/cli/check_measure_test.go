package cli

import (
	"testing"
	"time"

	"overlap/bench/gate/pair"
)

func TestShortBudgetSaysWhatWouldDo(t *testing.T) {
	const second = time.Second
	for _, c := range []struct {
		err  pair.BudgetError
		want string
	}{
		{
			pair.BudgetError{Budget: 18 * second, Need: 18760 * time.Millisecond, Links: 14 * second, Points: 1, Blocks: 14, Benchmarks: 4},
			"--budget is too short: a check needs about 19s for 14 blocks of its one point, the least that can tell anything, 14s of it for links in other layouts (GOFLAGS=-ldflags=-randlayout=0 does without), and the budget is 18s; --budget 21s would do, or about 3 of the 4 benchmarks (--bench)",
		},
		{
			pair.BudgetError{Budget: 18 * second, Need: 56 * second, Points: 2, Blocks: 14, Benchmarks: 4, Curves: true},
			"--budget is too short: a check needs about 56s for 14 blocks of each of 2 points, the least that can tell anything, and the budget is 18s; --budget 1m10s would do, or about 1 of the 4 benchmarks (--bench), or --curves=never, which measures on one core only",
		},
	} {
		if got := budgetTooShort(&c.err, false).Error(); got != c.want {
			t.Errorf("%s\nwant\n%s", got, c.want)
		}
	}
}
