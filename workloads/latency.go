package workloads

import (
	"math"
	"math/bits"
	"time"
)

// Latency is how long the items of a job took: half of them at most P50, 99 in
// a hundred at most P99, each within 2 %.
type Latency struct{ P50, P99 time.Duration }

// Timed is a Job that times its items.
type Timed interface {
	Job

	// Latencies is about the items of all runs since its last call. Intended
	// counts from when an item was due, actual from when a worker began with
	// it. Only the first sees an item that is late because those before it
	// were: that the other leaves it out is coordinated omission (Tene, 2013).
	Latencies() (intended, actual Latency)
}

// latencies counts durations in memory of fixed size: each power of two is
// divided into 32 equal buckets, and what is below 64 ns counts exactly.
type latencies struct {
	counts [58*32 + 32]int
	total  int
}

func (l *latencies) add(d time.Duration) {
	v := uint64(max(d, 0))
	shift := max(bits.Len64(v)-6, 0)
	l.counts[shift*32+int(v>>shift)]++
	l.total++
}

// quantile is the middle of the bucket that holds the duration that a share q
// of all do not exceed; zero if there are none.
func (l *latencies) quantile(q float64) time.Duration {
	rank := max(int(math.Ceil(q*float64(l.total))), 1)
	for i, n := range l.counts {
		if rank -= n; rank <= 0 {
			shift := max(i/32-1, 0)
			return time.Duration(i-shift*32)<<shift + 1<<shift/2
		}
	}
	return 0
}

// take returns the quantiles and forgets everything.
func (l *latencies) take() Latency {
	q := Latency{l.quantile(0.5), l.quantile(0.99)}
	*l = latencies{}
	return q
}
