package calibrate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// slowly is the value of pooled by the definition.
func slowly(units []Unit, flipped []bool, q float64) float64 {
	var base, head []float64
	for i, u := range units {
		if flipped[i] {
			u.Base, u.Head = u.Head, u.Base
		}
		base, head = append(base, u.Base...), append(head, u.Head...)
	}
	slices.Sort(base)
	slices.Sort(head)
	return math.Log(head[rank(q, len(head))-1] / base[rank(q, len(base))-1])
}

func TestPooledIsTheQuantilesOfBothSides(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var units []Unit
		for range 1 + r.IntN(6) {
			u := Unit{make([]float64, 1+r.IntN(30)), make([]float64, 1+r.IntN(30))}
			for _, list := range [][]float64{u.Base, u.Head} {
				for i := range list {
					list[i] = float64(1 + r.IntN(50)) // ties
				}
			}
			units = append(units, u)
		}
		flipped := make([]bool, len(units))
		toss(flipped, r)
		out := make([]float64, len(quantiles))
		pool(units, quantiles...).walk(flipped, out)
		for i, q := range quantiles {
			if want := slowly(units, flipped, q); math.Abs(out[i]-want) > 1e-12 {
				t.Fatalf("quantile %v of %v, flipped %v: %v, want %v", q, units, flipped, out[i], want)
			}
		}
	}
}

func TestExchangesKeepTheirLevel(t *testing.T) {
	n := newNoise(8, 0.05, 0.5)
	if testing.Short() {
		t.Skip("takes long under the race detector, which has nothing to see in it")
	}
	const trials, alpha = 300, 0.1
	for _, m := range Alternatives() {
		slower := 0
		for i := range trials {
			trial := m.relabel(point("X", 1), n.blocks(14, 1), 0, n.random)
			if m.Judge([]Trial{trial}, alpha, uint64(i))[0].Slower {
				slower++
			}
		}
		// One side of a two-sided test: a twentieth, by chance up to five sd.
		if most := trials * (alpha/2 + 5*math.Sqrt(alpha/2/trials)); float64(slower) > most || slower == 0 {
			t.Errorf("%s: %d of %d trials of the same code called slower, want about %v", m.Name, slower, trials, trials*alpha/2)
		}
	}
}

func TestAlternativesFindWhatIsSlower(t *testing.T) {
	n := newNoise(50, 0.02, 0.3)
	for _, m := range Alternatives() {
		for _, c := range []struct {
			e     float64
			found bool
		}{{0.5, true}, {-0.3, false}} {
			trial := m.relabel(point("X", 1), n.blocks(20, 1), c.e, n.random)
			call := m.Judge([]Trial{trial}, 0.01, 1)[0]
			near := math.Abs(call.Ratio-1-c.e) < 0.25
			if m.Name == "ABBA, median" {
				near, c.found = true, call.Slower && c.found // the median lies between the modes
			}
			if call.Slower != c.found || !near {
				t.Errorf("%s, %+v: ratio %v, slower %v", m.Name, c.e, call.Ratio, call.Slower)
			}
		}
	}
}

// The choice must be the same whatever the names are.
func TestTheChosenQuantileDoesNotLookAtNames(t *testing.T) {
	n := newNoise(40, 0.1, 0.5)
	for range 20 {
		m := Method{}
		u := m.relabel(point("X", 1), n.blocks(10, 1), 0.3, n.random).units()
		chosen := narrowest(u, quantiles, rand.New(rand.NewPCG(1, 1)))
		for i := range u {
			u[i].Base, u[i].Head = u[i].Head, u[i].Base
		}
		if again := narrowest(u, quantiles, rand.New(rand.NewPCG(1, 1))); again != chosen {
			t.Errorf("quantile %v, and %v with the names exchanged", chosen, again)
		}
	}
}
