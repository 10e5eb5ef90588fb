package cases

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// The tallies of two workers share a cache line.
func BenchmarkTally(b *testing.B) {
	var tallies [256]Tally
	benchmarkTally(b, func(worker int) *Tally { return &tallies[worker%len(tallies)] })
}

func BenchmarkTallyRepaired(b *testing.B) {
	var tallies [256]PaddedTally
	benchmarkTally(b, func(worker int) *Tally { return &tallies[worker%len(tallies)].Tally })
}

func benchmarkTally(b *testing.B, tally func(worker int) *Tally) {
	text := make([]byte, 2048)
	for i := range text {
		text[i] = byte(rand.Uint32())
	}
	var workers atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		t := tally(int(workers.Add(1) - 1))
		for pb.Next() {
			t.Count(text)
		}
		sink.Add(int64(t.kinds[0]))
	})
}
