package main

import (
	"runtime"
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
