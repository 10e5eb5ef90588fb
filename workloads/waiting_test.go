package workloads

import (
	"slices"
	"testing"
	"time"
)

// One worker cannot be faster than its waits one after the other.
func TestWaitsAreWaited(t *testing.T) {
	waits := map[string]time.Duration{ // of a small job
		"sleepers": 8 * time.Millisecond,
		"cashiers": 8 * time.Millisecond,
		"netecho":  8 * time.Millisecond,
		"request":  16 * time.Millisecond,
		"disk":     0, // as long as the disk takes
	}
	for _, w := range All() {
		want, listed := waits[w.Name]
		if waiting := slices.Contains([]Kind{Wait, IO, Mixed}, w.Kind); waiting != listed {
			t.Errorf("%s is of kind %s; it is among the waits above: %t", w.Name, w.Kind, listed)
		}
		if want == 0 {
			continue
		}
		job := newJob(t, w, Params{Size: Small, Workers: 1})
		start := time.Now()
		run(t, job, "inline", 1, 2)
		if took := time.Since(start); took < 2*want {
			t.Errorf("two jobs of %s took %v, their waits alone take %v", w.Name, took, 2*want)
		}
	}
}
