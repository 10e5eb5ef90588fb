package primitives_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/anishathalye/porcupine"

	"overlap/primitives"
)

// futureModel is the life of a future, whose task tells when it starts and
// that it ends.
var futureModel = porcupine.Model{
	Init: func() any { return primitives.Pending },
	Step: func(state, in, out any) (bool, any) {
		s := state.(primitives.State)
		switch in {
		case "start":
			return s == primitives.Pending, primitives.Running
		case "finish":
			return s == primitives.Running, primitives.Finished
		case "cancel":
			if s == primitives.Pending && out == true {
				return true, primitives.Cancelled
			}
			return out == (s == primitives.Cancelled) && s != primitives.Pending, s
		case "state":
			return out == s, s
		}
		switch out {
		case "value":
			return s == primitives.Finished, s
		case "cancelled":
			return s == primitives.Cancelled, s
		}
		return s == primitives.Pending || s == primitives.Running, s
	},
}

func futureHistory(x primitives.Executor, seed uint64) (*history, error) {
	rng := rand.New(rand.NewPCG(seed, 2))
	h := &history{}
	var finish int64
	f := make(chan *primitives.Future[int], 3)
	for range 3 {
		var kinds []int
		for range 1 + rng.IntN(4) {
			kinds = append(kinds, rng.IntN(6))
		}
		go func() {
			f := <-f
			for _, kind := range kinds {
				switch kind {
				case 0:
					h.record("cancel", func() any { return f.Cancel() })
				case 1, 2, 3:
					h.record("state", func() any { return f.State() })
				default:
					h.record("result", func() any {
						ctx, cancel := context.WithCancel(context.Background())
						defer cancel()
						go cancel()
						switch v, err := f.Await(ctx); {
						case err == primitives.ErrCancelled:
							return "cancelled"
						case v == 7:
							return "value"
						}
						return "gave up"
					})
				}
			}
		}()
	}
	task := primitives.Submit(context.Background(), x, func(context.Context) (int, error) {
		h.add("start", nil, 0, h.clock.Add(1))
		finish = h.clock.Add(1)
		return 7, nil
	})
	for range cap(f) {
		f <- task
	}
	synctest.Wait()
	if finish != 0 {
		h.add("finish", nil, finish, h.clock.Add(1))
	}
	h.record("state", func() any { return task.State() })
	return h, h.check(futureModel)
}

func TestSoakFutureIsLinearizable(t *testing.T) {
	for _, name := range concurrent {
		t.Run(name, func(t *testing.T) {
			seed := uint64(0)
			for operations := soak(10_000) / len(concurrent); operations > 0; {
				synctest.Test(t, func(t *testing.T) {
					x, _ := newKind(name, primitives.Config{Workers: 1})
					for range 20 {
						seed++
						h, err := futureHistory(x, seed)
						if operations -= len(h.ops); err != nil {
							t.Errorf("seed %d: %v", seed, err)
							operations = 0
							break
						}
					}
					shut(t, x)
				})
			}
		})
	}
}
