package cases

import "testing"

func BenchmarkPool(b *testing.B)         { benchmarkPool(b, respond) }
func BenchmarkPoolRepaired(b *testing.B) { benchmarkPool(b, respondRepaired) }

func benchmarkPool(b *testing.B, respond func(int) byte) {
	parallel(b, func(n int) int { return int(respond(n)) })
}
