package meter

import (
	"math"
	"testing"
	"time"
)

// k of n workers who have all of the tasks have an index of k/n.
func TestFairnessIsTheShareOfWorkersThatWork(t *testing.T) {
	const n = 8
	for k := 1; k <= n; k++ {
		r := sampleOf(t, n, func(m *Meter) {
			for i := range 20 * n * k {
				task(m, n-1-i%k, time.Millisecond)
			}
		})
		if want := float64(k) / n; math.Abs(r.Fairness-want) > 1e-12 {
			t.Errorf("%d of %d workers have all tasks: %v, want %v", k, n, r.Fairness, want)
		}
	}
}

// By hand: 30 and 10 tasks are 40²/(2·(900+100)).
func TestFairnessOfUnequalShares(t *testing.T) {
	if got := fairness([]int64{30, 10}); got != 0.8 {
		t.Errorf("%v, want 0.8", got)
	}
}

// The index counts tasks of the sample, not those before it, nor those that
// ended without a worker.
func TestFairnessIsOfTheSample(t *testing.T) {
	m := New(2, []int{0}, 2)
	for range 2 {
		m.Prepare()
		m.Start()
		for i := range 4 * minTasks {
			m.TaskEnd(i%2, m.TaskStart(i%2))
			m.TaskEnd(-1, m.TaskStart(1))
		}
		m.Stop()
		if r := m.Reading(); r.Fairness != 1 {
			t.Errorf("%v, want 1", r.Fairness)
		}
		m.Prepare()
		for range 100 {
			m.TaskEnd(0, m.TaskStart(0))
		}
	}
}

func TestFairnessThatCannotBeTold(t *testing.T) {
	for _, ended := range [][]int64{nil, {}, {1000}, {0, 0}, {10, 9}, {19, 0}} {
		if got := fairness(ended); !math.IsNaN(got) {
			t.Errorf("%v: %v, want none", ended, got)
		}
	}
	if got := fairness([]int64{20, 0}); got != 0.5 {
		t.Errorf("20 tasks of one of two workers: %v, want 0.5", got)
	}
}
