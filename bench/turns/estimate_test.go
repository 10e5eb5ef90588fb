package turns

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A tenth of the times that take far longer changes the estimate little, and the order
// nothing.
func TestMiddleHalfLeavesOutWhatIsRare(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var times []float64
	for range 100 {
		times = append(times, 1e6*math.Exp(0.01*rng.NormFloat64()))
	}
	quiet := MiddleHalf(times)
	if math.Abs(quiet/1e6-1) > 0.005 {
		t.Errorf("it is %v, want about a million", quiet)
	}
	for i := range 10 {
		times[i*7] *= 5
	}
	rng.Shuffle(len(times), func(i, j int) { times[i], times[j] = times[j], times[i] })
	if got := MiddleHalf(times); math.Abs(got/quiet-1) > 0.005 {
		t.Errorf("with rare long times it is %v, without %v", got, quiet)
	}
	if got := MiddleHalf([]float64{7}); math.Abs(got-7) > 1e-9 {
		t.Errorf("of one time it is %v", got)
	}
}
