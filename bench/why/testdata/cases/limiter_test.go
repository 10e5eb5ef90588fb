package cases

import (
	"sync/atomic"
	"testing"
)

func BenchmarkLimiter(b *testing.B)         { benchmarkLimiter(b, (*Limiter).Allow) }
func BenchmarkLimiterRepaired(b *testing.B) { benchmarkLimiter(b, (*Limiter).AllowRepaired) }

// Each goroutine serves a client, which has a key.
func benchmarkLimiter(b *testing.B, allow func(*Limiter, int, int64) bool) {
	l := newLimiter(64)
	var clients atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		key := int(clients.Add(1)) % 64
		for now := int64(0); pb.Next(); now++ {
			if !allow(l, key, now) {
				b.Error("more requests than a window has room for")
			}
		}
	})
}
