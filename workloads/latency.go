package workloads

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Latency is how long the items of a job took: half of them at most P50, 99 in
// a hundred at most P99, each to three digits.
type Latency struct{ P50, P99 time.Duration }

// Timed is a Job that times its items.
type Timed interface {
	Job

	// Latencies covers the items of all runs since its last call. Intended
	// counts from when an item was due, actual from when a worker began it.
	// Only intended includes the delay of an item that began late because
	// earlier ones were late: leaving this delay out is coordinated omission
	// (Tene, 2013).
	Latencies() (intended, actual Latency)

	// Count says whether the items of further runs are timed. They are until it is
	// called. No run may be in progress.
	Count(bool)
}

// Scheduled is a Job whose items may arrive on a schedule.
type Scheduled interface {
	Job

	// DuePerSecond returns how many items are due per second; 0 in a closed
	// loop, in which an item begins when a worker is free.
	DuePerSecond() float64
}

// latencies counts durations in memory of fixed size.
type latencies struct{ hist *hdrhistogram.Histogram }

// longestLatency is the longest duration that the histograms can hold.
const longestLatency = 100 * time.Second

func newLatencies() latencies { return latencies{hdrhistogram.New(1, int64(longestLatency), 3)} }

// add counts d, or the end of the histogram's range if d is beyond.
func (l latencies) add(d time.Duration) {
	_ = l.hist.RecordValue(int64(min(max(d, 0), longestLatency))) // cannot fail, since it is in range
}

// quantile returns the duration that a share q of all do not exceed; zero if
// there are none.
func (l latencies) quantile(q float64) time.Duration {
	return time.Duration(l.hist.ValueAtQuantile(100 * q))
}

// take returns the quantiles and resets the histogram.
func (l latencies) take() Latency {
	q := Latency{l.quantile(0.5), l.quantile(0.99)}
	l.hist.Reset()
	return q
}
