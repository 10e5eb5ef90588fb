package gate

import (
	"math"
	"math/rand/v2"
	"testing"

	"overlap/bench/gate/stat"
	"overlap/internal/racing"
)

// An interval of 95 % holds the gain that very many blocks have in 95 % of the
// checks, of few blocks too, less four standard deviations.
func TestSpansHoldTheGain(t *testing.T) {
	racing.Long(t)
	trials := 200
	if testing.Short() {
		trials = 40
	}
	rng := rand.New(rand.NewPCG(31, 22))
	for name, n := range map[string]noise{"two modes": twoModes, "one mode": oneMode} {
		n.each = 60
		at := func(cores, blocks int, ns float64) *judged {
			return judgedOf(n.series(rng, point("A", 0, cores, 1), blocks, ns, 0))
		}
		gain := func(blocks int) stat.Gain { return gainOf(1, .1, at(2, blocks, 52), at(1, blocks, 100)) }
		truth, _, _ := gain(1000).Value(true, 1, 1)
		for _, blocks := range []int{6, 14, 30} {
			missed := 0
			for range trials {
				if value, low, high := gain(blocks).Value(true, rng.Uint64(), 1); !(low <= truth && truth <= high) {
					missed++
				} else if !(low < value && value < high) {
					t.Errorf("%s, %d blocks: %v is not in [%v, %v]", name, blocks, value, low, high)
				}
			}
			t.Logf("%s, %d blocks: %d of %d miss", name, blocks, missed, trials)
			if n := float64(trials); float64(missed) > .05*n+4*math.Sqrt(.05*.95*n) {
				t.Errorf("%s, %d blocks: %d of %d intervals miss %v", name, blocks, missed, trials, truth)
			}
		}
	}
	five := judgedOf(twoModes.series(rng, point("A", 0, 1, 1), 5, 100, 0))
	if _, low, high := gainOf(1, .1, five).Value(true, 1, 1); low != 0 || !math.IsInf(high, 1) {
		t.Errorf("of five blocks [%v, %v]", low, high)
	}
}
