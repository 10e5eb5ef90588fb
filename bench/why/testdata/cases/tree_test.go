package cases

import "testing"

func BenchmarkTree(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		sum := 0
		for pb.Next() {
			sum += parse(9).read()
		}
		sink.Add(int64(sum))
	})
}

func BenchmarkTreeRepaired(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		arena := Arena{nodes: make([]Node, 1<<10)}
		sum := 0
		for pb.Next() {
			arena.used = 0
			sum += arena.parse(9).read()
		}
		sink.Add(int64(sum))
	})
}
