package main

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// played is a match whose speeds are given by cores, workers and round; 0 is
// a round that is missing.
func played(speed func(cores, workers, round int) float64, rounds int) *match {
	m := &match{chore: chores()[0], system: &system{name: "s"}, rounds: map[int][]rates{}}
	for _, cores := range []int{1, 2} {
		for round := range rounds {
			all := rates{}
			for _, w := range levels {
				if x := speed(cores, w, round); x > 0 {
					all[w] = rate{tasks: 1000, took: time.Duration(1e12 / x)}
				}
			}
			m.rounds[cores] = append(m.rounds[cores], all)
		}
	}
	return m
}

// The identity is exact with noise, and with rounds that miss a number of
// cores.
func TestTheFactorsMakeTheSpeedup(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	m := played(func(cores, workers, round int) float64 {
		return 1000 * float64(cores) * math.Sqrt(float64(workers)) * (0.5 + random.Float64())
	}, 6)
	m.rounds[1][2] = nil
	m.rounds[2] = m.rounds[2][:5]
	for _, w := range levels {
		f := m.factorise(w, []int{1, 2})
		if f.gc.N != 4 || f.gp.N != 4 || f.s.N != 4 {
			t.Errorf("%d workers: %d, %d, %d rounds, want 4", w, f.gc.N, f.gp.N, f.s.N)
		}
		if product := f.gc.Value * f.gp.Value; math.Abs(product/f.s.Value-1) > 1e-12 {
			t.Errorf("%d workers: %v × %v is %v, not %v", w, f.gc.Value, f.gp.Value, product, f.s.Value)
		}
	}
}

func TestTheFactorsOfKnownSpeeds(t *testing.T) {
	m := played(func(cores, workers, _ int) float64 {
		return 1000 * float64(min(workers, 8)) * (1 + 0.5*float64(cores-1))
	}, 3)
	near := func(what string, got, want float64) {
		if math.Abs(got/want-1) > 1e-6 {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	f := m.factorise(64, []int{1, 2})
	near("G_c", f.gc.Value, 8)
	near("G_p", f.gp.Value, 1.5)
	near("S", f.s.Value, 12)
	if got := m.factorise(64, []int{1}); math.Abs(got.gc.Value-8) > 1e-6 || !math.IsNaN(got.s.Value) || !math.IsNaN(got.gp.Value) {
		t.Errorf("one core gives %+v", got)
	}
}

func TestBestIsTheFewestNearTheBest(t *testing.T) {
	of := func(workers int, s float64) factors { return factors{workers: workers, s: interval{Value: s, N: 4}} }
	if got := best([]factors{of(1, 1), of(2, 1.96), of(8, 2), of(64, 1.9)}); got.workers != 2 {
		t.Errorf("%d workers", got.workers)
	}
	if got := best([]factors{of(1, 1), of(2, 1.8), of(8, 2)}); got.workers != 8 {
		t.Errorf("%d workers", got.workers)
	}
	none := interval{Value: math.NaN()}
	oneCore := []factors{{workers: 1, gc: interval{Value: 1}, s: none}, {workers: 2, gc: interval{Value: 2}, s: none}}
	if got := best(oneCore); got.workers != 2 {
		t.Errorf("%d workers on one core", got.workers)
	}
}

func TestTaskTable(t *testing.T) {
	speed := func(cores, workers, _ int) float64 { return 1000 * float64(cores) * float64(min(workers, 8)) }
	whole, limited := played(speed, 3), played(speed, 3)
	limited.system = &system{name: "few", maxWorkers: 64}
	failed := &match{chore: chores()[0], system: &system{name: "broken"}, err: errWrong}
	other := played(speed, 3)
	other.chore = chores()[1]
	var b strings.Builder
	if err := writeTasks(&b, []*match{whole, limited, failed, other}, []int{1, 2}); err != nil {
		t.Fatal(err)
	}
	const want = `
task-hash – cpu: about 0.2 ms of FNV-1a

system  1 core: w=2  w=8  w=64  w=256  2 cores: w=2  w=8  w=64  w=256  best w  G_c  G_p  S = G_c×G_p
------  -----------  ---  ----  -----  ------------  ---  ----  -----  ------  ---  ---  -----------
s       2            8    8     8      4             16   16    16     8       8    2    16
few     2            8    8            4             16   16           8       8    2    16
broken                                                                 failed

task-sieve`
	if got := b.String(); !strings.HasPrefix(got, want) {
		t.Errorf("table:\n%s\nwant:\n%s", got, want)
	}
	b.Reset()
	if err := writeTasks(&b, nil, []int{1, 2}); err != nil || b.Len() > 0 {
		t.Errorf("nothing measured prints %q, %v", b.String(), err)
	}
	b.Reset()
	if err := writeTasks(&b, []*match{whole}, []int{1}); err != nil || strings.Contains(b.String(), "2 cores") {
		t.Errorf("one core, %v:\n%s", err, b.String())
	}
}

func TestSpread(t *testing.T) {
	for want, x := range map[string]interval{
		"":          {Value: math.NaN()},
		"1":         {Value: 1, Low: 1, High: 1, N: 4},
		"6.8 ±0.5":  {Value: 6.8, Low: 6.4, High: 7.3, N: 4},
		"1.57 ±∞":   {Value: 1.57, Low: 0, High: math.Inf(1), N: 1},
		"240 ±160":  {Value: 240, Low: 130, High: 396, N: 4},
		"244 ±1.8":  {Value: 244, Low: 242.19, High: 245, N: 4},
		"0.5 ±0.25": {Value: 0.5, Low: 0.25, High: 0.6, N: 4},
	} {
		if got := spread(x); got != want {
			t.Errorf("%+v is %q, want %q", x, got, want)
		}
	}
}
