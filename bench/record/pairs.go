package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"overlap/bench/host"
)

const (
	// A sample is the median of batches of round trips: a hypervisor that takes a CPU away
	// spoils only one batch. All batches take 0.1–0.5 ms.
	batches = 21
	trips   = 25

	// All pairs are measured in rounds, as many as fit into maxTime.
	maxRounds = 30
	maxTime   = 10 * time.Second

	// maxCPUs is how many CPUs can have all their pairs measured in maxTime.
	maxCPUs = 128
)

// pairs writes the latencies between the CPUs. Each round visits the pairs in random
// order, so that drift affects all alike.
func pairs(w io.Writer, cpus []int) error {
	if !host.CanBind {
		return errors.New("this system cannot bind threads to CPUs, so that the latency between two CPUs cannot be measured")
	}
	debug.SetGCPercent(-1) // a garbage collection would stop both threads
	cpus = slices.Sorted(slices.Values(thin(cpus)))
	var all [][2]int
	for i, from := range cpus {
		for _, to := range cpus[i+1:] {
			all = append(all, [2]int{from, to})
		}
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "Unit ns/op better=lower\nlatency: one way, median of %d batches of %d round trips through a cache line of its own\n", batches, trips)
	for round, began := 0, time.Now(); round < maxRounds && (round == 0 || time.Since(began) < maxTime*time.Duration(round)/time.Duration(round+1)); round++ {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, p := range all {
			oneWay, err := latency(p[0], p[1])
			if err != nil {
				return err
			}
			fmt.Fprintf(b, "BenchmarkCoreToCore/from=%d/to=%d %d %.1f ns/op\n", p[0], p[1], 2*batches*trips, oneWay)
		}
	}
	return b.Flush()
}

// thin returns at most maxCPUs of the CPUs, evenly from all.
func thin(cpus []int) []int {
	if len(cpus) <= maxCPUs {
		return cpus
	}
	some := make([]int, maxCPUs)
	for i := range some {
		some[i] = cpus[i*len(cpus)/maxCPUs]
	}
	return some
}

// ball is a counter alone in its cache line and in the pair of lines that some processors
// fetch together.
type ball struct {
	_ [128]byte
	n atomic.Uint32
	_ [128]byte
}

// latency returns the time in nanoseconds that a value takes from one CPU to another:
// half a round trip. Each side has a thread bound to its CPU.
func latency(from, to int) (float64, error) {
	var b ball
	bound, ended := make(chan error, 2), make(chan error, 2)
	start := make(chan bool)
	runOn := func(cpu int, play func()) {
		isBound := false
		err := host.Start([]int{cpu}, func() error {
			isBound = true
			bound <- nil
			if <-start {
				play()
			}
			return nil
		})
		if !isBound {
			bound <- err
		}
		ended <- err
	}
	var times []float64
	go runOn(to, func() { echo(&b) })
	go runOn(from, func() { times = serve(&b) })
	if errors.Join(<-bound, <-bound) == nil {
		start <- true
		start <- true
	} else {
		close(start) // ends the side that is bound
	}
	if err := errors.Join(<-ended, <-ended); err != nil {
		return 0, err
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// serve returns the one-way time of each batch in nanoseconds: it sends odd numbers to the
// other side, which answers with the even ones.
func serve(b *ball) []float64 {
	times := make([]float64, batches)
	n := uint32(0)
	for i := range times {
		began := time.Now()
		for range trips {
			b.n.Store(n + 1)
			for n += 2; b.n.Load() != n; {
			}
		}
		times[i] = float64(time.Since(began).Nanoseconds()) / (2 * trips)
	}
	return times
}

func echo(b *ball) {
	for n := uint32(1); n < 2*batches*trips; n += 2 {
		for b.n.Load() != n {
		}
		b.n.Store(n + 1)
	}
}
