package load

import (
	"math"
	"testing"
)

func TestCredibleValues(t *testing.T) {
	for _, c := range []struct {
		unit string
		x    float64
		want bool
	}{
		{"cpus-busy", 0, true},
		{"cpus-busy", 1e6, true},
		{"cpus-busy", 2e6, false},
		{"cpus-busy", -1, false},
		{"cpus-busy", math.NaN(), false},
		{"items/s", 1e12, true}, // small items
		{"items/s", 0, false},
		{"minor-faults/op", 1e9, true}, // a large job
		{"minor-faults/op", math.Inf(1), false},
		{"minor-faults/op", math.NaN(), false},
		{"p99-sec/task", 1e7, false},
	} {
		if got := credible(c.unit, c.x); got != c.want {
			t.Errorf("%v %s: credible is %t, want %t", c.x, c.unit, got, c.want)
		}
	}
}

// A name that is twice in the table would hide one of its fields.
func TestReadUnitsAreDifferent(t *testing.T) {
	fields := map[*float64]string{}
	var s Sample
	for _, u := range readUnits {
		if same, ok := fields[u.field(&s)]; ok {
			t.Errorf("%s and %s have the same field", u.name, same)
		}
		fields[u.field(&s)] = u.name
	}
	if len(unitIndex) != len(readUnits) {
		t.Errorf("%d names for %d units", len(unitIndex), len(readUnits))
	}
}
