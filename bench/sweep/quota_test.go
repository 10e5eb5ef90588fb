package sweep_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"overlap/bench/sweep"
	"overlap/bench/turns"
)

// A quota that is set during a sweep costs the points that need more CPUs than it allows,
// and no other, whether they have the machine to themselves or take turns.
func TestAQuotaThatChangesCostsWhatNeedsMore(t *testing.T) {
	for _, c := range []struct {
		was, is float64
		why     string
	}{
		{0, 1.5, "the CPU quota was none when the run began and is 1.5 now"},
		{1.5, 0, "the CPU quota was 1.5 when the run began and is none now"},
		{2, 2, ""}, // of which two cores take no more
		{0, 2, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			points := len(twoCores(t).FixedPoints())
			summary, err := sweep.Run(t.Context(), sweep.Config{
				Plan: twoCores(t), Sampler: &fake{}, Append: keep, Rounds: 5, Budget: time.Hour,
				Quota: func() float64 {
					if time.Since(began) > time.Duration(points)*time.Second+500*time.Millisecond { // in the second round
						return c.is
					}
					return c.was
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			failed := map[sweep.Point]int{}
			for _, f := range summary.Failures {
				failed[f.Point]++
				if why := f.Err.Error(); why != c.why && !strings.HasPrefix(why, "the CPU quota changed from ") {
					t.Errorf("%v: %s: %s", c, f.Point, why)
				}
			}
			for _, p := range twoCores(t).FixedPoints() {
				if lost := c.why != "" && p.Cores*p.Copies == 2; failed[p] > 0 != lost {
					t.Errorf("%v: %s failed %d times", c, p, failed[p])
				}
			}
		})
	}
}

// In a block in which the quota changes, the turns of some use up what all may use. Later
// blocks are without them.
func TestAQuotaThatChangesInABlockCostsTheBlock(t *testing.T) {
	if !turns.Supported {
		t.Skip("processes cannot take turns on this system")
	}
	synctest.Test(t, func(t *testing.T) {
		u, first, blocks := &uneven{rng: rand.New(rand.NewPCG(1, 2))}, 0, 0
		_, err := sweep.Run(t.Context(), sweep.Config{
			Plan: twoCores(t), Sampler: u, Rounds: 4, Sample: time.Millisecond,
			Append: func(entries ...sweep.Entry) error {
				if blocks++; blocks == 1 {
					first = len(u.asked)
				}
				for i, e := range entries {
					want := ""
					switch wide := strings.Contains(e.Point, "cores=2") || strings.Contains(e.Point, "×2"); {
					case blocks == 2:
						want = "the CPU quota changed from none to 1.5 during the sample"
					case blocks > 2 && wide:
						want = "the CPU quota was none when the run began and is 1.5 now"
					}
					if got := e.Err; e.Rest != len(entries)-i-1 || (got == nil) != (want == "") || got != nil && got.Error() != want {
						t.Errorf("block %d: entry %d of %d has %d behind it: %s: %v", blocks, i, len(entries), e.Rest, e.Point, got)
					}
				}
				return nil
			},
			Quota: func() float64 {
				if first > 0 && len(u.asked) > first {
					return 1.5
				}
				return 0
			},
		})
		if err != nil || blocks != 8 {
			t.Errorf("%d blocks, %v", blocks, err)
		}
	})
}
