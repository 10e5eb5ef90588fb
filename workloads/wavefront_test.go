package workloads

import (
	"context"
	"testing"

	"overlap/primitives"
)

func (j *wavefrontJob) last() any { return j.corner() / float64(j.runs) }

// What a tile computes from the last run's values may be overwritten later.
func TestWavefrontSeesTilesThatRunTooEarlyOrTwice(t *testing.T) {
	for name, tiles := range map[string][]int{
		"early from above": {0, 1, 2, 3, 5},
		"early from left":  {0, 1, 2, 3, 4, 6},
		"twice":            {0, 0},
	} {
		w := newJob(t, Wavefront, Params{Size: Small, Workers: 1}).(*wavefrontJob)
		w.runs++
		for _, tile := range tiles {
			w.tile(tile)
		}
		if got := w.early.Load(); got != 1 {
			t.Errorf("%s: %d tiles seen, want 1", name, got)
		}
	}
}

// A queue of one place must not stop tasks that submit others.
func TestWavefrontNeedsNoRoomInTheQueue(t *testing.T) {
	for _, workers := range []int{1, 2, 64} {
		job := newJob(t, Wavefront, Params{Size: Small, Workers: workers})
		ex := primitives.Must(primitives.NewPool(primitives.Config{Workers: workers, Queue: 1}))
		for range 3 {
			if err := job.Run(context.Background(), ex); err != nil {
				t.Fatal(err)
			}
		}
		if s := ex.Stats(); s.Running+s.Queued != 0 || s.Finished != 3*waveRows*waveColumns {
			t.Errorf("%d workers: %+v after three runs", workers, s)
		}
		if err := job.Check(); err != nil {
			t.Error(err)
		}
		ex.Shutdown(context.Background())
	}
}
