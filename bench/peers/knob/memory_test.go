package knob

import (
	"math/rand/v2"
	"sync"
	"testing"
)

var ages = sync.OnceValue(func() map[int]int {
	m := make(map[int]int)
	for i := range 4096 {
		m[i*7919] = i
	}
	return m
})

func BenchmarkMap(b *testing.B) {
	m, key, sum := ages(), 0, 0
	serial(b, func() {
		for range 32 {
			sum += m[key*7919]
			key = (key + 1365) & 4095
		}
	})
	if b.N > 0 && sum == 0 {
		b.Fatal("found nothing")
	}
}

// cacheLine is how many entries of ring a line of 64 bytes has.
const cacheLine = 16

// ring is 16 MiB through which one walk leads over every line and back to the
// first (Sattolo, 1986).
var ring = sync.OnceValue(func() []uint32 {
	const lines = 16 << 20 / 64
	order := make([]uint32, lines)
	for i := range order {
		order[i] = uint32(i)
	}
	r := rand.New(rand.NewPCG(5, 6))
	for i := len(order) - 1; i > 0; i-- {
		j := r.IntN(i)
		order[i], order[j] = order[j], order[i]
	}
	next := make([]uint32, lines*cacheLine)
	for i, to := range order {
		next[i*cacheLine] = to * cacheLine
	}
	return next
})

// place is where the walk is. Each call goes on: starting anew would read the
// same few lines, which are cached.
var place uint32

func BenchmarkMemory(b *testing.B) {
	next := ring()
	at := place
	serial(b, func() {
		for range 8 {
			at = next[at]
		}
	})
	place = at
}
