package meter

import (
	"math"
	"runtime/metrics"
)

// The metrics of the Go runtime that are read, in this order.
const (
	gcTotal = iota
	gcCycles
	mutexWait
	latencies
)

var metricNames = []string{
	gcTotal:   "/cpu/classes/gc/total:cpu-seconds",
	gcCycles:  "/gc/cycles/total:gc-cycles",
	mutexWait: "/sync/mutex/wait/total:seconds",
	latencies: "/sched/latencies:seconds",
}

// newMetrics returns room for a reading. The first reading allocates the histogram, and
// later ones reuse it.
func newMetrics() []metrics.Sample {
	samples := make([]metrics.Sample, len(metricNames))
	for i, name := range metricNames {
		samples[i].Name = name
	}
	metrics.Read(samples)
	return samples
}

// growth is by how much a metric has grown, NaN where this version of Go lacks it.
func growth(from, to []metrics.Sample, i int) float64 {
	switch to[i].Value.Kind() {
	case metrics.KindFloat64:
		return max(0, to[i].Value.Float64()-from[i].Value.Float64())
	case metrics.KindUint64:
		return float64(to[i].Value.Uint64() - from[i].Value.Uint64())
	}
	return math.NaN()
}

// tracked is how many of a goroutine's times in the run queue there are for
// each one that the runtime measures: gTrackingPeriod in runtime/runtime2.go.
// casgstatus tracks a goroutine from every eighth time at which it stops
// running, and a new one with a chance of one in eight, until it runs again,
// and then adds one entry to the histogram, however often it was ready
// meanwhile. So the entries are an eighth of all, and their sum an eighth of
// the goroutines' time in the queue. (The wait for locks is multiplied by the
// runtime itself.) TestRunnableCountsWhoIsReady notices if a later Go differs.
const tracked = 8

// delays is the difference of two latency histograms.
type delays struct {
	sum      float64 // seconds, of the goroutines that are tracked
	p50, p99 float64 // seconds; 0 if no wait was seen
}

func latency(from, to []metrics.Sample) delays {
	if to[latencies].Value.Kind() != metrics.KindFloat64Histogram {
		return delays{math.NaN(), math.NaN(), math.NaN()}
	}
	return between(from[latencies].Value.Float64Histogram(), to[latencies].Value.Float64Histogram())
}

// between compares two histograms. Their buckets are a quarter of a power of
// two wide; the middle of one stands for what is in it, which is wrong by an
// eighth at most (and by 32 ns below 256 ns).
func between(was, is *metrics.Float64Histogram) (d delays) {
	counts := make([]float64, len(is.Counts))
	total := 0.0
	for i, n := range is.Counts {
		counts[i] = float64(n - was.Counts[i])
		total += counts[i]
		if n > was.Counts[i] {
			d.sum += counts[i] * middle(is.Buckets, i)
		}
	}
	d.p50 = quantile(counts, is.Buckets, total/2)
	d.p99 = quantile(counts, is.Buckets, total*0.99)
	return d
}

// middle is the middle of a bucket; if the bucket has no end, it is the other end.
// Delays below zero, by clocks that differ, count as zero.
func middle(buckets []float64, i int) float64 {
	low, high := max(0, buckets[i]), max(0, buckets[i+1])
	if math.IsInf(high, 1) {
		return low
	}
	return (low + high) / 2
}

// quantile is the middle of the bucket that holds the entry of that rank.
func quantile(counts, buckets []float64, rank float64) float64 {
	seen := 0.0
	for i, n := range counts {
		if seen += n; n > 0 && seen >= rank {
			return middle(buckets, i)
		}
	}
	return 0
}
