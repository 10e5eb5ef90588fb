package chart

import (
	"math"
	"strings"
	"testing"

	"overlap/internal/interval"
	"overlap/report/analyse"
	"overlap/report/law"
)

// bounded is a row that was measured up to 4 cores, with or without a ceiling.
func bounded(ceiling float64) analyse.Row {
	known := func(x float64) interval.Interval {
		return interval.Interval{Value: x, Low: math.NaN(), High: math.NaN()}
	}
	r := analyse.Row{Workload: "Ep", P: 4, Parallelism: known(2), Ceiling: known(ceiling)}
	for _, p := range []int{1, 2, 4} {
		h := known(1 + (ceiling-1)*float64(p-1)/3)
		if p == 1 {
			h = known(1)
		}
		r.Scaling = append(r.Scaling, law.GainAt{P: p, Gain: known(math.Sqrt(float64(p))), Ceiling: h})
		r.Models.Cores = append(r.Models.Cores, law.Efficiency{P: p, OfIdeal: known(1 / math.Sqrt(float64(p))), OfCeiling: known(math.NaN()), Serial: known(math.NaN())})
	}
	return r
}

// A legend does not name a ceiling that nobody measured, and does name one that
// is drawn.
func TestLegendNamesTheCeilingThatIsDrawn(t *testing.T) {
	for _, ceiling := range []float64{3, math.NaN()} {
		a := &analyse.Analysis{Rows: []analyse.Row{bounded(ceiling)}}
		pictures := append(OfRow(a, a.Rows[0])[:1], mustDraw(Scaling(a)))
		for _, c := range pictures {
			svg, err := c.SVG(Light)
			if err != nil {
				t.Fatal(err)
			}
			if named := strings.Contains(string(svg), ">ceiling "); named == math.IsNaN(ceiling) {
				t.Errorf("%s with a ceiling of %v names it: %v", c.Name, ceiling, named)
			}
		}
		if n := ceilings(a.Rows[0]).Len(); n > 1 == math.IsNaN(ceiling) {
			t.Errorf("the line of %v has %d points", ceiling, n)
		}
	}
}

// Graphics need a contrast of 3 (WCAG 2, 1.4.11), on both pages.
func TestSeriesAreSeen(t *testing.T) {
	for _, theme := range []Theme{Light, Dark} {
		for _, c := range append(theme.Series[:], theme.Ink, theme.Muted, theme.Concurrency, theme.Parallelism, theme.Ceiling) {
			if ratio := contrast(c, theme.Background); ratio < 3 {
				t.Errorf("%v has a contrast of %.2f", c, ratio)
			}
		}
	}
}

func TestNumbersBelowZeroHaveAMinus(t *testing.T) {
	for x, want := range map[float64]string{-0.5: "−0.5", 0: "0", math.Copysign(0, -1): "0", -0.0001: "0", 1.25: "1.25"} {
		if got := decimal(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
}
