package workloads

import (
	"context"
	"errors"
	"testing"

	"overlap/primitives"
)

// Whatever becomes of one task of a crowd, the others end and the error arrives.
func TestCrowdReturnsTheErrorWhenAllHaveEnded(t *testing.T) {
	broken := errors.New("broken")
	for _, executor := range []string{"inline", "spawn", "pool", "threads", "loop"} {
		for name, step := range map[string]func(*crowd) error{
			"error": func(*crowd) error { return broken },
			"panic": func(*crowd) error { panic(broken) },
		} {
			t.Run(executor+"/"+name, func(t *testing.T) {
				ex, err := primitives.New(executor, primitives.Config{Workers: 1})
				if err != nil {
					t.Fatal(err)
				}
				defer ex.Shutdown(context.Background())
				err = runCrowd(context.Background(), ex, func(c *crowd) {
					c.submit(func(c *crowd) error {
						for range 200 { // more than are kept at once
							c.submit(func(*crowd) error { return nil })
						}
						c.submit(step)
						return nil
					})
				})
				if !errors.Is(err, broken) {
					t.Errorf("got %v", err)
				}
				if s := ex.Stats(); s.Running != 0 || s.Queued != 0 || s.Finished != 202 {
					t.Errorf("afterwards: %+v", s)
				}
			})
		}
	}
}

func TestCrowdOnAnExecutorThatIsShutDown(t *testing.T) {
	ex := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	ex.Shutdown(context.Background())
	err := runCrowd(context.Background(), ex, func(c *crowd) { c.submit(func(*crowd) error { return nil }) })
	if !errors.Is(err, primitives.ErrShutdown) {
		t.Errorf("got %v, want %v", err, primitives.ErrShutdown)
	}
}
