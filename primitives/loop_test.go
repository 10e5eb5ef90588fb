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
	x := primitives.Must(primitives.NewLoop(primitives.Config{Workers: 2, Queue: 1}))
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

// A waiter that enlists at the moment of Set is not lost.
func TestWaitAtTheMomentOfSet(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for i := range 20_000 {
		var e primitives.Event
		var ready atomic.Bool
		var all sync.WaitGroup
		all.Go(func() {
			for !ready.Load() {
				runtime.Gosched()
			}
			for range i % 50 { // one of these delays is the right one
				ready.Load()
			}
			e.Set()
		})
		ready.Store(true)
		err := e.WaitContext(ctx)
		all.Wait()
		if err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
	}
}

// A task of a loop that is woken while it is about to wait, or by the end of
// a wait that is over, neither sleeps on nor wakes too early.
func TestLoopWakesAtTheRightTime(t *testing.T) {
	x := primitives.Must(primitives.NewLoop(primitives.Config{Workers: 2}))
	y := primitives.Must(primitives.NewPool(primitives.Config{Workers: 1}))
	f := primitives.Submit(context.Background(), x, func(context.Context) (int, error) {
		for range 5000 {
			ctx, cancel := context.WithCancel(context.Background())
			var e primitives.Event
			primitives.Submit(context.Background(), y, func(context.Context) (int, error) { e.Set(); return 0, nil })
			go cancel()
			e.WaitContext(ctx)
			for range 2 {
				if v, err := primitives.Submit(context.Background(), y, give(1)).Await(context.Background()); v != 1 || err != nil {
					t.Errorf("woken too early: %d, %v", v, err)
					return 0, nil
				}
			}
		}
		return 1, nil
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // slow under emulation
	defer cancel()
	if _, err := f.Await(ctx); err != nil {
		t.Fatalf("it sleeps on: %v", err)
	}
	x.Shutdown(ctx)
	y.Shutdown(ctx)
}
