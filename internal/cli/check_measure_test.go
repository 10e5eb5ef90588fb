package cli

import (
	"testing"
	"time"

	"overlap/bench/gate"
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

func TestLateCheckSaysSo(t *testing.T) {
	const late = "measuring took 1m20s instead of 40s: processes were slower than in a try, or others were waited for (--wait)"
	for _, c := range []struct {
		took   time.Duration
		looks  gate.Looks
		blocks int // measured
		want   string
	}{
		{49 * time.Second, nil, 30, ""},
		{80 * time.Second, nil, 30, late},
		{80 * time.Second, gate.Looks{16, 30, 46}, 16, late},
		{80 * time.Second, gate.Looks{16, 30, 46}, 12, late + "; it ended after 12 of 30 blocks: raise --budget, or take a quieter machine"},
		{80 * time.Second, nil, 29, late + "; it ended after 29 of 30 blocks: raise --budget, or take a quieter machine"},
	} {
		r := gate.Report{Took: c.took, Measured: gate.Range{Most: c.blocks}, Setup: gate.Setup{Budget: 40 * time.Second, Blocks: 30, Looks: c.looks}}
		if got := lateNote(&r); got != c.want {
			t.Errorf("%+v:\n%q", c, got)
		}
	}
}
