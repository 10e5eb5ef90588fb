package counters

import (
	"sync"
	"testing"
)

var sums [2][16]uint64

// count takes a third of a second of CPU time, or a tenth.
func count(sum *uint64) {
	for range 100_000_000 {
		*sum = *sum*3 + 1
	}
}

//go:noinline
func setUp() { count(&sums[0][0]) }

//go:noinline
func timed(sum *uint64) { count(sum) }

func BenchmarkTwo(b *testing.B) {
	setUp()
	b.ResetTimer()
	for range b.N {
		var both sync.WaitGroup
		for i := range sums {
			both.Go(func() { timed(&sums[i][0]) })
		}
		both.Wait()
	}
}
