package main

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	between := func(low, high float64) interval {
		return interval{Value: math.Sqrt(low * high), Low: low, High: high, N: 12}
	}
	tight := &budget{allocs: 1, bytes: 64}
	for _, test := range []struct {
		c    comparison
		want string
	}{
		{comparison{ratio: between(0.5, 0.8), target: 0.85}, "met"},
		{comparison{ratio: between(0.5, 0.85), target: 0.85}, "met"},
		{comparison{ratio: between(0.8, 0.9), target: 0.85}, "not resolved"},
		{comparison{ratio: between(0.86, 0.9), target: 0.85}, "missed"},
		{comparison{ratio: interval{Value: 0.1, High: math.Inf(1), N: 1}, target: 0.85}, "not resolved"},
		{comparison{ratio: between(0.5, 0.8)}, "-"},
		{comparison{ratio: between(0.5, 0.8), target: 0.85, budget: tight, allocs: 1.01, bytes: 64.5}, "met"},
		{comparison{ratio: between(0.5, 0.8), target: 0.85, budget: tight, allocs: 2, bytes: 64}, "missed: 2 allocs, not 1"},
		{comparison{ratio: between(0.5, 0.8), target: 0.85, budget: tight, allocs: 1, bytes: 80}, "missed: 80 B, not 64"},
		{comparison{ratio: between(0.5, 0.8), target: 0.85, budget: noAllocs, allocs: 0.001, bytes: 9}, "met"},
		{comparison{ratio: between(0.9, 1.1), itself: true}, "holds 1"},
		{comparison{ratio: between(1.02, 1.1), itself: true}, "excludes 1: ratios within 10 % of their targets are not reliable"},
		{comparison{err: errors.New("x"), target: 1}, "failed"},
	} {
		if got := test.c.verdict(); got != test.want {
			t.Errorf("%+v: %q, want %q", test.c, got, test.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for x, want := range map[float64]string{
		0.00432: "0.00432", 0.85: "0.85", 1: "1", 1.2049: "1.2", 12.345: "12.3", 1234.5: "1234", 0: "0", math.Inf(1): "∞",
	} {
		if got := number(x); got != want {
			t.Errorf("number(%v) = %q, want %q", x, got, want)
		}
	}
	if got := number(math.NaN()) + amount(math.NaN()); got != "--" {
		t.Errorf("not a number is written %q", got)
	}
}

func TestTableHasNoTimes(t *testing.T) {
	rows := []comparison{
		{contest: "batch", ref: "pond", cores: 2, target: 0.2, budget: noAllocs, allocs: 0, bytes: 8, ratio: interval{0.15, 0.125, 0.18, 12}},
		{contest: "batch", ref: "conc", cores: 2, err: errUnmeasured, allocs: math.NaN(), bytes: math.NaN(), ratio: interval{math.NaN(), math.NaN(), math.NaN(), 0}},
	}
	var b strings.Builder
	if err := writeTable(&b, rows); err != nil {
		t.Fatal(err)
	}
	want := `case   cores  overlap over  ratio  95 % interval  n   target           verdict  allocs/op  B/op
-----  -----  ------------  -----  -------------  --  ---------------  -------  ---------  ----
batch  2      pond          0.15   [0.125, 0.18]  12  ≤ 0.2, 0 allocs  met      0          8
batch  2      conc          -      -              0   -                failed   -          -
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
