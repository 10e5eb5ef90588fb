package cases

import "testing"

func BenchmarkCache(b *testing.B)         { benchmarkCache(b, (*Cache).Get) }
func BenchmarkCacheRepaired(b *testing.B) { benchmarkCache(b, (*Cache).GetRepaired) }

func benchmarkCache(b *testing.B, get func(*Cache, int) bool) {
	c := newCache(64)
	parallel(b, func(n int) int {
		if !get(c, n%64) {
			b.Error("a page is damaged")
		}
		return 0
	})
}
