package primitives_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"overlap/primitives"
)

// Those who give up waiting for room in a loop hold nothing that the loop
// needs to wake its own tasks, which wait for room too.
func TestLoopSubmittersGiveUpAtOnce(t *testing.T) {
	x := primitives.NewLoop(primitives.Config{Workers: 2, Queue: 1})
	ended := make(chan struct{})
	over, cancelAll := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancelAll()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for over.Err() == nil {
				ctx, cancel := context.WithCancel(context.Background())
				primitives.Submit(ctx, x, func(context.Context) (int, error) {
					for range 4 { // the tasks themselves wait for room
						primitives.Submit(context.Background(), x, give(0))
					}
					cancel() // about when the queue has room
					return 0, nil
				})
				var both sync.WaitGroup
				for range 2 {
					both.Go(func() { primitives.Submit(ctx, x, give(0)) })
				}
				both.Wait()
				cancel()
			}
		})
	}
	go func() { all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(3 * time.Second):
		t.Fatal("deadlock: nobody gets on")
	}
	if err := x.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// The first who wait for a new Event make what it needs for that, at the same
// time. The race detector watches.
func TestFirstWaitsOfAnEvent(t *testing.T) {
	for range 2000 {
		var e primitives.Event
		var all sync.WaitGroup
		var ready atomic.Int64
		for range 2 {
			all.Go(func() {
				for ready.Add(1); ready.Load() < 2; { // they start within nanoseconds
					runtime.Gosched()
				}
				e.Wait()
			})
		}
		time.Sleep(10 * time.Microsecond)
		e.Set()
		all.Wait()
	}
}
