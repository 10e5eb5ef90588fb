package primitives_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

// nested submits a task that submits one and waits for it, and so on, depth
// times. The innermost is bottom.
func nested(ctx context.Context, x primitives.Executor, depth int, in func(context.Context) context.Context, bottom func(context.Context) (int, error)) *primitives.Future[int] {
	return primitives.Submit(ctx, x, func(ctx context.Context) (int, error) {
		if depth == 0 {
			return bottom(ctx)
		}
		v, err := nested(ctx, x, depth-1, in, bottom).Await(in(ctx))
		return v + 1, err
	})
}

// Tasks may be nested as deep as memory goes, whether the worker runs the inner
// one itself or another stands in.
func TestDeepNesting(t *testing.T) {
	depth := 20_000
	if testing.Short() {
		depth = 2_000 // the race detector watches 8128 goroutines at most
	}
	for name, wait := range waits {
		for _, executor := range inProcess {
			t.Run(name+"/"+executor, func(t *testing.T) {
				if name == "outer" && executor == "threads" {
					t.Skip("every task keeps a thread: see TestNestedDeeperThanThereAreThreads")
				}
				x, err := newKind(executor, primitives.Config{Workers: 1})
				if err != nil {
					t.Fatal(err)
				}
				defer x.Shutdown(context.Background())
				outer, cancel := context.WithCancel(context.Background())
				defer cancel()
				in := func(task context.Context) context.Context { return wait(task, outer) }
				v, err := nested(context.Background(), x, depth, in, give(0)).Await(context.Background())
				if v != depth || err != nil {
					t.Errorf("%d, %v", v, err)
				}
			})
		}
	}
}

// The end of a task's context reaches every task below, however deep, and none
// above; so do its values and its deadline.
func TestContextsOfNestedTasks(t *testing.T) {
	const depth = 70
	type between struct{}
	wraps := map[string]func(context.Context) context.Context{
		"nothing": func(ctx context.Context) context.Context { return ctx },
		"values":  func(ctx context.Context) context.Context { return context.WithValue(ctx, between{}, 1) },
	}
	for name, wrap := range wraps {
		for _, cancelled := range []int{0, 1, 15, 16, 17, 18, 33, 50, depth - 1, depth} {
			t.Run(fmt.Sprintf("%s/%d", name, cancelled), func(t *testing.T) {
				under(t, concurrent, primitives.Config{Workers: 1}, func(t *testing.T, x primitives.Executor) {
					root, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Hour)
					defer cancel()
					want, _ := root.Deadline()
					var futures [depth + 1]*primitives.Future[int]
					var contexts [depth + 1]context.Context
					var down func(k int) func(context.Context) (int, error)
					down = func(k int) func(context.Context) (int, error) {
						return func(ctx context.Context) (int, error) {
							contexts[k] = ctx
							if at, ok := ctx.Deadline(); !ok || at != want || ctx.Value(key{}) != "v" || ctx.Err() != nil {
								t.Errorf("task %d: deadline %v, value %v, error %v", k, at, ctx.Value(key{}), ctx.Err())
							}
							if k < depth {
								futures[k+1] = primitives.Submit(wrap(ctx), x, down(k+1))
								return futures[k+1].Await(context.Background())
							}
							err := primitives.Sleep(ctx, 30*time.Minute)
							for above, ctx := range contexts {
								if ended := ctx.Err() != nil; ended != (above >= cancelled) {
									t.Errorf("task %d was cancelled, and the context of task %d has ended: %v", cancelled, above, ended)
								}
							}
							return 0, err
						}
					}
					futures[0] = primitives.Submit(root, x, down(0))
					time.Sleep(time.Second) // under spawn, submitters are patient
					synctest.Wait()
					futures[cancelled].Cancel()
					if _, err := soon(t, futures[depth]); err != primitives.ErrCancelled {
						t.Errorf("the innermost ended with %v", err)
					}
				})
			})
		}
	}
}
