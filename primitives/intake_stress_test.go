package primitives_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"overlap/primitives"
)

// Submitters, inside and outside, whose contexts end at about the moment at
// which there is room for them: none sleeps on, none that was turned away runs,
// and all others run once.
func TestSubmittersLoseNoTask(t *testing.T) {
	for _, name := range concurrent {
		t.Run(name, func(t *testing.T) {
			for round := range soak(5_000) / 100 {
				if err := crowd(name, uint64(round)); err != nil {
					t.Fatalf("round %d: %v", round, err)
				}
			}
		})
	}
}

func crowd(name string, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 24))
	c := primitives.Config{Workers: 1 + r.IntN(3), Queue: 1 + r.IntN(6)}
	x, err := newKind(name, c)
	if err != nil {
		return err
	}
	var ran, accepted, refused atomic.Int64
	var all sync.WaitGroup
	var submit func(r *rand.Rand, depth int)
	submit = func(r *rand.Rand, depth int) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		switch r.IntN(3) {
		case 0: // by the clock
			timer := time.AfterFunc(time.Duration(r.IntN(60))*time.Microsecond, cancel)
			defer timer.Stop()
		case 1: // by a task that makes room as it ends
			all.Go(func() {
				primitives.Submit(context.Background(), x, func(context.Context) (int, error) { ran.Add(1); cancel(); return 0, nil })
				accepted.Add(1)
			})
		}
		seed := r.Uint64()
		f := primitives.Submit(ctx, x, func(context.Context) (int, error) {
			ran.Add(1)
			for inner := rand.New(rand.NewPCG(seed, 1)); depth > 0 && inner.IntN(3) > 0; {
				submit(inner, depth-1)
			}
			return 0, nil
		})
		if r.IntN(4) == 0 {
			f.Cancel()
		}
		if _, err := f.Await(context.Background()); err == nil {
			accepted.Add(1)
		} else if errors.Is(err, context.Canceled) && f.State() == primitives.Cancelled {
			refused.Add(1)
		}
	}
	for range 6 {
		own := rand.New(rand.NewPCG(r.Uint64(), 2))
		all.Go(func() {
			for range 8 {
				submit(own, 2)
			}
		})
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	select {
	case <-ended:
	case <-ctx.Done():
		return fmt.Errorf("%+v: somebody waits forever: %+v", c, x.Stats())
	}
	if err := x.Shutdown(ctx); err != nil {
		return err
	}
	s := x.Stats()
	if s != (primitives.Stats{Finished: int(ran.Load()), Cancelled: int(refused.Load())}) || ran.Load() != accepted.Load() {
		return fmt.Errorf("%+v: %d ran, %d accepted, %d refused: %+v", c, ran.Load(), accepted.Load(), refused.Load(), s)
	}
	return nil
}
