package cases

import "testing"

func BenchmarkLimiter(b *testing.B)         { benchmarkLimiter(b, (*Limiter).Allow) }
func BenchmarkLimiterRepaired(b *testing.B) { benchmarkLimiter(b, (*Limiter).AllowRepaired) }

func benchmarkLimiter(b *testing.B, allow func(*Limiter, int, int64) bool) {
	l := newLimiter(32)
	parallel(b, func(n int) int {
		if !allow(l, n%32, int64(n)) {
			b.Error("more requests than a window has room for")
		}
		return 0
	})
}
