package sweep

import (
	"testing"
	"time"

	"golang.org/x/perf/benchfmt"
)

func TestWhatUsesOneCore(t *testing.T) {
	const per, timed, busy = "goroutines-per-proc", "goroutines-timed", "cpus-busy"
	for _, c := range []struct {
		about  string
		values map[string]float64
		want   bool
	}{
		{"plain code", map[string]float64{timed: 0, busy: 1.1}, true},
		{"plain code where the system does not tell CPU time", map[string]float64{timed: 0}, true},
		{"a pool from before", map[string]float64{timed: 0, busy: 1.9}, false},
		{"a microsecond of plain code", map[string]float64{timed: 0, busy: 1.9}, true},
		{"goroutines of its own that wait", map[string]float64{timed: 4, busy: 0.1}, false},
		{"RunParallel on one core", map[string]float64{per: 1, timed: 0, busy: 0.9}, false},
		{"goroutines that nobody counted", map[string]float64{busy: 1}, false},
	} {
		r := &benchfmt.Result{Iters: 100, Values: []benchfmt.Value{{Value: 0.001, Unit: "sec/op"}}}
		if c.about == "a microsecond of plain code" {
			r.Iters = 1
			r.Values[0].Value = 1e-6
		}
		for unit, x := range c.values {
			r.Values = append(r.Values, benchfmt.Value{Value: x, Unit: unit})
		}
		if got := UsesOneCore(r); got != c.want {
			t.Errorf("%s: %t", c.about, got)
		}
	}
}

// A binary without clocks says nothing, so it is not run again.
func TestWhatCannotBeLookedAtIsMeasured(t *testing.T) {
	found := []Benchmark{{Name: "A", NoCeiling: true}, {Name: "B", Goroutines: 1}}
	f := &Foreign{Look: Level{Cores: 2, Procs: 2}} // which can run nothing
	f.look(t.Context(), function{}, found, time.Millisecond)
	for _, b := range found {
		if b.OneCore {
			t.Errorf("%+v", b)
		}
	}
}
