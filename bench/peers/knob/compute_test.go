package knob

import (
	"compress/flate"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// numbers are what Sort sorts, text what Flate and SHA256 read.
var (
	numbers = shuffled(64)
	text    = prose(1 << 10)
)

func shuffled(n int) []int { return rand.New(rand.NewPCG(1, 2)).Perm(n) }

// prose is text that compresses about as well as English does.
func prose(n int) []byte {
	words := []string{"the ", "cashier ", "of ", "two ", "queues ", "and ", "a ", "scale, ", "which ", "waits "}
	r := rand.New(rand.NewPCG(3, 4))
	var out []byte
	for len(out) < n {
		out = append(out, words[r.IntN(len(words))]...)
	}
	return out[:n]
}

func BenchmarkSort(b *testing.B) {
	list := make([]int, len(numbers))
	serial(b, func() {
		copy(list, numbers)
		slices.Sort(list)
	})
	if b.N > 0 && !slices.IsSorted(list) {
		b.Fatal("not sorted")
	}
}

func BenchmarkSHA256(b *testing.B) {
	var sum [sha256.Size]byte
	serial(b, func() { sum = sha256.Sum256(text) })
	if sum != sha256.Sum256(text) {
		b.Fatal("wrong sum")
	}
}

// squeezer is kept: a writer is several hundred kilobytes.
var squeezer, _ = flate.NewWriter(io.Discard, flate.BestSpeed)

// BenchmarkFlate flushes after each unit and does not reset the writer: a reset
// clears its tables now and then, which would be a unit unlike the others.
func BenchmarkFlate(b *testing.B) {
	serial(b, func() {
		if _, err := squeezer.Write(text[:256]); err != nil {
			b.Fatal(err)
		}
		if err := squeezer.Flush(); err != nil {
			b.Fatal(err)
		}
	})
}
