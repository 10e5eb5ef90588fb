package main

import (
	"context"
	"time"

	"overlap/primitives"
)

// loopAwait is a task of an event loop that submits child tasks to the same
// loop and awaits each.
func loopAwait(env) (*body, error) {
	x := primitives.Must(primitives.NewLoop(primitives.Config{Workers: 2})) // the parent and one child
	run := func(n int) (time.Duration, error) {
		return primitives.Submit(background, x, func(ctx context.Context) (time.Duration, error) {
			return answers(func() (int, error) {
				return primitives.Submit(ctx, x, give).Await(ctx)
			})(n)
		}).Await(background)
	}
	return &body{run: run, stop: func() { _ = x.Shutdown(background) }}, nil
}
