package primitives_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"overlap/primitives"
)

// concurrent.futures: submit to a pool, collect in order.
func ExampleSubmit() {
	ctx := context.Background()
	pool := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2}))
	defer pool.Shutdown(ctx)

	var squares []*primitives.Future[int]
	for i := range 5 {
		squares = append(squares, primitives.Submit(ctx, pool, func(context.Context) (int, error) {
			return i * i, nil
		}))
	}
	for _, f := range squares {
		v, err := f.Await(ctx)
		fmt.Print(v, " ", err, "; ")
	}
	// Output: 0 <nil>; 1 <nil>; 4 <nil>; 9 <nil>; 16 <nil>;
}

// asyncio: two customers are served by one goroutine, because each lets the
// other run while it waits. With time.Sleep they would be served one after the
// other.
func ExampleNewLoop() {
	ctx := context.Background()
	loop := primitives.Must(primitives.NewLoop(primitives.Config{Workers: 2}))
	defer loop.Shutdown(ctx)

	serve := func(name string, time time.Duration) *primitives.Future[string] {
		return primitives.Submit(ctx, loop, func(ctx context.Context) (string, error) {
			fmt.Println(name, "pays")
			err := primitives.Sleep(ctx, time)
			fmt.Println(name, "leaves")
			return name, err
		})
	}
	served, err := primitives.All(serve("Ann", 5*time.Millisecond), serve("Bob", 50*time.Millisecond)).Await(ctx)
	fmt.Println(served, err)
	// Output:
	// Ann pays
	// Bob pays
	// Ann leaves
	// Bob leaves
	// [Ann Bob] <nil>
}

// Twisted: a Deferred's chain of callbacks and errbacks.
func ExampleThen() {
	ctx := context.Background()
	pool := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	defer pool.Shutdown(ctx)

	page := primitives.Submit(ctx, pool, func(context.Context) (string, error) {
		return "", errors.New("no route to host")
	})
	length := primitives.Then(ctx, pool, page, func(_ context.Context, text string) (int, error) {
		return len(text), nil // not called: there is no page
	})
	safe := primitives.Recover(ctx, pool, length, func(_ context.Context, err error) (int, error) {
		fmt.Println("recovered from:", err)
		return 0, nil
	})
	fmt.Println(safe.Await(ctx))
	// Output:
	// recovered from: no route to host
	// 0 <nil>
}

// Tornado: answers are handled as they come, whichever is first.
func ExampleAsCompleted() {
	ctx := context.Background()
	pool := primitives.Must(primitives.NewPool(primitives.Config{Workers: 3}))
	defer pool.Shutdown(ctx)

	var answers []*primitives.Future[string]
	for i, name := range []string{"slow", "quick", "middling"} {
		answers = append(answers, primitives.Submit(ctx, pool, func(ctx context.Context) (string, error) {
			return name, primitives.Sleep(ctx, []time.Duration{60, 1, 30}[i]*time.Millisecond)
		}))
	}
	for i, f := range primitives.AsCompleted(ctx, answers) {
		name, _ := f.Await(ctx)
		fmt.Println(i, name)
	}
	// Output:
	// 1 quick
	// 2 middling
	// 0 slow
}

// Promise: all, allSettled, any and race.
func ExampleAllSettled() {
	ctx := context.Background()
	pool := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2}))
	defer pool.Shutdown(ctx)

	good := primitives.Submit(ctx, pool, func(context.Context) (int, error) { return 42, nil })
	bad := primitives.Submit(ctx, pool, func(context.Context) (int, error) { return 0, errors.New("refused") })

	_, err := primitives.All(good, bad).Await(ctx)
	fmt.Println("all:", err)
	outcomes, _ := primitives.AllSettled(good, bad).Await(ctx)
	fmt.Println("settled:", outcomes)
	v, _ := primitives.Any(bad, good).Await(ctx)
	fmt.Println("any:", v)
	v, _ = primitives.Race(good).Await(ctx)
	fmt.Println("race:", v)
	// Output:
	// all: refused
	// settled: [{42 <nil>} {0 refused}]
	// any: 42
	// race: 42
}

// threading: three goroutines that print in order although they start in any
// order.
func ExampleEvent() {
	var first, second primitives.Event
	var all sync.WaitGroup
	all.Go(func() { second.Wait(); fmt.Println("third") })
	all.Go(func() { first.Wait(); fmt.Println("second"); second.Set() })
	all.Go(func() { fmt.Println("first"); first.Set() })
	all.Wait()
	// Output:
	// first
	// second
	// third
}

// shout can run in another process, which knows it by its name.
var shout = primitives.Define("example.shout", func(_ context.Context, s string) (string, error) {
	return strings.ToUpper(s), nil
})

// ProcessPoolExecutor: the tasks run in two other processes. A program that
// does this calls ServeIfChild first in main.
func ExampleCall() {
	ctx := context.Background()
	workers, err := primitives.NewProcesses(primitives.Config{Workers: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer workers.Shutdown(ctx)

	a := primitives.Call(ctx, workers, shout, "concurrency")
	b := primitives.Call(ctx, workers, shout, "parallelism")
	fmt.Println(primitives.All(a, b).Await(ctx))
	// Output: [CONCURRENCY PARALLELISM] <nil>
}

// Executor.map: results in order, at most a few tasks ahead.
func ExampleMap() {
	ctx := context.Background()
	pool := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2}))
	defer pool.Shutdown(ctx)

	words := slices.Values([]string{"one", "cashier", "two", "queues"})
	for n, err := range primitives.Map(ctx, pool, words, func(_ context.Context, w string) (int, error) { return len(w), nil }) {
		fmt.Print(n, " ", err, "; ")
	}
	// Output: 3 <nil>; 7 <nil>; 3 <nil>; 6 <nil>;
}

// A parallel for loop, when no single result needs a future.
func ExampleForEach() {
	ctx := context.Background()
	pool := primitives.Must(primitives.NewPool(primitives.Config{Workers: 2}))
	defer pool.Shutdown(ctx)

	squares := make([]int, 6)
	err := primitives.ForEach(ctx, pool, len(squares), func(_ context.Context, i int) error {
		squares[i] = i * i
		return nil
	})
	fmt.Println(squares, err)
	// Output: [0 1 4 9 16 25] <nil>
}
