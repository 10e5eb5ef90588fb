package primitives

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// What a task waits for may happen between the moment at which it says so and
// the moment at which it is parked. Nobody wakes it then.
func TestSignalBeforeParking(t *testing.T) {
	for kind, x := range map[string]Executor{
		"loop": Must(NewLoop(Config{Workers: 1})),
		"pool": Must(NewPool(Config{Workers: 1})),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		f := Submit(ctx, x, func(context.Context) (bool, error) {
			w := currentWorker()
			for _, wait := range []func(context.Context, *waiter) bool{w.park, w.hold} {
				l := x.base().pool.get(w)
				l.signal()
				if !wait(context.Background(), l) {
					return false, nil
				}
			}
			return true, nil
		})
		if woken, err := f.Await(ctx); !woken || err != nil {
			t.Fatalf("%s: %v, %v", kind, woken, err)
		}
		if err := x.Shutdown(ctx); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// Living goroutines have different numbers, and keep them when they move: to a larger stack,
// to another thread.
func TestGoroutine(t *testing.T) {
	for name, number := range map[string]func() uintptr{"goroutine": goroutine, "goroutineByName": goroutineByName} {
		const many = 100
		numbers, ready, leave := make(chan uintptr, many), make(chan bool), make(chan struct{})
		var all sync.WaitGroup
		for range many {
			all.Go(func() {
				before := number()
				grow(1000)
				ready <- number() == before
				<-leave
				if now := number(); now != before {
					t.Errorf("%s: a goroutine was %d and is %d", name, before, now)
				}
				numbers <- before
			})
		}
		for range many {
			if !<-ready {
				t.Errorf("%s: the number changed with the stack", name)
			}
		}
		close(leave)
		all.Wait()
		close(numbers)
		seen := map[uintptr]bool{number(): true}
		for n := range numbers {
			seen[n] = true
		}
		if len(seen) != many+1 {
			t.Errorf("%s: %d living goroutines have %d numbers", name, many+1, len(seen))
		}
	}
}

// grow makes the stack of the calling goroutine larger.
func grow(depth int) (sum byte) {
	var frame [256]byte
	frame[depth%len(frame)] = 1
	if depth > 0 {
		sum = grow(depth - 1)
	}
	return sum + frame[depth%len(frame)]
}

// Workers whose numbers hash to a slot that is taken are found all the same.
func TestRegistryOverflow(t *testing.T) {
	mine := &worker{}
	other := &worker{}
	slot := registryEntry(goroutine())
	other.g.Store(goroutine() + 1)
	if !slot.CompareAndSwap(nil, other) {
		t.Fatal("the test's goroutine is a worker")
	}
	mine.enroll()
	if got := currentWorker(); got != mine {
		t.Errorf("found %p, want %p", got, mine)
	}
	mine.leave()
	if got := currentWorker(); got != nil {
		t.Errorf("found %p after it left", got)
	}
	if !slot.CompareAndSwap(other, nil) {
		t.Error("the other worker was thrown out")
	}
}

// A batch that is over is in nobody's list: its futures are the application's.
func TestBatchesThatAreOverAreForgotten(t *testing.T) {
	x := Must(NewPool(Config{Workers: 2}))
	for _, n := range []int{0, 1, 50} {
		SubmitN(t.Context(), x, n, func(context.Context, int) (int, error) { return 0, nil })
	}
	if err := x.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(x.base().batches); n != 0 {
		t.Errorf("the executor knows %d batches that are over", n)
	}
}

// However deep tasks are nested, and whatever contexts of others are between
// them, a task asks few of those above whether its context has ended.
func TestTasksAskFewOfThoseAbove(t *testing.T) {
	type key struct{}
	between := map[string]func(context.Context) (context.Context, context.CancelFunc){
		"nothing": func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} },
		"values": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithValue(ctx, key{}, 1), func() {}
		},
		"cancels": context.WithCancel,
		"timeouts": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Hour)
		},
	}
	for name, wrap := range between {
		x := Must(NewInline(Config{Workers: 1}))
		most := 0
		var down func(depth int) func(context.Context) (int, error)
		down = func(depth int) func(context.Context) (int, error) {
			return func(ctx context.Context) (int, error) {
				if depth == 0 {
					return 0, nil
				}
				ctx.Deadline()
				if err := ctx.Err(); err != nil {
					return 0, err
				}
				asked := 0
				for c := ctx; c != nil; asked++ {
					own, ok := c.(ownContext)
					if !ok {
						own, ok = c.Value(taskKey{}).(ownContext)
					}
					if _, live := c.(*liveContext); !ok || live {
						break
					}
					c = own.current()
				}
				most = max(most, asked)
				inner, cancel := wrap(ctx)
				defer cancel()
				return Submit(inner, x, down(depth-1)).Await(context.Background())
			}
		}
		if _, err := Submit(t.Context(), x, down(300)).Await(t.Context()); err != nil {
			t.Errorf("%s in between: %v", name, err)
		}
		if most > maxOuter+1 {
			t.Errorf("%s in between: a task asks %d of those above", name, most)
		}
	}
}

// looked is a task that counts how often the queue looks whether it is over,
// and submits others when it runs.
type looked struct {
	looks *atomic.Int64
	runs  func(w *worker)
}

func (l *looked) run(w *worker) { l.runs(w) }
func (l *looked) drop(error)    {}
func (l *looked) stale() bool   { l.looks.Add(1); return false }

// Those who wait for room look at the queue a few times for every task, however
// many wait and wherever they come from.
func TestSubmittersRarelySearchTheQueue(t *testing.T) {
	const tasks, each = 2000, 3
	for _, kind := range []string{"spawn", "pool", "threads", "loop"} {
		c := Config{Workers: 2}
		if kind != "spawn" { // it has no queue
			c.Queue = 64
		}
		x, err := New(kind, c)
		if err != nil {
			t.Fatal(err)
		}
		var looks, ran atomic.Int64
		var all sync.WaitGroup
		all.Add(tasks * (1 + each))
		submit := func(runs func(w *worker)) {
			err := x.submit(context.Background(), &looked{&looks, func(w *worker) { defer all.Done(); ran.Add(1); runs(w) }})
			if err != nil {
				t.Error(err)
			}
		}
		for range tasks {
			go submit(func(*worker) {
				for range each {
					submit(func(*worker) {})
				}
			})
		}
		all.Wait()
		if err := x.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if n := looks.Load(); n > 8*ran.Load() {
			t.Errorf("%s: %d looks at %d tasks", kind, n, ran.Load())
		}
	}
}

// Each worker that needs a slot loses patience at its own time, even if workers
// before it were served.
func TestEachLosesPatienceAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		came, lost := map[*worker]time.Time{}, 0
		var mu sync.Mutex // the executor's
		var c returnLine
		c.hurry = func() {
			mu.Lock()
			defer mu.Unlock()
			for _, w := range c.takeImpatient() {
				lost++
				if d := time.Since(came[w]); d != patience {
					t.Errorf("one lost patience after %v", d)
				}
			}
		}
		for i := range 40 {
			w := &worker{}
			mu.Lock()
			came[w] = time.Now()
			c.push(w)
			if i%4 == 3 {
				c.pop()
			}
			mu.Unlock()
			time.Sleep(time.Duration(i%5) * time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if lost != 30 || !c.empty() {
			t.Errorf("%d of 30 lost patience", lost)
		}
	})
}
