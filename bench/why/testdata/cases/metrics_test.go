package cases

import "testing"

// All workers count in one place.
func BenchmarkMetrics(b *testing.B) {
	all := &Metrics{}
	benchmarkMetrics(b, func() *Metrics { return all })
}

// Each worker counts in its own, to be added up by whoever reads them.
func BenchmarkMetricsRepaired(b *testing.B) {
	benchmarkMetrics(b, func() *Metrics { return &Metrics{} })
}

// An op is a batch of 64 requests.
func benchmarkMetrics(b *testing.B, metrics func() *Metrics) {
	b.RunParallel(func(pb *testing.PB) {
		m := metrics()
		for pb.Next() {
			for size := range 64 {
				m.Observe(size)
			}
		}
		sink.Add(m.requests.Load())
	})
}
