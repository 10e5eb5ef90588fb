package workloads

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Latency is how long the items of a job took: half of them at most P50, 99 in
// a hundred at most P99, to the nearest item and each to three digits.
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

// Scheduled is a Job whose items may come by a schedule.
type Scheduled interface {
	Job

	// DuePerSecond is the items that are due per second, 0 in a closed loop,
	// whose items come when a worker is free.
	DuePerSecond() float64
}

// latencies counts durations in memory of fixed size.
type latencies struct{ hist *hdrhistogram.Histogram }

// longestLatency is what the histograms can hold.
const longestLatency = 100 * time.Second

func newLatencies() latencies { return latencies{hdrhistogram.New(1, int64(longestLatency), 3)} }

// add counts d. One beyond the histogram's range counts at its end.
func (l latencies) add(d time.Duration) {
	_ = l.hist.RecordValue(int64(min(max(d, 0), longestLatency))) // in range by what it is given
}

// quantile is the duration that a share q of all do not exceed; zero if there
// are none.
func (l latencies) quantile(q float64) time.Duration {
	return time.Duration(l.hist.ValueAtQuantile(100 * q))
}

// take returns the quantiles and forgets everything.
func (l latencies) take() Latency {
	q := Latency{l.quantile(0.5), l.quantile(0.99)}
	l.hist.Reset()
	return q
}
