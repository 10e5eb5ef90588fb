package cases

import (
	"sync/atomic"
	"testing"
)

var sink atomic.Int64 // keeps results alive

// parallel runs op on as many goroutines as there are cores. Each has its own
// sequence of numbers, so that they do not visit the same keys in step.
func parallel(b *testing.B, op func(n int) int) {
	var seed atomic.Uint32
	b.RunParallel(func(pb *testing.PB) {
		x := seed.Add(0x9e3779b9)
		sum := 0
		for pb.Next() {
			x ^= x << 13
			x ^= x >> 17
			x ^= x << 5
			sum += op(int(x >> 8))
		}
		sink.Add(int64(sum))
	})
}
