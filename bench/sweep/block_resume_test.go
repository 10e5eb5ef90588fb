package sweep_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/perf/benchfmt"

	"overlap/bench/sweep"
	"overlap/bench/turns"
	"overlap/workloads"
)

// uneven is a sampler whose blocks take more or less time, by chance, and which notes
// what it is asked for.
type uneven struct {
	rng   *rand.Rand
	asked []string
}

func (u *uneven) Sample(context.Context, sweep.Point, int, int) (*benchfmt.Result, error) {
	panic("a point was measured alone")
}

func (u *uneven) TakesTurns() bool { return turns.Supported }

func (u *uneven) Block(_ context.Context, b sweep.Block) (entries []sweep.Entry, err error) {
	time.Sleep(b.Time + time.Duration(len(b.Points))*time.Duration(u.rng.IntN(200))*time.Millisecond)
	for _, p := range b.Points {
		u.asked = append(u.asked, fmt.Sprintf("%d %v", b.Number, p))
		entries = append(entries, sweep.Entry{Point: p.String(), Round: b.Number, Result: &benchfmt.Result{
			Name:   benchfmt.Name(p.Name()),
			Iters:  10,
			Values: []benchfmt.Value{{Value: 0.01 + 0.001*u.rng.Float64(), Unit: "sec/op"}, {Value: 9, Unit: "timings"}},
		}})
	}
	return entries, nil
}

// A run of blocks that is killed and goes on visits what it would have visited, whichever
// block it was killed after.
func TestBlocksGoOnAsTheyWere(t *testing.T) {
	if !turns.Supported {
		t.Skip("processes cannot take turns on this system")
	}
	synctest.Test(t, func(t *testing.T) {
		g := defaults(t, 8, []workloads.Workload{workloads.Ep, workloads.Sleepers})
		config := func(u *uneven, past []sweep.Entry, stored *[]sweep.Entry) sweep.Config {
			return sweep.Config{
				Plan: g, Sampler: u, Past: past, Budget: 30 * time.Second, Sample: 10 * time.Millisecond, Seed: 4,
				Append: func(es ...sweep.Entry) error { *stored = append(*stored, es...); return nil },
			}
		}
		whole, all := &uneven{rng: rand.New(rand.NewPCG(1, 2))}, []sweep.Entry(nil)
		if _, err := sweep.Run(t.Context(), config(whole, nil, &all)); err != nil {
			t.Fatal(err)
		}
		for n := range all {
			if n > 0 && all[n-1].Rest > 0 {
				continue // in a block
			}
			// What is left is measured by another sampler, so only its first visits are the same.
			rest, more := &uneven{rng: rand.New(rand.NewPCG(3, uint64(n)))}, []sweep.Entry(nil)
			if _, err := sweep.Run(t.Context(), config(rest, slices.Clone(all[:n]), &more)); err != nil {
				t.Fatalf("after %d entries: %v", n, err)
			}
			first := 0
			for first < len(more) && more[first].Rest > 0 {
				first++
			}
			if got, want := rest.asked[:min(first+1, len(rest.asked))], whole.asked[n:]; len(want) < len(got) || !slices.Equal(got, want[:len(got)]) {
				t.Fatalf("after %d entries it visits %v, want %v", n, got, want[:min(len(want), len(got))])
			}
		}
	})
}
