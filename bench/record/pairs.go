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
	// A sample is the median of so many batches of round trips: a hypervisor
	// that takes a CPU away meanwhile spoils one batch. Together they take
	// 0.1–0.5 ms.
	batches = 21
	trips   = 25

	// rounds of all pairs, or as many whole ones as fit into the limit.
	rounds = 30
	limit  = 10 * time.Second

	// maxCPUs is how many CPUs have few enough pairs for the limit.
	maxCPUs = 128
)

// pairs writes the latencies between the CPUs. Pairs are visited in rounds and
// in random order, so that drift hits all alike.
func pairs(w io.Writer, cpus []int) error {
	if !host.CanBind {
		return errors.New("this system cannot bind a thread to a CPU, so latencies between CPUs cannot be measured")
	}
	debug.SetGCPercent(-1) // a collection stops both threads
	cpus = slices.Sorted(slices.Values(thin(cpus)))
	var all [][2]int
	for i, from := range cpus {
		for _, to := range cpus[i+1:] {
			all = append(all, [2]int{from, to})
		}
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "Unit ns/op better=lower\nlatency: one way, median of %d batches of %d round trips through a cache line of its own\n", batches, trips)
	for round, began := 0, time.Now(); round < rounds && (round == 0 || time.Since(began) < limit*time.Duration(round)/time.Duration(round+1)); round++ {
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

// thin returns as many CPUs as can be measured, evenly from all.
func thin(cpus []int) []int {
	if len(cpus) <= maxCPUs {
		return cpus
	}
	kept := make([]int, maxCPUs)
	for i := range kept {
		kept[i] = cpus[i*len(cpus)/maxCPUs]
	}
	return kept
}

// line is a counter that shares its cache line with nothing, nor the pair of
// lines that some processors fetch together.
type line struct {
	_ [128]byte
	n atomic.Uint32
	_ [128]byte
}

// latency is the time in nanoseconds that a value takes from one CPU to
// another: half a round trip. Each side has a thread bound to its CPU.
func latency(from, to int) (float64, error) {
	var ball line
	bound := make(chan error, 2)
	start, ended := make(chan bool), make(chan error, 1)
	hold := func(cpu int, play func()) error {
		started := false
		err := host.Start([]int{cpu}, func() error {
			started = true
			bound <- nil
			if <-start {
				play()
			}
			return nil
		})
		if !started {
			bound <- err
		}
		return err
	}
	var times []float64
	go func() { ended <- hold(to, func() { echo(&ball) }) }()
	served := make(chan error, 1)
	go func() { served <- hold(from, func() { times = serve(&ball) }) }()
	ready := errors.Join(<-bound, <-bound)
	if ready == nil {
		start <- true
		start <- true
	} else {
		close(start) // for the side that is bound
	}
	if err := errors.Join(<-served, <-ended); err != nil {
		return 0, err
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// serve times batches: odd numbers go to the other side, which answers with the
// even ones.
func serve(ball *line) []float64 {
	times := make([]float64, batches)
	n := uint32(0)
	for i := range times {
		began := time.Now()
		for range trips {
			ball.n.Store(n + 1)
			for n += 2; ball.n.Load() != n; {
			}
		}
		times[i] = float64(time.Since(began).Nanoseconds()) / (2 * trips)
	}
	return times
}

func echo(ball *line) {
	for n := uint32(1); n < 2*batches*trips; n += 2 {
		for ball.n.Load() != n {
		}
		ball.n.Store(n + 1)
	}
}
