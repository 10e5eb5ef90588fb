package main

import (
	"runtime"
	"sync"
	"time"
)

// spinning is about one microsecond of arithmetic, with the same number of steps in every
// side: a loop until a time would hide a slow core.
func spinning(e env) func() {
	return func() { spin(e.spin) }
}

func spin(steps int) {
	x := uint64(steps) | 1
	for range steps {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	runtime.KeepAlive(x)
}

// calibrateSpin finds the steps that take an undisturbed microsecond here: the fastest of
// many tries.
func calibrateSpin() int {
	const steps = 20_000
	best := time.Hour
	for range 50 {
		start := time.Now()
		spin(steps)
		best = min(best, time.Since(start))
	}
	return max(1, int(steps*float64(time.Microsecond)/float64(max(best, 1))))
}

// plainLoop does the tasks one after the other: the time that the second core has to beat.
func plainLoop(k kind) func(env) (*body, error) {
	return func(e env) (*body, error) {
		work := k(e)
		return counted(func() (ran int, err error) {
			for range tasks {
				work()
				ran++
			}
			return ran, nil
		}, nil), nil
	}
}

// twoLoops are plain loops that do half of the tasks each, on a goroutine of their own: what
// the second core brings on this machine at best.
func twoLoops(k kind) func(env) (*body, error) {
	return func(e env) (*body, error) {
		work := k(e)
		var ran [2]int
		return counted(func() (int, error) {
			var both sync.WaitGroup
			for half := range ran {
				both.Go(func() {
					n := 0 // not in ran: the two share a cache line
					for range tasks / 2 {
						work()
						n++
					}
					ran[half] = n
				})
			}
			both.Wait()
			return ran[0] + ran[1], nil
		}, nil), nil
	}
}
