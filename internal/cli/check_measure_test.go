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
			"--budget 18s is too short: measuring 1 point in 14 blocks, the minimum, takes about 19s, including 14s of linking (none with GOFLAGS=-ldflags=-randlayout=0); use --budget 21s, or measure about 3 of the 4 benchmarks (--bench)",
		},
		{
			pair.BudgetError{Budget: 18 * second, Need: 56 * second, Points: 2, Blocks: 14, Benchmarks: 4, Curves: true},
			"--budget 18s is too short: measuring 2 points in 14 blocks, the minimum, takes about 56s; use --budget 1m10s, or measure about 1 of the 4 benchmarks (--bench), or --curves=never, which measures on one core only",
		},
	} {
		if got := budgetTooShort(&c.err, false).Error(); got != c.want {
			t.Errorf("%s\nwant\n%s", got, c.want)
		}
	}
}
