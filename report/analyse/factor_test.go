package analyse

import (
	"testing"

	"overlap/internal/interval"
)

// Gains far beyond a doubling are factors, not percentages such as 6839 %.
func TestLargeGainsAreFactors(t *testing.T) {
	for want, g := range map[string]interval.Interval{
		"256 cores add 100 ±1 %":                        {Value: 2, Low: 1.99, High: 2.01},
		"256 cores give × 69.4 ±0.4":                    {Value: 69.39, Low: 69, High: 69.8},
		"256 cores give at most × 40.0 (× 3.00 ±37.00)": {Value: 3, Low: 0.5, High: 40},
		"256 cores add at most 50 % (20 ±30 %)":         {Value: 1.2, Low: 0.9, High: 1.5},
		"256 cores cost 50 ±1 %":                        {Value: 0.5, Low: 0.495, High: 0.505},
	} {
		if got := (Row{P: 256, Parallelism: g}).moreCores(); got != want {
			t.Errorf("%v: %q, want %q", g, got, want)
		}
	}
}

func TestLimitsOfManyCoresHaveNoExponent(t *testing.T) {
	r := Row{P: 256, Stacks: []Stack{{Workers: 256, P: 256, Inflation: 230.4}}}
	if got := r.limit(256); got != "; limited by sharing: 230 of 256 cores do extra work that one worker does not need" {
		t.Error(got)
	}
}
