package sweep

import (
	"testing"
	"time"

	"overlap/bench"
)

// A benchmark that hangs with other numbers of goroutines than its own must not hold up
// those that are measured beside it.
func TestOtherNumbersOfGoroutinesHaveLessTime(t *testing.T) {
	b := Benchmark{Package: "p", Name: "Get", Goroutines: 2, Once: 10 * time.Millisecond}
	f := &Foreign{Timeout: time.Minute, SampleTime: 40 * time.Millisecond, benchmarks: []Benchmark{b}}
	for workers, want := range map[int]time.Duration{0: time.Minute, 2: time.Minute, 1: 6600 * time.Millisecond, 64: 6600 * time.Millisecond} {
		p := Point{Package: "p", Point: bench.Point{Workload: "Get", Workers: workers, Procs: 1}}
		if got := f.launcher(p, b, nil).limit; got != want {
			t.Errorf("%d goroutines: %v, want %v", workers, got, want)
		}
	}
	f.Timeout = time.Second
	if got := f.launcher(Point{Package: "p", Point: bench.Point{Workload: "Get", Workers: 64, Procs: 1}}, b, nil).limit; got != time.Second {
		t.Errorf("limit %v, want the shorter one", got)
	}
}
