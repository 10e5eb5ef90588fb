package cases

import "testing"

func BenchmarkTriangle(b *testing.B)         { benchmarkTriangle(b, distances) }
func BenchmarkTriangleRepaired(b *testing.B) { benchmarkTriangle(b, distancesRepaired) }

func benchmarkTriangle(b *testing.B, distances func(items, nearest []int)) {
	items, nearest := make([]int, 1024), make([]int, 1024)
	for i := range items {
		items[i] = i * 7919 % 1024
	}
	for i := 0; i < b.N; i++ {
		distances(items, nearest)
	}
	sink.Add(int64(nearest[len(nearest)-1]))
}
