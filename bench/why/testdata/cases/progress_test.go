package cases

import (
	"sync/atomic"
	"testing"
)

// What two workers note shares a cache line.
func BenchmarkProgress(b *testing.B) {
	var all [256]Progress
	benchmarkProgress(b, func(worker int) *Progress { return &all[worker%len(all)] })
}

func BenchmarkProgressRepaired(b *testing.B) {
	var all [256]PaddedProgress
	benchmarkProgress(b, func(worker int) *Progress { return &all[worker%len(all)].Progress })
}

// An op is a directory of 64 files.
func benchmarkProgress(b *testing.B, progress func(worker int) *Progress) {
	var workers atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		p := progress(int(workers.Add(1) - 1))
		for pb.Next() {
			for size := range 64 {
				p.Advance(size)
			}
		}
		sink.Add(p.files.Load())
	})
}
