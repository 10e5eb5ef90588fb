package workloads

import (
	"testing"
	"time"
)

// One worker cannot be faster than its waits one after the other.
func TestWaitsAreWaited(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"sleepers": 8 * time.Millisecond,
		"cashiers": 8 * time.Millisecond,
		"netecho":  8 * time.Millisecond,
		"request":  16 * time.Millisecond,
	} {
		w, err := Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		job := newJob(t, w, Params{Size: Small, Workers: 1})
		start := time.Now()
		run(t, job, "inline", 1, 2)
		if took := time.Since(start); took < 2*want {
			t.Errorf("two jobs of %s took %v, their waits alone take %v", name, took, 2*want)
		}
	}
}
