package primitives_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"overlap/primitives"
)

func TestEventReleasesEveryWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e primitives.Event
		released := make([]bool, 100)
		for i := range released {
			go func() { e.Wait(); released[i] = true }()
		}
		synctest.Wait()
		for i, r := range released {
			if r {
				t.Fatalf("waiter %d went through a clear event", i)
			}
		}
		e.Set()
		e.Clear() // must not catch anybody who was waiting already
		synctest.Wait()
		for i, r := range released {
			if !r {
				t.Fatalf("waiter %d was lost between Set and Clear", i)
			}
		}
		if e.IsSet() {
			t.Error("IsSet after Clear")
		}
	})
}

func TestEventBlocksAgainAfterClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e primitives.Event
		e.Set()
		e.Set()
		e.Wait()
		e.Clear()
		start := time.Now()
		time.AfterFunc(time.Second, e.Set)
		e.Wait()
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %v, want 1s", waited)
		}
	})
}

func TestEventWaitContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e primitives.Event
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if err := e.WaitContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("clear event: %v", err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("gave up after %v, want 1m", waited)
		}
		e.Set()
		if err := e.WaitContext(ctx); err != nil {
			t.Errorf("set event with an ended context: %v", err)
		}
	})
}

// Under the race detector this also proves that what is written before Set is
// seen after Wait.
func TestEventSetClearRace(t *testing.T) {
	const rounds = 2000
	var ping, pong primitives.Event
	var all sync.WaitGroup
	turn := 0
	all.Go(func() {
		for range rounds {
			ping.Wait()
			ping.Clear()
			turn++
			pong.Set()
		}
	})
	for range rounds {
		turn++
		ping.Set()
		pong.Wait()
		pong.Clear()
	}
	all.Wait()
	if turn != 2*rounds {
		t.Errorf("%d turns, want %d", turn, 2*rounds)
	}
}
