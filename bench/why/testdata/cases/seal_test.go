package cases

import "testing"

func BenchmarkSeal(b *testing.B)         { benchmarkSeal(b, publish) }
func BenchmarkSealRepaired(b *testing.B) { benchmarkSeal(b, publishRepaired) }

func benchmarkSeal(b *testing.B, publish func([]byte)) {
	blocks := make([]byte, 400)
	for i := 0; i < b.N; i++ {
		publish(blocks)
	}
	sink.Add(int64(blocks[0]))
}
