package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/samber/lo"
	"github.com/samber/mo"

	"overlap/primitives"
)

// futureCount is the number of finished futures that are held while their memory is read.
const futureCount = 100_000

// bytesKept makes and finishes futures and returns the heap that each of them keeps,
// without the slice that holds them.
func bytesKept[F any](setUp func() (submit func() F, finish func(F) error, stop func())) func(env) (*body, error) {
	return func(env) (*body, error) {
		submit, finish, stop := setUp()
		return &body{stop: stop, gauge: func() (float64, error) {
			all := make([]F, futureCount)
			for range 1000 { // fills the caches of the pool first
				if err := finish(submit()); err != nil {
					return 0, err
				}
			}
			before := heap()
			for i := range all {
				all[i] = submit()
				if err := finish(all[i]); err != nil {
					return 0, err
				}
			}
			after := heap()
			runtime.KeepAlive(all)
			return float64(int64(after)-int64(before)) / futureCount, nil
		}}, nil
	}
}

// heap returns the bytes that survive a collection. The second one frees what the first
// left to finalizers and to the victim caches of sync.Pool.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func keepOurs() (func() *primitives.Future[int], func(*primitives.Future[int]) error, func()) {
	x, stop := ourPool(2)
	return func() *primitives.Future[int] { return primitives.Submit(background, x, give) },
		func(f *primitives.Future[int]) error { _, err := f.Await(background); return err }, stop
}

func keepPond() (func() pond.ResultTask[int], func(pond.ResultTask[int]) error, func()) {
	p := pond.NewResultPool[int](2)
	return func() pond.ResultTask[int] { return p.Submit(func() int { return answer }) },
		func(f pond.ResultTask[int]) error { _, err := f.Wait(); return err }, p.StopAndWait
}

func keepMo() (func() *mo.Future[int], func(*mo.Future[int]) error, func()) {
	return func() *mo.Future[int] {
			return mo.NewFuture(func(resolve func(int), _ func(error)) { resolve(answer) })
		},
		func(f *mo.Future[int]) error { _, err := f.Collect(); return err }, nil
}

// keepLo keeps the answer in the channel: a second reader would wait forever.
func keepLo() (func() <-chan int, func(<-chan int) error, func()) {
	return func() <-chan int { return lo.Async(func() int { return answer }) },
		func(f <-chan int) error {
			for len(f) == 0 {
				runtime.Gosched()
			}
			return nil
		}, nil
}

// idleGoroutines counts the goroutines that an idle pool of eight keeps, after all eight
// workers were needed at once: a pool may start them late.
func idleGoroutines(env) (*body, error) {
	x, stop := ourPool(idleWorkers)
	return &body{stop: stop, gauge: func() (float64, error) {
		before := runtime.NumGoroutine()
		var meet sync.WaitGroup
		meet.Add(idleWorkers)
		_, err := primitives.SubmitN(background, x, idleWorkers, func(context.Context, int) (int, error) {
			meet.Done()
			meet.Wait()
			return answer, nil
		}).Await(background)
		time.Sleep(20 * time.Millisecond) // lets goroutines end that only served the submission
		return float64(runtime.NumGoroutine() - before), err
	}}, nil
}

const idleWorkers = 8

// limit returns a side that always gauges x: a bound that no peer sets.
func limit(x float64, unit string) side {
	return side{
		name: fmt.Sprintf("limit-of-%v", x),
		unit: unit,
		make: func(env) (*body, error) {
			return &body{gauge: func() (float64, error) { return x, nil }}, nil
		},
	}
}
